#include <stdlib.h>
#include <string.h>

#include "common/todo/list_query.h"
#include "tests/unit/unit.h"

static enum todo_err parse(int *count, const char *text,
                           struct problem *problem)
{
    char *copy = unit_copy(text, strlen(text));
    enum todo_err err = list_count_parse(count, copy, strlen(text), problem);

    free(copy);
    return err;
}

static void assert_count(const char *text, int want)
{
    struct problem problem = {0};
    int count = -1;

    if (parse(&count, text, &problem) != TODO_OK)
        fail_msg("%s: %.*s", text, (int)problem.faults.len,
                 problem.faults.data ? problem.faults.data : "");
    assert_uint_equal(problem.fault_count, 0);
    assert_int_equal(count, want);
}

static void assert_faults(const char *text, const char *faults)
{
    struct problem problem = {0};
    int count = 7;

    if (parse(&count, text, &problem) != TODO_ERR_INVALID)
        fail_msg("%s: not invalid", text);
    unit_assert_buf(&problem.faults, faults);
    assert_int_equal(count, 7); /* left alone */
    problem_release(&problem);
}

static void without_a_count_it_is_one(void **state)
{
    (void)state;
    assert_count("", 1);
    assert_count("&", 1);
    assert_count("&&&", 1);
}

static void counts_are_plain_numbers_from_1_to_10(void **state)
{
    static const char *const refused[] = {
        "count=0",
        "count=11",
        "count=",
        "count",
        "count=-1",
        "count=+1",
        "count=%2B1",
        "count=01",
        "count=1.0",
        "count=1e0",
        "count=0x1",
        "count=1 ",
        "count=1+",
        "count=%201",
        "count=a",
        "count=1a",
        "count=1=",
        "count=100",
        "count=4294967297",
        "count=18446744073709551617",
        "count=99999999999999999999999999",
        "count=\xEF\xBC\x91",
    };

    (void)state;
    assert_count("count=1", 1);
    assert_count("count=2", 2);
    assert_count("count=9", 9);
    assert_count("count=10", 10);
    assert_count("&count=%31%30&", 10);
    assert_count("c%6Funt=3", 3);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_faults(refused[i], "{\"parameter\":\"count\",\"detail\":\"must "
                                  "be an integer from 1 to 10\"}");
}

static void bad_escapes_are_faults(void **state)
{
    static const char *const refused[] = {"count=%",   "count=1%",
                                          "count=%3",  "count=%3g",
                                          "count=%FF", "count=%C3"};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_faults(refused[i],
                      "{\"parameter\":\"count\",\"detail\":\"must be UTF-8 "
                      "with whole percent escapes\"}");
    assert_faults("count=1%00", "{\"parameter\":\"count\",\"detail\":\"must "
                                "not have U+0000\"}");
}

static void a_repeated_count_is_a_fault_even_when_equal(void **state)
{
    static const char repeated[] =
        "{\"parameter\":\"count\",\"detail\":\"is repeated\"}";

    (void)state;
    assert_faults("count=1&count=1", repeated);
    assert_faults("count=1&c%6funt=2", repeated);
}

/* What GET /todos takes is as unknown here as anything else. */
static void nothing_but_count_is_known(void **state)
{
    static const char *const names[] = {"limit", "completed", "q", "sort",
                                        "after", "Count",     "",  "counts"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf query = {0}, fault = {0};

        buf_printf(&query, "count=2&%s=1", names[i]);
        buf_put(&query, "", 1);
        buf_printf(
            &fault,
            "{\"parameter\":\"%s\",\"detail\":\"is not a parameter here\"}",
            names[i]);
        buf_put(&fault, "", 1);
        assert_faults(query.data, fault.data);
        buf_release(&query);
        buf_release(&fault);
    }
}

static void every_fault_is_told(void **state)
{
    (void)state;
    assert_faults(
        "x=1&count=0&count=5",
        "{\"parameter\":\"x\",\"detail\":\"is not a parameter here\"},"
        "{\"parameter\":\"count\",\"detail\":\"must be an integer from 1 to "
        "10\"},"
        "{\"parameter\":\"count\",\"detail\":\"is repeated\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_count_it_is_one),
        cmocka_unit_test(counts_are_plain_numbers_from_1_to_10),
        cmocka_unit_test(bad_escapes_are_faults),
        cmocka_unit_test(a_repeated_count_is_a_fault_even_when_equal),
        cmocka_unit_test(nothing_but_count_is_known),
        cmocka_unit_test(every_fault_is_told),
    };

    return cmocka_run_group_tests_name("list_count", tests, NULL, NULL);
}
