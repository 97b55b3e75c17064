/*
 * tests/fuzz/fuzz_query.c - bytes as the query of GET /todos and of others.
 *
 * What is accepted can be carried on: the next page's query asks for the same.
 * What is refused is told in good JSON.
 */
#include <stdlib.h>
#include <string.h>

#include "common/todo/list_cursor.h"
#include "common/todo/list_query.h"
#include "tests/fuzz/fuzz.h"

static bool same_place(const struct list_place *a, const struct list_place *b)
{
    return a->id == b->id && a->key_is_null == b->key_is_null &&
           a->key == b->key;
}

static bool same_wish(const struct list_query *a, const struct list_query *b)
{
    return a->sort == b->sort && a->descending == b->descending &&
           a->completed == b->completed && a->overdue == b->overdue &&
           a->limit == b->limit && a->has_search == b->has_search &&
           strcmp(a->search, b->search) == 0;
}

static void must_go_on(const struct list_query *query)
{
    struct list_place place = {.key = -1, .id = 1};
    struct list_query next;
    struct problem problem = {0};
    struct buf text = {0};

    if (query->has_after)
        place = query->after;
    list_query_write_next(query, &place, &text);
    fuzz_must(list_query_parse(&next, text.data, text.len, &problem) == TODO_OK,
              "a next query is accepted");
    fuzz_must(same_wish(query, &next), "a next query asks for the same");
    fuzz_must(next.has_after && same_place(&next.after, &place),
              "a next query begins after the place");
    buf_release(&text);
}

static void must_be_sane(const struct list_query *query)
{
    fuzz_must(query->limit >= 1 && query->limit <= LIST_LIMIT_MAX,
              "a limit lies between 1 and 1000");
    fuzz_must((unsigned)query->sort < LIST_SORT_COUNT, "a sort is known");
    fuzz_must(query->has_search == (query->search[0] != '\0'),
              "a search is a text");
    fuzz_must(!query->has_after || query->after.id >= 1, "a place has an id");
    must_go_on(query);
}

static void must_be_told(enum todo_err err, struct problem *problem)
{
    fuzz_must((err == TODO_ERR_INVALID) == (problem->fault_count > 0),
              "an invalid query has faults, and no other has");
    fuzz_must(err == TODO_OK || err == TODO_ERR_INVALID,
              "a query is good or invalid");
    fuzz_must(problem->fault_count <= PROBLEM_MAX_FAULTS,
              "faults are not listed without end");
    fuzz_must_be_faults(&problem->faults, problem->fault_count);
    problem_release(problem);
}

/* The fewer parameters an operation takes, the fewer queries it accepts. */
static void read_as_other_operations_do(const char *text, size_t size,
                                        enum todo_err list_err)
{
    struct problem problem = {0};
    enum list_completed completed;
    enum todo_err filter_err, count_err, err;
    int count;

    filter_err = list_filter_parse(&completed, text, size, &problem);
    must_be_told(filter_err, &problem);
    fuzz_must(filter_err || !list_err, "a filter is a list's query too");
    err = list_no_query(text, size, &problem);
    must_be_told(err, &problem);
    fuzz_must(err || !filter_err, "nothing is a filter too");
    count_err = list_count_parse(&count, text, size, &problem);
    must_be_told(count_err, &problem);
    fuzz_must(err || !count_err, "nothing is a count too");
    fuzz_must(count_err || (count >= 1 && count <= 10),
              "a count lies between 1 and 10");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct list_query query;
    struct problem problem = {0};
    enum todo_err err = list_query_parse(&query, text, size, &problem);

    must_be_told(err, &problem);
    if (err == TODO_OK)
        must_be_sane(&query);
    read_as_other_operations_do(text, size, err);
    free(text);
    return 0;
}
