#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"

enum {
    GROUP = 16,
    GROUP_BYTES = 512 << 10, /* more than the log of one group takes */
    PAGE_BYTES = 4096,
    ENOUGH_GROUPS = 600 /* to fill the log several times over */
};

/* Writes one group of long titles. */
static void write_group(struct store_case *c)
{
    struct create_todo creates[GROUP];
    struct store_job jobs[GROUP] = {{0}};

    for (int i = 0; i < GROUP; i++) {
        char *title = creates[i].draft.values.title;

        creates[i] = (struct create_todo){.owner = ACCOUNT_ALONE,
                                          .draft = store_case_draft("")};
        memset(title, 'x', TODO_TITLE_SIZE - 1);
        title[TODO_TITLE_SIZE - 1] = '\0';
        jobs[i].work = store_create_todo;
        jobs[i].arg = &creates[i];
    }
    store_run_writes(c->store, store_case_group(jobs, GROUP));
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(jobs[i].err, TODO_OK);
}

/* Writes groups that fill the log beyond its limit. A page of it is two writes:
 * its header and itself. */
static void outgrow(struct store_case *c)
{
    int from = vfs_shim_calls(VFS_WRITE, VFS_WAL);
    int groups = 0;

    while ((vfs_shim_calls(VFS_WRITE, VFS_WAL) - from) / 2 * PAGE_BYTES <
           STORE_WAL_LIMIT) {
        write_group(c);
        assert_true(++groups < ENOUGH_GROUPS);
    }
}

/* Writes groups until the log begins again. After a try that failed it first
 * grows some more. */
static void write_until_restart(struct store_case *c)
{
    unsigned round = store_case_wal_round(c);
    int groups = 0;

    while (store_case_wal_round(c) == round) {
        assert_true(store_case_wal_size(c) < 2 * STORE_WAL_LIMIT);
        write_group(c);
        assert_true(++groups < ENOUGH_GROUPS);
    }
}

static void the_log_is_written_back_when_it_has_grown(void **state)
{
    struct store_case *c = *state;
    unsigned round;

    write_group(c);
    round = store_case_wal_round(c);
    for (int i = 0; i < ENOUGH_GROUPS; i++) {
        write_group(c);
        assert_true(store_case_wal_size(c) < STORE_WAL_LIMIT + GROUP_BYTES);
    }
    assert_in_range(store_case_wal_round(c), round + 3, round + ENOUGH_GROUPS);
}

static void a_log_below_its_limit_is_left_alone(void **state)
{
    struct store_case *c = *state;
    int writes = vfs_shim_calls(VFS_WRITE, VFS_DATABASE);

    while (store_case_wal_size(c) < STORE_WAL_LIMIT - GROUP_BYTES)
        write_group(c);
    assert_int_equal(vfs_shim_calls(VFS_WRITE, VFS_DATABASE), writes);
}

/* A thread has a connection of its own, and there may be many threads. */
static void a_connection_keeps_few_pages(void **state)
{
    struct store_case *c = *state;
    int used = 0, most = 0;

    while (store_case_wal_size(c) < STORE_WAL_LIMIT / 2)
        write_group(c);
    assert_int_equal(
        sqlite3_exec(c->store->db,
                     "SELECT count(*) FROM todos WHERE title > 'y'", NULL, NULL,
                     NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_db_status(c->store->db, SQLITE_DBSTATUS_CACHE_USED,
                                       &used, &most, 0),
                     SQLITE_OK);
    assert_in_range(used, 1, STORE_CACHE_KIB * 1024 * 5 / 4);
}

/* --- readers -------------------------------------------------------------- */

/* A read that lasts until it is told to end. */
struct long_read {
    struct store *store;
    sem_t began;
    sem_t may_end;
    enum todo_err err;
    pthread_t thread;
};

static enum todo_err read_long(struct store *store, void *arg)
{
    struct long_read *read = arg;
    enum todo_err err = store_ping(store, NULL); /* takes a snapshot */

    sem_post(&read->began);
    while (sem_wait(&read->may_end) != 0)
        ; /* a signal came */
    return err;
}

static void *run_long_read(void *arg)
{
    struct long_read *read = arg;

    read->err = store_case_read(read->store, read_long, read);
    return NULL;
}

static void long_read_begin(struct long_read *read, const struct store_case *c)
{
    read->store = store_new(c->file);
    assert_true(read->store != NULL);
    assert_int_equal(sem_init(&read->began, 0, 0), 0);
    assert_int_equal(sem_init(&read->may_end, 0, 0), 0);
    assert_int_equal(pthread_create(&read->thread, NULL, run_long_read, read),
                     0);
    while (sem_wait(&read->began) != 0)
        ; /* a signal came */
}

static void long_read_end(struct long_read *read)
{
    sem_post(&read->may_end);
    assert_int_equal(pthread_join(read->thread, NULL), 0);
    assert_int_equal(read->err, TODO_OK);
    store_free(read->store);
    sem_destroy(&read->began);
    sem_destroy(&read->may_end);
}

static void a_long_read_puts_it_off_and_holds_nobody_up(void **state)
{
    struct store_case *c = *state;
    struct store *other = store_new(c->file);
    struct long_read read;
    int sleeps;

    assert_true(other != NULL);
    store_case_create(c->store, "something to read");
    long_read_begin(&read, c);
    sleeps = vfs_shim_sleeps();
    outgrow(c);
    write_group(c); /* and once more, past the limit */
    assert_true(store_case_wal_size(c) > STORE_WAL_LIMIT);
    /* It is not even tried: SQLite would sleep while it waits for readers. */
    assert_int_equal(vfs_shim_sleeps(), sleeps);
    /* The door is open again: another reader comes in. */
    assert_int_equal(store_case_read(other, store_ping, NULL), TODO_OK);
    long_read_end(&read);
    write_until_restart(c);
    store_free(other);
}

/* A reader of another process does not know the door. */
static void a_snapshot_of_another_program_puts_it_off(void **state)
{
    struct store_case *c = *state;
    sqlite3 *other = NULL;

    store_case_create(c->store, "something to read");
    assert_int_equal(sqlite3_open(c->path, &other), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other, "BEGIN; SELECT * FROM todos", NULL, NULL, NULL),
        SQLITE_OK);
    outgrow(c);
    write_group(c);
    assert_true(store_case_wal_size(c) > STORE_WAL_LIMIT);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    write_until_restart(c);
}

