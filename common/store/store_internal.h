/*
 * common/store/store_internal.h - what the files of the store share among
 * themselves.
 * Threads: as store.h.
 * Blocks:  as store.h.
 * Owns:    as store.h.
 */
#ifndef TODO_COMMON_STORE_INTERNAL_H
#define TODO_COMMON_STORE_INTERNAL_H

#include <sys/types.h>

#include <sqlite3.h>

#include "common/store/store.h"

enum store_statement {
    STMT_BEGIN,
    STMT_BEGIN_WRITE,
    STMT_COMMIT,
    STMT_ROLLBACK,
    STMT_INSERT,
    STMT_READ,
    STMT_UPDATE,
    STMT_DELETE,
    STMT_NEWEST_ID,
    STMT_DELETE_ALL,
    STMT_CLEAR_EDGE,
    STMT_CLEAR_STEP,
    STMT_COUNT_TODOS,
    STMT_LOG_CHANGE,
    STMT_TRIM_CHANGES,
    STMT_SPAN_OF_CHANGES,
    STMT_READ_CHANGES,
    STMT_READ_ALL_CHANGES,
    STMT_NEXT_DUE,
    STMT_FIND_DUE,
    STMT_DISARM,
    STMT_INSERT_USER,
    STMT_FIND_USER,
    STMT_RENEW_SECRET,
    STMT_PING,
    STMT_COUNT
};

/* A page is gathered from up to three index searches: see store_list.c. */
enum list_leg { LEG_TIES, LEG_REST, LEG_NULLS, LEG_COUNT };

struct store {
    struct store_file *file;
    sqlite3 *db; /* NULL until the first job */
    sqlite3_stmt *statements[STMT_COUNT];
    sqlite3_stmt *lists[LIST_SORT_COUNT][2][LEG_COUNT];
    struct buf scratch;      /* a change on its way into the log */
    int64_t logged;          /* the newest change of the transaction */
    int64_t newest_change;   /* that was committed here */
    int wal_pages;           /* of the write-ahead log, after the last commit */
    int wal_put_off;         /* pages above its limit at which to try again */
    int64_t lock_until_us;   /* when a write must have the lock */
    int64_t search_until_us; /* when the read under way must end, if it may be
                                long */
};

/* --- the three files of a database ---------------------------------------- */

/* A path, and the file that it led to. */
struct store_place {
    char *path; /* owned; free(3) */
    dev_t device;
    ino_t inode;
};

enum store_place_state {
    STORE_PLACE_OURS,  /* it leads there still */
    STORE_PLACE_EMPTY, /* it leads nowhere */
    STORE_PLACE_TAKEN  /* it leads to another file */
};

/* Notes where `path` with `suffix` leads to. False when that is nowhere, or
 * when memory runs out. Blocks on the disk (stat(2)), as the next one does. */
bool store_place_note(struct store_place *place, const char *path,
                      const char *suffix);
enum store_place_state store_place_look(const struct store_place *place);

/* How many of the three are looked at: the database alone, or its write-ahead
 * log (-wal) and the index of that (-shm), too. */
enum { STORE_LOOK_DATABASE = 1, STORE_LOOK_ALL = 3 };

/* Whether one of them is gone, or another file has come in its place. It stays
 * lost when it comes back: who knows what has happened to it meanwhile? The
 * first to find out logs a line. Any thread. Blocks: one stat(2) each. */
bool store_file_is_lost(struct store_file *file, int look);

/* The path of the file, borrowed, and the size of its pages. */
const char *store_file_path(const struct store_file *file);
int store_file_page_size(const struct store_file *file);

/* A group of reads begins and ends. Entering waits while the door is closed. */
void store_door_enter(struct store_file *file);
void store_door_leave(struct store_file *file);

/* Closes the door and waits for the readers inside to leave; gives whether they
 * have. Open it again in either case. */
bool store_door_close(struct store_file *file, int wait_ms);
void store_door_open(struct store_file *file);

/* Opens a connection with the settings all of ours have; `create` is 0 or
 * SQLITE_OPEN_CREATE. Changes nothing in a file that is there. Gives SQLite's
 * code; close it also on failure. */
int store_connect(sqlite3 **db, const char *path, int create);

/* --- the start ------------------------------------------------------------ */

/* "2wtw" in ASCII, for "two ways to wait": the application_id of a database of
 * ours. Set by code and not by a step of the schema: it must be known before
 * the first step, and older files, which have seen the steps, get it too. */
enum { STORE_MARK = 0x32777477 };

/* A database that is being opened, and where to say why it cannot be. */
struct store_start {
    const char *path;
    sqlite3 *db;
    char *why;
    size_t size;
};

/* Writes a line, "PATH: ...", to start->why. Gives false, for the caller to
 * return. The second says what SQLite's last error was. */
bool store_refuse(const struct store_start *start, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool store_refuse_sqlite(const struct store_start *start);

/* The steps of a start, in their order. Each gives false, with a line, when the
 * file is not to be opened. */

/* Whether the path may be given to SQLite: no URI, and no directory, pipe or
 * device. It need not lead anywhere. */
bool store_place_may_open(const struct store_start *start);

/* Whether the database is ours, or empty; gives how many steps of the schema
 * it has seen. In a transaction of the caller. Changes nothing. */
bool store_is_ours(const struct store_start *start, int *version);

/* Brings the schema up to date and marks the database as ours. It writes also
 * when nothing is to be changed: so a database that may be read but not written
 * is found out. */
bool store_migrate(const struct store_start *start);

/* Reads the key of all tokens; makes it before, if there is none. */
bool store_find_key(const struct store_start *start,
                    unsigned char key[TOKEN_KEY_SIZE]);

/* -------------------------------------------------------------------------- */

/* Gives a prepared statement, ready to bind; compiled on first use. NULL, with
 * an error from sqlite3_errcode, when it cannot be. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement id);

/* Compiles `sql` into `*slot` unless it is there, and makes it ready to bind.
 */
sqlite3_stmt *store_prepare(struct store *store, sqlite3_stmt **slot,
                            const char *sql);

/* What may read long is ended in time: its steps give SQLITE_INTERRUPT from
 * store->search_until_us on. TODO_ERR_SLOW_QUERY when that has passed before it
 * begins; then do not end it. */
enum todo_err store_begin_search(struct store *store);
void store_end_search(struct store *store);

/* Runs a statement that gives no rows. */
enum todo_err store_step(struct store *store, sqlite3_stmt *statement);

/* What SQLite's last result means to us; logs what is not the client's. The
 * one place where its codes are translated. */
enum todo_err store_error(struct store *store);

/* Reads a row of `SELECT STORE_COLUMNS`. */
#define STORE_COLUMNS                                                          \
    "id, version, title, completed, ord, due_at, created_at, updated_at"
void store_read_row(sqlite3_stmt *statement, struct todo *todo);

/* Logs a change of a todo: what it is now. */
enum todo_err store_log_todo(struct store *store, int64_t owner,
                             const char *kind, const struct todo *todo);

#endif
