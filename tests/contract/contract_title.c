/*
 * Level 1: the title is 1 to 200 code points, not only white space, without
 * control characters, and kept byte for byte.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

#define SMILE "\xf0\x9f\x98\x80" /* U+1F600, four bytes of UTF-8 */

/* {"title": "<unit repeated>"} for the JSON text of one unit. */
static const struct answer *post_repeated(struct api *api, const char *unit,
                                          size_t times)
{
    char body[4096] = "{'title':'";
    size_t len = strlen(body);

    for (size_t i = 0; i < times && len < sizeof body; i++)
        len += (size_t)snprintf(body + len, sizeof body - len, "%s", unit);
    if (len < sizeof body)
        (void)snprintf(body + len, sizeof body - len, "'}");
    return api_post(api, body);
}

static const struct answer *post_title(struct api *api, const char *title)
{
    return post_repeated(api, title, 1);
}

/* The title is taken, and answered with the same bytes. */
static void check_kept(struct api *api, const char *title)
{
    const struct answer *answer = post_title(api, title);
    long long id = expect_todo(answer, 201);

    if (strcmp(expect_text(answer, "title"), title) != 0)
        fail_answer(answer, "the title byte for byte");
    answer = api_get_todo(api, id);
    (void)expect_todo(answer, 200);
    if (strcmp(expect_text(answer, "title"), title) != 0)
        fail_answer(answer, "the title byte for byte");
}

static void title_null_is_422(void **state)
{
    expect_faults(api_post(*state, "{'title':null}"), "/title");
}

static void title_that_is_no_string_is_422(void **state)
{
    expect_faults(api_post(*state, "{'title':5}"), "/title");
    expect_faults(api_post(*state, "{'title':true}"), "/title");
    expect_faults(api_post(*state, "{'title':['a']}"), "/title");
    expect_faults(api_post(*state, "{'title':{'a':'b'}}"), "/title");
}

static void empty_title_is_422(void **state)
{
    expect_faults(post_title(*state, ""), "/title");
}

static void title_of_one_code_point_is_taken(void **state)
{
    check_kept(*state, "a");
    check_kept(*state, SMILE);
}

static void title_of_200_letters_is_taken(void **state)
{
    (void)expect_todo(post_repeated(*state, "a", 200), 201);
}

static void title_of_201_letters_is_422(void **state)
{
    expect_faults(post_repeated(*state, "a", 201), "/title");
}

static void title_of_200_four_byte_code_points_is_taken(void **state)
{
    const struct answer *answer = post_repeated(*state, SMILE, 200);

    (void)expect_todo(answer, 201);
    if (strlen(expect_text(answer, "title")) != 800)
        fail_answer(answer, "all 800 bytes of the title");
}

static void title_of_201_four_byte_code_points_is_422(void **state)
{
    expect_faults(post_repeated(*state, SMILE, 201), "/title");
}

static void a_surrogate_pair_counts_as_one_code_point(void **state)
{
    (void)expect_todo(post_repeated(*state, "\\ud83d\\ude00", 200), 201);
    expect_faults(post_repeated(*state, "\\ud83d\\ude00", 201), "/title");
}

static void a_combining_mark_counts_as_a_code_point(void **state)
{
    (void)expect_todo(post_repeated(*state, "e\xcc\x81", 100), 201);
    expect_faults(post_repeated(*state, "e\xcc\x81", 101), "/title");
}

static void title_of_spaces_is_422(void **state)
{
    expect_faults(post_title(*state, " "), "/title");
    expect_faults(post_title(*state, "     "), "/title");
}

static void title_of_unicode_white_space_is_422(void **state)
{
    static const char *const spaces[] = {
        "\\u0085", "\\u00a0", "\\u1680", "\\u2000", "\\u2001",
        "\\u2002", "\\u2003", "\\u2004", "\\u2005", "\\u2006",
        "\\u2007", "\\u2008", "\\u2009", "\\u200a", "\\u2028",
        "\\u2029", "\\u202f", "\\u205f", "\\u3000", " \xc2\xa0\xe3\x80\x80"};

    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        expect_faults(post_title(*state, spaces[i]), "/title");
}

