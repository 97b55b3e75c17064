/*
 * common/store/store_list.c - one page of todos, at the same price on every
 * page.
 *
 * A page begins after a place: a sort key and an id. OFFSET would count its way
 * there; one WHERE for everything behind the place makes SQLite scan. So a page
 * is gathered from up to three legs, each one search in an index, until it is
 * full:
 *
 *   ties    the same key, a later id
 *   rest    a later key
 *   nulls   no key: they stand last, whichever way the others are sorted
 */
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/store/store_internal.h"

static const char *const columns[LIST_SORT_COUNT] = {
    [LIST_BY_ID] = "id",
    [LIST_BY_ORDER] = "ord",
    [LIST_BY_DUE_AT] = "due_at",
    [LIST_BY_CREATED_AT] = "created_at",
    [LIST_BY_UPDATED_AT] = "updated_at",
};

/* ?1 key, ?2 id, ?3 owner, ?4 completed and ?5 search, or null, ?6 limit, ?7
 * whether it is to be overdue, or null, ?8 now. */
static void write_sql(char *sql, size_t size, enum list_sort sort, bool down,
                      enum list_leg leg)
{
    const char *key = columns[sort];
    const char *way = down ? "DESC" : "ASC";
    char than = down ? '<' : '>';
    char where[80];

    if (leg == LEG_TIES)
        (void)snprintf(where, sizeof where,
                       "owner = ?3 AND %s = ?1 AND id %c ?2", key, than);
    else if (leg == LEG_NULLS)
        (void)snprintf(where, sizeof where,
                       "owner = ?3 AND %s IS NULL AND id %c ?2", key, than);
    else
        (void)snprintf(where, sizeof where, "owner = ?3 AND %s %c ?1", key,
                       than);
    (void)snprintf(sql, size,
                   "SELECT " STORE_COLUMNS " FROM todos WHERE %s"
                   " AND (?4 IS NULL OR completed = ?4)"
                   " AND (?7 IS NULL OR ?7 = (completed = 0 AND"
                   " due_at IS NOT NULL AND due_at <= ?8))"
                   " AND (?5 IS NULL OR title LIKE ?5 ESCAPE '\\')"
                   " ORDER BY %s %s, id %s LIMIT ?6",
                   where, key, way, way);
}

static sqlite3_stmt *list_statement(struct store *store,
                                    const struct list_query *query,
                                    enum list_leg leg)
{
    sqlite3_stmt **slot = &store->lists[query->sort][query->descending][leg];
    char sql[640];

    if (!*slot)
        write_sql(sql, sizeof sql, query->sort, query->descending, leg);
    return store_prepare(store, slot, sql);
}

/* Where the search of a leg begins; false when this page has no such leg. */
static bool leg_begins(const struct list_query *query, enum list_leg leg,
                       struct list_place *from)
{
    bool has_nulls =
        query->sort == LIST_BY_ORDER || query->sort == LIST_BY_DUE_AT;
    int64_t edge = query->descending ? INT64_MAX : INT64_MIN;

    *from = (struct list_place){.key = edge, .id = edge};
    switch (leg) {
    case LEG_TIES:
        *from = query->after;
        return query->has_after && query->sort != LIST_BY_ID &&
               !query->after.key_is_null;
    case LEG_REST:
        if (query->has_after)
            *from = query->after;
        return !query->has_after || !query->after.key_is_null;
    case LEG_NULLS:
        if (query->has_after && query->after.key_is_null)
            *from = query->after;
        return has_nulls;
    case LEG_COUNT:
        break;
    }
    return false;
}

/* The text between two %, with LIKE's own signs made harmless. */
static void write_pattern(const char *search, struct buf *pattern)
{
    buf_clear(pattern);
    buf_puts(pattern, "%");
    for (const char *at = search; *at; at++) {
        if (strchr("%_\\", *at))
            buf_puts(pattern, "\\");
        buf_put(pattern, at, 1);
    }
    buf_puts(pattern, "%");
}

