/*
 * tests/unit/list_next_test.c - from one page to the next: what the next link
 *                               says, and what may stand beside its cursor.
 */
#include <stdlib.h>
#include <string.h>

#include "common/todo/list_cursor.h"
#include "common/todo/list_query.h"
#include "tests/unit/unit.h"

static enum todo_err parse(struct list_query *query, const struct buf *text,
                           struct problem *problem)
{
    char *copy = unit_copy(text->data, text->len);
    enum todo_err err = list_query_parse(query, copy, text->len, problem);

    free(copy);
    return err;
}

static const struct list_query asked = {.sort = LIST_BY_ORDER,
                                        .descending = true,
                                        .completed = LIST_OPEN,
                                        .overdue = LIST_NOT_OVERDUE,
                                        .has_search = true,
                                        .search = "a b",
                                        .limit = 20};

/* The next page's query, with `more` after it. */
static void next(struct buf *out, const char *more)
{
    struct list_place place = {.key = -5, .id = 9};

    buf_clear(out);
    list_query_write_next(&asked, &place, out);
    buf_puts(out, more);
}

static void the_next_query_asks_for_the_same_after_the_place(void **state)
{
    struct list_query query;
    struct problem problem = {0};
    struct buf text = {0};

    (void)state;
    next(&text, "");
    assert_memory_equal(text.data, "limit=20&after=", 15);
    assert_int_equal(parse(&query, &text, &problem), TODO_OK);
    assert_int_equal(query.sort, asked.sort);
    assert_true(query.descending);
    assert_int_equal(query.completed, asked.completed);
    assert_int_equal(query.overdue, asked.overdue);
    assert_true(query.has_search);
    assert_string_equal(query.search, "a b");
    assert_int_equal(query.limit, 20);
    assert_true(query.has_after && !query.after.key_is_null);
    assert_true(query.after.key == -5 && query.after.id == 9);
    buf_release(&text);
}

static void the_same_filters_may_stand_beside_the_cursor(void **state)
{
    static const char *const same[] = {
        "&sort=-order", "&completed=false", "&overdue=false", "&q=a+b",
        "&q=a%20b&completed=false&sort=-order&overdue=false"};
    struct buf text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct list_query query;
        struct problem problem = {0};

        next(&text, same[i]);
        assert_int_equal(parse(&query, &text, &problem), TODO_OK);
        assert_string_equal(query.search, "a b");
        assert_int_equal(query.completed, LIST_OPEN);
    }
    buf_release(&text);
}

static void other_filters_beside_the_cursor_are_a_fault(void **state)
{
    static const char *const other[] = {"&sort=order",
                                        "&sort=id",
                                        "&sort=-due_at",
                                        "&completed=true",
                                        "&overdue=true",
                                        "&q=a",
                                        "&q=A+b",
                                        "&q=",
                                        "&q",
                                        "&sort=-order&completed=false&q=a+b+"};
    struct buf text = {0};

    (void)state;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        struct list_query query;
        struct problem problem = {0};

        next(&text, other[i]);
        assert_int_equal(parse(&query, &text, &problem), TODO_ERR_INVALID);
        unit_assert_buf(&problem.faults,
                        "{\"parameter\":\"after\",\"detail\":\"belongs to "
                        "another sort or filter\"}");
        problem_release(&problem);
    }
    buf_release(&text);
}

/* A bad value is told once; it is not also another filter. */
static void bad_values_are_not_compared_with_the_cursor(void **state)
{
    struct list_query query;
    struct problem problem = {0};
    struct buf text = {0};

    (void)state;
    next(&text, "&sort=x&completed=y&q=%");
    assert_int_equal(parse(&query, &text, &problem), TODO_ERR_INVALID);
    assert_uint_equal(problem.fault_count, 3);
    assert_false(unit_buf_has(&problem.faults, "\"after\""));
    problem_release(&problem);

    next(&text, "&sort=id&x=1"); /* but the good ones are */
    assert_int_equal(parse(&query, &text, &problem), TODO_ERR_INVALID);
    assert_uint_equal(problem.fault_count, 2);
    assert_true(unit_buf_has(&problem.faults, "belongs to another"));
    problem_release(&problem);
    buf_release(&text);
}

static void the_limit_may_change_from_page_to_page(void **state)
{
    struct list_place place = {.id = 1};
    struct list_query query = {.limit = 20};
    struct problem problem = {0};
    struct buf text = {0};
    const char *cursor;

    (void)state;
    list_query_write_next(&query, &place, &text);
    cursor = text.data + strlen("limit=20&");
    assert_int_equal(list_query_parse(&query, cursor,
                                      text.len - (size_t)(cursor - text.data),
                                      &problem),
                     TODO_OK);
    assert_int_equal(query.limit, LIST_LIMIT_DEFAULT);
    buf_puts(&text, "&sort=id");
    assert_int_equal(parse(&query, &text, &problem), TODO_OK);
    assert_int_equal(query.limit, 20);
    buf_release(&text);
}

