/*
 * common/store/store.c - connections, statements and transactions.
 */
#include "common/store/store.h"

#include <assert.h>
#include <stdlib.h>

#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/store/store_internal.h"

enum { DOOR_WAIT_MS = 20 }; /* how long a checkpoint waits for readers */

/* Each names the owner, but for those that are about the numbers of changes and
 * todos, which all owners share; that read all changes, for a feed that tells
 * each owner theirs; that look for reminders of all owners; that are about
 * users; and for the ping. */
static const char *const statements[STMT_COUNT] = {
    [STMT_BEGIN] = "BEGIN",
    [STMT_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [STMT_COMMIT] = "COMMIT",
    [STMT_ROLLBACK] = "ROLLBACK",
    [STMT_INSERT] = "INSERT INTO todos (owner, title, completed, ord, due_at,"
                    " created_at, updated_at) VALUES (?,?,?,?,?,?,?)",
    [STMT_READ] =
        "SELECT " STORE_COLUMNS " FROM todos WHERE id = ? AND owner = ?",
    [STMT_UPDATE] = "UPDATE todos SET version = version + 1, title = ?,"
                    " completed = ?, ord = ?, due_at = ?4, updated_at = ?,"
                    " due_armed = due_armed OR due_at IS NOT ?4"
                    " WHERE id = ? AND owner = ? AND version = ?",
    [STMT_DELETE] = "DELETE FROM todos WHERE id = ? AND owner = ?",
    [STMT_NEWEST_ID] = "SELECT coalesce(max(id), 0) FROM todos",
    [STMT_DELETE_ALL] = "DELETE FROM todos WHERE owner = ?",
    [STMT_CLEAR_EDGE] = "SELECT id FROM todos WHERE id > ? AND id <= ? AND"
                        " completed = ? AND owner = ? ORDER BY id"
                        " LIMIT 1 OFFSET ?",
    [STMT_CLEAR_STEP] = "DELETE FROM todos WHERE id > ? AND id <= ? AND"
                        " completed = ? AND owner = ?",
    [STMT_COUNT_TODOS] = "SELECT count(*), coalesce(sum(completed), 0),"
                         " coalesce(sum(completed = 0 AND due_at <= ?2), 0)"
                         " FROM todos WHERE owner = ?1",
    [STMT_LOG_CHANGE] = "INSERT INTO changes (owner, kind, data)"
                        " VALUES (?,?,?)",
    [STMT_TRIM_CHANGES] = "DELETE FROM changes WHERE id <="
                          " (SELECT max(id) FROM changes) - ?",
    [STMT_SPAN_OF_CHANGES] =
        "SELECT coalesce((SELECT min(id) FROM changes), 1),"
        " coalesce((SELECT max(id) FROM changes), 0)",
    [STMT_READ_CHANGES] = "SELECT id, kind, data, owner FROM changes"
                          " WHERE id > ?1 AND owner = ?3 ORDER BY id LIMIT ?2",
    [STMT_READ_ALL_CHANGES] = "SELECT id, kind, data, owner FROM changes"
                              " WHERE id > ?1 ORDER BY id LIMIT ?2",
    [STMT_NEXT_DUE] = "SELECT min(due_at) FROM todos WHERE due_armed = 1"
                      " AND completed = 0 AND due_at IS NOT NULL",
    [STMT_FIND_DUE] = "SELECT id, owner FROM todos WHERE due_armed = 1"
                      " AND completed = 0 AND due_at <= ?"
                      " ORDER BY due_at, id LIMIT ?",
    [STMT_DISARM] = "UPDATE todos SET due_armed = 0 WHERE id = ? AND owner = ?"
                    " RETURNING " STORE_COLUMNS,
    [STMT_INSERT_USER] = "INSERT INTO users (name, secret, created_at)"
                         " VALUES (?,?,?) ON CONFLICT (name) DO NOTHING",
    [STMT_FIND_USER] = "SELECT id, secret FROM users WHERE name = ?",
    [STMT_RENEW_SECRET] =
        "UPDATE users SET secret = ? WHERE id = ? AND secret = ?",
    [STMT_PING] = "SELECT count(*) FROM (SELECT 1 FROM todos LIMIT 1)",
};

/* --- a connection -------------------------------------------------------- */

static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct store *store = arg;

    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

struct store *store_new(struct store_file *file)
{
    struct store *store = calloc(1, sizeof *store);

    if (store)
        store->file = file;
    return store;
}

/* Whether we still have the files that we opened. Before reads the database is
 * looked at; around a write its log and the index of the log, too, for the
 * write is lost with them. */
static enum todo_err check_place(struct store *store, int look)
{
    return store_file_is_lost(store->file, look) ? TODO_ERR_UNAVAILABLE
                                                 : TODO_OK;
}

/* A connection is opened by the first job that needs it: a thread that has
 * served nobody costs nothing. */
static enum todo_err store_open(struct store *store)
{
    enum todo_err err;

    if (store->db)
        return TODO_OK;
    err = check_place(store, STORE_LOOK_ALL);
    if (err)
        return err;
    if (store_connect(&store->db, store_file_path(store->file), 0) != SQLITE_OK)
        err = store_error(store);
    else /* it may be another file that was opened */
        err = check_place(store, STORE_LOOK_ALL);
    if (err) {
        sqlite3_close(store->db);
        store->db = NULL;
        return err;
    }
    sqlite3_wal_hook(store->db, on_commit, store);
    return TODO_OK;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    for (int i = 0; i < STMT_COUNT; i++)
        sqlite3_finalize(store->statements[i]);
    for (int sort = 0; sort < LIST_SORT_COUNT; sort++)
        for (int leg = 0; leg < LEG_COUNT; leg++) {
            sqlite3_finalize(store->lists[sort][0][leg]);
            sqlite3_finalize(store->lists[sort][1][leg]);
        }
    sqlite3_close(store->db);
    buf_release(&store->scratch);
    free(store);
}

sqlite3_stmt *store_prepare(struct store *store, sqlite3_stmt **slot,
                            const char *sql)
{
    if (!*slot)
        (void)sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                 slot, NULL); /* a NULL says it failed */
    return *slot;
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement id)
{
    return store_prepare(store, &store->statements[id], statements[id]);
}

