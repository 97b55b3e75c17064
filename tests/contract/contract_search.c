/*
 * Level 2: q= finds text in titles; how a query is decoded.
 */
#include <stdio.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

static void create_titles(struct api *api, const char *const *titles)
{
    for (; *titles; titles++) {
        char body[256];

        (void)snprintf(body, sizeof body, "{'title':'%s'}", *titles);
        (void)api_create(api, body);
    }
}

static void q_finds_text_anywhere_in_the_title(void **state)
{
    const char *const titles[] = {"milk", "buttermilk", "milkshake",
                                  "mil",  "k",          NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=milk"),
                  "milk buttermilk milkshake");
    expect_titles(api_get(*state, "/todos?q=tea"), "");
}

static void q_ignores_case_for_ascii(void **state)
{
    const char *const titles[] = {"Milk", "MILK", "milk", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=mILK"), "Milk MILK milk");
}

static void q_minds_case_beyond_ascii(void **state)
{
    const char *const titles[] = {"\xc3\x84rger", "\xc3\xa4rger", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=%C3%A4rger"), "\xc3\xa4rger");
    expect_titles(api_get(*state, "/todos?q=%C3%84RGER"), "\xc3\x84rger");
}

static void q_takes_percent_and_underscore_literally(void **state)
{
    const char *const titles[] = {"50%", "501", "a_b", "axb", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=0%25"), "50%");
    expect_titles(api_get(*state, "/todos?q=a_b"), "a_b");
    expect_titles(api_get(*state, "/todos?q=%25%25"), "");
}

static void q_takes_marks_of_other_languages_literally(void **state)
{
    const char *const titles[] = {"a\\\\b", "a*b",    "a[x]b",
                                  "a?b",    "O`Hara", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=%5C"), "a\\b");
    expect_titles(api_get(*state, "/todos?q=*"), "a*b");
    expect_titles(api_get(*state, "/todos?q=%5Bx%5D"), "a[x]b");
    expect_titles(api_get(*state, "/todos?q=a%3Fb"), "a?b");
    expect_titles(api_get(*state, "/todos?q=%27%20OR%201=1"), "");
}

static void q_decodes_plus_as_space(void **state)
{
    const char *const titles[] = {"a b", "a+b", "ab", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=a+b"), "a b");
    expect_titles(api_get(*state, "/todos?q=a%20b"), "a b");
    expect_titles(api_get(*state, "/todos?q=a%2Bb"), "a+b");
    expect_titles(api_get(*state, "/todos?q=a%2bb"), "a+b");
}

static void q_decodes_separators(void **state)
{
    const char *const titles[] = {"a&b", "a=b", "a#b", "a;b", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=a%26b"), "a&b");
    expect_titles(api_get(*state, "/todos?q=a=b"), "a=b");
    expect_titles(api_get(*state, "/todos?q=a%23b"), "a#b");
    expect_titles(api_get(*state, "/todos?q=a;b"), "a;b");
}

static void q_decodes_utf_8(void **state)
{
    const char *const titles[] = {"\xf0\x9f\x98\x80!", "\xe7\x89\x9b", NULL};

    create_titles(*state, titles);
    expect_titles(api_get(*state, "/todos?q=%F0%9F%98%80"),
                  "\xf0\x9f\x98\x80!");
    expect_titles(api_get(*state, "/todos?q=%E7%89%9B"), "\xe7\x89\x9b");
}

static void q_goes_with_completed(void **state)
{
    (void)api_create(*state, "{'title':'milk','completed':true}");
    (void)api_create(*state, "{'title':'milkshake'}");
    (void)api_create(*state, "{'title':'tea','completed':true}");
    expect_titles(api_get(*state, "/todos?q=milk&completed=true"), "milk");
}

static void bad_percent_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?q=%"), "q");
    expect_faults(api_get(*state, "/todos?q=%4"), "q");
    expect_faults(api_get(*state, "/todos?q=%zz"), "q");
    expect_faults(api_get(*state, "/todos?q=%+1"), "q");
    expect_faults(api_get(*state, "/todos?q=50%25%"), "q");
}

static void bad_utf_8_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?q=%FF"), "q");
    expect_faults(api_get(*state, "/todos?q=%C3"), "q");
    expect_faults(api_get(*state, "/todos?q=%C0%AF"), "q");
    expect_faults(api_get(*state, "/todos?q=%ED%A0%80"), "q");
    expect_faults(api_get(*state, "/todos?q=%F4%90%80%80"), "q");
}

static void unknown_parameter_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?colour=red"), "colour");
    expect_faults(api_get(*state, "/todos?Limit=5"), "Limit");
    expect_faults(api_get(*state, "/todos?offset=5"), "offset");
}

static void repeated_parameter_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?limit=5&limit=5"), "limit");
    expect_faults(api_get(*state, "/todos?q=a&sort=id&q=b"), "q");
}

static void every_fault_of_a_query_is_told_at_once(void **state)
{
    expect_faults(
        api_get(*state,
                "/todos?limit=0&sort=up&completed=yes&q=%FF&after=!&colour=1"),
        "limit sort completed q after colour");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(q_finds_text_anywhere_in_the_title),
    cmocka_unit_test(q_ignores_case_for_ascii),
    cmocka_unit_test(q_minds_case_beyond_ascii),
    cmocka_unit_test(q_takes_percent_and_underscore_literally),
    cmocka_unit_test(q_takes_marks_of_other_languages_literally),
    cmocka_unit_test(q_decodes_plus_as_space),
    cmocka_unit_test(q_decodes_separators),
    cmocka_unit_test(q_decodes_utf_8),
    cmocka_unit_test(q_goes_with_completed),
    cmocka_unit_test(bad_percent_is_422),
    cmocka_unit_test(bad_utf_8_is_422),
    cmocka_unit_test(unknown_parameter_is_422),
    cmocka_unit_test(repeated_parameter_is_422),
    cmocka_unit_test(every_fault_of_a_query_is_told_at_once),
};

const struct group search_group = GROUP(LEVEL_LIST_AND_PAGE, "search", cases);
