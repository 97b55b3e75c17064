#include <sys/resource.h>

#include "async_case.h"
#include "tests/support/hold.h"
#include "tests/support/vfs_shim.h"

#define keeper_test(name)                                                      \
    cmocka_unit_test_setup_teardown(name, async_case_setup, async_case_teardown)

static void wait_for_halt(struct async_case *a)
{
    halt_await(a, &a->halt);
}

static void end_halt(struct async_case *a)
{
    halt_end(&a->halt);
}

static int64_t count_todos(const struct async_case *a)
{
    return store_case_number(a->c->path, "SELECT count(*) FROM todos");
}

/* --- groups --------------------------------------------------------------- */

static void writes_of_one_turn_share_a_commit(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;
    int before;

    store_case_create(a->c->store, "so that there is a log");
    before = vfs_shim_calls(VFS_SYNC, VFS_WAL);
    for (int i = 0; i < QUEUE; i++)
        ask_create(&askers[i]);
    for (int i = 0; i < QUEUE; i++)
        assert_false(askers[i].done); /* not before it is on the disk */
    for (int i = 0; i < QUEUE; i++) {
        run_until_done(a, &askers[i]);
        assert_int_equal(askers[i].rq.err, TODO_OK);
        assert_int_equal(askers[i].rq.frame.create_todo.todo.id, i + 2);
    }
    assert_int_equal(vfs_shim_calls(VFS_SYNC, VFS_WAL), before + 1);
    assert_int_equal(count_todos(a), QUEUE + 1);
}

static void what_comes_while_a_group_runs_is_the_next_group(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;
    int before;

    store_case_create(a->c->store, "so that there is a log");
    before = vfs_shim_calls(VFS_SYNC, VFS_WAL);
    keeper_write(&askers[0].rq, stand_still, &a->halt, finish);
    wait_for_halt(a);
    for (int i = 1; i < QUEUE; i++) {
        ask_create(&askers[i]);
        uv_run(&a->server.loop, UV_RUN_NOWAIT); /* each in a turn of its own */
    }
    end_halt(a);
    for (int i = 0; i < QUEUE; i++) {
        run_until_done(a, &askers[i]);
        assert_int_equal(askers[i].rq.err, TODO_OK);
    }
    assert_int_equal(vfs_shim_calls(VFS_SYNC, VFS_WAL), before + 1);
}

static void each_request_hears_of_its_own_error(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;
    struct delete_todo *delete = &askers[1].rq.frame.delete_todo;

    delete->id = 99;
    delete->conditions = &askers[1].rq.in.conditions;
    ask_create(&askers[0]);
    keeper_write(&askers[1].rq, store_delete_todo, delete, finish);
    ask_create(&askers[2]);
    run_until_done(a, &askers[2]);
    assert_int_equal(askers[0].rq.err, TODO_OK);
    assert_int_equal(askers[1].rq.err, TODO_ERR_NO_TODO);
    assert_int_equal(askers[2].rq.err, TODO_OK);
}

/* All come in one turn of the loop, while the writer has no time for them. */
static void what_came_first_is_done_first(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    keeper_write(&askers[0].rq, stand_still, &a->halt, finish);
    wait_for_halt(a);
    for (int i = 1; i < QUEUE; i++)
        ask_create(&askers[i]);
    end_halt(a);
    for (int i = 1; i < QUEUE; i++) {
        run_until_done(a, &askers[i]);
        if (askers[i].rq.frame.create_todo.todo.id != i)
            fail_msg("write %d of %d was not done in its turn", i, QUEUE - 1);
    }
    run_until_done(a, &askers[0]);
}

/* --- no room -------------------------------------------------------------- */

/* Whatever becomes of those that have room: the refused one waits for no thread
 * but the loop. */
static void expect_busy(struct async_case *a, const struct asker *late)
{
    uv_run(&a->server.loop, UV_RUN_NOWAIT);
    if (!late->done || late->rq.err != TODO_ERR_BUSY)
        fail_msg("a job over keeper->limit (%d here) must go on at once with "
                 "TODO_ERR_BUSY, but it %s",
                 QUEUE, late->done ? "went on without" : "waits");
}

/* Another queue has room, and is asked from where the refusal is told. */
static void read_instead(struct request *rq)
{
    assert_int_equal(rq->err, TODO_ERR_BUSY);
    keeper_read(rq, store_ping, NULL, finish);
}

