#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"

enum { GROUP_MAX = 24 };

/* --- at the nth call ------------------------------------------------------ */

/* What is tried: groups of so many jobs, on a disk with this fault. */
struct trial {
    struct vfs_fault fault; /* `first` is found out */
    enum todo_err err;      /* what a job that fails must say */
    int size;
    int step;        /* from one nth call to the next one tried */
    const char *sql; /* what the store's connection is told before, or NULL */
    bool afresh;     /* each group comes to an empty page cache */
    int recovered;   /* out: groups that were whole although a call failed */
};

/* Titles of 800 bytes, so that groups take pages. */
static void write_title(char *title, int nth, int job)
{
    int len = snprintf(title, TODO_TITLE_SIZE, "%d-%d ", nth, job);

    memset(title + len, '.', (size_t)(TODO_TITLE_SIZE - 1 - len));
    title[TODO_TITLE_SIZE - 1] = '\0';
}

/* A copy of what is on the disk now: what a power cut would leave. */
static void copy_database(const struct store_case *c, char *copy, size_t size)
{
    (void)snprintf(copy, size, "%s/copy.db", c->folder);
    store_case_copy(c->path, copy, "");
    store_case_copy(c->path, copy, "-wal");
}

/* What was answered stands in the file once. With `exactly`, what was not
 * answered does not stand there. */
static void assert_in_file(const char *path, const struct trial *trial,
                           const struct store_job *jobs, int nth, bool exactly)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *count = NULL;
    char title[TODO_TITLE_SIZE];

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT count(*) FROM todos WHERE title = ?", -1,
                           &count, NULL),
        SQLITE_OK);
    for (int i = 0; i < trial->size; i++) {
        bool answered = jobs[i].err == TODO_OK;

        write_title(title, nth, i);
        sqlite3_bind_text(count, 1, title, -1, SQLITE_STATIC);
        assert_int_equal(sqlite3_step(count), SQLITE_ROW);
        if (answered || exactly)
            assert_int_equal(sqlite3_column_int(count, 0), answered);
        sqlite3_reset(count);
    }
    sqlite3_finalize(count);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* Every job says the truth. A power cut may bring back a write that was not
 * answered, but never loses one that was. */
static void assert_told_the_truth(const struct store_case *c,
                                  const struct trial *trial,
                                  const struct store_job *jobs, int nth)
{
    char copy[320];

    for (int i = 0; i < trial->size; i++)
        if (jobs[i].err != TODO_OK && jobs[i].err != trial->err)
            fail_msg("call %d, job %d: error %d", nth, i, (int)jobs[i].err);
    copy_database(c, copy, sizeof copy);
    assert_in_file(copy, trial, jobs, nth, false);
    assert_in_file(c->path, trial, jobs, nth, true);
}

static void prepare(struct store_case *c, const struct trial *trial)
{
    if (trial->afresh)
        store_case_reopen(c);
    assert_int_equal(store_case_read(c->store, store_ping, NULL), TODO_OK);
    if (trial->sql)
        assert_int_equal(
            sqlite3_exec(c->store->db, trial->sql, NULL, NULL, NULL),
            SQLITE_OK);
}

/* Runs a group on a disk whose nth call fails. Gives whether it came so far. */
static bool try_nth(struct store_case *c, struct trial *trial, int nth)
{
    static struct create_todo creates[GROUP_MAX];
    struct store_job jobs[GROUP_MAX] = {{0}};
    struct vfs_fault fault = trial->fault;
    int failed, kept = 0;

    for (int i = 0; i < trial->size; i++) {
        creates[i] = (struct create_todo){.owner = ACCOUNT_ALONE,
                                          .draft = store_case_draft("")};
        write_title(creates[i].draft.values.title, nth, i);
        jobs[i].work = store_create_todo;
        jobs[i].arg = &creates[i];
    }
    prepare(c, trial);
    fault.first = nth;
    vfs_shim_break(fault);
    store_run_writes(c->store, store_case_group(jobs, (size_t)trial->size));
    failed = vfs_shim_mend();
    assert_told_the_truth(c, trial, jobs, nth);
    for (int i = 0; i < trial->size; i++)
        kept += jobs[i].err == TODO_OK;
    assert_true(failed > 0 || kept == trial->size);
    trial->recovered += failed > 0 && kept == trial->size;
    store_case_create(c->store, "and the store works again");
    return failed > 0;
}

static void try_each(struct store_case *c, struct trial *trial)
{
    static const int times[] = {1, 3, VFS_FOR_GOOD};

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int nth = 1;

        trial->fault.times = times[i];
        store_case_exec(c->path, "DELETE FROM todos");
        while (try_nth(c, trial, nth))
            nth += trial->step;
        assert_true(nth > 1); /* there was a call to fail */
    }
}

static void a_disk_full_at_the_nth_write_loses_nothing(void **state)
{
    struct trial trial = {
        .fault = {.call = VFS_WRITE, .files = VFS_WAL, .code = SQLITE_FULL},
        .err = TODO_ERR_DISK_FULL,
        .size = 1,
        .step = 1};

    try_each(*state, &trial);
    trial.size = 5;
    try_each(*state, &trial);
    assert_int_equal(trial.recovered, 0); /* COMMIT failed: it failed for all */
}

