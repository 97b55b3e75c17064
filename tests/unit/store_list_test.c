#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/unit/unit.h"

enum { ROWS = 23, ROWS_MAX = 4 * ROWS };

/* Rows with many ties and, where there may be, many nulls. Titles with signs
 * of LIKE's own, and letters of both cases. */
static struct todo make_row(int64_t id)
{
    static const char *const titles[] = {"Milk", "buy MILK", "100%", "a_b",
                                         "axb",  "\\back",   "100"};
    struct todo row = {.id = id, .version = 1};

    (void)snprintf(row.title, sizeof row.title, "%s", titles[id % 7]);
    row.completed = id % 3 == 0;
    row.has_order = id % 4 != 0;
    row.order = row.has_order ? id * 5 % 7 - 3 : 0;
    row.has_due_at = id % 5 == 1;
    row.due_at = row.has_due_at ? 1000 * (id % 2) : 0;
    row.created_at = id * 3 % 5;
    row.updated_at = 100 - id;
    return row;
}

/* Puts the row into the table as it is, id and times too. */
static void insert_row(const struct store_case *c, const struct todo *row)
{
    char order[24] = "NULL", due_at[24] = "NULL";
    char *sql;

    if (row->has_order)
        (void)snprintf(order, sizeof order, "%d", (int)row->order);
    if (row->has_due_at)
        (void)snprintf(due_at, sizeof due_at, "%d", (int)row->due_at);
    sql = sqlite3_mprintf("INSERT INTO todos (id, title, completed, ord,"
                          " due_at, created_at, updated_at)"
                          " VALUES (%lld, %Q, %d, %s, %s, %lld, %lld)",
                          (long long)row->id, row->title, row->completed, order,
                          due_at, (long long)row->created_at,
                          (long long)row->updated_at);
    store_case_exec(c->path, sql);
    sqlite3_free(sql);
}

static void fill(const struct store_case *c, struct todo *rows)
{
    for (int i = 0; i < ROWS; i++) {
        rows[i] = make_row(2 * i + 2); /* there is room between the ids */
        insert_row(c, &rows[i]);
    }
}

/* --- the order, as a test understands it ---------------------------------- */

static const struct list_query *order; /* what qsort compares by */

static bool key_of(const struct todo *row, int64_t *key)
{
    *key = row->id;
    if (order->sort == LIST_BY_ORDER)
        *key = row->order;
    if (order->sort == LIST_BY_DUE_AT)
        *key = row->due_at;
    if (order->sort == LIST_BY_CREATED_AT)
        *key = row->created_at;
    if (order->sort == LIST_BY_UPDATED_AT)
        *key = row->updated_at;
    return (order->sort != LIST_BY_ORDER || row->has_order) &&
           (order->sort != LIST_BY_DUE_AT || row->has_due_at);
}

static int compare(const void *left, const void *right)
{
    const struct todo *a = left, *b = right;
    int64_t a_key, b_key;
    bool a_has = key_of(a, &a_key), b_has = key_of(b, &b_key);
    int way = order->descending ? -1 : 1;

    if (a_has != b_has)
        return a_has ? -1 : 1; /* nulls last, whichever way */
    if (a_has && a_key != b_key)
        return a_key < b_key ? -way : way;
    return a->id < b->id ? -way : way;
}

static bool has_ignoring_case(const char *text, const char *part)
{
    for (; *text; text++)
        if (sqlite3_strnicmp(text, part, (int)strlen(part)) == 0)
            return true;
    return *part == '\0';
}

static bool wanted(const struct list_query *query, const struct todo *row)
{
    if (query->completed != LIST_ANY &&
        row->completed != (query->completed == LIST_COMPLETED))
        return false;
    if (query->overdue != LIST_DUE_ANY &&
        (!row->completed && row->has_due_at &&
         row->due_at <= clock_wall_ms()) != (query->overdue == LIST_OVERDUE))
        return false;
    return !query->has_search || has_ignoring_case(row->title, query->search);
}

