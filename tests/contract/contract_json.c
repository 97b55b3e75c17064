/*
 * Level 4: a body that is not strict JSON (RFC 8259), or not one object, too
 * deep, too wide, or with a member twice, is 400. What may stand in a string,
 * contract_strings.c says.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

enum { DEEPEST = 32, MOST_MEMBERS = 64 };

static void check_400(struct api *api, const char *body)
{
    expect_problem(api_post(api, body), 400);
}

/* A read-only member may have any value, so its value shows what is JSON. */
static void check_value(struct api *api, const char *value, int status)
{
    char body[2048];
    const struct answer *answer;

    (void)snprintf(body, sizeof body, "{'title':'a','url':%s}", value);
    answer = api_post(api, body);
    if (status == 201)
        (void)expect_todo(answer, 201);
    else
        expect_problem(answer, status);
}

static void empty_body_is_400(void **state)
{
    check_400(*state, "");
    check_400(*state, "  \r\n");
}

static void body_that_is_no_object_is_400(void **state)
{
    check_400(*state, "[]");
    check_400(*state, "[{'title':'a'}]");
    check_400(*state, "'title'");
    check_400(*state, "5");
    check_400(*state, "true");
    check_400(*state, "null");
}

static void body_that_is_no_json_is_400(void **state)
{
    check_400(*state, "title=milk");
    check_400(*state, "{title:'milk'}");
    check_400(*state, "{'title' 'milk'}");
    check_400(*state, "{'title':}");
    check_400(*state, "{'title'}");
    check_400(*state, "{1:'milk'}");
    check_400(*state, "<title>milk</title>");
}

static void single_quotes_are_400(void **state)
{
    const char *body = "{'title':'milk'}"; /* as it stands */

    expect_problem(api_post_bytes(*state, body, strlen(body)), 400);
}

static void unfinished_json_is_400(void **state)
{
    check_400(*state, "{");
    check_400(*state, "{'title':'milk'");
    check_400(*state, "{'title':'milk");
    check_400(*state, "{'title':");
    check_400(*state, "{'title':'milk','url':[1");
}

static void trailing_comma_is_400(void **state)
{
    check_400(*state, "{'title':'milk',}");
    check_400(*state, "{,'title':'milk'}");
    check_value(*state, "[1,]", 400);
    check_value(*state, "[,1]", 400);
    check_value(*state, "[1,,2]", 400);
}

static void comments_are_400(void **state)
{
    check_400(*state, "{'title':'milk'/* low fat */}");
    check_400(*state, "{'title':'milk'} // low fat");
}

static void anything_behind_the_object_is_400(void **state)
{
    check_400(*state, "{'title':'milk'}x");
    check_400(*state, "{'title':'milk'}{}");
    check_400(*state, "{'title':'milk'},");
    check_400(*state, "{'title':'milk'}\x01");
    expect_problem(api_post_bytes(*state, "{\"title\":\"milk\"}\0", 17), 400);
    expect_problem(api_post_bytes(*state, "{\"title\":\"milk\"}\0{", 18), 400);
}

static void json_white_space_around_the_object_is_taken(void **state)
{
    (void)expect_todo(
        api_post(*state, " \t\r\n{ 'title' :\t'milk'\r\n, 'order' : 1 }\n\n"),
        201);
}

static void other_white_space_is_400(void **state)
{
    check_400(*state, "{'title':\v'milk'}");
    check_400(*state, "{'title':\f'milk'}");
    check_400(*state, "{'title':\xc2\xa0'milk'}");
}

static void byte_order_mark_is_400(void **state)
{
    check_400(*state, "\xef\xbb\xbf{'title':'milk'}");
}

static void numbers_of_json_are_taken(void **state)
{
    check_value(*state, "[0,-0,10,0.5,-1.25,1e5,1E-5,2e+7,0e0,0.0e-0]", 201);
}

static void number_with_leading_zero_is_400(void **state)
{
    check_value(*state, "01", 400);
    check_value(*state, "-01", 400);
    check_value(*state, "00", 400);
    check_400(*state, "{'title':'a','order':01}");
}

static void number_with_a_part_missing_is_400(void **state)
{
    check_value(*state, ".5", 400);
    check_value(*state, "1.", 400);
    check_value(*state, "1.e2", 400);
    check_value(*state, "1e", 400);
    check_value(*state, "1e+", 400);
    check_value(*state, "-", 400);
}

static void number_of_another_language_is_400(void **state)
{
    check_value(*state, "+1", 400);
    check_value(*state, "0x1f", 400);
    check_value(*state, "NaN", 400);
    check_value(*state, "-Infinity", 400);
    check_value(*state, "1_000", 400);
}

static void misspelt_literal_is_400(void **state)
{
    check_value(*state, "tru", 400);
    check_value(*state, "True", 400);
    check_value(*state, "nulll", 400);
    check_value(*state, "undefined", 400);
}

static void brackets_that_do_not_match_are_400(void **state)
{
    check_value(*state, "[1}", 400);
    check_value(*state, "{'a':1]", 400);
    check_value(*state, "[1]]", 400);
}

/* The body is one level, its arrays are the others. */
static void post_depth(struct api *api, size_t depth, int status)
{
    char value[256];
    size_t arrays = depth - 1;

    memset(value, '[', arrays);
    memset(value + arrays, ']', arrays);
    value[2 * arrays] = '\0';
    check_value(api, value, status);
}