/* SQLite asks this every thousand steps of its machine; 1 interrupts it. */
static int out_of_time(void *arg)
{
    const struct store *store = arg;

    return clock_mono_us() > store->search_until_us;
}

enum todo_err store_begin_search(struct store *store)
{
    if (out_of_time(store)) /* it has waited too long */
        return TODO_ERR_SLOW_QUERY;
    sqlite3_progress_handler(store->db, 1000, out_of_time, store);
    return TODO_OK;
}

void store_end_search(struct store *store)
{
    sqlite3_progress_handler(store->db, 0, NULL, NULL);
}

enum todo_err store_step(struct store *store, sqlite3_stmt *statement)
{
    enum todo_err err = TODO_OK;

    if (!statement)
        return store_error(store);
    if (sqlite3_step(statement) != SQLITE_DONE)
        err = store_error(store);
    sqlite3_reset(statement); /* repeats the error of the step */
    return err;
}

enum todo_err store_error(struct store *store)
{
    int code = store->db ? sqlite3_extended_errcode(store->db) : SQLITE_NOMEM;
    enum todo_err err = TODO_ERR_INTERNAL;

    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        err = TODO_ERR_LOCKED;
        break;
    case SQLITE_INTERRUPT:
        return TODO_ERR_SLOW_QUERY;
    case SQLITE_FULL:
        err = TODO_ERR_DISK_FULL;
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        err = TODO_ERR_UNAVAILABLE;
        break;
    default:
        break;
    }
    log_error("store", "%s (SQLite code %d)",
              store->db ? sqlite3_errmsg(store->db) : "out of memory", code);
    return err;
}

/* --- transactions -------------------------------------------------------- */

static _Thread_local bool forbidden;

void store_forbid_thread(void)
{
    forbidden = true;
}

static bool is_ours(enum todo_err err)
{
    return err && error_info(err)->ours;
}

static void fail_all(struct store_job *group, enum todo_err err)
{
    for (struct store_job *job = group; job; job = job->next)
        job->err = err;
}

static enum todo_err run_statement(struct store *store, enum store_statement id)
{
    return store_step(store, store_statement(store, id));
}

static void roll_back(struct store *store)
{
    if (!sqlite3_get_autocommit(store->db))
        (void)run_statement(store, STMT_ROLLBACK); /* it was logged; no more
                                                      can be done */
}

/* SQLite asks whether to try once more for a lock that another program holds,
 * and has asked so often before (sqlite3_busy_handler). */
static int try_again(void *arg, int tries)
{
    const struct store *store = arg;

    if (clock_mono_us() >= store->lock_until_us)
        return 0;
    (void)sqlite3_sleep(tries < 5 ? 1 << tries : 25); /* WAITS: lock */
    return 1;
}

/* Waits for the write lock, at most until the oldest job has waited enough. It
 * may wait long: so it asks behind the wait whether the file is still there. */
static enum todo_err begin_write(struct store *store,
                                 const struct store_job *oldest)
{
    enum todo_err err = store_open(store);

    if (err)
        return err;
    probe_stand(oldest->request, "store.lock");
    store->lock_until_us = oldest->since_us + STORE_BUSY_MS * INT64_C(1000);
    sqlite3_busy_handler(store->db, try_again, store);
    err = run_statement(store, STMT_BEGIN_WRITE); /* WAITS: lock */
    probe_go(oldest->request, "store.lock");
    if (!err)
        err = check_place(store, STORE_LOOK_ALL);
    if (err)
        roll_back(store);
    return err;
}