static void what_is_no_cursor_is_a_fault(void **state)
{
    static const char *const refused[] = {"after", "after=", "after=1",
                                          "after=MSAwIDAgMCAwIDAgMSA%3D",
                                          "after=+MSAwIDAgMCAwIDAgMSA"};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct list_query query;
        struct problem problem = {0};

        assert_int_equal(
            list_query_parse(&query, refused[i], strlen(refused[i]), &problem),
            TODO_ERR_INVALID);
        unit_assert_buf(&problem.faults,
                        "{\"parameter\":\"after\",\"detail\":\"must be the "
                        "cursor of a next link, unchanged\"}");
        problem_release(&problem);
    }
}

/* Searches that no title can hold are cut, in whole characters, and still find
 * nothing: what is left has more than 200 characters. */
static void long_searches_are_cut_and_still_carried_on(void **state)
{
    static const char *const characters[] = {"a", "%C3%A9", "%E2%82%AC",
                                             "%F0%9F%98%80", "+"};

    (void)state;
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        struct list_place place = {.id = 1};
        struct list_query query, again;
        struct problem problem = {0};
        struct buf text = {0}, more = {0};

        buf_puts(&more, "&q=");
        for (int n = 0; n < 2000; n++)
            buf_puts(&more, characters[i]);
        assert_int_equal(
            list_query_parse(&query, more.data + 1, more.len - 1, &problem),
            TODO_OK);
        assert_true(strlen(query.search) > (size_t)4 * TODO_TITLE_MAX);
        list_query_write_next(&query, &place, &text);
        buf_put(&text, more.data, more.len);
        assert_int_equal(parse(&again, &text, &problem), TODO_OK);
        assert_string_equal(again.search, query.search);
        buf_release(&text);
        buf_release(&more);
    }
}

static void a_bad_end_of_a_long_search_is_still_seen(void **state)
{
    struct list_query query;
    struct problem problem = {0};
    struct buf text = {0};

    (void)state;
    buf_printf(&text, "q=%0*d%%", 5000, 0);
    assert_int_equal(parse(&query, &text, &problem), TODO_ERR_INVALID);
    problem_release(&problem);
    buf_release(&text);
}

/*
 * The other operations
 */

static void a_filter_is_completed_or_nothing(void **state)
{
    enum list_completed completed = LIST_OPEN;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(list_filter_parse(&completed, "", 0, &problem), TODO_OK);
    assert_int_equal(completed, LIST_ANY);
    assert_int_equal(
        list_filter_parse(&completed, "completed=true", 14, &problem), TODO_OK);
    assert_int_equal(completed, LIST_COMPLETED);
    assert_int_equal(
        list_filter_parse(&completed, "completed=false", 15, &problem),
        TODO_OK);
    assert_int_equal(completed, LIST_OPEN);

    completed = LIST_COMPLETED;
    assert_int_equal(
        list_filter_parse(&completed, "completed=&q=a&limit=1", 22, &problem),
        TODO_ERR_INVALID);
    assert_uint_equal(problem.fault_count, 3);
    assert_int_equal(completed, LIST_COMPLETED); /* left alone */
    problem_release(&problem);
}

static void elsewhere_nothing_is_allowed(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(list_no_query("", 0, &problem), TODO_OK);
    assert_int_equal(list_no_query("&&", 2, &problem), TODO_OK);
    assert_int_equal(list_no_query("limit=1&x", 9, &problem), TODO_ERR_INVALID);
    unit_assert_buf(
        &problem.faults,
        "{\"parameter\":\"limit\",\"detail\":\"is not a parameter here\"},"
        "{\"parameter\":\"x\",\"detail\":\"is not a parameter here\"}");
    problem_release(&problem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_query_asks_for_the_same_after_the_place),
        cmocka_unit_test(the_same_filters_may_stand_beside_the_cursor),
        cmocka_unit_test(other_filters_beside_the_cursor_are_a_fault),
        cmocka_unit_test(bad_values_are_not_compared_with_the_cursor),
        cmocka_unit_test(the_limit_may_change_from_page_to_page),
        cmocka_unit_test(what_is_no_cursor_is_a_fault),
        cmocka_unit_test(long_searches_are_cut_and_still_carried_on),
        cmocka_unit_test(a_bad_end_of_a_long_search_is_still_seen),
        cmocka_unit_test(a_filter_is_completed_or_nothing),
        cmocka_unit_test(elsewhere_nothing_is_allowed),
    };

    return cmocka_run_group_tests_name("list_next", tests, NULL, NULL);
}
