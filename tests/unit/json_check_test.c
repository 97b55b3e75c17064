#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/todo/json_check.h"
#include "tests/unit/unit.h"

/* What json_check says: NULL when it accepts, else why not. */
static const char *check(const char *text, size_t len)
{
    struct problem problem = {0};
    char *copy = unit_copy(text, len);
    enum todo_err err = json_check(copy, len, &problem);

    free(copy);
    assert_true(err == TODO_OK || err == TODO_ERR_JSON);
    assert_true((problem.detail != NULL) == (err == TODO_ERR_JSON));
    return problem.detail;
}

static void assert_accepted(const char *text)
{
    const char *detail = check(text, strlen(text));

    if (detail)
        fail_msg("%s: %s", text, detail);
}

/* Refused, for a reason in which `why` stands. */
static void assert_refused(const char *text, const char *why)
{
    const char *detail = check(text, strlen(text));

    if (!detail || !strstr(detail, why))
        fail_msg("%s: %s, not \"%s\"", text, detail ? detail : "accepted", why);
}

/* Puts the value where a member's value stands. */
static void wrap(char out[200], const char *value)
{
    (void)snprintf(out, 200, "{\"a\":%s}", value);
}

/* A value, and words of the sentence that says why it is refused. */
struct refused {
    const char *value;
    const char *why;
};

static const char *const strict_values[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "10",
    "1234567890",
    "0.5",
    "-0.0",
    "1.0",
    "0.00",
    "1e2",
    "1E2",
    "1e+2",
    "1e-2",
    "1E+02",
    "0e0",
    "0e+1",
    "1.5e300",
    "1e400",
    "-1e-400",
    "123.456e78",
    "\"\"",
    "\"a\"",
    "\" \"",
    "\"\x7f\"",
    "\"'\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0041\"",
    "\"\\u00e9\\u00E9\"",
    "\"\\uD834\\udd1e\"",
    "\"\\uDBFF\\uDFFF\"",
    "\"\\uFFFE\\uFFFF\"",
    "\"\\u0000\"",
    "\"\\u2028\"",
    "\"\xE2\x80\xA8\"",
    "\"\xC3\xA9\"",
    "\"\xE2\x82\xAC\"",
    "\"\xF0\x9F\x98\x80\"",
    "\"\xF4\x8F\xBF\xBF\"",
    "\"\xEF\xBF\xBF\"",
    "\"a\xEF\xBB\xBF\"",
    "[]",
    "[ ]",
    "[1]",
    "[1,2]",
    "[ 1 , 2 ]",
    "[[]]",
    "[[],[]]",
    "[null,true,{}]",
    "[\"[\"]",
    "[1,[2,[3]],{\"b\":[]}]",
    "{}",
    "{ }",
    "{\"b\":1}",
    "{\"b\":{\"c\":{}}}",
    "{\"\":0}",
    "{\"}\":\"{\"}",
    "{\"a\":1}",
    "{\"\\u0000\":0,\"\\u0001\":0}",
};

static void strict_values_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strict_values / sizeof *strict_values; i++) {
        char text[200];

        wrap(text, strict_values[i]);
        assert_accepted(text);
    }
}

static void whitespace_of_json_may_stand_anywhere(void **state)
{
    (void)state;
    assert_accepted("{}");
    assert_accepted(" \t\r\n{ \t\r\n} \t\r\n");
    assert_accepted("\n{\n\"a\"\t:\r1 ,\n\"b\"\n:\n[\n1\n,\n2\n]\n}\n");
    assert_refused("\f{}", "one JSON object");
    assert_refused("{}\v", "follows");
    assert_refused("{\xC2\xA0}", "name in quotes");
    assert_refused("\xEF\xBB\xBF{}", "one JSON object");
}

static void the_whole_must_be_one_object(void **state)
{
    static const char *const refused[] = {
        "",    " ",      "null", "true", "1",  "\"a\"", "[]", "[{}]",
        "a",   "}",      "]",    ",",    ":",  "\"",    "#",  "/* */{}",
        "// ", "\xFF{}", "'a'",  "NaN",  "-{", "(",
    };

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_refused(refused[i], "The body must be one JSON object.");
    assert_refused("{}{}", "follows");
    assert_refused("{},", "follows");
    assert_refused("{}}", "follows");
    assert_refused("{} null", "follows");
    assert_refused("{}#", "follows");
    assert_refused("{}// ", "follows");
    assert_true(check("{}\0", 3) != NULL);
    assert_true(check("\0{}", 3) != NULL);
    assert_true(check("{\0}", 3) != NULL);
}

