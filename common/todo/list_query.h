/*
 * common/todo/list_query.h - which todos a client wants, and where a page
 * begins.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; a query is a value.
 */
#ifndef TODO_COMMON_LIST_QUERY_H
#define TODO_COMMON_LIST_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/error.h"
#include "common/todo/todo.h"

enum {
    LIST_LIMIT_DEFAULT = 100,
    LIST_LIMIT_MAX = 1000,
    LIST_SUGGESTIONS_MAX = 10,
    LIST_EXPORT_STEP = 100, /* so many fit the write queue, however long */
    /* One more character than a title has can be found in no title: longer
     * searches are cut here and still find nothing. */
    LIST_SEARCH_SIZE = 4 * (TODO_TITLE_MAX + 1) + 1
};

enum list_sort {
    LIST_BY_ID,
    LIST_BY_ORDER,
    LIST_BY_DUE_AT,
    LIST_BY_CREATED_AT,
    LIST_BY_UPDATED_AT,
    LIST_SORT_COUNT
};

/* The names the sort parameter takes, by enum list_sort. */
extern const char *const list_sort_names[LIST_SORT_COUNT];

enum list_completed { LIST_ANY, LIST_COMPLETED, LIST_OPEN };

/* Overdue is what is not completed although its due_at has passed. */
enum list_overdue { LIST_DUE_ANY, LIST_OVERDUE, LIST_NOT_OVERDUE };

/* The place in the order after which a page begins: the last row before it. */
struct list_place {
    int64_t key; /* its value of the sort field; meaningless if key_is_null */
    int64_t id;
    bool key_is_null;
};

struct list_query {
    enum list_sort sort;
    enum list_completed completed;
    enum list_overdue overdue;
    bool descending;
    bool has_search;
    bool has_after;
    int limit;
    struct list_place after;
    char search[LIST_SEARCH_SIZE]; /* UTF-8 */
};

/* Reads the query of GET /todos (what follows '?'; may be empty). Percent
 * escapes are decoded, '+' is a space. Unknown, repeated and bad parameters
 * are faults, all of them at once: TODO_ERR_INVALID. */
enum todo_err list_query_parse(struct list_query *query, const char *text,
                               size_t len, struct problem *problem);

/* Reads the query of DELETE /todos: `completed`, or nothing. */
enum todo_err list_filter_parse(enum list_completed *completed,
                                const char *text, size_t len,
                                struct problem *problem);

/* Reads the query of GET /suggestions: `count`, 1 without it. */
enum todo_err list_count_parse(int *count, const char *text, size_t len,
                               struct problem *problem);

/* The query of every other operation: nothing is allowed in it. */
enum todo_err list_no_query(const char *text, size_t len,
                            struct problem *problem);

/* Whether the rows behind a page may have to be searched for. Such a list may
 * take long, whatever its limit. */
bool list_query_filters(const struct list_query *query);

/* The query of a page of the export, and of the page after it. */
struct list_query list_export_query(void);
void list_go_on(struct list_query *query, const struct list_place *place);

/* Appends the query of the next page, which begins after `place`:
 * limit=20&after=<cursor>. The cursor is base64url (RFC 4648 section 5) and
 * carries sort, filters and place. */
void list_query_write_next(const struct list_query *query,
                           const struct list_place *place, struct buf *out);

#endif