static enum todo_err commit_write(struct store *store,
                                  const struct store_job *oldest)
{
    enum todo_err err;

    probe_stand(oldest->request, "store.commit");
    err = run_statement(store, STMT_COMMIT); /* WAITS: disk */
    probe_go(oldest->request, "store.commit");
    if (!err) /* it was kept; but where? */
        err = check_place(store, STORE_LOOK_ALL);
    if (!err)
        store->newest_change = store->logged;
    return err;
}

/* Runs one job, on behalf of its request. */
static void run_job(struct store *store, struct store_job *job)
{
    uint32_t before = probe_enter(job->request);

    job->err = job->work(store, job->arg); /* WAITS: disk */
    probe_leave(before);
}

static enum todo_err trim_changes(struct store *store)
{
    sqlite3_stmt *trim = store_statement(store, STMT_TRIM_CHANGES);

    if (trim)
        sqlite3_bind_int(trim, 1, STORE_KEEP_CHANGES);
    return store_step(store, trim);
}

/* Runs the jobs in one transaction. Returns false when the disk failed one of
 * them: then nothing was kept, and its error stands in that job. SQLite rolls
 * back by itself when the disk is full, and what came after would commit by
 * itself; so it is asked after each job whether the transaction still is. */
static bool run_transaction(struct store *store, struct store_job *group)
{
    enum todo_err err = begin_write(store, group);

    store->logged = store->newest_change;
    if (err) {
        fail_all(group, err);
        return true;
    }
    for (struct store_job *job = group; job; job = job->next) {
        run_job(store, job);
        if (!is_ours(job->err) && sqlite3_get_autocommit(store->db))
            job->err = TODO_ERR_INTERNAL;
        if (is_ours(job->err)) {
            roll_back(store);
            return false;
        }
    }
    err = trim_changes(store);
    if (!err)
        err = commit_write(store, group);
    if (err) {
        roll_back(store);
        fail_all(group, err);
    }
    return true;
}

/* Writes the log back into the database when it has grown, and lets it begin
 * again from its start. The file keeps its size: a commit that makes it grow
 * takes longer than one that writes over what was there. Readers that stay put
 * it off until the log has grown some more: each try costs the writers a wait.
 * When it is four times too large, the writers wait for the longest reader:
 * ours at the door, those of other programs in SQLite. */
static void checkpoint(struct store *store)
{
    int limit = STORE_WAL_LIMIT / store_file_page_size(store->file);
    int wait_ms = store->wal_pages < 4 * limit ? DOOR_WAIT_MS : STORE_SEARCH_MS;
    int rc = SQLITE_BUSY;

    if (!store->db || store->wal_pages < limit + store->wal_put_off ||
        check_place(store, STORE_LOOK_ALL))
        return;
    if (store_door_close(store->file, wait_ms)) {
        sqlite3_busy_timeout(store->db, wait_ms); /* other programs */
        rc = sqlite3_wal_checkpoint_v2(store->db, NULL,
                                       SQLITE_CHECKPOINT_RESTART, NULL, NULL);
        if (rc != SQLITE_OK && rc != SQLITE_BUSY)
            (void)store_error(store); /* it is logged; the next one tries */
    }
    store_door_open(store->file);
    if (rc == SQLITE_OK)
        store->wal_pages = store->wal_put_off = 0;
    else if (wait_ms == DOOR_WAIT_MS)
        store->wal_put_off = store->wal_pages - limit + limit / 8;
    else /* a reader stays and stays: such a wait is not to come often */
        store->wal_put_off = store->wal_pages;
}

void store_run_writes(struct store *store, struct store_job *group)
{
    assert(!forbidden);
    if (!run_transaction(store, group) && group->next) {
        for (struct store_job *job = group, *next; job; job = next) {
            next = job->next;
            job->next = NULL;
            (void)run_transaction(store, job); /* its error is in the job */
            job->next = next;
        }
    }
    checkpoint(store);
}

void store_run_reads(struct store *store, struct store_job *group)
{
    enum todo_err err;

    assert(!forbidden);
    store_door_enter(store->file);
    err = check_place(store, STORE_LOOK_DATABASE);
    if (!err)
        err = store_open(store);
    if (!err)
        err = run_statement(store, STMT_BEGIN);
    if (err)
        fail_all(group, err);
    for (struct store_job *job = group; job && !err; job = job->next) {
        store->search_until_us =
            job->since_us + STORE_SEARCH_MS * INT64_C(1000);
        probe_stand(job->request, "store.read");
        run_job(store, job);
        probe_go(job->request, "store.read");
    }
    if (!err && run_statement(store, STMT_COMMIT))
        roll_back(store); /* a transaction that only read lost nothing */
    store_door_leave(store->file);
}

enum todo_err store_warm(struct store *store)
{
    enum todo_err err;

    store_door_enter(store->file);
    err = store_open(store);
    if (!err)
        err = store_ping(store, NULL); /* opens the log, too */
    store_door_leave(store->file);
    return err;
}

int64_t store_newest_change(const struct store *store)
{
    return store->newest_change;
}
