#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/todo/list_query.h"
#include "tests/unit/unit.h"

static enum todo_err parse(struct list_query *query, const char *text,
                           struct problem *problem)
{
    char *copy = unit_copy(text, strlen(text));
    enum todo_err err = list_query_parse(query, copy, strlen(text), problem);

    free(copy);
    return err;
}

static struct list_query parse_good(const char *text)
{
    struct list_query query;
    struct problem problem = {0};

    if (parse(&query, text, &problem) != TODO_OK)
        fail_msg("%s: %.*s", text, (int)problem.faults.len,
                 problem.faults.data ? problem.faults.data : "");
    assert_uint_equal(problem.fault_count, 0);
    return query;
}

static void assert_faults(const char *text, const char *faults)
{
    struct list_query query = {.limit = 7};
    struct problem problem = {0};

    if (parse(&query, text, &problem) != TODO_ERR_INVALID)
        fail_msg("%s: not invalid", text);
    unit_assert_buf(&problem.faults, faults);
    assert_int_equal(query.limit, 7); /* left alone */
    problem_release(&problem);
}

static void assert_fault(const char *text, const char *parameter,
                         const char *detail)
{
    struct buf want = {0};

    buf_printf(&want, "{\"parameter\":\"%s\",\"detail\":\"%s\"}", parameter,
               detail);
    buf_put(&want, "", 1);
    assert_faults(text, want.data);
    buf_release(&want);
}

static void an_empty_query_asks_for_the_first_100_by_id(void **state)
{
    static const char *const empty[] = {"", "&", "&&&"};

    (void)state;
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct list_query query = parse_good(empty[i]);

        assert_int_equal(query.sort, LIST_BY_ID);
        assert_false(query.descending);
        assert_int_equal(query.completed, LIST_ANY);
        assert_int_equal(query.overdue, LIST_DUE_ANY);
        assert_int_equal(query.limit, LIST_LIMIT_DEFAULT);
        assert_false(query.has_search || query.has_after);
        assert_string_equal(query.search, "");
        assert_false(list_query_filters(&query));
    }
}

static void all_parameters_together_are_read(void **state)
{
    struct list_query query =
        parse_good("&completed=true&q=50%25+off&&sort=-due_at&limit=20&");

    (void)state;
    assert_int_equal(query.completed, LIST_COMPLETED);
    assert_true(query.has_search);
    assert_string_equal(query.search, "50% off");
    assert_int_equal(query.sort, LIST_BY_DUE_AT);
    assert_true(query.descending);
    assert_int_equal(query.limit, 20);
}

static void every_sort_is_known_in_both_directions(void **state)
{
    (void)state;
    for (enum list_sort sort = 0; sort < LIST_SORT_COUNT; sort++)
        for (int descending = 0; descending < 2; descending++) {
            struct buf text = {0};
            struct list_query query;

            buf_printf(&text, "sort=%s%s", descending ? "-" : "",
                       list_sort_names[sort]);
            buf_put(&text, "", 1);
            query = parse_good(text.data);
            assert_int_equal(query.sort, sort);
            assert_int_equal(query.descending, descending);
            buf_release(&text);
        }
}

static void other_sorts_are_faults(void **state)
{
    static const char *const refused[] = {
        "sort=",      "sort",     "sort=-",      "sort=--id", "sort=ID",
        "sort=title", "sort=id ", "sort=+id",    "sort=-+id", "sort=id,order",
        "sort=i",     "sort=idx", "sort=order-",
    };

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_fault(refused[i], "sort",
                     "must be id, order, due_at, created_at or updated_at, or "
                     "one of them after a -");
    assert_fault("sort=id%00", "sort", "must not have U+0000");
}

