/*
 * common/store_internal.h - what the files of the store share among themselves.
 * Callers: store*.c alone.               Threads: as store.h.
 * Blocks:  as store.h.                   Owns: as store.h.
 */
#ifndef TODO_COMMON_STORE_INTERNAL_H
#define TODO_COMMON_STORE_INTERNAL_H

#include <sqlite3.h>

#include "common/store.h"

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
    STMT_LOG_CHANGE,
    STMT_TRIM_CHANGES,
    STMT_SPAN_OF_CHANGES,
    STMT_READ_CHANGES,
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
    int64_t search_until_us; /* when the list under way must end, if it has
                                filters */
};

/* The path of the file. Borrowed. */
const char *store_file_path(const struct store_file *file);

/* A group of reads begins and ends. Entering waits while the gate is closed. */
void store_gate_enter(struct store_file *file);
void store_gate_leave(struct store_file *file);

/* Closes the gate and waits for the readers inside to leave; gives whether they
 * have. Open it again in either case. */
bool store_gate_close(struct store_file *file, int wait_ms);
void store_gate_open(struct store_file *file);

/* Opens a connection with the settings all of ours have; `create` is 0 or
 * SQLITE_OPEN_CREATE. Gives SQLite's code; close it also on failure. */
int store_connect(sqlite3 **db, const char *path, int create);

/* Brings the schema up to date. On failure writes one line to `why`. */
bool store_migrate(sqlite3 *db, const char *path, char *why, size_t size);

/* Gives a prepared statement, ready to bind; compiled on first use. NULL, with
 * an error from sqlite3_errcode, when it cannot be. */
sqlite3_stmt *store_statement(struct store *store, enum store_statement id);

/* Compiles `sql` into `*slot` unless it is there, and makes it ready to bind.
 */
sqlite3_stmt *store_prepare(struct store *store, sqlite3_stmt **slot,
                            const char *sql);

/* Runs a statement that gives no rows. */
enum todo_err store_step(struct store *store, sqlite3_stmt *statement);

/* What SQLite's last result means to us; logs what is not the client's. The
 * one place where its codes are translated. */
enum todo_err store_error(struct store *store);

/* Reads a row of `SELECT STORE_COLUMNS`. */
#define STORE_COLUMNS                                                          \
    "id, version, title, completed, ord, due_at, created_at, updated_at"
void store_read_row(sqlite3_stmt *statement, struct todo *todo);

/* The one owner there is without user accounts. */
enum { STORE_OWNER = 1 };

#endif
