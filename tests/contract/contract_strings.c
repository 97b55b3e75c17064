/*
 * Level 4: what may stand in a string of JSON: UTF-8 without control characters
 * and the escapes of RFC 8259. It is checked also where the value is ignored.
 */
#include <stdio.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

/* As the title, as an ignored value, and as a name. */
static void check_400(struct api *api, const char *text)
{
    char body[512];

    (void)snprintf(body, sizeof body, "{'title':'a%sz'}", text);
    expect_problem(api_post(api, body), 400);
    (void)snprintf(body, sizeof body, "{'title':'a','url':['a%sz']}", text);
    expect_problem(api_post(api, body), 400);
    (void)snprintf(body, sizeof body, "{'title':'a','url':{'a%sz':1}}", text);
    expect_problem(api_post(api, body), 400);
}

static void raw_control_character_is_400(void **state)
{
    for (char c = 1; c < 0x20; c++) {
        char text[] = {c, '\0'};

        check_400(*state, text);
    }
}

static void raw_nul_is_400(void **state)
{
    expect_problem(api_post_bytes(*state, "{\"title\":\"a\0z\"}", 15), 400);
    expect_problem(api_post_bytes(*state, "{\"title\":\"a\"\0,\"x\":1}", 20),
                   400);
}

static void lone_continuation_byte_is_400(void **state)
{
    check_400(*state, "\x80");
    check_400(*state, "\xbf");
}

static void byte_that_utf_8_has_not_is_400(void **state)
{
    check_400(*state, "\xff");
    check_400(*state, "\xfe");
    check_400(*state, "\xf5\x80\x80\x80");
    check_400(*state, "\xf8\x88\x80\x80\x80");
}

static void cut_sequence_is_400(void **state)
{
    check_400(*state, "\xc3");
    check_400(*state, "\xe2\x82");
    check_400(*state, "\xf0\x9f\x98");
}

static void overlong_sequence_is_400(void **state)
{
    check_400(*state, "\xc0\x80");
    check_400(*state, "\xc1\xbf");
    check_400(*state, "\xe0\x9f\xbf");
    check_400(*state, "\xf0\x8f\xbf\xbf");
}

static void surrogate_in_utf_8_is_400(void **state)
{
    check_400(*state, "\xed\xa0\x80");
    check_400(*state, "\xed\xbf\xbf");
}

static void code_point_beyond_unicode_is_400(void **state)
{
    check_400(*state, "\xf4\x90\x80\x80");
}

static void latin_1_is_400(void **state)
{
    check_400(*state, "K\xe4se");
}

static void bytes_outside_strings_must_be_ascii(void **state)
{
    expect_problem(api_post(*state, "{'title':'a'\xc3\xa4}"), 400);
    expect_problem(api_post(*state, "\xff{'title':'a'}"), 400);
}

static void lone_high_surrogate_is_400(void **state)
{
    check_400(*state, "\\ud83d");
    check_400(*state, "\\uDBFF\\n");
    check_400(*state, "\\ud83dx");
}

static void lone_low_surrogate_is_400(void **state)
{
    check_400(*state, "\\ude00");
    check_400(*state, "\\uDFFF");
}

static void surrogates_that_are_no_pair_are_400(void **state)
{
    check_400(*state, "\\ud83d\\ud83d");
    check_400(*state, "\\ude00\\ud83d");
    check_400(*state, "\\ud83d\\u0041");
}

static void unknown_escape_is_400(void **state)
{
    check_400(*state, "\\x41");
    check_400(*state, "\\a");
    check_400(*state, "\\0");
    check_400(*state, "\\U0041");
    check_400(*state, "\\`");
}

static void escape_with_bad_hex_is_400(void **state)
{
    check_400(*state, "\\u");
    check_400(*state, "\\u12");
    check_400(*state, "\\u12g4");
    check_400(*state, "\\u+123");
    check_400(*state, "\\u 123");
}

static void every_escape_of_json_is_read(void **state)
{
    (void)api_create(*state, "{'title':'a','url':'\\\"\\\\\\/\\b\\f\\n\\r\\t"
                             "\\u0000\\uFFFF\\uD834\\uDD1E'}");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(raw_control_character_is_400),
    cmocka_unit_test(raw_nul_is_400),
    cmocka_unit_test(lone_continuation_byte_is_400),
    cmocka_unit_test(byte_that_utf_8_has_not_is_400),
    cmocka_unit_test(cut_sequence_is_400),
    cmocka_unit_test(overlong_sequence_is_400),
    cmocka_unit_test(surrogate_in_utf_8_is_400),
    cmocka_unit_test(code_point_beyond_unicode_is_400),
    cmocka_unit_test(latin_1_is_400),
    cmocka_unit_test(bytes_outside_strings_must_be_ascii),
    cmocka_unit_test(lone_high_surrogate_is_400),
    cmocka_unit_test(lone_low_surrogate_is_400),
    cmocka_unit_test(surrogates_that_are_no_pair_are_400),
    cmocka_unit_test(unknown_escape_is_400),
    cmocka_unit_test(escape_with_bad_hex_is_400),
    cmocka_unit_test(every_escape_of_json_is_read),
};

const struct group strings_group = GROUP(LEVEL_ERRORS, "strings", cases);
