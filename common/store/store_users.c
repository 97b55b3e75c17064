/*
 * common/store/store_users.c - the jobs on users, and the key of their tokens.
 */
#include <string.h>

#include "common/base/clock.h"
#include "common/store/store_internal.h"

/* UNIQUE decides which of two that come at once is the user of that name. */
enum todo_err store_create_user(struct store *store, void *arg)
{
    struct create_user *job = arg;
    sqlite3_stmt *insert = store_statement(store, STMT_INSERT_USER);
    enum todo_err err;

    job->created_at = clock_wall_ms();
    if (insert) {
        sqlite3_bind_text(insert, 1, job->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, job->secret, -1, SQLITE_STATIC);
        sqlite3_bind_int64(insert, 3, job->created_at);
    }
    err = store_step(store, insert);
    if (!err && sqlite3_changes(store->db) == 0)
        err = TODO_ERR_NAME_TAKEN;
    return err;
}

enum todo_err store_find_user(struct store *store, void *arg)
{
    struct find_user *job = arg;
    sqlite3_stmt *find = store_statement(store, STMT_FIND_USER);
    enum todo_err err = TODO_OK;
    int rc;

    job->found = false;
    if (!find)
        return store_error(store);
    sqlite3_bind_text(find, 1, job->name, -1, SQLITE_STATIC);
    rc = sqlite3_step(find);
    if (rc == SQLITE_ROW) {
        const void *secret = sqlite3_column_text(find, 1);
        int len = sqlite3_column_bytes(find, 1);
        size_t keep = secret && len < PASSWORD_SECRET_SIZE ? (size_t)len : 0;

        job->found = true;
        job->id = sqlite3_column_int64(find, 0);
        if (keep > 0)
            memcpy(job->secret, secret, keep);
        job->secret[keep] = '\0';
    } else if (rc != SQLITE_DONE) {
        err = store_error(store);
    }
    sqlite3_reset(find);
    return err;
}

enum todo_err store_renew_secret(struct store *store, void *arg)
{
    const struct renew_secret *job = arg;
    sqlite3_stmt *renew = store_statement(store, STMT_RENEW_SECRET);

    if (renew) {
        sqlite3_bind_text(renew, 1, job->renewed, -1, SQLITE_STATIC);
        sqlite3_bind_int64(renew, 2, job->id);
        sqlite3_bind_text(renew, 3, job->secret, -1, SQLITE_STATIC);
    }
    return store_step(store, renew);
}

/* --- the key -------------------------------------------------------------- */

/* Whether there is one; a failure shows in sqlite3_errcode. */
static bool read_key(sqlite3 *db, unsigned char key[TOKEN_KEY_SIZE])
{
    sqlite3_stmt *read = NULL;
    const void *found = NULL;

    if (sqlite3_prepare_v2(db, "SELECT key FROM token_key", -1, &read, NULL) ==
            SQLITE_OK &&
        sqlite3_step(read) == SQLITE_ROW &&
        sqlite3_column_bytes(read, 0) == TOKEN_KEY_SIZE)
        found = sqlite3_column_blob(read, 0);
    if (found)
        memcpy(key, found, TOKEN_KEY_SIZE);
    sqlite3_finalize(read);
    return found != NULL;
}

static bool insert_key(sqlite3 *db)
{
    unsigned char key[TOKEN_KEY_SIZE];
    sqlite3_stmt *insert = NULL;
    bool done = false;

    token_make_key(key);
    if (sqlite3_prepare_v2(db,
                           "INSERT INTO token_key (id, key) VALUES (1, ?)"
                           " ON CONFLICT DO NOTHING",
                           -1, &insert, NULL) == SQLITE_OK) {
        sqlite3_bind_blob(insert, 1, key, sizeof key, SQLITE_STATIC);
        done = sqlite3_step(insert) == SQLITE_DONE;
    }
    sqlite3_finalize(insert);
    return done;
}

bool store_find_key(const struct store_start *start,
                    unsigned char key[TOKEN_KEY_SIZE])
{
    return read_key(start->db, key) ||
           (insert_key(start->db) && read_key(start->db, key)) ||
           store_refuse_sqlite(start);
}
