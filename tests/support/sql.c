#include "sql.h"

#include <string.h>

#include <sqlite3.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

static sqlite3 *open_other(const char *path)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db, PATIENCE_MS), SQLITE_OK);
    return db;
}

void sql_exec(const char *path, const char *sql)
{
    sqlite3 *db = open_other(path);

    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t sql_number(const char *path, const char *sql, const char *parameter)
{
    sqlite3 *db = open_other(path);
    sqlite3_stmt *statement = NULL;
    int64_t number;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (parameter)
        sqlite3_bind_text(statement, 1, parameter, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

void sql_bytes(const char *path, const char *sql, unsigned char *bytes,
               size_t size)
{
    sqlite3 *db = open_other(path);
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const void *column = sqlite3_column_blob(statement, 0);

    assert_int_equal(sqlite3_column_bytes(statement, 0), size);
    memcpy(bytes, column, size);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}