static void completed_is_true_or_false(void **state)
{
    static const char *const refused[] = {
        "completed",      "completed=",      "completed=1",
        "completed=TRUE", "completed=true+", "completed=truefalse",
        "completed=null", "completed=tru",   "completed=true=",
    };
    struct list_query query;

    (void)state;
    query = parse_good("completed=%74%72ue");
    assert_int_equal(query.completed, LIST_COMPLETED);
    assert_true(list_query_filters(&query));
    query = parse_good("completed=false");
    assert_int_equal(query.completed, LIST_OPEN);
    assert_true(list_query_filters(&query));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_fault(refused[i], "completed", "must be true or false");
}

static void overdue_is_true_or_false(void **state)
{
    static const char *const refused[] = {
        "overdue",       "overdue=",       "overdue=1",    "overdue=TRUE",
        "overdue=+true", "overdue=falsey", "overdue=null", "overdue=yes",
    };
    struct list_query query;

    (void)state;
    query = parse_good("overdue=true");
    assert_int_equal(query.overdue, LIST_OVERDUE);
    assert_int_equal(query.completed, LIST_ANY);
    assert_true(list_query_filters(&query));
    query = parse_good("overdue=false&completed=false");
    assert_int_equal(query.overdue, LIST_NOT_OVERDUE);
    assert_int_equal(query.completed, LIST_OPEN);
    assert_true(list_query_filters(&query));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_fault(refused[i], "overdue", "must be true or false");
    assert_fault("overdue=true&overdue=true", "overdue", "is repeated");
}

static void limits_are_plain_numbers_from_1_to_1000(void **state)
{
    static const char *const refused[] = {
        "limit=0",
        "limit=1001",
        "limit=",
        "limit",
        "limit=-1",
        "limit=+1",
        "limit=01",
        "limit=1.0",
        "limit=1e2",
        "limit=0x10",
        "limit=10 ",
        "limit=%2010",
        "limit=a",
        "limit=10a",
        "limit=10000",
        "limit=4294967297",
        "limit=18446744073709551617",
        "limit=99999999999999999999999999",
        "limit=\xEF\xBC\x91",
    };

    (void)state;
    assert_int_equal(parse_good("limit=1").limit, 1);
    assert_int_equal(parse_good("limit=999").limit, 999);
    assert_int_equal(parse_good("limit=1000").limit, 1000);
    assert_int_equal(parse_good("limit=%31%30").limit, 10);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_fault(refused[i], "limit", "must be an integer from 1 to 1000");
}

