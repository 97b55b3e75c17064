#include "hold.h"

#include <stddef.h>

#include <sqlite3.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

void hold_begin(struct hold *hold, const char *db)
{
    char *why = NULL;

    *hold = (struct hold){0};
    assert_int_equal(
        sqlite3_open_v2(db, &hold->db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(hold->db, PATIENCE_MS), SQLITE_OK);
    if (sqlite3_exec(hold->db, "BEGIN IMMEDIATE", NULL, NULL, &why) !=
        SQLITE_OK)
        fail_msg("the database cannot be held: %s", why);
}

void hold_end(struct hold *hold)
{
    /* Closing the connection rolls back. It can fail only while a statement
     * of its own runs, and none does. */
    (void)sqlite3_close(hold->db);
    hold->db = NULL;
}