/* A group that needs more pages than the cache holds writes before COMMIT: then
 * it is a statement that fails, and SQLite that rolls back. */
static void a_disk_full_in_the_middle_of_a_big_group_loses_nothing(void **state)
{
    struct trial trial = {
        .fault = {.call = VFS_WRITE, .files = VFS_WAL, .code = SQLITE_FULL},
        .err = TODO_ERR_DISK_FULL,
        .size = GROUP_MAX,
        .step = 11,
        .sql = "PRAGMA cache_size = 1"};

    try_each(*state, &trial);
    assert_true(trial.recovered > 0);
}

static void a_write_error_at_the_nth_write_loses_nothing(void **state)
{
    struct trial trial = {.fault = {.call = VFS_WRITE,
                                    .files = VFS_WAL,
                                    .code = SQLITE_IOERR_WRITE},
                          .err = TODO_ERR_UNAVAILABLE,
                          .size = 1,
                          .step = 1};

    try_each(*state, &trial);
    trial.size = 5;
    try_each(*state, &trial);
}

static void a_disk_that_cannot_sync_loses_nothing(void **state)
{
    struct trial trial = {.fault = {.call = VFS_SYNC,
                                    .files = VFS_WAL,
                                    .code = SQLITE_IOERR_FSYNC},
                          .err = TODO_ERR_UNAVAILABLE,
                          .size = 1,
                          .step = 1};

    try_each(*state, &trial);
    trial.size = 5;
    try_each(*state, &trial);
}

static void a_read_error_in_a_write_loses_nothing(void **state)
{
    struct trial trial = {.fault = {.call = VFS_READ,
                                    .files = VFS_DATABASE | VFS_WAL,
                                    .code = SQLITE_IOERR_READ},
                          .err = TODO_ERR_UNAVAILABLE,
                          .size = 1,
                          .step = 1,
                          .afresh = true};

    try_each(*state, &trial);
    trial.size = 5;
    try_each(*state, &trial);
}

/* A file that may not grow: the statement that needs a page fails, and takes
 * the whole transaction with it. */
static void a_group_of_which_a_part_fits_keeps_that_part(void **state)
{
    struct store_case *c = *state;
    struct create_todo creates[5];
    struct store_job jobs[5] = {{0}};
    char sql[64];
    int kept = 0;

    store_case_create(c->store, "first");
    (void)snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d",
                   (int)store_case_number(c->path, "PRAGMA page_count") + 1);
    assert_int_equal(sqlite3_exec(c->store->db, sql, NULL, NULL, NULL),
                     SQLITE_OK);
    for (int i = 0; i < 5; i++) {
        creates[i] = (struct create_todo){.owner = ACCOUNT_ALONE,
                                          .draft = store_case_draft("")};
        write_title(creates[i].draft.values.title, 0, i);
        jobs[i].work = store_create_todo;
        jobs[i].arg = &creates[i];
    }
    store_run_writes(c->store, store_case_group(jobs, 5));
    for (int i = 0; i < 5; i++) {
        if (jobs[i].err == TODO_OK)
            kept++;
        else
            assert_int_equal(jobs[i].err, TODO_ERR_DISK_FULL);
        assert_int_equal(
            store_case_titled(c->path, creates[i].draft.values.title),
            jobs[i].err == TODO_OK);
    }
    assert_true(kept > 0 && kept < 5);
}

/* --- reads ---------------------------------------------------------------- */

static void
a_read_that_the_disk_fails_is_unavailable_for_the_moment(void **state)
{
    struct store_case *c = *state;
    struct read_todo job = {.owner = ACCOUNT_ALONE,
                            .id = store_case_create(c->store, "kept").id};
    enum todo_err err = TODO_ERR_UNAVAILABLE;
    int nth = 0;

    while (err) {
        store_case_reopen(c);
        vfs_shim_break((struct vfs_fault){.call = VFS_READ,
                                          .files = VFS_DATABASE | VFS_WAL,
                                          .first = ++nth,
                                          .times = 1,
                                          .code = SQLITE_IOERR_READ});
        err = store_case_read(c->store, store_read_todo, &job);
        if (err)
            assert_int_equal(err, TODO_ERR_UNAVAILABLE);
        (void)vfs_shim_mend();
        assert_int_equal(store_case_read(c->store, store_read_todo, &job),
                         TODO_OK);
        assert_string_equal(job.todo.title, "kept");
    }
    assert_true(nth > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_disk_full_at_the_nth_write_loses_nothing),
        store_test(a_disk_full_in_the_middle_of_a_big_group_loses_nothing),
        store_test(a_write_error_at_the_nth_write_loses_nothing),
        store_test(a_disk_that_cannot_sync_loses_nothing),
        store_test(a_read_error_in_a_write_loses_nothing),
        store_test(a_group_of_which_a_part_fits_keeps_that_part),
        store_test(a_read_that_the_disk_fails_is_unavailable_for_the_moment),
    };

    return cmocka_run_group_tests_name("store_faults", tests, store_case_shim,
                                       NULL);
}
