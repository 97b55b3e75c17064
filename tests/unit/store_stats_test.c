/*
 * tests/unit/store_stats_test.c - what does a count see, and when is it ended?
 */
#include <stdio.h>

#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/unit/unit.h"

enum { OTHER = 2, MANY = 5000 };

static struct todo_stats stats_of(struct store_case *c, int64_t owner)
{
    struct count_todos job = {.owner = owner};

    assert_int_equal(store_case_read(c->store, store_count_todos, &job),
                     TODO_OK);
    return job.stats;
}

static void assert_stats(struct store_case *c, int64_t owner, int64_t open,
                         int64_t completed, int64_t overdue)
{
    struct todo_stats stats = stats_of(c, owner);

    assert_int_equal(stats.total, open + completed);
    assert_int_equal(stats.open, open);
    assert_int_equal(stats.completed, completed);
    assert_int_equal(stats.overdue, overdue);
}

static void put(struct store_case *c, int64_t owner, int count, bool completed,
                const char *due_at)
{
    char sql[320];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO todos (owner, title,"
                   " completed, due_at, created_at, updated_at)"
                   " SELECT %d, 'row', %d, %s, 0, 0 FROM n",
                   count, (int)owner, completed, due_at);
    store_case_exec(c->path, sql);
}

/* --- what is counted ------------------------------------------------------ */

static void of_nothing_all_is_nought(void **state)
{
    struct store_case *c = *state;

    assert_stats(c, ACCOUNT_ALONE, 0, 0, 0);
    put(c, OTHER, 3, false, "0");
    assert_stats(c, ACCOUNT_ALONE, 0, 0, 0);
}

static void each_todo_is_counted_where_it_belongs(void **state)
{
    struct store_case *c = *state;

    put(c, ACCOUNT_ALONE, 2, false, "NULL");
    put(c, ACCOUNT_ALONE, 3, false, "253402300799999");
    put(c, ACCOUNT_ALONE, 5, false, "0");
    put(c, ACCOUNT_ALONE, 7, false, "-62135596800000");
    put(c, ACCOUNT_ALONE, 11, true, "NULL");
    put(c, ACCOUNT_ALONE, 13, true, "0");
    put(c, ACCOUNT_ALONE, 17, true, "253402300799999");
    assert_stats(c, ACCOUNT_ALONE, 17, 41, 12);
}

static void each_owner_has_a_count_of_its_own(void **state)
{
    struct store_case *c = *state;

    put(c, ACCOUNT_ALONE, 2, false, "0");
    put(c, OTHER, 3, true, "0");
    put(c, OTHER, 5, false, "NULL");
    assert_stats(c, ACCOUNT_ALONE, 2, 0, 2);
    assert_stats(c, OTHER, 5, 3, 0);
}

/* As in the list: at its time it is overdue, and not a millisecond before. */
static void a_todo_is_overdue_from_its_time_on(void **state)
{
    struct store_case *c = *state;
    char time[24];

    clock_freeze_wall();
    (void)snprintf(time, sizeof time, "%lld", (long long)clock_wall_ms() + 1);
    put(c, ACCOUNT_ALONE, 1, false, time);
    assert_stats(c, ACCOUNT_ALONE, 1, 0, 0);
    clock_move_wall(1);
    assert_stats(c, ACCOUNT_ALONE, 1, 0, 1);
    clock_let_wall_go();
}

/* --- a count that takes too long ------------------------------------------ */

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

static void a_count_that_takes_too_long_is_ended(void **state)
{
    struct store_case *c = *state;
    struct count_todos job = {.owner = ACCOUNT_ALONE};

    put(c, ACCOUNT_ALONE, MANY, false, "0");
    assert_stats(c, ACCOUNT_ALONE, MANY, 0, MANY);
    assert_int_equal(sqlite3_trace_v2(c->store->db, SQLITE_TRACE_STMT,
                                      run_out_of_time, c->store),
                     SQLITE_OK);
    assert_int_equal(store_case_read(c->store, store_count_todos, &job),
                     TODO_ERR_SLOW_QUERY);
    assert_int_equal(sqlite3_trace_v2(c->store->db, 0, NULL, NULL), SQLITE_OK);
    /* The store is none the worse for it. */
    assert_stats(c, ACCOUNT_ALONE, MANY, 0, MANY);
}

static void a_count_that_has_waited_too_long_does_not_begin(void **state)
{
    struct store_case *c = *state;
    struct count_todos count = {.owner = ACCOUNT_ALONE};
    struct store_job job = {.work = store_count_todos,
                            .arg = &count,
                            .since_us = clock_mono_us() -
                                        STORE_SEARCH_MS * INT64_C(1000) - 1};

    store_run_reads(c->store, &job);
    assert_int_equal(job.err, TODO_ERR_SLOW_QUERY);
    job.since_us = clock_mono_us();
    store_run_reads(c->store, &job);
    assert_int_equal(job.err, TODO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(of_nothing_all_is_nought),
        store_test(each_todo_is_counted_where_it_belongs),
        store_test(each_owner_has_a_count_of_its_own),
        store_test(a_todo_is_overdue_from_its_time_on),
        store_test(a_count_that_takes_too_long_is_ended),
        store_test(a_count_that_has_waited_too_long_does_not_begin),
    };

    return cmocka_run_group_tests_name("store_stats", tests, NULL, NULL);
}
