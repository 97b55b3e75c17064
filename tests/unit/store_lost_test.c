#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/hold.h"
#include "tests/support/patience.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"

/* One of the files of the case, or another name in its folder. */
struct name {
    char path[STORE_CASE_PATH_MAX];
};

static struct name beside(const struct store_case *c, const char *suffix)
{
    struct name name;

    (void)snprintf(name.path, sizeof name.path, "%s%s", c->path, suffix);
    return name;
}

static void move(const struct store_case *c, const char *from, const char *to)
{
    assert_int_equal(rename(beside(c, from).path, beside(c, to).path), 0);
}

static bool is_there(const struct store_case *c, const char *suffix)
{
    return access(beside(c, suffix).path, F_OK) == 0;
}

static enum todo_err write_one(struct store_case *c)
{
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("too late")};

    return store_case_write(c->store, store_create_todo, &create);
}

static enum todo_err read_one(struct store_case *c)
{
    struct read_todo job = {.owner = ACCOUNT_ALONE, .id = 1};

    return store_case_read(c->store, store_read_todo, &job);
}

static enum todo_err ping(struct store_case *c)
{
    return store_case_read(c->store, store_ping, NULL);
}

/* A write first: it is what must not be answered. */
static void assert_lost(struct store_case *c)
{
    assert_int_equal(write_one(c), TODO_ERR_UNAVAILABLE);
    assert_int_equal(read_one(c), TODO_ERR_UNAVAILABLE);
    assert_int_equal(ping(c), TODO_ERR_UNAVAILABLE);
    store_case_reopen(c); /* nor does a new connection help */
    assert_int_equal(read_one(c), TODO_ERR_UNAVAILABLE);
    assert_int_equal(write_one(c), TODO_ERR_UNAVAILABLE);
}

/* A database of ours with one todo, "restored", as a backup would be. */
static void make_backup(const struct store_case *c, const char *suffix)
{
    char why[256] = "";
    struct name path = beside(c, suffix);
    struct store_case other = {.file =
                                   store_file_new(path.path, why, sizeof why)};

    assert_true(other.file != NULL);
    other.store = store_new(other.file);
    assert_true(other.store != NULL);
    store_case_create(other.store, "restored");
    store_case_close(&other);
}

/* --- noticed -------------------------------------------------------------- */

static void a_database_that_is_removed_is_unavailable(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    assert_int_equal(unlink(c->path), 0);
    assert_lost(c);
    assert_false(is_there(c, "")); /* nor is a new one made */
}

static void a_database_that_is_replaced_is_unavailable(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    make_backup(c, ".backup");
    move(c, ".backup", "");
    assert_lost(c);
}

/* A read that comes first must notice, too. */
static void a_read_notices_that_the_database_is_gone(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    assert_int_equal(read_one(c), TODO_OK);
    move(c, "", ".aside");
    assert_int_equal(read_one(c), TODO_ERR_UNAVAILABLE);
}

/* A connection that is opened only now must not be to the other file. */
static void a_first_job_notices_that_the_database_is_replaced(void **state)
{
    struct store_case *c = *state;

    make_backup(c, ".backup");
    move(c, ".backup", "");
    assert_int_equal(read_one(c), TODO_ERR_UNAVAILABLE);
    assert_int_equal(write_one(c), TODO_ERR_UNAVAILABLE);
}

static void a_log_that_is_removed_is_noticed(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    assert_int_equal(unlink(beside(c, "-wal").path), 0);
    assert_lost(c);
}

static void an_index_that_is_removed_is_noticed(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    assert_int_equal(unlink(beside(c, "-shm").path), 0);
    assert_lost(c);
}

/* The check that asks whether we are ready has no write to notice by. */
static void a_ping_notices_that_the_log_is_gone(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    assert_int_equal(ping(c), TODO_OK);
    move(c, "-wal", "-aside");
    assert_int_equal(ping(c), TODO_ERR_UNAVAILABLE);
}

/* 503 is what is not ready; 500 would be our fault. */
static void a_ping_without_a_table_is_unavailable(void **state)
{
    struct store_case *c = *state;

    assert_int_equal(ping(c), TODO_OK);
    store_case_exec(c->path, "DROP TABLE todos");
    assert_int_equal(ping(c), TODO_ERR_UNAVAILABLE);
}

/* Whoever moved it may have written to it. */
static void what_was_lost_stays_so_when_it_comes_back(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    move(c, "", ".aside");
    assert_int_equal(ping(c), TODO_ERR_UNAVAILABLE);
    move(c, ".aside", "");
    assert_lost(c);
}

static void nobody_asked_and_so_nothing_is_lost(void **state)
{
    struct store_case *c = *state;

    store_case_create(c->store, "before");
    move(c, "", ".aside");
    move(c, ".aside", "");
    assert_int_equal(read_one(c), TODO_OK);
    assert_int_equal(write_one(c), TODO_OK);
}

/* --- noticed in time ------------------------------------------------------ */

static void *run_write(void *arg)
{
    struct store_case *c = arg;

    return write_one(c) == TODO_ERR_UNAVAILABLE ? NULL : c;
}