/* The ids that the query must give, in their order. */
static int expect_ids(const struct list_query *query, const struct todo *rows,
                      int64_t *ids)
{
    struct todo *sorted = unit_alloc(ROWS * sizeof *sorted);
    int count = 0;

    memcpy(sorted, rows, ROWS * sizeof *sorted);
    order = query;
    qsort(sorted, ROWS, sizeof *sorted, compare);
    for (int i = 0; i < ROWS; i++)
        if (wanted(query, &sorted[i]))
            ids[count++] = sorted[i].id;
    free(sorted);
    return count;
}

/* --- pages ---------------------------------------------------------------- */

/* Reads one page behind `count` ids, adds its ids, and moves the query on.
 * Gives whether there is more. */
static bool read_page(struct store_case *c, struct list_query *query,
                      int64_t *ids, int *count)
{
    struct list_todos job = {
        .owner = ACCOUNT_ALONE, .query = query, .base = "http://h"};
    cJSON *page;
    const cJSON *todo;

    assert_int_equal(store_case_read(c->store, store_list_todos, &job),
                     TODO_OK);
    page = cJSON_ParseWithLength(job.page.data, job.page.len);
    assert_true(cJSON_IsArray(page));
    assert_true(cJSON_GetArraySize(page) <= query->limit);
    assert_true(!job.more || cJSON_GetArraySize(page) == query->limit);
    for (todo = page->child; todo; todo = todo->next) {
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(todo, "id");

        assert_true(cJSON_IsNumber(id) && *count < ROWS_MAX);
        ids[(*count)++] = (int64_t)id->valuedouble;
    }
    cJSON_Delete(page);
    query->has_after = job.more;
    query->after = job.last;
    list_todos_release(&job);
    return query->has_after;
}

static void assert_pages(struct store_case *c, struct list_query query,
                         const struct todo *rows)
{
    int64_t want[ROWS], got[ROWS_MAX];
    int count = expect_ids(&query, rows, want);

    for (query.limit = 1; query.limit <= count + 1; query.limit++) {
        int seen = 0;

        query.has_after = false;
        while (read_page(c, &query, got, &seen))
            ;
        assert_int_equal(seen, count);
        for (int i = 0; i < count; i++)
            if (got[i] != want[i])
                fail_msg("sort %d %d, limit %d, row %d: %d, not %d",
                         (int)query.sort, query.descending, query.limit, i,
                         (int)got[i], (int)want[i]);
    }
}

/* Calls with every sort, either way. */
static void each_sort(struct store_case *c, struct list_query query,
                      const struct todo *rows)
{
    for (enum list_sort sort = 0; sort < LIST_SORT_COUNT; sort++)
        for (int descending = 0; descending < 2; descending++) {
            query.sort = sort;
            query.descending = descending;
            assert_pages(c, query, rows);
        }
}

static void pages_of_any_size_make_the_sorted_whole(void **state)
{
    struct store_case *c = *state;
    struct todo rows[ROWS];
    struct list_query query = {0};

    fill(c, rows);
    for (int completed = LIST_ANY; completed <= LIST_OPEN; completed++) {
        query.completed = (enum list_completed)completed;
        each_sort(c, query, rows);
    }
}

static void late_and_open_is_overdue_in_every_order(void **state)
{
    struct store_case *c = *state;
    struct todo rows[ROWS];

    fill(c, rows);
    store_case_exec(c->path, "UPDATE todos SET due_at = 253402300799999"
                             " WHERE due_at = 0");
    for (int i = 0; i < ROWS; i++)
        if (rows[i].has_due_at && rows[i].due_at == 0)
            rows[i].due_at = INT64_C(253402300799999);
    for (int overdue = LIST_DUE_ANY; overdue <= LIST_NOT_OVERDUE; overdue++)
        for (int open = LIST_ANY; open <= LIST_OPEN; open++) {
            struct list_query query = {.completed = (enum list_completed)open,
                                       .overdue = (enum list_overdue)overdue};

            each_sort(c, query, rows);
        }
}