static void a_full_queue_is_busy_at_once(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;
    struct asker *late = &askers[QUEUE];

    keeper_write(&askers[0].rq, stand_still, &a->halt, finish);
    for (int i = 1; i < QUEUE; i++)
        ask_create(&askers[i]);
    ask_create(&late[0]);
    expect_busy(a, &late[0]);
    wait_for_halt(a);
    ask_create(&late[1]); /* what a thread has at hand counts too */
    expect_busy(a, &late[1]);
    keeper_write(&late[2].rq, store_ping, NULL, read_instead);
    run_until_done(a, &late[2]);
    assert_int_equal(late[2].rq.err, TODO_OK);
    end_halt(a);
    for (int i = 0; i < QUEUE; i++) {
        run_until_done(a, &askers[i]);
        assert_int_equal(askers[i].rq.err, TODO_OK);
    }
    assert_int_equal(count_todos(a), QUEUE - 1); /* the late ones: never */
    late[0].done = false;
    ask_create(&late[0]);
    run_until_done(a, &late[0]); /* there is room again */
    assert_int_equal(late[0].rq.err, TODO_OK);
}

typedef void ask_keeper(struct request *rq, store_work *work, void *job,
                        request_step *next);

/* The first one stands still. All come in one turn, so that none is done before
 * the last. */
static void expect_limit(struct async_case *a, ask_keeper *ask)
{
    struct asker *askers = a->askers;
    struct asker *late = &askers[QUEUE];

    ask(&askers[0].rq, stand_still, &a->halt, finish);
    for (int i = 1; i < QUEUE; i++)
        ask(&askers[i].rq, store_ping, NULL, finish);
    ask(&late->rq, store_ping, NULL, finish);
    expect_busy(a, late);
    end_halt(a);
    for (int i = 0; i < QUEUE; i++) {
        run_until_done(a, &askers[i]);
        assert_int_equal(askers[i].rq.err, TODO_OK);
        askers[i].done = false;
    }
    late->done = false;
}

static void reads_and_searches_have_a_limit_too(void **state)
{
    struct async_case *a = *state;

    for (int round = 0; round < 2; round++) { /* nothing is left of the first */
        expect_limit(a, keeper_read);
        expect_limit(a, keeper_search);
        expect_limit(a, keeper_write);
    }
}

/* --- who waits for whom --------------------------------------------------- */

static void reads_do_not_wait_for_a_held_database(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;
    struct hold hold;

    hold_begin(&hold, a->c->path);
    ask_create(&askers[0]);
    ask_ping(&askers[1]);
    keeper_search(&askers[2].rq, store_ping, NULL, finish);
    run_until_done(a, &askers[1]);
    run_until_done(a, &askers[2]);
    assert_int_equal(askers[1].rq.err, TODO_OK);
    assert_int_equal(askers[2].rq.err, TODO_OK);
    assert_false(askers[0].done);
    hold_end(&hold);
    run_until_done(a, &askers[0]);
    assert_int_equal(askers[0].rq.err, TODO_OK);
}

static void a_long_search_holds_up_nothing_but_searches(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    keeper_search(&askers[0].rq, stand_still, &a->halt, finish);
    keeper_search(&askers[1].rq, store_ping, NULL, finish);
    wait_for_halt(a);
    ask_ping(&askers[2]);
    ask_create(&askers[3]);
    run_until_done(a, &askers[2]);
    run_until_done(a, &askers[3]);
    assert_int_equal(askers[2].rq.err, TODO_OK);
    assert_int_equal(askers[3].rq.err, TODO_OK);
    assert_false(askers[0].done || askers[1].done);
    end_halt(a);
    run_until_done(a, &askers[0]);
    run_until_done(a, &askers[1]);
}

static void a_reader_that_stands_still_leaves_the_others(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    keeper_read(&askers[0].rq, stand_still, &a->halt, finish);
    wait_for_halt(a);
    ask_ping(&askers[1]);
    run_until_done(a, &askers[1]);
    assert_int_equal(askers[1].rq.err, TODO_OK);
    assert_false(askers[0].done);
    end_halt(a);
    run_until_done(a, &askers[0]);
}

/* One more than a group comes at once, and the first stands still. That one is
 * left to a reader that nobody else wakes; those of the group wait. */
static void what_is_more_than_a_group_is_read_by_another(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    wait_until_asleep(THREADS);
    keeper_read(&askers[0].rq, stand_still, &a->halt, finish);
    for (int i = 1; i <= KEEPER_READS_MAX; i++)
        ask_ping(&askers[i]);
    wait_for_halt(a);
    run_until_done(a, &askers[KEEPER_READS_MAX]);
    for (int i = 0; i < KEEPER_READS_MAX; i++)
        assert_false(askers[i].done);
    end_halt(a);
    for (int i = 0; i < KEEPER_READS_MAX; i++)
        run_until_done(a, &askers[i]);
}