static void title_of_invisible_letters_is_taken(void **state)
{
    check_kept(*state, "\xe1\xa0\x8e"); /* U+180E, White_Space until 6.3 */
    check_kept(*state, "\xe2\x80\x8b"); /* U+200B, zero width space */
    check_kept(*state, "\xe2\x81\xa0"); /* U+2060, word joiner */
    check_kept(*state, "\xef\xbb\xbf"); /* U+FEFF, in a string no BOM */
}

static void white_space_around_a_title_is_kept(void **state)
{
    check_kept(*state, "  buy   milk  ");
    check_kept(*state, "\xe3\x80\x80milk\xc2\xa0");
}

static void title_with_a_control_character_is_422(void **state)
{
    for (int c = 1; c < 0x20; c++) {
        char title[32];

        (void)snprintf(title, sizeof title, "buy\\u%04xmilk", (unsigned)c);
        expect_faults(post_title(*state, title), "/title");
    }
    expect_faults(post_title(*state, "buy\\tmilk"), "/title");
    expect_faults(post_title(*state, "buy milk\\n"), "/title");
}

static void title_with_a_nul_is_422(void **state)
{
    expect_faults(post_title(*state, "milk\\u0000"), "/title");
    expect_faults(post_title(*state, "\\u0000"), "/title");
    expect_faults(post_title(*state, "mi\\u0000lk"), "/title");
}

static void title_with_a_delete_is_422(void **state)
{
    expect_faults(post_title(*state, "milk\x7f"), "/title");
    expect_faults(post_title(*state, "milk\\u007f"), "/title");
}

static void title_with_a_c1_control_is_taken(void **state)
{
    check_kept(*state, "a\xc2\x80");
    check_kept(*state, "a\xc2\x85z");
}

static void title_is_kept_byte_for_byte(void **state)
{
    check_kept(*state, "K\xc3\xa4se, \xe7\x89\x9b\xe5\xa5\xb6, " SMILE);
    check_kept(*state, "<b>milk</b> & 50% `x` $y ${z} %s %n");
    check_kept(*state, "a\xe2\x80\xa8z"); /* U+2028 inside */
}

static void title_is_not_normalised(void **state)
{
    check_kept(*state, "caf\xc3\xa9");  /* one code point for the e acute */
    check_kept(*state, "cafe\xcc\x81"); /* two of them */
}

static void the_ends_of_unicode_are_taken(void **state)
{
    check_kept(*state, "\xef\xbf\xbf");     /* U+FFFF, a noncharacter */
    check_kept(*state, "\xf4\x8f\xbf\xbf"); /* U+10FFFF */
}

static void escapes_in_a_title_are_undone(void **state)
{
    const struct answer *answer =
        post_title(*state, "\\u0061\\u00e4\\ud83d\\ude00\\\\\\/\\\"");

    (void)expect_todo(answer, 201);
    if (strcmp(expect_text(answer, "title"), "a\xc3\xa4" SMILE "\\/\"") != 0)
        fail_answer(answer, "the title with its escapes undone");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(title_null_is_422),
    cmocka_unit_test(title_that_is_no_string_is_422),
    cmocka_unit_test(empty_title_is_422),
    cmocka_unit_test(title_of_one_code_point_is_taken),
    cmocka_unit_test(title_of_200_letters_is_taken),
    cmocka_unit_test(title_of_201_letters_is_422),
    cmocka_unit_test(title_of_200_four_byte_code_points_is_taken),
    cmocka_unit_test(title_of_201_four_byte_code_points_is_422),
    cmocka_unit_test(a_surrogate_pair_counts_as_one_code_point),
    cmocka_unit_test(a_combining_mark_counts_as_a_code_point),
    cmocka_unit_test(title_of_spaces_is_422),
    cmocka_unit_test(title_of_unicode_white_space_is_422),
    cmocka_unit_test(title_of_invisible_letters_is_taken),
    cmocka_unit_test(white_space_around_a_title_is_kept),
    cmocka_unit_test(title_with_a_control_character_is_422),
    cmocka_unit_test(title_with_a_nul_is_422),
    cmocka_unit_test(title_with_a_delete_is_422),
    cmocka_unit_test(title_with_a_c1_control_is_taken),
    cmocka_unit_test(title_is_kept_byte_for_byte),
    cmocka_unit_test(title_is_not_normalised),
    cmocka_unit_test(the_ends_of_unicode_are_taken),
    cmocka_unit_test(escapes_in_a_title_are_undone),
};

const struct group title_group = GROUP(LEVEL_CREATE_AND_READ, "title", cases);
