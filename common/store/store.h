/*
 * common/store/store.h - keeps todos in SQLite: all that touches a disk while
 * requests are served.
 * Threads: its owner's; no lock inside.
 * Blocks:  every function (disk, locks) but store_new, store_forbid_thread,
 *          store_newest_change and store_file_token_key.
 * Owns:    the sqlite3 connection.
 *
 * A job is a function and its argument. It runs inside a transaction that it
 * does not know of, on a thread that it does not choose: it returns its error,
 * and may be run again from the beginning when the transaction was lost.
 *
 *   store_run_writes   a group of jobs, one transaction, one fsync
 *   store_run_reads    a group of jobs, one snapshot
 */
#ifndef TODO_COMMON_STORE_H
#define TODO_COMMON_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/error.h"
#include "common/todo/changes.h"
#include "common/todo/conditions.h"
#include "common/todo/list_query.h"
#include "common/todo/password.h"
#include "common/todo/todo.h"
#include "common/todo/token.h"

enum {
    STORE_BUSY_MS = 5000,    /* how long another program may hold the file */
    STORE_SEARCH_MS = 2000,  /* how long a filtered list or a count may wait */
    STORE_CLEAR_STEP = 1000, /* rows a step of a filtered DELETE removes */
    STORE_KEEP_CHANGES = 10000,
    STORE_DUE_STEP = 64,       /* reminders that fire in one go */
    STORE_WAL_LIMIT = 4 << 20, /* bytes after which the log is written back */
    STORE_CACHE_KIB = 256      /* of pages, which each connection keeps */
};

struct store;      /* one connection */
struct store_file; /* what the connections of this process share: the path,
                      and the door that readers hold open */

typedef enum todo_err store_work(struct store *store, void *arg);

struct store_job {
    store_work *work;
    void *arg;
    enum todo_err err; /* set by store_run_writes and store_run_reads alone */
    int64_t since_us;  /* when it began to wait (clock_mono_us) */
    uint32_t request;  /* for whom (probe.h); 0: nobody */
    struct store_job *next;
};

/* Opens the file, or makes it, brings its schema up to date and marks it as
 * ours. Refuses what is no database of ours, and leaves that as it is; and what
 * cannot be written. On failure gives NULL and writes one line that says why to
 * `why`. Free with store_file_free, after its stores.
 *
 * While it is open nobody may remove, move or replace the file or its -wal and
 * -shm (sqlite.org/howtocorrupt.html). Whoever does is found out:
 * from then on all jobs fail with TODO_ERR_UNAVAILABLE, until another start.
 * At the end, a log that belongs to no file at this path is written back into
 * the file that it belongs to, and removed. */
struct store_file *store_file_new(const char *path, char *why, size_t size);
void store_file_free(struct store_file *file);

/* The key of all tokens, which is made once for a database. Borrowed. */
const unsigned char *store_file_token_key(const struct store_file *file);

/* Gives a store; the connection itself is opened by the first job. NULL when
 * memory runs out. */
struct store *store_new(struct store_file *file);
void store_free(struct store *store);

/* Opens the connection now, and with it the descriptors that its jobs need. The
 * errors of a job that reads. */
enum todo_err store_warm(struct store *store);

/* This thread must never wait for the disk: from now on, a debug build stops
 * (assert(3)) when it runs a job. Called by a loop before it begins to serve.
 */
void store_forbid_thread(void);

/* Runs a list of writes (linked by `next`) in one transaction and sets `err`
 * of each only after COMMIT. A job that breaks a rule fails alone. When the
 * disk fails a group, each job is run again by itself. Waits at most
 * STORE_BUSY_MS, counted from the oldest job, for another program's lock.
 * At the end the WAL is written back if it has grown past its limit. */
void store_run_writes(struct store *store, struct store_job *group);

/* Runs a list of reads in one snapshot. They see all that was committed. */
void store_run_reads(struct store *store, struct store_job *group);

/* The newest change (of the log, GET /todos/events) that this store has
 * committed; 0 before the first. */
int64_t store_newest_change(const struct store *store);

/* Jobs. Each takes a struct of its own name, and sees the rows of its owner
 * alone (account.h). ------------------------------------------------------- */