/* It waits for the lock while the file goes, and then must not write to it. */
static void a_write_that_waited_is_not_written_to_what_is_gone(void **state)
{
    struct store_case *c = *state;
    long long deadline = now_ms() + PATIENCE_MS;
    int sleeps = vfs_shim_sleeps(), writes;
    struct hold hold;
    pthread_t thread;
    void *other_verdict;

    store_case_create(c->store, "before");
    hold_begin(&hold, c->path);
    assert_int_equal(pthread_create(&thread, NULL, run_write, c), 0);
    while (vfs_shim_sleeps() == sleeps && now_ms() < deadline)
        a_moment(); /* until it is seen to wait */
    move(c, "", ".aside");
    writes = vfs_shim_calls(VFS_WRITE, VFS_WAL);
    hold_end(&hold);
    assert_int_equal(pthread_join(thread, &other_verdict), 0);
    assert_null(other_verdict);
    assert_int_equal(vfs_shim_calls(VFS_WRITE, VFS_WAL), writes);
}

static enum todo_err move_it(struct store *store, void *arg)
{
    (void)store;
    move(arg, "", ".aside");
    return TODO_OK;
}

/* COMMIT goes well, but into a file that has just gone. */
static void a_commit_into_what_is_gone_is_not_answered(void **state)
{
    struct store_case *c = *state;
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("too late")};
    struct store_job jobs[] = {{.work = store_create_todo, .arg = &create},
                               {.work = move_it, .arg = c}};

    store_run_writes(c->store, store_case_group(jobs, 2));
    assert_int_equal(jobs[0].err, TODO_ERR_UNAVAILABLE);
    assert_int_equal(jobs[1].err, TODO_ERR_UNAVAILABLE);
}

/* --- and then stopped ----------------------------------------------------- */

/* SQLite would take our log for that of the other file. */
static void a_backup_is_not_mixed_with_what_was_before(void **state)
{
    struct store_case *c = *state;

    for (int i = 0; i < 50; i++)
        store_case_create(c->store, "before");
    make_backup(c, ".backup");
    assert_int_equal(link(c->path, beside(c, ".old").path), 0);
    move(c, ".backup", "");
    store_case_close(c); /* nobody had asked in between */
    assert_false(is_there(c, "-wal"));
    assert_false(is_there(c, "-shm"));
    assert_int_equal(store_case_titled(c->path, "restored"), 1);
    assert_int_equal(store_case_titled(c->path, "before"), 0);
    /* What was answered is in the file to which it was written. */
    assert_int_equal(store_case_titled(beside(c, ".old").path, "before"), 50);
}

static void what_was_answered_outlives_its_log(void **state)
{
    static const char *const suffixes[] = {"-wal", "-shm"};
    struct store_case *c = *state;
    char why[256];

    for (int i = 0; i < 2; i++) {
        store_case_create(c->store, "answered");
        assert_int_equal(unlink(beside(c, suffixes[i]).path), 0);
        assert_int_equal(write_one(c), TODO_ERR_UNAVAILABLE);
        store_case_close(c);
        assert_int_equal(store_case_titled(c->path, "answered"), i + 1);
        assert_int_equal(store_case_titled(c->path, "too late"), 0);
        c->file = store_file_new(c->path, why, sizeof why);
        c->store = store_new(c->file);
        assert_int_equal(ping(c), TODO_OK);
    }
}

/* Another program has begun a log of its own: its writes must survive us. */
static void the_log_of_another_program_is_left_alone(void **state)
{
    static const char theirs[] = "the log of another program";
    struct store_case *c = *state;
    char found[sizeof theirs] = "";
    FILE *log;

    store_case_create(c->store, "before");
    move(c, "-wal", ".aside");
    log = fopen(beside(c, "-wal").path, "w");
    assert_true(log != NULL && fputs(theirs, log) >= 0);
    assert_int_equal(fclose(log), 0);
    store_case_copy(c->path, beside(c, ".before").path, "");
    store_case_close(c);
    log = fopen(beside(c, "-wal").path, "r");
    assert_true(log != NULL && fgets(found, sizeof found, log) == found);
    assert_int_equal(fclose(log), 0);
    assert_string_equal(found, theirs);
    store_case_assert_same(c->path, beside(c, ".before").path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(a_database_that_is_removed_is_unavailable),
        store_test(a_database_that_is_replaced_is_unavailable),
        store_test(a_read_notices_that_the_database_is_gone),
        store_test(a_first_job_notices_that_the_database_is_replaced),
        store_test(a_log_that_is_removed_is_noticed),
        store_test(an_index_that_is_removed_is_noticed),
        store_test(a_ping_notices_that_the_log_is_gone),
        store_test(a_ping_without_a_table_is_unavailable),
        store_test(what_was_lost_stays_so_when_it_comes_back),
        store_test(nobody_asked_and_so_nothing_is_lost),
        store_test(a_write_that_waited_is_not_written_to_what_is_gone),
        store_test(a_commit_into_what_is_gone_is_not_answered),
        store_test(a_backup_is_not_mixed_with_what_was_before),
        store_test(what_was_answered_outlives_its_log),
        store_test(the_log_of_another_program_is_left_alone),
    };

    return cmocka_run_group_tests_name("store_lost", tests, store_case_shim,
                                       NULL);
}
