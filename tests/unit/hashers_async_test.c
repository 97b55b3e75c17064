/*
 * tests/unit/hashers_async_test.c - hashes that are done while the loop has
 * something else to do.
 */
#include <stdbool.h>
#include <stdlib.h>

#include <uv.h>

#include "async_impl/hashers.h"
#include "async_impl/request.h"
#include "async_impl/server.h"
#include "common/base/container_of.h"
#include "tests/cmocka_all.h"

enum { HASHES = 3, TURNS = 10 };

static uv_sem_t asleep;  /* posted by a hash thread that has nothing to do */
static uv_sem_t began;   /* posted by a piece of work that stands */
static uv_sem_t may_end; /* for that piece */
static uv_sem_t may_go;  /* for a thread that has given a lock back */

/* What comes in between, once: where the test's thread is about to take a lock,
 * and where it has given one back. */
static _Thread_local void (*before_lock)(void);
static _Thread_local void (*behind_unlock)(void);

/* The same, where it has signalled a condition and holds no lock. Which of the
 * two it does first is not for a test to say. */
static _Thread_local void (*handed_over)(void);
static _Thread_local bool signalled;
static _Thread_local int held;

static void come_between(void (**what)(void))
{
    void (*now)(void) = *what;

    *what = NULL;
    if (now)
        now();
}

static void look_whether_handed_over(void)
{
    if (!signalled || held > 0)
        return;
    signalled = false;
    come_between(&handed_over);
}

/* The linker puts the second of each pair in the place of libuv's, and calls
 * that the first (ld(1), --wrap). A thread that waits holds the lock until it
 * sleeps. */
/* NOLINTBEGIN: the names are the linker's */
void __real_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *lock);
void __wrap_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *lock);
void __real_uv_mutex_lock(uv_mutex_t *lock);
void __wrap_uv_mutex_lock(uv_mutex_t *lock);
void __real_uv_mutex_unlock(uv_mutex_t *lock);
void __wrap_uv_mutex_unlock(uv_mutex_t *lock);
void __real_uv_cond_signal(uv_cond_t *cond);
void __wrap_uv_cond_signal(uv_cond_t *cond);
void __real_uv_cond_broadcast(uv_cond_t *cond);
void __wrap_uv_cond_broadcast(uv_cond_t *cond);

void __wrap_uv_cond_wait(uv_cond_t *cond, uv_mutex_t *lock)
{
    uv_sem_post(&asleep);
    __real_uv_cond_wait(cond, lock);
}

void __wrap_uv_mutex_lock(uv_mutex_t *lock)
{
    come_between(&before_lock);
    __real_uv_mutex_lock(lock);
    held++;
}

void __wrap_uv_mutex_unlock(uv_mutex_t *lock)
{
    held--;
    __real_uv_mutex_unlock(lock);
    come_between(&behind_unlock);
    look_whether_handed_over();
}

void __wrap_uv_cond_signal(uv_cond_t *cond)
{
    __real_uv_cond_signal(cond);
    signalled = true;
    look_whether_handed_over();
}

void __wrap_uv_cond_broadcast(uv_cond_t *cond)
{
    __real_uv_cond_broadcast(cond);
    signalled = true;
    look_whether_handed_over();
}
/* NOLINTEND */

static enum todo_err stand(void *arg) /* HASH THREAD */
{
    (void)arg;
    uv_sem_post(&began);
    uv_sem_wait(&may_end);
    return TODO_OK;
}

static enum todo_err refuse(void *arg) /* HASH THREAD */
{
    (void)arg;
    return TODO_ERR_CREDENTIALS;
}

struct asker {
    struct request rq;
    int told;
};

static void hear(struct request *rq) /* LOOP */
{
    server_assert_loop(rq->server);
    container_of(rq, struct asker, rq)->told++;
}

struct hash_case {
    struct config config;
    struct server server;
    struct asker askers[HASHES];
};

static int setup(void **state, int threads)
{
    struct hash_case *c = calloc(1, sizeof *c);
    struct server *server;

    if (!c)
        return -1;
    c->config = (struct config){.hash_jobs = threads, .hash_queue = HASHES};
    server = &c->server;
    server->thread = uv_thread_self();
    assert_int_equal(uv_sem_init(&asleep, 0), 0);
    assert_int_equal(uv_sem_init(&began, 0), 0);
    assert_int_equal(uv_sem_init(&may_end, 0), 0);
    assert_int_equal(uv_sem_init(&may_go, 0), 0);
    assert_int_equal(uv_loop_init(&server->loop), 0);
    server->hashers = hashers_new(&server->loop, &c->config);
    assert_true(server->hashers != NULL);
    for (int i = 0; i < HASHES; i++)
        c->askers[i].rq.server = server;
    *state = c;
    return 0;
}

