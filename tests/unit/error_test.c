#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/error.h"
#include "common/http/http_rules.h"
#include "tests/unit/unit.h"

struct row {
    enum todo_err err;
    int status;
    bool closes;
};

static const struct row rows[] = {
    {TODO_ERR_MALFORMED, 400, true},
    {TODO_ERR_HOST, 400, true},
    {TODO_ERR_JSON, 400, false},
    {TODO_ERR_CONDITION, 400, false},
    {TODO_ERR_PARTIAL_PUT, 400, false},
    {TODO_ERR_NO_TOKEN, 401, false},
    {TODO_ERR_BAD_TOKEN, 401, false},
    {TODO_ERR_CREDENTIALS, 401, false},
    {TODO_ERR_NO_PATH, 404, false},
    {TODO_ERR_NO_TODO, 404, false},
    {TODO_ERR_METHOD, 405, false},
    {TODO_ERR_BODY_TIMEOUT, 408, true},
    {TODO_ERR_NAME_TAKEN, 409, false},
    {TODO_ERR_LENGTH_REQUIRED, 411, true},
    {TODO_ERR_PRECONDITION, 412, false},
    {TODO_ERR_BODY_TOO_LARGE, 413, true},
    {TODO_ERR_TARGET_TOO_LONG, 414, true},
    {TODO_ERR_MEDIA_TYPE, 415, false},
    {TODO_ERR_CODING, 415, false},
    {TODO_ERR_EXPECTATION, 417, true},
    {TODO_ERR_MISDIRECTED, 421, false},
    {TODO_ERR_GONE, 499, true},
    {TODO_ERR_INVALID, 422, false},
    {TODO_ERR_TOO_MANY, 429, false},
    {TODO_ERR_HEAD_TOO_LARGE, 431, true},
    {TODO_ERR_HTTP_VERSION, 505, true},
    {TODO_ERR_INTERNAL, 500, false},
    {TODO_ERR_UPSTREAM, 502, false},
    {TODO_ERR_BUSY, 503, false},
    {TODO_ERR_NO_MEMORY, 503, false},
    {TODO_ERR_NO_UPSTREAM, 503, false},
    {TODO_ERR_STOPPING, 503, true},
    {TODO_ERR_SLOW_QUERY, 503, false},
    {TODO_ERR_LOCKED, 503, false},
    {TODO_ERR_UNAVAILABLE, 503, false},
    {TODO_ERR_UPSTREAM_TIMEOUT, 504, false},
    {TODO_ERR_DISK_FULL, 507, false},
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static void every_error_has_the_status_of_the_contract(void **state)
{
    (void)state;
    assert_int_equal(ROW_COUNT, TODO_ERR_COUNT - 1); /* all but TODO_OK */
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct error_info *info = error_info(rows[i].err);

        assert_int_equal(info->status, rows[i].status);
        assert_int_equal(info->closes, rows[i].closes);
        assert_true(error_reason(info->status)[0] != '\0');
    }
}

static void every_error_says_what_it_is_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct error_info *info = error_info(rows[i].err);
        size_t len = strlen(info->detail);

        assert_true(strlen(info->title) > 0);
        assert_true(len > 0 && info->detail[len - 1] == '.');
        /* A slug is the end of a URL. */
        assert_true(strlen(info->slug) > 0);
        assert_uint_equal(strspn(info->slug, "abcdefghijklmnopqrstuvwxyz-"),
                          strlen(info->slug));
        for (size_t j = 0; j < i; j++)
            assert_true(strcmp(info->slug, error_info(rows[j].err)->slug) != 0);
    }
}

static void reasons_are_those_of_rfc_9110(void **state)
{
    (void)state;
    assert_string_equal(error_reason(200), "OK");
    assert_string_equal(error_reason(201), "Created");
    assert_string_equal(error_reason(204), "No Content");
    assert_string_equal(error_reason(304), "Not Modified");
    assert_string_equal(error_reason(422), "Unprocessable Content");
    assert_string_equal(error_reason(502), "Bad Gateway");
    assert_string_equal(error_reason(504), "Gateway Timeout");
    assert_string_equal(error_reason(418), "");
    assert_string_equal(error_reason(0), "");
}