static const struct refused loose_values[] = {
    {"", "value is missing"},
    {",", "value is missing"},
    {":", "value is missing"},
    {"]", "value is missing"},
    {"'a'", "value is missing"},
    {"+1", "value is missing"},
    {".5", "value is missing"},
    {"NaN", "value is missing"},
    {"Infinity", "value is missing"},
    {"True", "value is missing"},
    {"\\u0031", "value is missing"},
    {"/**/1", "value is missing"},
    {"\xEF\xBC\x91", "value is missing"}, /* a full-width 1 */
    {"nul", "true, false or null"},
    {"nULL", "true, false or null"},
    {"tru", "true, false or null"},
    {"fals", "true, false or null"},
    {"truee", "comma"},
    {"nullnull", "comma"},
    {"1 2", "comma"},
    {"1 true", "comma"},
    {"\"a\" \"b\"", "comma"},
    {"\"a\"b", "comma"},
    {"[1 2]", "comma"},
    {"[1:2]", "comma"},
    {"[1}", "comma"},
    {"[1,]", "value is missing"},
    {"[,1]", "value is missing"},
    {"[1,,2]", "value is missing"},
    {"[,]", "value is missing"},
    {"[}", "value is missing"},
    {"{]", "name in quotes"},
    {"{,}", "name in quotes"},
    {"{\"b\":1,}", "name in quotes"},
    {"{\"b\":1,,\"c\":2}", "name in quotes"},
    {"{b:1}", "name in quotes"},
    {"{'b':1}", "name in quotes"},
    {"{1:1}", "name in quotes"},
    {"{null:1}", "name in quotes"},
    {"{[]:1}", "name in quotes"},
    {"{\"b\"}", "colon"},
    {"{\"b\" 1}", "colon"},
    {"{\"b\",1}", "colon"},
    {"{\"b\"::1}", "value is missing"},
    {"{\"b\":}", "value is missing"},
    {"{\"b\":1]", "comma"},
    {"{\"b\":1 \"c\":2}", "comma"},
    {"{\"b\":1:2}", "comma"},
};

static void loose_values_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof loose_values / sizeof *loose_values; i++) {
        char text[200];

        wrap(text, loose_values[i].value);
        assert_refused(text, loose_values[i].why);
    }
}

static const struct refused loose_numbers[] = {
    {"01", "begin with 0"},
    {"-01", "begin with 0"},
    {"00", "begin with 0"},
    {"-012", "begin with 0"},
    {"-", "lacks a digit"},
    {"--1", "lacks a digit"},
    {"-+1", "lacks a digit"},
    {"-a", "lacks a digit"},
    {"-.5", "lacks a digit"},
    {"-Infinity", "lacks a digit"},
    {"- 1", "lacks a digit"},
    {"1.", "lacks a digit"},
    {"0.", "lacks a digit"},
    {"1.e1", "lacks a digit"},
    {"1.-1", "lacks a digit"},
    {"1..2", "lacks a digit"},
    {"1e", "lacks a digit"},
    {"1E", "lacks a digit"},
    {"1e+", "lacks a digit"},
    {"1e-", "lacks a digit"},
    {"1e+-1", "lacks a digit"},
    {"1e.5", "lacks a digit"},
    {"1e1.5", "comma"},
    {"1e1e1", "comma"},
    {"1.2.3", "comma"},
    {"1+1", "comma"},
    {"1-1", "comma"},
    {"0x1", "comma"},
    {"0b1", "comma"},
    {"1_000", "comma"},
    {"1a", "comma"},
    {"1\xC2\xA0", "comma"},
};

static void loose_numbers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof loose_numbers / sizeof *loose_numbers; i++) {
        char text[200];

        wrap(text, loose_numbers[i].value);
        assert_refused(text, loose_numbers[i].why);
    }
}