static int setup_one(void **state)
{
    return setup(state, 1);
}

static int setup_two(void **state)
{
    return setup(state, 2);
}

static int teardown(void **state)
{
    struct hash_case *c = *state;

    for (int i = 0; i < HASHES; i++) { /* for what stands there still */
        uv_sem_post(&may_end);
        uv_sem_post(&may_go);
    }
    hashers_close(c->server.hashers);
    uv_run(&c->server.loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&c->server.loop), 0);
    uv_sem_destroy(&may_go);
    uv_sem_destroy(&may_end);
    uv_sem_destroy(&began);
    uv_sem_destroy(&asleep);
    free(c);
    return 0;
}

/* So many hashes are done: the loop goes on with all of them. */
static void expect_told(struct hash_case *c, int count)
{
    for (int i = 0; i < TURNS; i++)
        uv_run(&c->server.loop, UV_RUN_NOWAIT);
    for (int i = 0; i < count; i++)
        if (c->askers[i].told != 1)
            fail_msg("%d of %d hashes that were done was told %d times", i + 1,
                     count, c->askers[i].told);
}

/* One thread makes all of them, and sleeps, before the loop looks. */
static void all_hashes_that_are_done_go_on_at_one_ring(void **state)
{
    struct hash_case *c = *state;

    uv_sem_wait(&asleep);
    for (int i = 0; i < HASHES; i++)
        hashers_run(&c->askers[i].rq, i == 0 ? stand : refuse, NULL, hear);
    uv_sem_post(&may_end);
    uv_sem_wait(&asleep);
    expect_told(c, HASHES);
    for (int i = 0; i < HASHES; i++)
        assert_int_equal(c->askers[i].rq.err,
                         i ? TODO_ERR_CREDENTIALS : TODO_OK);
}

static void stand_still(void) /* HASH THREAD */
{
    uv_sem_post(&asleep);
    uv_sem_wait(&may_go);
}

/* The thread then stands once more, when it gives a lock back. */
static enum todo_err stand_twice(void *arg) /* HASH THREAD */
{
    behind_unlock = stand_still;
    return stand(arg);
}

/* Neither of the two threads knows of the other. What they do for the loop,
 * they do with the lock. */
static void hashes_of_two_threads_may_end_together(void **state)
{
    struct hash_case *c = *state;

    for (int i = 0; i < 2; i++)
        uv_sem_wait(&asleep);
    for (int i = 0; i < 2; i++)
        hashers_run(&c->askers[i].rq, stand_twice, NULL, hear);
    for (int i = 0; i < 2; i++)
        uv_sem_wait(&began);
    for (int i = 0; i < 2; i++)
        uv_sem_post(&may_end);
    for (int i = 0; i < 2; i++)
        uv_sem_wait(&asleep);
    for (int i = 0; i < 2; i++)
        uv_sem_post(&may_go);
    while (c->askers[0].told + c->askers[1].told < 2)
        uv_run(&c->server.loop, UV_RUN_ONCE);
    expect_told(c, 2);
}

static void await_asleep(void)
{
    uv_sem_wait(&asleep);
}

static void end_another(void)
{
    uv_sem_post(&may_end);
    await_asleep();
}

static int told_in_all(const struct hash_case *c)
{
    int told = 0;

    for (int i = 0; i < HASHES; i++)
        told += c->askers[i].told;
    return told;
}

/* The loop is called for a hash that it has taken already, with another. It
 * finds none, and meanwhile one more ends. */
static void end_while_the_loop_finds_none(struct hash_case *c,
                                          void (**in_between)(void))
{
    for (int i = 0; i < 2; i++)
        await_asleep();
    hashers_run(&c->askers[0].rq, refuse, NULL, hear);
    await_asleep();
    for (int i = 1; i < HASHES; i++) {
        hashers_run(&c->askers[i].rq, stand, NULL, hear);
        uv_sem_wait(&began);
    }
    before_lock = end_another;
    while (told_in_all(c) < HASHES - 1)
        uv_run(&c->server.loop, UV_RUN_NOWAIT);
    *in_between = end_another;
    for (int i = 0; i < TURNS; i++)
        uv_run(&c->server.loop, UV_RUN_NOWAIT);
    come_between(in_between); /* if the loop was not called */
    expect_told(c, HASHES);
}