static void json_of_depth_32_is_taken(void **state)
{
    post_depth(*state, DEEPEST, 201);
}

static void json_of_depth_33_is_400(void **state)
{
    post_depth(*state, DEEPEST + 1, 400);
}

static void json_of_great_depth_is_400(void **state)
{
    static char body[60000];

    memset(body, '[', sizeof body);
    expect_problem(api_post_bytes(*state, body, sizeof body), 400);
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = "{\"\":["[i % 5];
    expect_problem(api_post_bytes(*state, body, sizeof body), 400);
}

/* A title and unknown members. */
static const struct answer *post_members(struct api *api, int count)
{
    char body[2048];
    size_t len = (size_t)snprintf(body, sizeof body, "{'title':'a'");

    for (int i = 1; i < count && len < sizeof body; i++)
        len +=
            (size_t)snprintf(body + len, sizeof body - len, ",'m%d':%d", i, i);
    (void)snprintf(body + len, sizeof body - len, "}");
    return api_post(api, body);
}

static void object_of_64_members_is_read(void **state)
{
    const struct answer *answer = post_members(*state, MOST_MEMBERS);

    expect_problem(answer, 422); /* for the 63 that are unknown, each told */
    if (cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(
            answer->json, "errors")) != MOST_MEMBERS - 1)
        fail_answer(answer, "an error for each of the 63 unknown members");
}

static void object_of_65_members_is_400(void **state)
{
    expect_problem(post_members(*state, MOST_MEMBERS + 1), 400);
}

static void repeated_member_is_400(void **state)
{
    check_400(*state, "{'title':'a','title':'a'}");
    check_400(*state, "{'title':'a','colour':1,'colour':1}");
    check_400(*state, "{'id':1,'title':'a','id':2}");
}

static void repeated_member_is_400_once_unescaped(void **state)
{
    check_400(*state, "{'title':'a','\\u0074itle':'b'}");
    check_400(*state, "{'title':'a','\\ud83d\\ude00':1,"
                      "'\xf0\x9f\x98\x80':2}");
    check_400(*state, "{'title':'a','a/b':1,'a\\/b':2}");
}

static void repeated_member_is_400_at_any_depth(void **state)
{
    check_value(*state, "{'a':1,'a':2}", 400);
    check_value(*state, "[1,{'b':[{'a':1,'c':2,'a':1}]}]", 400);
    check_value(*state, "{'a':{'b':1},'c':{'b':1,'\\u0062':2}}", 400);
}

static void same_name_in_two_objects_is_no_repeat(void **state)
{
    check_value(*state, "{'title':{'title':1},'url':[{'a':1},{'a':1}]}", 201);
}

static void names_that_differ_behind_a_nul_are_no_repeat(void **state)
{
    check_value(*state, "{'a\\u0000b':1,'a\\u0000c':2}", 201);
    check_value(*state, "{'a\\u0000b':1,'a\\u0000b':2}", 400);
}

static void bad_json_in_put_and_patch_is_400(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    expect_problem(api_put(*state, id, "{'title':'b',}"), 400);
    expect_problem(api_patch(*state, id, "{'title':'b',}"), 400);
    expect_problem(api_patch(*state, id, "[]"), 400);
    expect_problem(api_patch(*state, id, "null"), 400);
    expect_titles(api_get(*state, "/todos"), "a");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(empty_body_is_400),
    cmocka_unit_test(body_that_is_no_object_is_400),
    cmocka_unit_test(body_that_is_no_json_is_400),
    cmocka_unit_test(single_quotes_are_400),
    cmocka_unit_test(unfinished_json_is_400),
    cmocka_unit_test(trailing_comma_is_400),
    cmocka_unit_test(comments_are_400),
    cmocka_unit_test(anything_behind_the_object_is_400),
    cmocka_unit_test(json_white_space_around_the_object_is_taken),
    cmocka_unit_test(other_white_space_is_400),
    cmocka_unit_test(byte_order_mark_is_400),
    cmocka_unit_test(numbers_of_json_are_taken),
    cmocka_unit_test(number_with_leading_zero_is_400),
    cmocka_unit_test(number_with_a_part_missing_is_400),
    cmocka_unit_test(number_of_another_language_is_400),
    cmocka_unit_test(misspelt_literal_is_400),
    cmocka_unit_test(brackets_that_do_not_match_are_400),
    cmocka_unit_test(json_of_depth_32_is_taken),
    cmocka_unit_test(json_of_depth_33_is_400),
    cmocka_unit_test(json_of_great_depth_is_400),
    cmocka_unit_test(object_of_64_members_is_read),
    cmocka_unit_test(object_of_65_members_is_400),
    cmocka_unit_test(repeated_member_is_400),
    cmocka_unit_test(repeated_member_is_400_once_unescaped),
    cmocka_unit_test(repeated_member_is_400_at_any_depth),
    cmocka_unit_test(same_name_in_two_objects_is_no_repeat),
    cmocka_unit_test(names_that_differ_behind_a_nul_are_no_repeat),
    cmocka_unit_test(bad_json_in_put_and_patch_is_400),
};

const struct group json_group = GROUP(LEVEL_ERRORS, "json", cases);