static void a_search_finds_what_contains_it(void **state)
{
    static const char *const searches[] = {"milk", "K", "0%", "%",  "_",
                                           "a_b",  "x", "\\", "no", "100"};
    struct store_case *c = *state;
    struct todo rows[ROWS];

    fill(c, rows);
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        struct list_query query = {.has_search = true};

        (void)snprintf(query.search, sizeof query.search, "%s", searches[i]);
        each_sort(c, query, rows);
        query.completed = LIST_OPEN;
        each_sort(c, query, rows);
    }
}

static void an_empty_table_is_an_empty_page(void **state)
{
    struct store_case *c = *state;
    struct list_query query = {.limit = 5};

    for (enum list_sort sort = 0; sort < LIST_SORT_COUNT; sort++) {
        struct list_todos job = {
            .owner = ACCOUNT_ALONE, .query = &query, .base = ""};

        query.sort = sort;
        assert_int_equal(store_case_read(c->store, store_list_todos, &job),
                         TODO_OK);
        unit_assert_buf(&job.page, "[]");
        assert_false(job.more);
        list_todos_release(&job);
    }
}

static void another_owners_todos_are_not_listed(void **state)
{
    struct store_case *c = *state;
    struct todo rows[ROWS];

    fill(c, rows);
    store_case_exec(c->path, "INSERT INTO todos (owner, title, completed, ord,"
                             " due_at, created_at, updated_at)"
                             " SELECT 2, title, completed, ord, due_at,"
                             " created_at, updated_at FROM todos");
    each_sort(c, (struct list_query){0}, rows);
}

/* --- between two pages ---------------------------------------------------- */

/* Whether `id` stands in `ids`, and how often. */
static int times_in(const int64_t *ids, int count, int64_t id)
{
    int times = 0;

    for (int i = 0; i < count; i++)
        times += ids[i] == id;
    return times;
}

/* Pages through while somebody deletes the row the next page begins after, and
 * adds one beside every row of the page. */
static void page_under_change(struct store_case *c, struct list_query query)
{
    int64_t want[ROWS], got[ROWS_MAX];
    struct todo rows[ROWS];
    int count, seen = 0, done = 0;
    bool more = true;

    fill(c, rows);
    count = expect_ids(&query, rows, want);
    for (query.limit = 3; more; done = seen) {
        char sql[64];

        more = read_page(c, &query, got, &seen);
        for (int i = done; i < seen; i++)
            if (got[i] % 2 == 0) {
                struct todo added = make_row(got[i] + 1);

                insert_row(c, &added);
            }
        (void)snprintf(sql, sizeof sql, "DELETE FROM todos WHERE id = %d",
                       (int)got[seen - 1]);
        store_case_exec(c->path, sql);
    }
    for (int i = 0; i < count; i++)
        assert_int_equal(times_in(got, seen, want[i]), 1);
    for (int i = 0; i < seen; i++)
        assert_int_equal(times_in(got, seen, got[i]), 1);
    store_case_exec(c->path, "DELETE FROM todos");
}

static void rows_that_come_and_go_neither_repeat_nor_hide_others(void **state)
{
    struct list_query query = {0};

    for (enum list_sort sort = 0; sort < LIST_SORT_COUNT; sort++)
        for (int descending = 0; descending < 2; descending++) {
            query.sort = sort;
            query.descending = descending;
            page_under_change(*state, query);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(pages_of_any_size_make_the_sorted_whole),
        store_test(late_and_open_is_overdue_in_every_order),
        store_test(a_search_finds_what_contains_it),
        store_test(an_empty_table_is_an_empty_page),
        store_test(another_owners_todos_are_not_listed),
        store_test(rows_that_come_and_go_neither_repeat_nor_hide_others),
    };

    return cmocka_run_group_tests_name("store_list", tests, NULL, NULL);
}