static const struct refused broken_strings[] = {
    {"\"\n\"", "control character"},
    {"\"\t\"", "control character"},
    {"\"\x1f\"", "control character"},
    {"\"\x01\"", "control character"},
    {"\"\\a\"", "escape"},
    {"\"\\'\"", "escape"},
    {"\"\\0\"", "escape"},
    {"\"\\x41\"", "escape"},
    {"\"\\U0041\"", "escape"},
    {"\"\\ \"", "escape"},
    {"\"\\\n\"", "escape"},
    {"\"\\\xC3\xA9\"", "escape"},
    {"\"\\u\"", "four hexadecimal"},
    {"\"\\u1\"", "four hexadecimal"},
    {"\"\\u12\"", "four hexadecimal"},
    {"\"\\u123\"", "four hexadecimal"},
    {"\"\\u123g\"", "four hexadecimal"},
    {"\"\\u-123\"", "four hexadecimal"},
    {"\"\\u 123\"", "four hexadecimal"},
    {"\"\\u00/0\"", "four hexadecimal"},
    {"\"\\uD800\"", "surrogate"},
    {"\"\\uDBFFa\"", "surrogate"},
    {"\"\\uD800\\n\"", "surrogate"},
    {"\"\\uD800\\u0041\"", "surrogate"},
    {"\"\\uD800\\uD800\"", "surrogate"},
    {"\"\\uD834\\u\"", "four hexadecimal"},
    {"\"\\uD834\\uD\"", "four hexadecimal"},
    {"\"\\uDC00\"", "surrogate"},
    {"\"\\uDC00\\uDC00\"", "surrogate"},
    {"\"\\uD800\\uDBFF\"", "surrogate"},
    {"\"\\uD800\\uE000\"", "surrogate"},
    {"\"\\uDFFF\\uD800\"", "surrogate"},
    {"\"\\uDd1e\\uD834\"", "surrogate"},
    {"\"\x80\"", "UTF-8"},
    {"\"\xBF\"", "UTF-8"},
    {"\"\xC0\x80\"", "UTF-8"},
    {"\"\xC1\xBF\"", "UTF-8"},
    {"\"\xC3\"", "UTF-8"},
    {"\"\xE0\x80\x80\"", "UTF-8"},
    {"\"\xE2\x82\"", "UTF-8"},
    {"\"\xED\xA0\x80\"", "UTF-8"},
    {"\"\xED\xBF\xBF\"", "UTF-8"},
    {"\"\xF0\x80\x80\x80\"", "UTF-8"},
    {"\"\xF4\x90\x80\x80\"", "UTF-8"},
    {"\"\xF8\x88\x80\x80\x80\"", "UTF-8"},
    {"\"\xFE\"", "UTF-8"},
    {"\"\xFF\"", "UTF-8"},
    {"{\"\xFF\":1}", "UTF-8"},
    {"{\"\\x\":1}", "escape"},
};

static void broken_strings_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken_strings / sizeof *broken_strings;
         i++) {
        char text[200];

        wrap(text, broken_strings[i].value);
        assert_refused(text, broken_strings[i].why);
    }
    assert_true(check("{\"a\":\"\0\"}", 9) != NULL);
    assert_true(check("{\"\0\":1}", 7) != NULL);
}

static void a_text_cut_anywhere_is_refused(void **state)
{
    static const char text[] =
        "{\"a\":[1,-2.5e+3,true,{\"b\\u00e9\":null}],\"\xF0\x9F\x98\x80\":"
        "\"\\uD834\\uDD1E\\n\",\"c\":{}}";

    (void)state;
    assert_accepted(text);
    for (size_t len = 0; len < sizeof text - 1; len++)
        assert_true(check(text, len) != NULL);
}

static void what_is_accepted_reads_the_same_in_cjson(void **state)
{
    static const char text[] =
        "{\"a\":[1,-2.5e+3,true,{\"b\":null}],\"c\":\"x\\ty\"}";
    char *copy = unit_copy(text, sizeof text - 1);
    struct problem problem = {0};
    cJSON *json;
    char *printed;

    (void)state;
    assert_int_equal(json_check(copy, sizeof text - 1, &problem), TODO_OK);
    assert_memory_equal(copy, text, sizeof text - 1); /* untouched */
    json = cJSON_ParseWithLength(copy, sizeof text - 1);
    printed = cJSON_PrintUnformatted(json);
    assert_string_equal(printed,
                        "{\"a\":[1,-2500,true,{\"b\":null}],\"c\":\"x\\ty\"}");
    cJSON_free(printed);
    cJSON_Delete(json);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strict_values_are_accepted),
        cmocka_unit_test(whitespace_of_json_may_stand_anywhere),
        cmocka_unit_test(the_whole_must_be_one_object),
        cmocka_unit_test(loose_values_are_refused),
        cmocka_unit_test(loose_numbers_are_refused),
        cmocka_unit_test(broken_strings_are_refused),
        cmocka_unit_test(a_text_cut_anywhere_is_refused),
        cmocka_unit_test(what_is_accepted_reads_the_same_in_cjson),
    };

    return cmocka_run_group_tests_name("json_check", tests, NULL, NULL);
}
