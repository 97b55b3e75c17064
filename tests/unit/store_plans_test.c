#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/unit/unit.h"

/* --- how SQLite goes about a list ----------------------------------------- */

static void list(struct store *store, const struct list_query *query)
{
    struct list_todos job = {
        .owner = ACCOUNT_ALONE, .query = query, .base = ""};

    assert_int_equal(store_case_read(store, store_list_todos, &job), TODO_OK);
    list_todos_release(&job);
}

/* Lists in every way there is, so that every statement is prepared. */
static void list_in_every_way(struct store *store)
{
    for (enum list_sort sort = 0; sort < LIST_SORT_COUNT; sort++)
        for (int descending = 0; descending < 2; descending++) {
            struct list_query query = {
                .sort = sort, .descending = descending, .limit = 10};

            list(store, &query);
            query.has_after = true;
            query.after = (struct list_place){.key = 5, .id = 5};
            list(store, &query);
        }
}

/* Appends the plan of a statement: its steps, each with a line end. */
static void explain(sqlite3 *db, sqlite3_stmt *statement, struct buf *plan)
{
    sqlite3_stmt *steps = NULL;
    char *sql =
        sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sqlite3_sql(statement));

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &steps, NULL), SQLITE_OK);
    while (sqlite3_step(steps) == SQLITE_ROW) {
        buf_puts(plan, (const char *)sqlite3_column_text(steps, 3));
        buf_puts(plan, "\n");
    }
    sqlite3_finalize(steps);
    sqlite3_free(sql);
}

static void assert_plan(sqlite3 *db, sqlite3_stmt *statement, const char *want)
{
    struct buf plan = {0};

    assert_true(statement != NULL);
    explain(db, statement, &plan);
    unit_assert_buf(&plan, want);
    buf_release(&plan);
}

/* One search in one index, and no sorting: so a page costs the same wherever
 * it begins. */
static void assert_searched(struct store *store, enum list_sort sort, int down,
                            enum list_leg leg)
{
    static const struct {
        const char *index, *key;
    } sorts[LIST_SORT_COUNT] = {
        [LIST_BY_ORDER] = {"todos_by_order", "ord"},
        [LIST_BY_DUE_AT] = {"todos_by_due_at", "due_at"},
        [LIST_BY_CREATED_AT] = {"todos_by_created_at", "created_at"},
        [LIST_BY_UPDATED_AT] = {"todos_by_updated_at", "updated_at"},
    };
    char than = down ? '<' : '>';
    char want[160], end[64];

    (void)snprintf(end, sizeof end,
                   leg == LEG_REST ? "%s%c?" : "%s=? AND rowid%c?",
                   sorts[sort].key, than);
    (void)snprintf(want, sizeof want,
                   "SEARCH todos USING INDEX %s (owner=? AND %s)\n",
                   sorts[sort].index, end);
    assert_plan(store->db, store->lists[sort][down][leg], want);
}

static void every_list_is_searched_in_its_index(void **state)
{
    struct store_case *c = *state;

    list_in_every_way(c->store);
    for (int down = 0; down < 2; down++) {
        for (int sort = LIST_BY_ORDER; sort < LIST_SORT_COUNT; sort++) {
            assert_searched(c->store, (enum list_sort)sort, down, LEG_TIES);
            assert_searched(c->store, (enum list_sort)sort, down, LEG_REST);
        }
        assert_searched(c->store, LIST_BY_ORDER, down, LEG_NULLS);
        assert_searched(c->store, LIST_BY_DUE_AT, down, LEG_NULLS);
        /* The other keys are never null: nobody looks for such rows. */
        assert_true(!c->store->lists[LIST_BY_CREATED_AT][down][LEG_NULLS]);
        assert_true(!c->store->lists[LIST_BY_UPDATED_AT][down][LEG_NULLS]);
    }
}

static void lists_by_id_are_searched_in_the_index_of_owners(void **state)
{
    struct store_case *c = *state;
    sqlite3_stmt *(*lists)[LEG_COUNT] = c->store->lists[LIST_BY_ID];

    list_in_every_way(c->store);
    assert_plan(c->store->db, lists[0][LEG_REST],
                "SEARCH todos USING INDEX todos_by_owner (owner=? AND "
                "rowid>?)\n");
    assert_plan(c->store->db, lists[1][LEG_REST],
                "SEARCH todos USING INDEX todos_by_owner (owner=? AND "
                "rowid<?)\n");
    for (int down = 0; down < 2; down++) {
        assert_true(lists[down][LEG_TIES] == NULL);
        assert_true(lists[down][LEG_NULLS] == NULL);
    }
}

static void assert_plan_of(struct store_case *c, enum store_statement id,
                           const char *want)
{
    assert_int_equal(store_case_read(c->store, store_ping, NULL), TODO_OK);
    assert_plan(c->store->db, store_statement(c->store, id), want);
}