/* --- how much there is to do ---------------------------------------------- */

static void expect_load(struct async_case *a, struct keeper_load want)
{
    struct keeper_load load = keeper_load(a->server.keeper);

    assert_int_equal(load.reads, want.reads);
    assert_int_equal(load.searches, want.searches);
    assert_int_equal(load.writes, want.writes);
    assert_int_equal(load.threads, THREADS);
    assert_int_equal(load.busy, want.busy);
}

/* One of the searches and one of the writes stand still; with the others of
 * their kind they wait to be done. */
static void the_load_is_what_waits_and_how_many_are_at_work(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    wait_until_asleep(THREADS);
    expect_load(a, (struct keeper_load){0});
    keeper_search(&askers[0].rq, stand_still, &a->halt, finish);
    keeper_write(&askers[1].rq, stand_still, &a->other_halt, finish);
    expect_load(a, (struct keeper_load){.searches = 1, .writes = 1});
    wait_for_halt(a);
    halt_await(a, &a->other_halt);
    keeper_search(&askers[2].rq, store_ping, NULL, finish);
    ask_create(&askers[3]);
    ask_create(&askers[4]);
    expect_load(a, (struct keeper_load){.searches = 2, .writes = 3, .busy = 2});
    ask_ping(&askers[5]);
    run_until_done(a, &askers[5]);
    wait_until_asleep(1); /* the reader */
    expect_load(a, (struct keeper_load){.searches = 2, .writes = 3, .busy = 2});
    end_halt(a);
    halt_end(&a->other_halt);
    for (int i = 0; i < 5; i++)
        run_until_done(a, &askers[i]);
    wait_until_asleep(2);
    expect_load(a, (struct keeper_load){0});
}

/* --- one step after the other --------------------------------------------- */

/* Reads what the request has just created. */
static void read_created(struct request *rq)
{
    int64_t id = rq->frame.create_todo.todo.id;

    assert_int_equal(rq->err, TODO_OK);
    rq->frame.read_todo = (struct read_todo){.owner = ACCOUNT_ALONE, .id = id};
    keeper_read(rq, store_read_todo, &rq->frame.read_todo, finish);
}

static void what_was_answered_is_read_in_the_next_step(void **state)
{
    struct async_case *a = *state;
    struct asker *askers = a->askers;

    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < QUEUE; i++) {
            struct create_todo *job = &askers[i].rq.frame.create_todo;

            *job = (struct create_todo){.owner = ACCOUNT_ALONE,
                                        .draft = store_case_draft("seen")};
            askers[i].done = false;
            keeper_write(&askers[i].rq, store_create_todo, job, read_created);
        }
        for (int i = 0; i < QUEUE; i++) {
            run_until_done(a, &askers[i]);
            assert_int_equal(askers[i].rq.err, TODO_OK);
            assert_string_equal(askers[i].rq.frame.read_todo.todo.title,
                                "seen");
        }
    }
}

/* Setup and teardown are the test. */
static void a_keeper_that_had_no_job_closes(void **state)
{
    const struct async_case *a = *state;

    assert_int_equal(count_todos(a), 0);
}

/* A crowd of clients may have taken all descriptors by then. */
static void the_first_job_needs_no_descriptor(void **state)
{
    struct async_case *a = *state;
    struct rlimit usual, none = {0};

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    none.rlim_max = usual.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    ask_ping(&a->askers[0]);
    ask_create(&a->askers[1]);
    run_until_done(a, &a->askers[0]);
    run_until_done(a, &a->askers[1]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    assert_int_equal(a->askers[0].rq.err, TODO_OK);
    assert_int_equal(a->askers[1].rq.err, TODO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        keeper_test(writes_of_one_turn_share_a_commit),
        keeper_test(what_comes_while_a_group_runs_is_the_next_group),
        keeper_test(each_request_hears_of_its_own_error),
        keeper_test(what_came_first_is_done_first),
        keeper_test(a_full_queue_is_busy_at_once),
        keeper_test(reads_and_searches_have_a_limit_too),
        keeper_test(reads_do_not_wait_for_a_held_database),
        keeper_test(a_long_search_holds_up_nothing_but_searches),
        keeper_test(a_reader_that_stands_still_leaves_the_others),
        keeper_test(what_is_more_than_a_group_is_read_by_another),
        keeper_test(the_load_is_what_waits_and_how_many_are_at_work),
        keeper_test(what_was_answered_is_read_in_the_next_step),
        keeper_test(a_keeper_that_had_no_job_closes),
        keeper_test(the_first_job_needs_no_descriptor),
    };

    return cmocka_run_group_tests_name("keeper_async", tests, store_case_shim,
                                       NULL);
}