struct create_todo {
    struct todo_draft draft;
    int64_t owner;
    struct todo todo; /* out */
};
enum todo_err store_create_todo(struct store *store, void *arg);

struct read_todo {
    int64_t id;
    int64_t owner;
    struct todo todo; /* out */
};
enum todo_err store_read_todo(struct store *store, void *arg);

/* Replaces (WHOLE) or patches (PATCH). What changes nothing keeps version and
 * time, and makes no event. */
struct change_todo {
    int64_t id;
    enum todo_draft_kind kind;
    const struct conditions *conditions;
    int64_t owner;
    struct todo_draft draft;
    struct todo todo; /* out */
};
enum todo_err store_change_todo(struct store *store, void *arg);

struct delete_todo {
    int64_t id;
    const struct conditions *conditions;
    int64_t owner;
};
enum todo_err store_delete_todo(struct store *store, void *arg);

/* Deletes one step: everything without a filter, else up to STORE_CLEAR_STEP
 * rows. While `more`, run it again with after_id = reached_id. Each step logs a
 * change, as what is on the disk must be told though no other step follows. */
struct clear_todos {
    enum list_completed completed;
    int64_t owner;
    int64_t after_id;   /* rows up to here are done; begin with 0 */
    int64_t until_id;   /* rows made later are spared; begin with 0 */
    int64_t reached_id; /* out */
    bool more;          /* out */
};
enum todo_err store_clear_todos(struct store *store, void *arg);

/* One page as a JSON array, and where the next one begins. Release with
 * list_todos_release. */
struct list_todos {
    const struct list_query *query;
    int64_t owner;
    const char *base;       /* for the urls */
    bool lines;             /* no array: an object a line */
    struct buf page;        /* out */
    struct list_place last; /* out: the last row of the page */
    bool more;              /* out: rows follow it */
};
enum todo_err store_list_todos(struct store *store, void *arg);
void list_todos_release(struct list_todos *job);

/* Counts them all, as they are at one moment. It may read long: after
 * STORE_SEARCH_MS it is TODO_ERR_SLOW_QUERY. */
struct count_todos {
    int64_t owner;
    struct todo_stats stats; /* out */
};
enum todo_err store_count_todos(struct store *store, void *arg);

/* Finds where a stream begins: start->after is the newest change, or the one to
 * go on from. */
enum todo_err store_start_changes(struct store *store, void *arg);

/* Reads the next changes of a struct changes_page; fewer than CHANGES_STEP when
 * there are no more. Of owner 0: of all owners. */
enum todo_err store_read_changes(struct store *store, void *arg);

/* When the next reminder is due, of all owners: that may have been long ago. */
struct next_due {
    int64_t due_at; /* out: INT64_MAX when there is none */
};
enum todo_err store_next_due(struct store *store, void *arg);

/* Fires the reminders whose time has come by the wall clock, oldest first, up
 * to STORE_DUE_STEP: each is a change, `due`, and changes neither version nor
 * updated_at. There may be none. A todo has one when it is made, and another
 * one when its due_at changes; while it is completed, none fires. */
struct fire_due {
    int count; /* out */
};
enum todo_err store_fire_due(struct store *store, void *arg);

/* A new user. TODO_ERR_NAME_TAKEN when there is one of that name. */
struct create_user {
    const char *name;
    const char *secret; /* what is kept of the password */
    int64_t created_at; /* out */
};
enum todo_err store_create_user(struct store *store, void *arg);

/* Who has a name. That nobody has it is no error. */
struct find_user {
    const char *name;
    bool found;                        /* out */
    int64_t id;                        /* out */
    char secret[PASSWORD_SECRET_SIZE]; /* out */
};
enum todo_err store_find_user(struct store *store, void *arg);

/* Keeps another secret of the same password, if the old one is still there. */
struct renew_secret {
    int64_t id;
    const char *secret, *renewed;
};
enum todo_err store_renew_secret(struct store *store, void *arg);

/* Whether the database answers, and is still in its place with its log; else
 * TODO_ERR_UNAVAILABLE or _LOCKED. `arg` is not looked at. */
enum todo_err store_ping(struct store *store, void *arg);

#endif
