/*
 * tests/unit/bell_async_test.c - does the loop finish all that is done,
 * whenever it rings and whenever the loop looks?
 *
 * The order in which threads run is the case's: one that rings is held behind
 * its ring, and the loop does not look before it is told to.
 */
#include <stdatomic.h>

#include "async_case.h"
#include "async_impl/feed.h"
#include "common/base/container_of.h"

/* A store thread that rings is held behind its ring, once, if a case wants it:
 * until the loop has looked, or until the loop waits for a lock, which may be
 * that thread's. */
static atomic_bool wants_a_ring;
static atomic_bool ring_is_held;
static uv_sem_t rang;
static uv_sem_t may_go_on;

/* The loop finishes a job that waits for a store thread: that must not need a
 * lock of the loop's. */
static atomic_bool loop_waits;
static uv_mutex_t *_Atomic held_by_loop;
static atomic_bool is_locked_out;

static _Thread_local bool is_loop; /* the thread of the case */

static int times_told; /* that there is news for subscribers */

/* The linker puts the second of each pair in the place of the function that the
 * keeper calls, and calls that the first (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
void __real_uv_mutex_lock(uv_mutex_t *lock);
void __wrap_uv_mutex_lock(uv_mutex_t *lock);
void __real_uv_mutex_unlock(uv_mutex_t *lock);
void __wrap_uv_mutex_unlock(uv_mutex_t *lock);
int __real_uv_async_send(uv_async_t *handle);
int __wrap_uv_async_send(uv_async_t *handle);
void __real_feed_ring(struct feed *feed);
void __wrap_feed_ring(struct feed *feed);

void __wrap_uv_mutex_lock(uv_mutex_t *lock)
{
    if (!is_loop && loop_waits && held_by_loop == lock) {
        is_locked_out = true;
        call_asleep();
    }
    if (uv_mutex_trylock(lock) != 0) {
        if (is_loop && atomic_exchange(&ring_is_held, false))
            uv_sem_post(&may_go_on);
        __real_uv_mutex_lock(lock);
    }
    if (is_loop)
        held_by_loop = lock;
}

void __wrap_uv_mutex_unlock(uv_mutex_t *lock)
{
    if (is_loop)
        held_by_loop = NULL;
    __real_uv_mutex_unlock(lock);
}

int __wrap_uv_async_send(uv_async_t *handle)
{
    int status = __real_uv_async_send(handle);

    if (!is_loop && atomic_exchange(&wants_a_ring, false)) {
        ring_is_held = true;
        uv_sem_post(&rang);
        uv_sem_wait(&may_go_on);
    }
    return status;
}

void __wrap_feed_ring(struct feed *feed)
{
    times_told++;
    __real_feed_ring(feed);
}
/* NOLINTEND */

static int setup(void **state)
{
    assert_int_equal(uv_sem_init(&rang, 0), 0);
    assert_int_equal(uv_sem_init(&may_go_on, 0), 0);
    is_loop = true;
    wants_a_ring = ring_is_held = loop_waits = is_locked_out = false;
    times_told = 0;
    return async_case_setup(state);
}

static int teardown(void **state)
{
    int status;

    uv_sem_post(&may_go_on); /* for a thread that is held still */
    status = async_case_teardown(state);
    uv_sem_destroy(&rang);
    uv_sem_destroy(&may_go_on);
    return status;
}

#define bell_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* What is done is finished by now, though each needed a turn of its own; the
 * loop does not sleep, as it would if nobody rang. */
static void expect_finished(struct async_case *a, int count)
{
    int finished = 0;

    for (int i = 0; i < ASKERS; i++)
        uv_run(&a->server.loop, UV_RUN_NOWAIT);
    for (int i = 0; i < count; i++)
        finished += a->askers[i].done;
    if (finished != count)
        fail_msg("%d jobs are done, and the loop has finished %d: nobody will "
                 "ring for the others",
                 count, finished);
}

/* A group of writes and one of reads are given back, and the loop has not
 * looked. */