static void a_hash_may_end_before_the_loop_has_the_lock(void **state)
{
    end_while_the_loop_finds_none(*state, &before_lock);
}

static void a_hash_may_end_when_the_loop_has_given_the_lock_back(void **state)
{
    end_while_the_loop_finds_none(*state, &behind_unlock);
}

/* It is done before hashers_run returns. */
static void a_hash_that_is_made_at_once_keeps_its_error(void **state)
{
    struct hash_case *c = *state;

    await_asleep();
    handed_over = await_asleep;
    hashers_run(&c->askers[0].rq, refuse, NULL, hear);
    expect_told(c, 1);
    assert_int_equal(c->askers[0].rq.err, TODO_ERR_CREDENTIALS);
}

static void ask_again(struct request *rq) /* LOOP */
{
    assert_int_equal(rq->err, TODO_ERR_CREDENTIALS);
    hashers_run(rq, refuse, NULL, hear);
}

/* The lock is free where a request goes on. */
static void whoever_goes_on_may_ask_for_another_hash(void **state)
{
    struct hash_case *c = *state;
    struct asker *asker = &c->askers[0];

    hashers_run(&asker->rq, refuse, NULL, ask_again);
    while (asker->told == 0)
        uv_run(&c->server.loop, UV_RUN_ONCE);
    assert_int_equal(asker->told, 1);
    assert_int_equal(asker->rq.err, TODO_ERR_CREDENTIALS);
}

static void expect_load(struct hash_case *c, int running, int waiting)
{
    struct hashers_load load = hashers_load(c->server.hashers);

    assert_int_equal(load.running, running);
    assert_int_equal(load.waiting, waiting);
}

/* The loop hears of each hash when the next one stands. */
static void the_load_is_what_runs_and_what_waits(void **state)
{
    struct hash_case *c = *state;

    await_asleep();
    expect_load(c, 0, 0);
    for (int i = 0; i < HASHES; i++)
        hashers_run(&c->askers[i].rq, stand, NULL, hear);
    for (int i = 1; i <= HASHES; i++) {
        uv_sem_wait(&began);
        expect_load(c, 1, HASHES - i);
        expect_told(c, i - 1);
        expect_load(c, 1, HASHES - i);
        uv_sem_post(&may_end);
    }
    await_asleep();
    expect_load(c, 0, 0);
    expect_told(c, HASHES);
    expect_load(c, 0, 0);
}

static void count_bells(uv_handle_t *handle, void *arg)
{
    if (uv_handle_get_type(handle) == UV_ASYNC)
        ++*(int *)arg;
}

/* A hash thread lets others go first. Before libuv 1.45 the loop spins until a
 * thread that rings by uv_async_send has returned from it. */
static void no_bell_keeps_the_loop_until_a_hash_thread_goes_on(void **state)
{
    struct hash_case *c = *state;
    int bells = 0;

    uv_walk(&c->server.loop, count_bells, &bells);
    assert_int_equal(bells, 0);
}

#define ONE_THREAD(function)                                                   \
    cmocka_unit_test_setup_teardown(function, setup_one, teardown)
#define TWO_THREADS(function)                                                  \
    cmocka_unit_test_setup_teardown(function, setup_two, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ONE_THREAD(all_hashes_that_are_done_go_on_at_one_ring),
        TWO_THREADS(hashes_of_two_threads_may_end_together),
        TWO_THREADS(a_hash_may_end_before_the_loop_has_the_lock),
        TWO_THREADS(a_hash_may_end_when_the_loop_has_given_the_lock_back),
        ONE_THREAD(a_hash_that_is_made_at_once_keeps_its_error),
        ONE_THREAD(whoever_goes_on_may_ask_for_another_hash),
        ONE_THREAD(the_load_is_what_runs_and_what_waits),
        ONE_THREAD(no_bell_keeps_the_loop_until_a_hash_thread_goes_on),
    };

    return cmocka_run_group_tests_name("hashers_async", tests, NULL, NULL);
}
