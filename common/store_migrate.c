/*
 * common/store_migrate.c - brings a database file up to the newest schema.
 *
 * The steps are the numbered files in schema/. PRAGMA user_version in the file
 * says how many of them it has seen. Two servers that start at once both come
 * here; BEGIN IMMEDIATE lets one of them work and the other find it done.
 */
#include <stdio.h>

#include "common/store_internal.h"
#include "common/store_schema.h"

static int query_int(sqlite3 *db, const char *sql, int *value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        *value = sqlite3_column_int(statement, 0);
    else if (rc == SQLITE_OK)
        rc = SQLITE_ERROR;
    sqlite3_finalize(statement);
    return rc;
}

/* Runs the steps from the file's version on; inside a transaction. */
static int apply_steps(sqlite3 *db, int *version)
{
    char mark[48];
    int rc = query_int(db, "PRAGMA user_version", version);

    if (rc != SQLITE_OK || *version >= store_schema_count)
        return rc;
    for (int i = *version; i < store_schema_count && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(db, store_schema[i], NULL, NULL, NULL);
    (void)snprintf(mark, sizeof mark, "PRAGMA user_version = %d",
                   store_schema_count);
    return rc == SQLITE_OK ? sqlite3_exec(db, mark, NULL, NULL, NULL) : rc;
}

/* Two connections must be able to work at once: only WAL gives that. A
 * database in memory or in a read-only folder has none. */
static bool has_wal(sqlite3 *db)
{
    int is_wal = 0;

    return query_int(db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode",
                     &is_wal) == SQLITE_OK &&
           is_wal;
}

bool store_migrate(sqlite3 *db, const char *path, char *why, size_t size)
{
    int version = 0;
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

    if (rc == SQLITE_OK)
        rc = apply_steps(db, &version);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        (void)snprintf(why, size, "%s: %s", path, sqlite3_errmsg(db));
        return false;
    }
    if (version > store_schema_count) {
        (void)snprintf(why, size,
                       "%s: made by a newer version of this program (schema "
                       "%d; this one knows %d)",
                       path, version, store_schema_count);
        return false;
    }
    if (!has_wal(db)) {
        (void)snprintf(why, size, "%s: cannot keep a write-ahead log there",
                       path);
        return false;
    }
    return true;
}
