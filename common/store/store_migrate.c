/*
 * common/store/store_migrate.c - brings a database file up to the newest
 * schema.
 *
 * The steps are the numbered files in schema/. PRAGMA user_version in the file
 * says how many of them it has seen. Two servers that start at once both come
 * here; BEGIN IMMEDIATE lets one of them work and the other find it done.
 */
#include <stdio.h>

#include "common/store/store_internal.h"
#include "common/store/store_schema.h"

/* Runs the steps from the file's version on; inside a transaction. */
static int apply_steps(sqlite3 *db, int version)
{
    char marks[96];
    int rc = SQLITE_OK;

    for (int i = version; i < store_schema_count && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(db, store_schema[i], NULL, NULL, NULL);
    (void)snprintf(marks, sizeof marks,
                   "PRAGMA user_version = %d; PRAGMA application_id = %d",
                   store_schema_count, STORE_MARK);
    return rc == SQLITE_OK ? sqlite3_exec(db, marks, NULL, NULL, NULL) : rc;
}

bool store_migrate(const struct store_start *start)
{
    int version;

    if (sqlite3_exec(start->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
        SQLITE_OK)
        return store_refuse_sqlite(start);
    if (!store_is_ours(start, &version)) /* somebody was faster */
        return false;
    if (apply_steps(start->db, version) != SQLITE_OK ||
        sqlite3_exec(start->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return store_refuse_sqlite(start);
    return true;
}