static void bind_list(struct store *store, sqlite3_stmt *list,
                      const struct list_todos *job,
                      const struct list_place *from)
{
    const struct list_query *query = job->query;

    sqlite3_bind_int64(list, 1, from->key);
    sqlite3_bind_int64(list, 2, from->id);
    sqlite3_bind_int64(list, 3, job->owner);
    if (query->completed == LIST_ANY)
        sqlite3_bind_null(list, 4);
    else
        sqlite3_bind_int(list, 4, query->completed == LIST_COMPLETED);
    if (query->has_search)
        sqlite3_bind_text(list, 5, store->scratch.data, (int)store->scratch.len,
                          SQLITE_STATIC);
    else
        sqlite3_bind_null(list, 5);
    if (query->overdue == LIST_DUE_ANY)
        sqlite3_bind_null(list, 7);
    else
        sqlite3_bind_int(list, 7, query->overdue == LIST_OVERDUE);
    sqlite3_bind_int64(list, 8, clock_wall_ms());
}

static struct list_place place_of(const struct todo *todo, enum list_sort sort)
{
    struct list_place place = {.id = todo->id};

    switch (sort) {
    case LIST_BY_ORDER:
        place.key = todo->order;
        place.key_is_null = !todo->has_order;
        break;
    case LIST_BY_DUE_AT:
        place.key = todo->due_at;
        place.key_is_null = !todo->has_due_at;
        break;
    case LIST_BY_CREATED_AT:
        place.key = todo->created_at;
        break;
    case LIST_BY_UPDATED_AT:
        place.key = todo->updated_at;
        break;
    case LIST_BY_ID:
    case LIST_SORT_COUNT:
        place.key = todo->id;
        break;
    }
    return place;
}

/* Adds the rows of one leg to the page. One row more than the page holds is
 * asked for: it says that there is a next page. */
static enum todo_err run_leg(struct store *store, struct list_todos *job,
                             enum list_leg leg, int *rows)
{
    const struct list_query *query = job->query;
    struct list_place from;
    struct todo todo;
    sqlite3_stmt *list;
    int rc;

    if (job->more || !leg_begins(query, leg, &from))
        return TODO_OK;
    list = list_statement(store, query, leg);
    if (!list)
        return store_error(store);
    bind_list(store, list, job, &from);
    sqlite3_bind_int(list, 6, query->limit + 1 - *rows);
    while ((rc = sqlite3_step(list)) == SQLITE_ROW && !job->more) {
        if (*rows == query->limit) {
            job->more = true;
            continue;
        }
        store_read_row(list, &todo);
        buf_puts(&job->page, (*rows)++ && !job->lines ? "," : "");
        todo_write_json(&todo, job->base, &job->page);
        buf_puts(&job->page, job->lines ? "\n" : "");
        job->last = place_of(&todo, query->sort);
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        enum todo_err err = store_error(store);

        sqlite3_reset(list);
        return err;
    }
    sqlite3_reset(list);
    return TODO_OK;
}

enum todo_err store_list_todos(struct store *store, void *arg)
{
    struct list_todos *job = arg;
    bool filters = list_query_filters(job->query);
    enum todo_err err = TODO_OK;
    int rows = 0;

    job->more = false;
    buf_clear(&job->page);
    buf_puts(&job->page, job->lines ? "" : "[");
    if (job->query->has_search)
        write_pattern(job->query->search, &store->scratch);
    if (job->query->has_search && store->scratch.failed)
        return TODO_ERR_INTERNAL;
    if (filters && (err = store_begin_search(store)) != TODO_OK)
        return err;
    for (int leg = LEG_TIES; leg < LEG_COUNT && !err; leg++)
        err = run_leg(store, job, (enum list_leg)leg, &rows);
    if (filters)
        store_end_search(store);
    buf_puts(&job->page, job->lines ? "" : "]");
    return !err && job->page.failed ? TODO_ERR_INTERNAL : err;
}

void list_todos_release(struct list_todos *job)
{
    buf_release(&job->page);
}
