#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/store/store_internal.h"
#include "common/store/store_schema.h"
#include "tests/support/store_case.h"

/* The files of other programs, and of ours. Each test has a folder to itself
 * and no server. */
#define owner_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, store_case_folder_setup,             \
                                    store_case_folder_teardown)

static void path_of(const struct store_case *c, const char *suffix,
                    char path[STORE_CASE_PATH_MAX])
{
    (void)snprintf(path, STORE_CASE_PATH_MAX, "%s%s", c->path, suffix);
}

static bool is_there(const struct store_case *c, const char *suffix)
{
    char path[STORE_CASE_PATH_MAX];

    path_of(c, suffix, path);
    return access(path, F_OK) == 0;
}

/* Makes a database as another program would. */
static sqlite3 *open_theirs(const struct store_case *c, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    return db;
}

static void make(const struct store_case *c, const char *sql)
{
    assert_int_equal(sqlite3_close(open_theirs(c, sql)), SQLITE_OK);
}

/* The start is refused with this line, and the file is byte for byte as it was,
 * with no log or journal beside it but the one that was there. */
static void assert_refused(const struct store_case *c, const char *reason)
{
    bool had_log = is_there(c, "-wal");
    char why[512] = "", want[512], kept[STORE_CASE_PATH_MAX];

    path_of(c, ".kept", kept);
    store_case_copy(c->path, kept, "");
    if (had_log)
        store_case_copy(c->path, kept, "-wal");
    (void)snprintf(want, sizeof want, "%s: %s", c->path, reason);
    assert_true(store_file_new(c->path, why, sizeof why) == NULL);
    assert_string_equal(why, want);
    store_case_assert_same(c->path, kept);
    assert_int_equal(is_there(c, "-wal"), had_log);
    assert_false(is_there(c, "-journal"));
    if (had_log) {
        char log[STORE_CASE_PATH_MAX], kept_log[STORE_CASE_PATH_MAX];

        path_of(c, "-wal", log);
        path_of(c, ".kept-wal", kept_log);
        store_case_assert_same(log, kept_log);
    }
}

/* The start goes well, and the store serves. */
static void assert_opens(struct store_case *c)
{
    char why[512] = "";

    c->file = store_file_new(c->path, why, sizeof why);
    if (!c->file)
        fail_msg("%s", why);
    c->store = store_new(c->file);
    assert_true(c->store != NULL);
    store_case_create(c->store, "new");
    assert_int_equal(store_case_read(c->store, store_ping, NULL), TODO_OK);
    assert_int_equal(store_case_number(c->path, "PRAGMA application_id"),
                     STORE_MARK);
    assert_int_equal(store_case_number(c->path, "PRAGMA user_version"),
                     store_schema_count);
    store_case_close(c);
}

static void make_ours(struct store_case *c)
{
    char why[512] = "";

    c->file = store_file_new(c->path, why, sizeof why);
    c->store = store_new(c->file);
    assert_true(c->file != NULL && c->store != NULL);
    store_case_create(c->store, "kept");
    store_case_close(c);
}

/* --- theirs --------------------------------------------------------------- */

static const char theirs[] = "made by another program, and left as it is";

static void a_database_with_tables_of_others_is_left_as_it_is(void **state)
{
    make(*state, "CREATE TABLE songs(name)");
    assert_refused(*state, theirs);
}

static void a_log_is_not_turned_on_or_off_for_others(void **state)
{
    make(*state, "PRAGMA journal_mode = WAL; CREATE TABLE songs(name)");
    assert_refused(*state, theirs);
}

/* Their program has crashed, or runs: its log is its own business. */
static void the_log_of_others_is_not_written_back(void **state)
{
    struct store_case *c = *state;
    char crashed[STORE_CASE_PATH_MAX];
    sqlite3 *db = open_theirs(c, "PRAGMA journal_mode = WAL;"
                                 "CREATE TABLE songs(name);"
                                 "INSERT INTO songs VALUES ('a'), ('b')");

    path_of(c, ".crashed", crashed);
    store_case_copy(c->path, crashed, "");
    store_case_copy(c->path, crashed, "-wal");
    assert_refused(c, theirs); /* it runs */
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    (void)snprintf(c->path, sizeof c->path, "%.80s/todos.db.crashed",
                   c->folder);
    assert_refused(c, theirs); /* it has crashed */
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM songs"),
                     2);
}

static void the_mark_of_others_is_believed(void **state)
{
    make(*state, "PRAGMA application_id = 252006673");
    assert_refused(*state, "made by another program (application_id "
                           "252006673), and left as it is");
}

static void others_count_their_versions_too(void **state)
{
    make(*state, "CREATE TABLE songs(name); PRAGMA user_version = 1");
    assert_refused(*state, "it lacks todos(id) INTEGER: made by another "
                           "program, or damaged");
}

static void tables_of_the_same_name_are_not_ours(void **state)
{
    make(*state, "CREATE TABLE todos(id INTEGER PRIMARY KEY, what TEXT);"
                 "CREATE TABLE changes(id, data); PRAGMA user_version = 1");
    assert_refused(*state, "it lacks todos(owner) INTEGER: made by another "
                           "program, or damaged");
}

/* A version is an index into our steps: what stands before them in memory is no
 * step. */