static void end_snapshot(void *arg)
{
    assert_int_equal(sqlite3_exec(arg, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
}

/* Not for ever: when the log is four times too large, the writer waits for such
 * a reader as long as a search may take. This one ends when the writer has
 * slept so often for one group that the usual 20 ms are over. */
static void at_last_a_snapshot_of_another_program_is_waited_for(void **state)
{
    enum { USUAL_SLEEPS = 5 };
    struct store_case *c = *state;
    sqlite3 *other = NULL;
    int64_t size = 0;
    unsigned round;

    store_case_create(c->store, "something to read");
    round = store_case_wal_round(c);
    assert_int_equal(sqlite3_open(c->path, &other), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other, "BEGIN; SELECT * FROM todos", NULL, NULL, NULL),
        SQLITE_OK);
    while (store_case_wal_round(c) == round) {
        size = store_case_wal_size(c);
        assert_true(size < 5 * STORE_WAL_LIMIT);
        vfs_shim_at_sleep(USUAL_SLEEPS + 2, end_snapshot, other);
        write_group(c);
    }
    vfs_shim_at_sleep(0, NULL, NULL);
    assert_true(size > 3 * STORE_WAL_LIMIT);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
}

/* Reads one snapshot after the other, with no moment between them. */
struct busy_reader {
    struct store *store;
    atomic_bool enough;
    atomic_int reads;
    int failed;
};

static void *read_busily(void *arg)
{
    struct busy_reader *reader = arg;

    while (!atomic_load(&reader->enough)) {
        if (store_case_read(reader->store, store_ping, NULL) != TODO_OK)
            reader->failed++;
        atomic_fetch_add(&reader->reads, 1);
    }
    return NULL;
}

/* The reader is seen to read between one group and the next, so a checkpoint
 * always meets it; and the log begins again none the less. */
static void busy_readers_do_not_make_the_log_grow_without_bound(void **state)
{
    struct store_case *c = *state;
    struct busy_reader reader = {.store = store_new(c->file)};
    pthread_t thread;
    unsigned round;

    assert_true(reader.store != NULL);
    assert_int_equal(pthread_create(&thread, NULL, read_busily, &reader), 0);
    write_group(c);
    round = store_case_wal_round(c);
    for (int i = 0; i < ENOUGH_GROUPS && store_case_wal_round(c) < round + 3;
         i++) {
        int reads = atomic_load(&reader.reads);

        write_group(c);
        while (atomic_load(&reader.reads) == reads)
            sched_yield();
    }
    atomic_store(&reader.enough, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(store_case_wal_round(c), round + 3);
    assert_int_equal(reader.failed, 0);
    store_free(reader.store);
}

/* --- a disk that fails ---------------------------------------------------- */

static void a_log_that_cannot_be_written_back_is_kept(void **state)
{
    static const struct vfs_fault faults[] = {
        {VFS_WRITE, VFS_DATABASE, 1, VFS_FOR_GOOD, SQLITE_FULL},
        {VFS_SYNC, VFS_DATABASE, 1, VFS_FOR_GOOD, SQLITE_IOERR_FSYNC},
    };
    struct store_case *c = *state;

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct todo todo = store_case_create(c->store, "kept all the while");
        struct read_todo read = {.owner = ACCOUNT_ALONE, .id = todo.id};

        vfs_shim_break(faults[i]);
        outgrow(c);
        write_group(c); /* is answered none the less */
        assert_int_equal(store_case_read(c->store, store_read_todo, &read),
                         TODO_OK);
        assert_true(vfs_shim_mend() > 0);
        write_until_restart(c);
        assert_int_equal(store_case_read(c->store, store_read_todo, &read),
                         TODO_OK);
        assert_string_equal(read.todo.title, "kept all the while");
    }
}

/* The limit of the log is one of bytes; the log itself counts in pages. */
static void large_pages_do_not_make_the_log_larger(void **state)
{
    struct store_case *c = *state;
    char why[256] = "";
    sqlite3 *db = NULL;

    store_case_close(c);
    assert_int_equal(unlink(c->path), 0);
    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA page_size = 65536; VACUUM", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    c->file = store_file_new(c->path, why, sizeof why);
    c->store = store_new(c->file);
    assert_true(c->file != NULL && c->store != NULL);
    write_until_restart(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(the_log_is_written_back_when_it_has_grown),
        store_test(large_pages_do_not_make_the_log_larger),
        store_test(a_log_below_its_limit_is_left_alone),
        store_test(a_connection_keeps_few_pages),
        store_test(a_long_read_puts_it_off_and_holds_nobody_up),
        store_test(a_snapshot_of_another_program_puts_it_off),
        store_test(at_last_a_snapshot_of_another_program_is_waited_for),
        store_test(busy_readers_do_not_make_the_log_grow_without_bound),
        store_test(a_log_that_cannot_be_written_back_is_kept),
    };

    return cmocka_run_group_tests_name("store_wal", tests, store_case_shim,
                                       NULL);
}