static void groups_done_before_the_loop_looks_are_all_finished(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    wait_until_asleep(THREADS);
    keeper_write(&askers[0].rq, stand_still, &a->halt, finish);
    keeper_read(&askers[1].rq, stand_still, &a->other_halt, finish);
    for (int i = 2; i < QUEUE; i += 2) {
        ask_create(&askers[i]);
        ask_ping(&askers[i + 1]);
    }
    halt_await(a, &a->halt);
    halt_await(a, &a->other_halt);
    halt_end(&a->halt);
    halt_end(&a->other_halt);
    wait_until_asleep(2);
    expect_finished(a, QUEUE + 1);
}

/* The loop looks as soon as it rings, before the thread that rang goes on. */
static void what_it_rings_for_is_there(void **state)
{
    struct async_case *a = *state;

    wait_until_asleep(THREADS);
    wants_a_ring = true;
    ask_create(&a->askers[0]);
    uv_run(&a->server.loop, UV_RUN_NOWAIT);
    uv_sem_wait(&rang);
    uv_run(&a->server.loop, UV_RUN_NOWAIT);
    if (atomic_exchange(&ring_is_held, false))
        uv_sem_post(&may_go_on);
    wait_until_asleep(1);
    expect_finished(a, 1);
}

/* The next step lets a reader end its job, and waits until it has. */
static void see_another_done(struct request *rq)
{
    struct asker *asker = container_of(rq, struct asker, rq);
    struct async_case *a = container_of(asker, struct async_case, askers[0]);

    loop_waits = true;
    halt_end(&a->other_halt);
    wait_until_asleep(1);
    loop_waits = false;
    finish(rq);
}

static void what_is_done_while_the_loop_finishes_others_is_kept(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    wait_until_asleep(THREADS);
    keeper_write(&askers[0].rq, stand_still, &a->halt, see_another_done);
    keeper_read(&askers[1].rq, stand_still, &a->other_halt, finish);
    halt_await(a, &a->halt);
    halt_await(a, &a->other_halt);
    halt_end(&a->halt);
    wait_until_asleep(1);
    for (int i = 0; i < 2; i++)
        uv_run(&a->server.loop, UV_RUN_NOWAIT);
    if (is_locked_out)
        fail_msg("the loop went on with a request, and had a lock that a store "
                 "thread needs to give back what is done");
    expect_finished(a, 2);
}

static void create_again(struct request *rq)
{
    assert_int_equal(rq->err, TODO_OK);
    ask_create(container_of(rq, struct asker, rq));
}

/* The queue is full. Each request asks for one more write when it has one. */
static void what_a_request_asks_for_next_finds_its_place(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    for (int i = 0; i < QUEUE; i++) {
        struct create_todo *job = &askers[i].rq.frame.create_todo;

        job->draft = store_case_draft("the first");
        keeper_write(&askers[i].rq, store_create_todo, job, create_again);
    }
    for (int i = 0; i < QUEUE; i++) {
        run_until_done(a, &askers[i]);
        if (askers[i].rq.err == TODO_ERR_BUSY)
            fail_msg("a request has no place for what it asks next: its own "
                     "is not given back");
        assert_int_equal(askers[i].rq.err, TODO_OK);
    }
}

static void ping_next(struct request *rq)
{
    assert_int_equal(rq->err, TODO_OK);
    ask_ping(container_of(rq, struct asker, rq));
}

/* The log is read with a job like any other. When that was news again, it would
 * be read without end. */
static void writes_are_news_and_nothing_else_is(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;
    struct create_todo *job = &askers[2].rq.frame.create_todo;

    ask_ping(&askers[0]);
    keeper_search(&askers[1].rq, store_ping, NULL, finish);
    run_until_done(a, &askers[0]);
    run_until_done(a, &askers[1]);
    if (times_told > 0)
        fail_msg("two jobs have only read, and the feed was rung");
    job->draft = store_case_draft("news");
    keeper_write(&askers[2].rq, store_create_todo, job, ping_next);
    run_until_done(a, &askers[2]);
    if (times_told == 0)
        fail_msg("a request has written, then read, and the feed was not rung");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        bell_test(groups_done_before_the_loop_looks_are_all_finished),
        bell_test(what_it_rings_for_is_there),
        bell_test(what_is_done_while_the_loop_finishes_others_is_kept),
        bell_test(what_a_request_asks_for_next_finds_its_place),
        bell_test(writes_are_news_and_nothing_else_is),
    };

    return cmocka_run_group_tests_name("bell_async", tests, store_case_shim,
                                       NULL);
}