static void a_negative_version_is_refused(void **state)
{
    make(*state, "PRAGMA user_version = -3");
    assert_refused(*state, theirs);
}

static void a_version_without_tables_is_refused(void **state)
{
    char sql[64];

    (void)snprintf(sql, sizeof sql, "PRAGMA user_version = %d",
                   store_schema_count + 1);
    make(*state, sql);
    assert_refused(*state, theirs);
}

/* --- ours, and damaged ---------------------------------------------------- */

static void our_mark_with_a_negative_version_is_refused(void **state)
{
    make_ours(*state);
    make(*state, "PRAGMA user_version = -3");
    assert_refused(*state, "damaged: it claims to have schema -3");
}

static void an_index_that_is_missing_is_named(void **state)
{
    make_ours(*state);
    make(*state, "DROP INDEX todos_by_due_at");
    assert_refused(*state, "it lacks todos_by_due_at(owner) todos: made by "
                           "another program, or damaged");
}

static void a_table_that_is_missing_is_named(void **state)
{
    make_ours(*state);
    make(*state, "DROP TABLE changes");
    assert_refused(*state, "it lacks changes(id) INTEGER: made by another "
                           "program, or damaged");
}

/* In UTF-16 SQLite does not keep every character as it was. */
static void a_database_in_utf_16_is_refused(void **state)
{
    make(*state, "PRAGMA encoding = 'UTF-16'; CREATE TABLE songs(name);"
                 "DROP TABLE songs");
    assert_refused(*state, "kept in UTF-16, and not in UTF-8");
}

/* --- ours ----------------------------------------------------------------- */

/* Of a version that did not mark its files. */
static void an_older_database_of_ours_gets_the_mark(void **state)
{
    struct store_case *c = *state;
    sqlite3 *db = open_theirs(c, "PRAGMA journal_mode = WAL");

    assert_int_equal(sqlite3_exec(db, store_schema[0], NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA user_version = 1", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_opens(c);
}

static void what_users_add_is_no_harm(void **state)
{
    make_ours(*state);
    make(*state, "CREATE INDEX mine ON todos(title); ANALYZE;"
                 "CREATE VIEW open AS SELECT * FROM todos WHERE completed = 0");
    assert_opens(*state);
}

static void pages_of_another_size_are_no_harm(void **state)
{
    make(*state, "PRAGMA page_size = 512; PRAGMA auto_vacuum = FULL; VACUUM");
    assert_opens(*state);
    assert_int_equal(store_case_number(((struct store_case *)*state)->path,
                                       "PRAGMA page_size"),
                     512);
}

/* A server that was killed leaves its log behind: what was answered is there,
 * the mark too. */
static void the_log_of_a_server_that_was_killed_is_recovered(void **state)
{
    struct store_case *c = *state;
    char why[512] = "", killed[STORE_CASE_PATH_MAX];

    c->file = store_file_new(c->path, why, sizeof why);
    c->store = store_new(c->file);
    assert_true(c->file != NULL && c->store != NULL);
    store_case_create(c->store, "kept");
    path_of(c, ".killed", killed);
    store_case_copy(c->path, killed, "");
    store_case_copy(c->path, killed, "-wal");
    store_case_close(c);
    (void)snprintf(c->path, sizeof c->path, "%.80s/todos.db.killed", c->folder);
    assert_opens(c);
    assert_int_equal(store_case_titled(c->path, "kept"), 1);
}

/* A program that was killed leaves its journal behind. */
static void a_journal_left_over_is_rolled_back(void **state)
{
    struct store_case *c = *state;
    char killed[STORE_CASE_PATH_MAX];
    sqlite3 *db;

    make_ours(c);
    db = open_theirs(c, "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1;"
                        "BEGIN; DELETE FROM todos;"
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + "
                        "1 FROM n WHERE i < 500) INSERT INTO changes(kind, "
                        "data) SELECT 'x', hex(zeroblob(200)) FROM n");
    path_of(c, ".killed", killed);
    store_case_copy(c->path, killed, "");
    store_case_copy(c->path, killed, "-journal");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    (void)snprintf(c->path, sizeof c->path, "%.80s/todos.db.killed", c->folder);
    assert_opens(c);
    assert_int_equal(store_case_titled(c->path, "kept"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        owner_test(a_database_with_tables_of_others_is_left_as_it_is),
        owner_test(a_log_is_not_turned_on_or_off_for_others),
        owner_test(the_log_of_others_is_not_written_back),
        owner_test(the_mark_of_others_is_believed),
        owner_test(others_count_their_versions_too),
        owner_test(tables_of_the_same_name_are_not_ours),
        owner_test(a_negative_version_is_refused),
        owner_test(a_version_without_tables_is_refused),
        owner_test(our_mark_with_a_negative_version_is_refused),
        owner_test(an_index_that_is_missing_is_named),
        owner_test(a_table_that_is_missing_is_named),
        owner_test(a_database_in_utf_16_is_refused),
        owner_test(an_older_database_of_ours_gets_the_mark),
        owner_test(what_users_add_is_no_harm),
        owner_test(pages_of_another_size_are_no_harm),
        owner_test(the_log_of_a_server_that_was_killed_is_recovered),
        owner_test(a_journal_left_over_is_rolled_back),
    };

    return cmocka_run_group_tests_name("store_owner", tests, NULL, NULL);
}
