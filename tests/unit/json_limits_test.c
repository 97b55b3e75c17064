/*
 * tests/unit/json_limits_test.c - where json_check draws its lines: depth,
 *                                 members, repeats, long numbers, U+0000.
 */
#include <stdlib.h>
#include <string.h>

#include "common/todo/json_check.h"
#include "tests/unit/unit.h"

enum { BODY_MAX = 64 * 1024 };

/* Checks the text, then forgets it. NULL when accepted, else why not. */
static const char *check(struct buf *text)
{
    struct problem problem = {0};
    char *copy = unit_copy(text->data, text->len);
    enum todo_err err = json_check(copy, text->len, &problem);

    assert_false(text->failed);
    assert_int_equal(err, problem.detail ? TODO_ERR_JSON : TODO_OK);
    free(copy);
    buf_release(text);
    return problem.detail;
}

static const char *check_text(const char *text)
{
    struct buf buf = {0};

    buf_puts(&buf, text);
    return check(&buf);
}

static void assert_refused(const char *detail, const char *why)
{
    assert_true(detail != NULL);
    if (!strstr(detail, why))
        fail_msg("%s, not \"%s\"", detail, why);
}

static void repeat(struct buf *out, const char *text, size_t times)
{
    while (times-- > 0)
        buf_puts(out, text);
}

static const char *check_arrays(size_t depth)
{
    struct buf text = {0};

    buf_puts(&text, "{\"a\":");
    repeat(&text, "[", depth - 1);
    repeat(&text, "]", depth - 1);
    buf_puts(&text, "}");
    return check(&text);
}

static const char *check_objects(size_t depth)
{
    struct buf text = {0};

    repeat(&text, "{\"a\":", depth - 1);
    buf_puts(&text, "{}");
    repeat(&text, "}", depth - 1);
    return check(&text);
}

static void depth_32_is_accepted_and_33_refused(void **state)
{
    struct buf text = {0};

    (void)state;
    assert_true(check_arrays(JSON_MAX_DEPTH) == NULL);
    assert_refused(check_arrays(JSON_MAX_DEPTH + 1), "more than 32 deep");
    assert_true(check_objects(JSON_MAX_DEPTH) == NULL);
    assert_refused(check_objects(JSON_MAX_DEPTH + 1), "more than 32 deep");

    buf_puts(&text, "{\"a\":");
    repeat(&text, "[", BODY_MAX);
    assert_refused(check(&text), "more than 32 deep");
}

static void what_closes_no_longer_counts_as_depth(void **state)
{
    struct buf text = {0};

    (void)state;
    buf_puts(&text, "{\"a\":[");
    for (int i = 0; i < 1000; i++)
        buf_puts(&text, "[[[{}]]],");
    buf_puts(&text, "1]}");
    assert_true(check(&text) == NULL);
}

/* An array of objects with `each` members, `count` members altogether. */
static const char *check_members(int count, int each)
{
    struct buf text = {0};

    buf_puts(&text, "{\"list\":[{");
    for (int i = 0; i < count - 1; i++) {
        if (i > 0)
            buf_puts(&text, i % each == 0 ? "},{" : ",");
        buf_printf(&text, "\"m%d\":%d", i % each, i);
    }
    buf_puts(&text, "}]}");
    return check(&text);
}

static void all_objects_together_have_up_to_64_members(void **state)
{
    (void)state;
    for (int each = 1; each <= 64; each++) {
        assert_true(check_members(64, each) == NULL);
        assert_refused(check_members(65, each), "more than 64 members");
    }
}