/* Also where an owner has few rows among a million of others. */
static void an_owners_rows_are_found_among_those_of_others(void **state)
{
    struct store_case *c = *state;
    const char *one = "SEARCH todos USING INTEGER PRIMARY KEY (rowid=?)\n";

    assert_plan_of(c, STMT_READ, one);
    assert_plan_of(c, STMT_UPDATE, one);
    assert_plan_of(c, STMT_DELETE, one);
    assert_plan_of(c, STMT_DELETE_ALL,
                   "SEARCH todos USING INDEX todos_by_owner (owner=?)\n");
    assert_plan_of(c, STMT_CLEAR_EDGE,
                   "SEARCH todos USING INDEX todos_by_owner (owner=? AND "
                   "rowid>? AND rowid<?)\n");
    assert_plan_of(c, STMT_CLEAR_STEP,
                   "SEARCH todos USING INDEX todos_by_owner (owner=? AND "
                   "rowid>? AND rowid<?)\n");
    assert_plan_of(c, STMT_COUNT_TODOS,
                   "SEARCH todos USING INDEX todos_by_owner (owner=?)\n");
    assert_plan_of(c, STMT_READ_CHANGES,
                   "SEARCH changes USING INDEX changes_by_owner (owner=? AND "
                   "rowid>?)\n");
    assert_plan_of(c, STMT_READ_ALL_CHANGES,
                   "SEARCH changes USING INTEGER PRIMARY KEY (rowid>?)\n");
    assert_plan_of(c, STMT_FIND_USER,
                   "SEARCH users USING INDEX sqlite_autoindex_users_1 "
                   "(name=?)\n");
}

static void what_is_due_is_found_among_a_million(void **state)
{
    struct store_case *c = *state;

    assert_plan_of(c, STMT_NEXT_DUE,
                   "SEARCH todos USING INDEX todos_due (due_at>?)\n");
    assert_plan_of(c, STMT_FIND_DUE,
                   "SEARCH todos USING INDEX todos_due (due_at<?)\n");
    assert_plan_of(c, STMT_DISARM,
                   "SEARCH todos USING INTEGER PRIMARY KEY (rowid=?)\n");
}

static void no_statement_scans_a_table(void **state)
{
    struct store_case *c = *state;

    for (int id = 0; id < STMT_COUNT; id++) {
        struct buf plan = {0};
        sqlite3_stmt *statement;

        assert_int_equal(store_case_read(c->store, store_ping, NULL), TODO_OK);
        statement = store_statement(c->store, (enum store_statement)id);
        assert_true(statement != NULL);
        explain(c->store->db, statement, &plan);
        if ((unit_buf_has(&plan, "SCAN todos") ||
             unit_buf_has(&plan, "SCAN changes") ||
             unit_buf_has(&plan, "SCAN users")) &&
            id != STMT_PING)
            fail_msg("%s\n%.*s", sqlite3_sql(statement), (int)plan.len,
                     plan.data);
        assert_false(unit_buf_has(&plan, "TEMP B-TREE"));
        buf_release(&plan);
    }
}

/* --- a list that takes too long ------------------------------------------- */

/* Time runs out while the statement begins. */
static int run_out_of_time(unsigned event, void *arg, void *statement,
                           void *sql)
{
    struct store *store = arg;

    (void)event;
    (void)statement;
    (void)sql;
    store->search_until_us = 0;
    return 0;
}

static void fill(const struct store_case *c)
{
    store_case_exec(c->path,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                    " FROM n WHERE i < 2000) INSERT INTO todos (title,"
                    " completed, created_at, updated_at)"
                    " SELECT 'row', 0, 0, 0 FROM n");
}

static enum todo_err list_late(struct store *store,
                               const struct list_query *query)
{
    struct list_todos job = {
        .owner = ACCOUNT_ALONE, .query = query, .base = ""};
    enum todo_err err;

    assert_int_equal(
        sqlite3_trace_v2(store->db, SQLITE_TRACE_STMT, run_out_of_time, store),
        SQLITE_OK);
    err = store_case_read(store, store_list_todos, &job);
    assert_int_equal(sqlite3_trace_v2(store->db, 0, NULL, NULL), SQLITE_OK);
    list_todos_release(&job);
    return err;
}

static void a_filtered_list_that_takes_too_long_is_ended(void **state)
{
    struct store_case *c = *state;
    struct list_query search = {
        .limit = 10, .has_search = true, .search = "not there"};
    struct list_query filter = {.limit = 10, .completed = LIST_COMPLETED};

    fill(c);
    list(c->store, &search); /* in time, it finds nothing and is well */
    assert_int_equal(list_late(c->store, &search), TODO_ERR_SLOW_QUERY);
    assert_int_equal(list_late(c->store, &filter), TODO_ERR_SLOW_QUERY);
    /* The store is none the worse for it. */
    list(c->store, &search);
    store_case_create(c->store, "written afterwards");
}

static void a_list_without_filters_is_not_ended(void **state)
{
    struct store_case *c = *state;
    struct list_query all = {.limit = 1000};
    struct list_query search = {
        .limit = 10, .has_search = true, .search = "not there"};

    fill(c);
    list(c->store, &search);
    assert_int_equal(list_late(c->store, &all), TODO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(every_list_is_searched_in_its_index),
        store_test(lists_by_id_are_searched_in_the_index_of_owners),
        store_test(an_owners_rows_are_found_among_those_of_others),
        store_test(what_is_due_is_found_among_a_million),
        store_test(no_statement_scans_a_table),
        store_test(a_filtered_list_that_takes_too_long_is_ended),
        store_test(a_list_without_filters_is_not_ended),
    };

    return cmocka_run_group_tests_name("store_plans", tests, NULL, NULL);
}
