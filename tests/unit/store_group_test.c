#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/http/http_request.h"
#include "tests/support/hold.h"
#include "tests/support/patience.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"
#include "tests/unit/unit.h"

enum { GROUP = 8 };

static const struct conditions unconditional;

/* A group of creations, and where their titles are. */
struct creations {
    struct create_todo creates[GROUP];
    struct store_job jobs[GROUP];
};

static struct store_job *creations_begin(struct creations *group)
{
    *group = (struct creations){0};
    for (int i = 0; i < GROUP; i++) {
        char title[16];

        (void)snprintf(title, sizeof title, "job %d", i);
        group->creates[i].draft = store_case_draft(title);
        group->jobs[i].work = store_create_todo;
        group->jobs[i].arg = &group->creates[i];
    }
    return store_case_group(group->jobs, GROUP);
}

static int64_t count_todos(const struct store_case *c)
{
    return store_case_number(c->path, "SELECT count(*) FROM todos");
}

static void a_group_shares_one_commit(void **state)
{
    struct store_case *c = *state;
    struct creations group;
    int before;

    store_case_create(c->store, "so that there is a log");
    before = vfs_shim_calls(VFS_SYNC, VFS_WAL);
    store_run_writes(c->store, creations_begin(&group));
    assert_int_equal(vfs_shim_calls(VFS_SYNC, VFS_WAL), before + 1);
    for (int i = 0; i < GROUP; i++) {
        assert_int_equal(group.jobs[i].err, TODO_OK);
        assert_int_equal(group.creates[i].todo.id, i + 2);
    }
    assert_int_equal(count_todos(c), GROUP + 1);
}

/* The opposite, so that the count above means something. */
static void jobs_by_themselves_commit_each(void **state)
{
    struct store_case *c = *state;
    int before;

    store_case_create(c->store, "so that there is a log");
    before = vfs_shim_calls(VFS_SYNC, VFS_WAL);
    for (int i = 0; i < GROUP; i++)
        store_case_create(c->store, "alone");
    assert_int_equal(vfs_shim_calls(VFS_SYNC, VFS_WAL), before + GROUP);
}

static void reads_commit_nothing(void **state)
{
    struct store_case *c = *state;
    struct read_todo job = {.owner = ACCOUNT_ALONE,
                            .id = store_case_create(c->store, "a").id};
    int syncs = vfs_shim_calls(VFS_SYNC, VFS_DATABASE | VFS_WAL);
    int writes = vfs_shim_calls(VFS_WRITE, VFS_DATABASE | VFS_WAL);

    assert_int_equal(store_case_read(c->store, store_read_todo, &job), TODO_OK);
    assert_int_equal(vfs_shim_calls(VFS_SYNC, VFS_DATABASE | VFS_WAL), syncs);
    assert_int_equal(vfs_shim_calls(VFS_WRITE, VFS_DATABASE | VFS_WAL), writes);
}

/* Answers only come after COMMIT: until then nobody else sees the rows. */
struct witness {
    const struct store_case *c;
    int64_t seen;
};

static enum todo_err look_from_outside(struct store *store, void *arg)
{
    struct witness *witness = arg;

    (void)store;
    witness->seen = count_todos(witness->c);
    return TODO_OK;
}

static void a_group_is_seen_as_a_whole(void **state)
{
    struct store_case *c = *state;
    struct creations group;
    struct witness witness = {c, -1};

    (void)creations_begin(&group);
    group.jobs[GROUP - 1].work = look_from_outside;
    group.jobs[GROUP - 1].arg = &witness;
    store_run_writes(c->store, group.jobs);
    assert_int_equal(witness.seen, 0);
    assert_int_equal(count_todos(c), GROUP - 1);
}

static void a_job_that_breaks_a_rule_fails_alone(void **state)
{
    struct store_case *c = *state;
    struct conditions stale = {.has_match = true};
    struct creations group;
    struct change_todo none = {.owner = ACCOUNT_ALONE,
                               .id = 99,
                               .kind = TODO_DRAFT_PATCH,
                               .conditions = &unconditional};
    struct delete_todo refused = {1, &stale, ACCOUNT_ALONE};
    int before;

    store_case_create(c->store, "stays");
    before = vfs_shim_calls(VFS_SYNC, VFS_WAL);
    (void)creations_begin(&group);
    group.jobs[1].work = store_change_todo;
    group.jobs[1].arg = &none;
    group.jobs[4].work = store_delete_todo;
    group.jobs[4].arg = &refused;
    store_run_writes(c->store, group.jobs);
    for (int i = 0; i < GROUP; i++)
        if (i != 1 && i != 4)
            assert_int_equal(group.jobs[i].err, TODO_OK);
    assert_int_equal(group.jobs[1].err, TODO_ERR_NO_TODO);
    assert_int_equal(group.jobs[4].err, TODO_ERR_PRECONDITION);
    assert_int_equal(vfs_shim_calls(VFS_SYNC, VFS_WAL), before + 1);
    assert_int_equal(count_todos(c), 1 + GROUP - 2);
    assert_int_equal(store_case_titled(c->path, "stays"), 1);
}

static void later_jobs_see_what_earlier_ones_did(void **state)
{
    struct store_case *c = *state;
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("short life")};
    struct delete_todo delete = {1, &unconditional, ACCOUNT_ALONE};
    struct read_todo read = {.owner = ACCOUNT_ALONE, .id = 1};
    struct store_job jobs[] = {{.work = store_create_todo, .arg = &create},
                               {.work = store_read_todo, .arg = &read},
                               {.work = store_delete_todo, .arg = &delete},
                               {.work = store_delete_todo, .arg = &delete}};

    store_run_writes(c->store, store_case_group(jobs, 4));
    assert_int_equal(jobs[0].err, TODO_OK);
    assert_int_equal(jobs[1].err, TODO_OK);
    assert_string_equal(read.todo.title, "short life");
    assert_int_equal(jobs[2].err, TODO_OK);
    assert_int_equal(jobs[3].err, TODO_ERR_NO_TODO);
}

