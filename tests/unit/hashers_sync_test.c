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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_that_is_done_at_once_is_not_forgotten),
    };

    return cmocka_run_group_tests_name("hashers_sync", tests, NULL, NULL);
}
