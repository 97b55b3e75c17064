/*
 * tests/unit/hashers_sync_test.c - a hash that is done before the thread that
 * waits for it has begun to wait.
 *
 * Where a thread of the case has queued its work and lets the lock go, it
 * stands until that work is done.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "sync_impl/conns.h"
#include "sync_impl/hashers.h"
#include "sync_impl/request.h"
#include "sync_impl/server.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

static _Thread_local bool
    stands; /* where it lets a lock go for the first time */
static _Thread_local bool has_worked;
static sem_t done;

/* The linker puts the second of each pair in the place of the function that the
 * hashers call, and calls that the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int __real_pthread_mutex_lock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);
int __real_pthread_mutex_unlock(pthread_mutex_t *lock);
int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock);

int __wrap_pthread_mutex_lock(pthread_mutex_t *lock)
{
    if (has_worked)
        sem_post(&done);
    has_worked = false;
    return __real_pthread_mutex_lock(lock);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *lock)
{
    int failed = __real_pthread_mutex_unlock(lock);

    if (stands)
        sem_wait(&done);
    stands = false;
    return failed;
}
/* NOLINTEND */

static enum todo_err refuse(void *arg) /* HASH THREAD */
{
    has_worked = true;
    return *(const enum todo_err *)arg;
}

static void a_hash_that_is_done_at_once_is_not_forgotten(void **state)
{
    static const enum todo_err ends[] = {TODO_ERR_CREDENTIALS,
                                         TODO_ERR_NO_MEMORY, TODO_OK};
    const struct config config = {
        .threads = 4, .hash_jobs = 1, .hash_queue = 1};
    struct server server = {.hashers = hashers_new(&config)};
    struct conn conn = {.fd = -1};
    struct request rq = {.server = &server, .conn = &conn};

    (void)state;
    assert_non_null(server.hashers);
    assert_int_equal(sem_init(&done, 0, 0), 0);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        enum todo_err end = ends[i];

        stands = true;
        assert_int_equal(hashers_run(&rq, refuse, &end), ends[i]);
    }
    hashers_free(server.hashers);
    sem_destroy(&done);
}

/* A request thread, whose hash stands until it may end. */
struct asker {
    pthread_t thread;
    struct server *server;
    enum todo_err err;
};

static sem_t began, may_end;

static void await(sem_t *sem)
{
    while (sem_wait(sem) != 0)
        ; /* a signal came */
}

static enum todo_err stand(void *arg) /* HASH THREAD */
{
    (void)arg;
    sem_post(&began);
    await(&may_end);
    return TODO_OK;
}

static void *ask(void *arg)
{
    struct asker *asker = arg;
    struct conn conn = {.fd = -1};
    struct request rq = {.server = asker->server, .conn = &conn};

    asker->err = hashers_run(&rq, stand, NULL);
    return NULL;
}

/* A thread hands its work over at some time. */
static void await_waiting(struct hashers *hashers, int count)
{
    long long until = now_ms() + PATIENCE_MS;

    while (hashers_load(hashers).waiting < count && now_ms() < until)
        a_moment();
}

static void expect_load(struct hashers *hashers, int running, int waiting)
{
    struct hashers_load load = hashers_load(hashers);

    assert_int_equal(load.running, running);
    assert_int_equal(load.waiting, waiting);
}

static void of_the_load_one_runs_and_the_others_wait(void **state)
{
    enum { ASKERS = 3 };
    const struct config config = {
        .threads = ASKERS + 1, .hash_jobs = 1, .hash_queue = ASKERS};
    struct server server = {.hashers = hashers_new(&config)};
    struct asker askers[ASKERS];

    (void)state;
    assert_non_null(server.hashers);
    assert_int_equal(sem_init(&began, 0, 0), 0);
    assert_int_equal(sem_init(&may_end, 0, 0), 0);
    expect_load(server.hashers, 0, 0);
    for (int i = 0; i < ASKERS; i++) {
        askers[i] = (struct asker){.server = &server};
        assert_int_equal(
            pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
    }
    for (int i = 1; i <= ASKERS; i++) {
        await(&began);
        await_waiting(server.hashers, ASKERS - i);
        expect_load(server.hashers, 1, ASKERS - i);
        sem_post(&may_end);
    }
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
        assert_int_equal(askers[i].err, TODO_OK);
    }
    expect_load(server.hashers, 0, 0);
    hashers_free(server.hashers);
    sem_destroy(&may_end);
    sem_destroy(&began);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_that_is_done_at_once_is_not_forgotten),
        cmocka_unit_test(of_the_load_one_runs_and_the_others_wait),
    };

    return cmocka_run_group_tests_name("hashers_sync", tests, NULL, NULL);
}