static void faults_are_the_members_of_a_json_array(void **state)
{
    struct problem problem = {0};

    (void)state;
    assert_int_equal(problem_add_member(&problem, "title", "is missing"),
                     TODO_ERR_INVALID);
    assert_int_equal(
        problem_add_parameter(&problem, "limit=x", 5, "must be \"x\""),
        TODO_ERR_INVALID);
    assert_uint_equal(problem.fault_count, 2);
    unit_assert_buf(&problem.faults,
                    "{\"pointer\":\"/title\",\"detail\":\"is missing\"},"
                    "{\"parameter\":\"limit\",\"detail\":\"must be "
                    "\\\"x\\\"\"}");
    problem_release(&problem);
    problem_release(&problem);
    assert_uint_equal(problem.fault_count, 0);
}

static void pointers_are_escaped_for_rfc_6901_and_json(void **state)
{
    static const struct {
        const char *member;
        const char *pointer;
    } cases[] = {
        {"", "/"},
        {"a/b", "/a~1b"},
        {"m~n", "/m~0n"},
        {"~1", "/~01"},
        {"/", "/~1"},
        {"~/~", "/~0~1~0"},
        {"\"\\", "/\\\"\\\\"},
        {"\x01\n", "/\\u0001\\n"},
        {"\xC3\xA9", "/\xC3\xA9"},
        {" ", "/ "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem problem = {0};
        char want[80];

        (void)snprintf(want, sizeof want,
                       "{\"pointer\":\"%s\",\"detail\":\"d\"}",
                       cases[i].pointer);
        (void)problem_add_member(&problem, cases[i].member, "d");
        unit_assert_buf(&problem.faults, want);
        problem_release(&problem);
    }
}

/* What stands in a query may be any bytes; an answer must be UTF-8. */
static void parameter_names_that_are_not_utf_8_are_made_so(void **state)
{
    static const struct {
        const char *name;
        const char *written;
    } cases[] = {
        {"", ""},
        {"a%FFb", "a%FFb"},
        {"\xC3\xA9", "\xC3\xA9"},
        {"a\xFF"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
        {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\"\x1f", "\\\"\\u001f"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problem problem = {0};
        char want[80];

        (void)snprintf(want, sizeof want,
                       "{\"parameter\":\"%s\",\"detail\":\"d\"}",
                       cases[i].written);
        (void)problem_add_parameter(&problem, cases[i].name,
                                    strlen(cases[i].name), "d");
        unit_assert_buf(&problem.faults, want);
        problem_release(&problem);
    }
}

static void at_most_a_hundred_faults_are_listed(void **state)
{
    struct problem problem = {0};
    cJSON *array;

    (void)state;
    buf_puts(&problem.faults, "[");
    for (int i = 0; i < PROBLEM_MAX_FAULTS; i++)
        (void)problem_add_member(&problem, "a", "d");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(problem_add_member(&problem, "b", "d"),
                         TODO_ERR_INVALID);
        assert_int_equal(problem_add_parameter(&problem, "b", 1, "d"),
                         TODO_ERR_INVALID);
    }
    assert_uint_equal(problem.fault_count, PROBLEM_MAX_FAULTS);
    assert_false(unit_buf_has(&problem.faults, "b"));
    buf_puts(&problem.faults, "]");
    array = cJSON_ParseWithLength(problem.faults.data, problem.faults.len);
    assert_int_equal(cJSON_GetArraySize(array), PROBLEM_MAX_FAULTS);
    cJSON_Delete(array);
    problem_release(&problem);
}

/* The words are written by hand; the limits are somewhere else. */
static void the_limits_told_are_those_that_hold(void **state)
{
    static const struct {
        enum todo_err err;
        int limit;
    } told[] = {{TODO_ERR_BODY_TOO_LARGE, HTTP_MAX_BODY},
                {TODO_ERR_TARGET_TOO_LONG, HTTP_MAX_TARGET},
                {TODO_ERR_HEAD_TOO_LARGE, HTTP_MAX_HEAD},
                {TODO_ERR_HEAD_TOO_LARGE, HTTP_MAX_FIELDS}};

    (void)state;
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        char number[16];

        (void)snprintf(number, sizeof number, " %d ", told[i].limit);
        if (!strstr(error_info(told[i].err)->detail, number))
            fail_msg("%s does not say%s", error_info(told[i].err)->slug,
                     number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_the_status_of_the_contract),
        cmocka_unit_test(every_error_says_what_it_is_in_words),
        cmocka_unit_test(reasons_are_those_of_rfc_9110),
        cmocka_unit_test(faults_are_the_members_of_a_json_array),
        cmocka_unit_test(pointers_are_escaped_for_rfc_6901_and_json),
        cmocka_unit_test(parameter_names_that_are_not_utf_8_are_made_so),
        cmocka_unit_test(at_most_a_hundred_faults_are_listed),
        cmocka_unit_test(the_limits_told_are_those_that_hold),
    };

    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