/* --- another program holds the database ----------------------------------- */

/* As if the jobs had waited since a minute ago: a test need not. */
static struct store_job *waited_long(struct store_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        jobs[i].since_us = clock_mono_us() - 60000000;
    return jobs;
}

static void a_held_database_is_locked_to_those_who_waited(void **state)
{
    struct store_case *c = *state;
    struct creations group;
    struct hold hold;

    hold_begin(&hold, c->path);
    (void)creations_begin(&group);
    store_run_writes(c->store, waited_long(group.jobs, GROUP));
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(group.jobs[i].err, TODO_ERR_LOCKED);
    hold_end(&hold);
    assert_int_equal(count_todos(c), 0);
    store_run_writes(c->store, creations_begin(&group));
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(group.jobs[i].err, TODO_OK);
    assert_int_equal(count_todos(c), GROUP);
}

static void the_oldest_job_says_how_long_a_group_waits(void **state)
{
    struct store_case *c = *state;
    struct creations group;
    struct hold hold;
    int sleeps = vfs_shim_sleeps();

    hold_begin(&hold, c->path);
    (void)creations_begin(&group);
    (void)waited_long(group.jobs, 1); /* the others have come just now */
    store_run_writes(c->store, group.jobs);
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(group.jobs[i].err, TODO_ERR_LOCKED);
    assert_int_equal(vfs_shim_sleeps(), sleeps);
    hold_end(&hold);
}

struct writing {
    struct store *store;
    struct creations group;
};

static void *run_writing(void *arg)
{
    struct writing *writing = arg;

    store_run_writes(writing->store, creations_begin(&writing->group));
    return NULL;
}

static void a_group_waits_until_the_database_is_let_go(void **state)
{
    struct store_case *c = *state;
    struct writing *writing = unit_alloc(sizeof *writing);
    long long deadline = now_ms() + PATIENCE_MS;
    int sleeps = vfs_shim_sleeps();
    pthread_t thread;
    struct hold hold;

    writing->store = c->store;
    hold_begin(&hold, c->path);
    assert_int_equal(pthread_create(&thread, NULL, run_writing, writing), 0);
    while (vfs_shim_sleeps() == sleeps && now_ms() < deadline)
        a_moment(); /* until it is seen to wait */
    hold_end(&hold);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(writing->group.jobs[i].err, TODO_OK);
    assert_int_equal(count_todos(c), GROUP);
    free(writing);
}

static void reads_go_on_while_the_database_is_held(void **state)
{
    struct store_case *c = *state;
    struct todo todo = store_case_create(c->store, "readable");
    struct read_todo job = {.owner = ACCOUNT_ALONE, .id = todo.id};
    struct store *never_opened = store_new(c->file);
    struct hold hold;

    assert_true(never_opened != NULL);
    hold_begin(&hold, c->path);
    assert_int_equal(store_case_read(c->store, store_read_todo, &job), TODO_OK);
    assert_string_equal(job.todo.title, "readable");
    assert_int_equal(store_case_read(never_opened, store_read_todo, &job),
                     TODO_OK);
    hold_end(&hold);
    store_free(never_opened);
}

/* What waited long enough is still kept when nobody holds the database. */
static void nobody_is_refused_for_having_waited(void **state)
{
    struct store_case *c = *state;
    struct creations group;

    (void)creations_begin(&group);
    store_run_writes(c->store, waited_long(group.jobs, GROUP));
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(group.jobs[i].err, TODO_OK);
    assert_int_equal(count_todos(c), GROUP);
}

/* The feed of todo-sync rings for it, and for no change twice: one that was
 * rolled back leaves its number to another. */
static void the_newest_change_is_one_that_was_committed(void **state)
{
    struct store_case *c = *state;
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("lost")};
    struct delete_todo delete = {
        .owner = ACCOUNT_ALONE, .id = 99, .conditions = &unconditional};
    struct creations group;

    assert_int_equal(store_newest_change(c->store), 0);
    store_case_create(c->store, "kept");
    assert_int_equal(store_newest_change(c->store), 1);
    vfs_shim_break((struct vfs_fault){VFS_SYNC, VFS_WAL, 1, 1, SQLITE_IOERR});
    assert_int_equal(store_case_write(c->store, store_create_todo, &create),
                     TODO_ERR_UNAVAILABLE);
    assert_int_equal(vfs_shim_mend(), 1);
    assert_int_equal(store_newest_change(c->store), 1);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_ERR_NO_TODO);
    assert_int_equal(store_newest_change(c->store), 1);
    store_run_writes(c->store, creations_begin(&group));
    assert_int_equal(store_newest_change(c->store), 1 + GROUP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_group_shares_one_commit),
        store_test(jobs_by_themselves_commit_each),
        store_test(reads_commit_nothing),
        store_test(a_group_is_seen_as_a_whole),
        store_test(a_job_that_breaks_a_rule_fails_alone),
        store_test(later_jobs_see_what_earlier_ones_did),
        store_test(a_held_database_is_locked_to_those_who_waited),
        store_test(the_oldest_job_says_how_long_a_group_waits),
        store_test(a_group_waits_until_the_database_is_let_go),
        store_test(reads_go_on_while_the_database_is_held),
        store_test(nobody_is_refused_for_having_waited),
        store_test(the_newest_change_is_one_that_was_committed),
    };

    return cmocka_run_group_tests_name("store_group", tests, store_case_shim,
                                       NULL);
}
