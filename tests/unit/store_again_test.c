#include <sqlite3.h>

#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"

/* A job that spoils its transaction the first `spoils` times. */
struct spoiler {
    int spoils;
    int runs;
    enum todo_err says;
    bool rolls_back; /* as SQLite does by itself */
};

static enum todo_err spoil(struct store *store, void *arg)
{
    struct spoiler *spoiler = arg;

    if (spoiler->runs++ >= spoiler->spoils)
        return TODO_OK;
    if (spoiler->rolls_back)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return spoiler->says;
}

/* Runs: create "before", the spoiler, create "after". Gives the commits. */
static int run_spoiled(struct store_case *c, struct spoiler *spoiler,
                       struct store_job jobs[3])
{
    struct create_todo before = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("before")};
    struct create_todo after = {.owner = ACCOUNT_ALONE,
                                .draft = store_case_draft("after")};
    int syncs;

    store_case_create(c->store, "so that there is a log");
    syncs = vfs_shim_calls(VFS_SYNC, VFS_WAL);
    jobs[0] = (struct store_job){.work = store_create_todo, .arg = &before};
    jobs[1] = (struct store_job){.work = spoil, .arg = spoiler};
    jobs[2] = (struct store_job){.work = store_create_todo, .arg = &after};
    store_run_writes(c->store, store_case_group(jobs, 3));
    assert_int_equal(jobs[0].err, TODO_OK);
    assert_int_equal(jobs[2].err, TODO_OK);
    assert_int_equal(store_case_titled(c->path, "before"), 1);
    assert_int_equal(store_case_titled(c->path, "after"), 1);
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM changes"),
                     3);
    assert_true(jobs[0].next == &jobs[1] && jobs[1].next == &jobs[2]);
    return vfs_shim_calls(VFS_SYNC, VFS_WAL) - syncs;
}

static void a_spoiled_group_is_run_again_one_by_one(void **state)
{
    struct spoiler once = {.spoils = 1, .says = TODO_ERR_DISK_FULL};
    struct store_job jobs[3];

    assert_int_equal(run_spoiled(*state, &once, jobs), 2);
    assert_int_equal(jobs[1].err, TODO_OK); /* and wrote nothing */
    assert_int_equal(once.runs, 2);
}

static void a_job_that_spoils_again_fails_alone(void **state)
{
    struct spoiler always = {.spoils = 9, .says = TODO_ERR_UNAVAILABLE};
    struct store_job jobs[3];

    assert_int_equal(run_spoiled(*state, &always, jobs), 2);
    assert_int_equal(jobs[1].err, TODO_ERR_UNAVAILABLE);
    assert_int_equal(always.runs, 2);
}

static void a_job_that_lost_the_transaction_unseen_is_noticed(void **state)
{
    struct spoiler quiet = {.spoils = 9, .says = TODO_OK, .rolls_back = true};
    struct store_job jobs[3];

    assert_int_equal(run_spoiled(*state, &quiet, jobs), 2);
    assert_int_equal(jobs[1].err, TODO_ERR_INTERNAL);
}

static void a_commit_that_fails_fails_all_and_is_not_tried_again(void **state)
{
    struct store_case *c = *state;
    struct spoiler counter = {0};
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("lost")};
    struct store_job jobs[] = {{.work = spoil, .arg = &counter},
                               {.work = store_create_todo, .arg = &create},
                               {.work = spoil, .arg = &counter}};

    store_case_create(c->store, "so that there is a log");
    vfs_shim_break((struct vfs_fault){.call = VFS_SYNC,
                                      .files = VFS_WAL,
                                      .first = 1,
                                      .times = 1,
                                      .code = SQLITE_IOERR_FSYNC});
    store_run_writes(c->store, store_case_group(jobs, 3));
    assert_int_equal(vfs_shim_mend(), 1);
    for (int i = 0; i < 3; i++)
        assert_int_equal(jobs[i].err, TODO_ERR_UNAVAILABLE);
    assert_int_equal(counter.runs, 2);
    assert_int_equal(store_case_titled(c->path, "lost"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_spoiled_group_is_run_again_one_by_one),
        store_test(a_job_that_spoils_again_fails_alone),
        store_test(a_job_that_lost_the_transaction_unseen_is_noticed),
        store_test(a_commit_that_fails_fails_all_and_is_not_tried_again),
    };

    return cmocka_run_group_tests_name("store_again", tests, store_case_shim,
                                       NULL);
}
