/*
 * common/store/store_owner.c - whose database a file is.
 *
 * Any program may have made a file of this name. A database that is not ours
 * must stay as it is; so this is asked before anything is changed. SQLite keeps
 * two numbers in the header of a database for the programs that use it:
 *
 *   application_id   whose it is: STORE_MARK when it is ours
 *   user_version     how many steps of the schema it has seen
 *
 * See sqlite.org/pragma.html, and sqlite.org/fileformat2.html section 1.3.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/store/store_internal.h"
#include "common/store/store_schema.h"

enum {
    PATH_SHOWN = 200, /* bytes of a path: behind them comes what is wrong */
    REASON_SIZE = 256
};

/* What the file says about itself. */
struct claim {
    int mark;
    int version;
    int objects; /* tables, indexes and so on */
    bool utf8;
};

bool store_refuse(const struct store_start *start, const char *format, ...)
{
    bool is_long = strlen(start->path) > PATH_SHOWN;
    char reason[REASON_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    (void)snprintf(start->why, start->size, "%.*s%s: %s", PATH_SHOWN,
                   start->path, is_long ? "..." : "", reason);
    return false;
}

bool store_refuse_sqlite(const struct store_start *start)
{
    const char *message = sqlite3_errmsg(start->db);
    int code = sqlite3_errcode(start->db);
    int cause = code == SQLITE_CANTOPEN ? sqlite3_system_errno(start->db) : 0;

    if (code == SQLITE_READONLY)
        return store_refuse(start, "cannot be written; its folder and the "
                                   "files beside it, -wal and -shm, must be "
                                   "writable, too");
    if (cause != 0)
        return store_refuse(
            start, "%s (%s)", message,
            strerror(cause)); /* NOLINT(concurrency-mt-unsafe) */
    return store_refuse(start, "%s", message);
}

/* --- its tables ----------------------------------------------------------- */

/* Every column of every table and index, by name. How the statements that made
 * them were written does not matter. */
#define PARTS                                                                  \
    "SELECT m.name || '(' || c.name || ') ' || c.type AS part"                 \
    " FROM sqlite_schema m, pragma_table_info(m.name) c"                       \
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' UNION ALL "         \
    "SELECT m.name || '(' || c.name || ') ' || m.tbl_name"                     \
    " FROM sqlite_schema m, pragma_index_info(m.name) c"                       \
    " WHERE m.type = 'index' AND m.name NOT LIKE 'sqlite%'"

/* Makes the database, in memory, that the first steps of the schema make. */
static int make_model(sqlite3 **model, int steps)
{
    int rc = sqlite3_open(":memory:", model);

    for (int i = 0; i < steps && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(*model, store_schema[i], NULL, NULL, NULL);
    return rc;
}

/* Whether all that `listed` has left to give is among what `lookup` finds. */
static bool has_all(const struct store_start *start, sqlite3_stmt *listed,
                    sqlite3_stmt *lookup)
{
    int rc;

    while ((rc = sqlite3_step(listed)) == SQLITE_ROW) {
        const char *part = (const char *)sqlite3_column_text(listed, 0);

        sqlite3_bind_text(lookup, 1, part, -1, SQLITE_TRANSIENT);
        if (sqlite3_step(lookup) != SQLITE_ROW)
            return store_refuse_sqlite(start);
        if (sqlite3_column_int(lookup, 0) != 1)
            return store_refuse(start,
                                "it lacks %s: made by another program, "
                                "or damaged",
                                part ? part : "a part");
        sqlite3_reset(lookup);
    }
    return rc == SQLITE_DONE || store_refuse(start, "out of memory");
}

/* Whether the file has what the first steps of the schema make. It may have
 * more: SQLite itself adds tables (ANALYZE), and users an index. */
static bool has_schema(const struct store_start *start, int steps)
{
    sqlite3 *model = NULL;
    sqlite3_stmt *listed = NULL, *lookup = NULL;
    bool has = false;

    if (make_model(&model, steps) != SQLITE_OK ||
        sqlite3_prepare_v2(model, PARTS, -1, &listed, NULL) != SQLITE_OK)
        (void)store_refuse(start, "%s", sqlite3_errmsg(model));
    else if (sqlite3_prepare_v2(
                 start->db, "SELECT count(*) FROM (" PARTS ") WHERE part = ?",
                 -1, &lookup, NULL) != SQLITE_OK)
        (void)store_refuse_sqlite(start);
    else
        has = has_all(start, listed, lookup);
    sqlite3_finalize(lookup);
    sqlite3_finalize(listed);
    sqlite3_close(model);
    return has;
}

/* --- its numbers ---------------------------------------------------------- */

static bool read_claim(const struct store_start *start, struct claim *claim)
{
    static const char sql[] =
        "SELECT (SELECT application_id FROM pragma_application_id),"
        " (SELECT user_version FROM pragma_user_version),"
        " (SELECT count(*) FROM sqlite_schema),"
        " (SELECT encoding = 'UTF-8' FROM pragma_encoding)";
    sqlite3_stmt *read = NULL;
    bool done = false;

    if (sqlite3_prepare_v2(start->db, sql, -1, &read, NULL) == SQLITE_OK &&
        sqlite3_step(read) == SQLITE_ROW) {
        *claim = (struct claim){.mark = sqlite3_column_int(read, 0),
                                .version = sqlite3_column_int(read, 1),
                                .objects = sqlite3_column_int(read, 2),
                                .utf8 = sqlite3_column_int(read, 3)};
        done = true;
    } else {
        (void)store_refuse_sqlite(start);
    }
    sqlite3_finalize(read);
    return done;
}

/* Nobody has used it yet. */
static bool is_empty(const struct claim *claim)
{
    return claim->mark == 0 && claim->version == 0 && claim->objects == 0;
}

bool store_is_ours(const struct store_start *start, int *version)
{
    struct claim claim;
    bool has_mark, knows_steps;

    if (!read_claim(start, &claim))
        return false;
    *version = claim.version;
    has_mark = claim.mark == STORE_MARK;
    knows_steps = claim.version > 0 && claim.version <= store_schema_count;
    if (claim.mark != 0 && !has_mark)
        return store_refuse(start,
                            "made by another program (application_id "
                            "%d), and left as it is",
                            claim.mark);
    if (has_mark && claim.version > store_schema_count)
        return store_refuse(start,
                            "made by a newer version of this program "
                            "(schema %d; this one knows %d)",
                            claim.version, store_schema_count);
    if (has_mark && !knows_steps)
        return store_refuse(start, "damaged: it claims to have schema %d",
                            claim.version);
    if (!claim.utf8)
        return store_refuse(start, "kept in UTF-16, and not in UTF-8");
    if (is_empty(&claim))
        return true;
    /* Before there was a mark, the schema was all that told ours apart. */
    if (!knows_steps)
        return store_refuse(start, "made by another program, and left as it "
                                   "is");
    return has_schema(start, claim.version);
}