static void searches_are_decoded(void **state)
{
    static const struct {
        const char *text;
        const char *search;
    } cases[] = {
        {"q=a", "a"},
        {"q=a+b%20c%2B", "a b c+"},
        {"q=%41%6a%6A", "Ajj"},
        {"q=%25", "%"},
        {"q=_%25_", "_%_"},
        {"q==", "="},
        {"q=a=b", "a=b"},
        {"q=a;b", "a;b"},
        {"q=%26", "&"},
        {"q=%C3%A9\xC3\xA9", "\xC3\xA9\xC3\xA9"},
        {"q=\xC3%A9", "\xC3\xA9"},
        {"q=%F0%9F%98%80", "\xF0\x9F\x98\x80"},
        {"q=%01%7f%0A", "\x01\x7f\n"},
        {"q=?/#", "?/#"},
        {"%71=a", "a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct list_query query = parse_good(cases[i].text);

        assert_true(query.has_search && list_query_filters(&query));
        assert_string_equal(query.search, cases[i].search);
    }
}

static void an_empty_search_is_no_search(void **state)
{
    struct list_query query = parse_good("q=");

    (void)state;
    assert_false(query.has_search || list_query_filters(&query));
    assert_false(parse_good("q").has_search);
}

static void bad_escapes_and_bad_utf_8_are_faults(void **state)
{
    static const char *const refused[] = {
        "q=%",         "q=a%",
        "q=%4",        "q=%4g",
        "q=%g4",       "q=%%41",
        "q=% 41",      "q=%+1",
        "q=%-1",       "q=%4%31",
        "q=%u0041",    "q=%FF",
        "q=%80",       "q=%C0%80",
        "q=%C3",       "q=%C3a",
        "q=%C3%",      "q=%C3+",
        "q=%ED%A0%80", "q=%F4%90%80%80",
        "q=%E2%82",    "q=\xFF",
        "q=\xC3",      "q=%F0%9F%98",
        "q=%E2%82&",   "q=%F8%80%80%80%80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_fault(refused[i], "q",
                     "must be UTF-8 with whole percent escapes");
    assert_fault("limit=%", "limit",
                 "must be UTF-8 with whole percent escapes");
    assert_fault("q=%00", "q", "must not have U+0000");
    assert_fault("q=a%00b", "q", "must not have U+0000");
}

static void unknown_parameters_are_faults_under_the_name_sent(void **state)
{
    static const char detail[] = "is not a parameter here";

    (void)state;
    assert_fault("page=2", "page", detail);
    assert_fault("page", "page", detail);
    assert_fault("=", "", detail);
    assert_fault("=1", "", detail);
    assert_fault("Limit=1", "Limit", detail);
    assert_fault("limit%20=1", "limit%20", detail);
    assert_fault("limit+=1", "limit+", detail);
    assert_fault("limit%00=1", "limit%00", detail);
    assert_fault("q%=1", "q%", detail);
    assert_fault("%FF=1", "%FF", detail);
    assert_fault("\xFF=1", "\xEF\xBF\xBD", detail);
    assert_fault("a\"=1", "a\\\"", detail);
}

static void repeated_parameters_are_faults_even_when_equal(void **state)
{
    (void)state;
    assert_fault("limit=1&limit=1", "limit", "is repeated");
    assert_fault("q=a&sort=id&%71=b", "q", "is repeated");
    assert_fault("q=&q=", "q", "is repeated");
    assert_fault("completed=true&completed=%", "completed", "is repeated");
}

static void every_fault_is_told_in_the_order_of_the_query(void **state)
{
    (void)state;
    assert_faults(
        "x=1&limit=0&completed=yes&limit=5&sort=-id&q=%zz",
        "{\"parameter\":\"x\",\"detail\":\"is not a parameter here\"},"
        "{\"parameter\":\"limit\",\"detail\":\"must be an integer from 1 to "
        "1000\"},"
        "{\"parameter\":\"completed\",\"detail\":\"must be true or false\"},"
        "{\"parameter\":\"limit\",\"detail\":\"is repeated\"},"
        "{\"parameter\":\"q\",\"detail\":\"must be UTF-8 with whole percent "
        "escapes\"}");
}

static void thousands_of_faults_are_cut_to_a_hundred(void **state)
{
    struct buf text = {0};
    struct list_query query;
    struct problem problem = {0};

    (void)state;
    for (int i = 0; i < 4096; i++)
        buf_puts(&text, "a&");
    assert_int_equal(list_query_parse(&query, text.data, text.len, &problem),
                     TODO_ERR_INVALID);
    assert_uint_equal(problem.fault_count, PROBLEM_MAX_FAULTS);
    problem_release(&problem);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_query_asks_for_the_first_100_by_id),
        cmocka_unit_test(all_parameters_together_are_read),
        cmocka_unit_test(every_sort_is_known_in_both_directions),
        cmocka_unit_test(other_sorts_are_faults),
        cmocka_unit_test(completed_is_true_or_false),
        cmocka_unit_test(overdue_is_true_or_false),
        cmocka_unit_test(limits_are_plain_numbers_from_1_to_1000),
        cmocka_unit_test(searches_are_decoded),
        cmocka_unit_test(an_empty_search_is_no_search),
        cmocka_unit_test(bad_escapes_and_bad_utf_8_are_faults),
        cmocka_unit_test(unknown_parameters_are_faults_under_the_name_sent),
        cmocka_unit_test(repeated_parameters_are_faults_even_when_equal),
        cmocka_unit_test(every_fault_is_told_in_the_order_of_the_query),
        cmocka_unit_test(thousands_of_faults_are_cut_to_a_hundred),
    };

    return cmocka_run_group_tests_name("list_query", tests, NULL, NULL);
}