static void a_repeated_name_is_refused_wherever_it_is(void **state)
{
    static const char *const refused[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"\":1,\"\":1}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "{\"a\":[1,{\"b\":1,\"b\":1}]}",
        "{\"a\":{\"b\":1},\"a\":{\"c\":1}}",
        "{\"a\":{\"b\":{\"x\":1}},\"c\":2,\"a\":null}",
        "{\"a\":[{},{\"b\":[],\"c\":0,\"b\":[]}]}",
        /* the same once it is unescaped */
        "{\"a\":1,\"\\u0061\":1}",
        "{\"\\u0061\":1,\"a\":1}",
        "{\"\\u006A\":1,\"\\u006a\":1}",
        "{\"/\":1,\"\\/\":1}",
        "{\"\\n\":1,\"\\u000a\":1}",
        "{\"\\b\\f\\r\\t\":1,\"\\u0008\\u000c\\u000d\\u0009\":1}",
        "{\"\\\"\\\\\":1,\"\\u0022\\u005C\":1}",
        "{\"\xC3\xA9\":1,\"\\u00e9\":1}",
        "{\"\\uD83D\\uDE00\":1,\"\xF0\x9F\x98\x80\":1}",
        "{\"\\u0000\":1,\"\\u0000\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_refused(check_text(refused[i]), "A member name is repeated.");
}

static void names_that_only_look_alike_are_accepted(void **state)
{
    static const char *const accepted[] = {
        "{\"a\":1,\"A\":1}",
        "{\"a\":1,\"a \":1}",
        "{\"a\":1,\"aa\":1,\"\":1}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "{\"a\":[{\"a\":1},{\"a\":1}]}",
        "{\"a\":{\"b\":1},\"b\":{\"b\":1}}",
        "{\"u0061\":1,\"a\":1}",
        "{\"\\\\u0061\":1,\"a\":1}",
        /* composed and decomposed: other characters */
        "{\"\\u00e9\":1,\"e\\u0301\":1}",
        /* one becomes the other only after the check */
        "{\"\\u0000\":1,\"\\u0001\":1}",
        "{\"a\\u0000b\":1,\"a\":1,\"a\\u0000c\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
        if (check_text(accepted[i]) != NULL)
            fail_msg("%s: refused", accepted[i]);
}

static void long_names_are_compared_to_their_end(void **state)
{
    struct buf text = {0};

    (void)state;
    for (int last = 0; last < 2; last++) {
        buf_puts(&text, "{\"");
        repeat(&text, "\\u0061", 5000);
        buf_puts(&text, "x\":1,\"");
        repeat(&text, "a", 5000);
        buf_puts(&text, last ? "x\":1}" : "y\":1}");
        if (last)
            assert_refused(check(&text), "repeated");
        else
            assert_true(check(&text) == NULL);
    }
}

static const char *check_number(const char *start, size_t len)
{
    struct buf text = {0};

    buf_puts(&text, "{\"a\":[");
    buf_puts(&text, start);
    repeat(&text, "1", len - strlen(start));
    buf_puts(&text, "]}");
    return check(&text);
}

static void numbers_have_up_to_63_characters(void **state)
{
    static const char *const starts[] = {"1", "-1", "0.", "1e", "-1.5E-"};

    (void)state;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        assert_true(check_number(starts[i], 63) == NULL);
        assert_refused(check_number(starts[i], 64), "more than 63 characters");
        assert_refused(check_number(starts[i], 60000), "63 characters");
    }
}

static void escaped_nul_becomes_an_escaped_1(void **state)
{
    static const struct {
        const char *sent;
        const char *left;
    } cases[] = {
        {"{\"a\":\"\\u0000\"}", "{\"a\":\"\\u0001\"}"},
        {"{\"\\u0000\":0}", "{\"\\u0001\":0}"},
        {"{\"a\":\"\\u0000\\u0000x\\u0000\"}",
         "{\"a\":\"\\u0001\\u0001x\\u0001\"}"},
        {"{\"a\":\"\\\\\\u0000\"}", "{\"a\":\"\\\\\\u0001\"}"},
        /* not U+0000 */
        {"{\"a\":\"\\\\u0000\"}", "{\"a\":\"\\\\u0000\"}"},
        {"{\"a\":\"\\u00000\"}", "{\"a\":\"\\u00010\"}"},
        {"{\"a\":\"u0000\\u0020\"}", "{\"a\":\"u0000\\u0020\"}"},
        {"{\"a\":\"\\\\\\\\u0000\"}", "{\"a\":\"\\\\\\\\u0000\"}"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].sent);
        char *copy = unit_copy(cases[i].sent, len);
        struct problem problem = {0};

        assert_int_equal(json_check(copy, len, &problem), TODO_OK);
        assert_memory_equal(copy, cases[i].left, len);
        free(copy);
    }
}

static void a_refused_text_is_left_as_it_was(void **state)
{
    static const char text[] = "{\"a\":\"\\u0000\",\"a\":1}";
    char *copy = unit_copy(text, sizeof text - 1);
    struct problem problem = {0};

    (void)state;
    assert_int_equal(json_check(copy, sizeof text - 1, &problem),
                     TODO_ERR_JSON);
    assert_memory_equal(copy, text, sizeof text - 1);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(depth_32_is_accepted_and_33_refused),
        cmocka_unit_test(what_closes_no_longer_counts_as_depth),
        cmocka_unit_test(all_objects_together_have_up_to_64_members),
        cmocka_unit_test(a_repeated_name_is_refused_wherever_it_is),
        cmocka_unit_test(names_that_only_look_alike_are_accepted),
        cmocka_unit_test(long_names_are_compared_to_their_end),
        cmocka_unit_test(numbers_have_up_to_63_characters),
        cmocka_unit_test(escaped_nul_becomes_an_escaped_1),
        cmocka_unit_test(a_refused_text_is_left_as_it_was),
    };

    return cmocka_run_group_tests_name("json_limits", tests, NULL, NULL);
}
