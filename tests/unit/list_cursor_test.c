#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/todo/list_cursor.h"
#include "tests/unit/unit.h"

static bool read_cursor(struct list_query *query, const char *cursor)
{
    char *copy = unit_copy(cursor, strlen(cursor));
    bool ok = list_cursor_read(query, copy, strlen(cursor));

    free(copy);
    return ok;
}

/* base64url, written once more and more slowly: bit by bit. */
static void encode(const char *text, size_t len, char *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    for (size_t bit = 0; bit < len * 8; bit += 6) {
        unsigned digit = 0;

        for (size_t i = bit; i < bit + 6; i++)
            digit =
                digit * 2 + (i < len * 8 &&
                             ((unsigned char)text[i / 8] >> (7 - i % 8) & 1));
        *out++ = digits[digit];
    }
    *out = '\0';
}

static void assert_round_trip(const struct list_query *query,
                              const struct list_place *place)
{
    char cursor[LIST_CURSOR_SIZE];
    size_t len = list_cursor_write(query, place, cursor);
    struct list_query read = {.limit = 7};

    assert_uint_equal(strlen(cursor), len);
    assert_uint_equal(strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "abcdefghijklmnopqrstuvwxyz0123456789-_"),
                      len);
    assert_true(read_cursor(&read, cursor));
    assert_int_equal(read.sort, query->sort);
    assert_int_equal(read.descending, query->descending);
    assert_int_equal(read.completed, query->completed);
    assert_int_equal(read.overdue, query->overdue);
    assert_int_equal(read.has_search, query->has_search);
    assert_string_equal(read.search, query->search);
    assert_int_equal(read.limit, 7); /* no part of a cursor */
    assert_true(read.has_after);
    assert_true(read.after.id == place->id);
    assert_int_equal(read.after.key_is_null, place->key_is_null);
    assert_true(read.after.key == (place->key_is_null ? 0 : place->key));
}

static void every_sort_and_filter_comes_back(void **state)
{
    struct list_query query = {0};

    (void)state;
    for (query.sort = 0; query.sort < LIST_SORT_COUNT; query.sort++)
        for (int flags = 0; flags < 72; flags++) {
            bool nullable =
                query.sort == LIST_BY_ORDER || query.sort == LIST_BY_DUE_AT;
            struct list_place place = {.key = -flags, .id = 1 + flags};

            query.descending = flags % 2;
            query.completed = (enum list_completed)(flags / 2 % 3);
            query.has_search = flags / 6 % 2;
            memcpy(query.search, query.has_search ? "a b" : "",
                   query.has_search ? 4 : 1);
            place.key_is_null = nullable && flags / 12 % 2;
            query.overdue = (enum list_overdue)(flags / 24);
            assert_round_trip(&query, &place);
        }
}

static void every_length_of_search_comes_back(void **state)
{
    struct list_query query = {.has_search = true};
    struct list_place place = {.key = 5, .id = 5};

    (void)state;
    for (size_t len = 1; len < LIST_SEARCH_SIZE; len++) {
        memset(query.search, 'x', len);
        query.search[len] = '\0';
        assert_round_trip(&query, &place);
    }
    memcpy(query.search, " 1 \xF0\x9F\x98\x80 ", sizeof " 1 \xF0\x9F\x98\x80 ");
    assert_round_trip(&query, &place);
}

static void the_longest_cursor_fits(void **state)
{
    struct list_query query = {.sort = LIST_BY_UPDATED_AT,
                               .descending = true,
                               .completed = LIST_OPEN,
                               .has_search = true};
    struct list_place place = {.key = INT64_MIN, .id = INT64_MAX};

    (void)state;
    memset(query.search, 'x', LIST_SEARCH_SIZE - 1);
    assert_round_trip(&query, &place);
    place.key = INT64_MAX;
    assert_round_trip(&query, &place);
}

/* Reads a cursor whose text we know. */
static bool reads(const char *text, size_t len)
{
    char cursor[2 * LIST_CURSOR_SIZE];
    struct list_query query = {.limit = 7}, before = query;
    bool ok;

    encode(text, len, cursor);
    ok = read_cursor(&query, cursor);
    if (!ok) /* it is left alone */
        assert_memory_equal(&query, &before, sizeof query);
    return ok;
}

static void cursors_we_would_write_are_accepted(void **state)
{
    static const char *const accepted[] = {
        "1 0 0 0 0 0 1 ",
        "1 4 1 2 0 -5 9 ",
        "1 1 0 0 1 0 9 ",
        "1 2 0 8 1 0 9 abc",
        "1 0 0 0 0 0 1  ",
        "1 0 0 0 0 0 1 0 0 ",
        "1 0 0 0 0 -9223372036854775808 9223372036854775807 \xC3\xA9",
    };

    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++)
        if (!reads(accepted[i], strlen(accepted[i])))
            fail_msg("%s", accepted[i]);
}

static void cursors_we_would_not_write_are_refused(void **state)
{
    static const char *const refused[] = {
        "",
        "1",
        "1 ",
        "1 0 0 0 0 0 1",  /* no space at the end */
        "1 0 0 0 0 0 ",   /* a number is missing */
        "0 0 0 0 0 0 1 ", /* version */
        "2 0 0 0 0 0 1 ",
        "1 5 0 0 0 0 1 ", /* sort */
        "1 -1 0 0 0 0 1 ",
        "1 4294967296 0 0 0 0 1 ",
        "1 0 2 0 0 0 1 ", /* descending */
        "1 0 -1 0 0 0 1 ",
        "1 0 0 9 0 0 1 ", /* completed, overdue */
        "1 0 0 -1 0 0 1 ",
        "1 1 0 0 2 0 1 ", /* null */
        "1 1 0 0 1 5 1 ", /* null with a key */
        "1 0 0 0 1 0 1 ", /* null where there is none */
        "1 3 0 0 1 0 1 ",
        "1 4 0 0 1 0 1 ",
        "1 0 0 0 0 0 0 ", /* id */
        "1 0 0 0 0 0 -1 ",
        "1 0 0 0 0 0 9223372036854775808 ",
        "1 0 0 0 0 9223372036854775808 1 ",
        "1 0 0 0 0 -9223372036854775809 1 ",
        "01 0 0 0 0 0 1 ", /* numbers have one form */
        "1 00 0 0 0 0 1 ",
        "1 0 0 0 0 -0 1 ",
        "1 0 0 0 0 +5 1 ",
        "1 0 0 0 0 0x5 1 ",
        "1 0 0 0 0 0 1e1 ",
        " 1 0 0 0 0 0 1 ",
        "1  0 0 0 0 0 1 ",
        "1\t0 0 0 0 0 1 ",
        "1 0 0 0 0 0 a ",
        "1 0 0 0 0 0 1 \xFF", /* search */
        "1 0 0 0 0 0 1 \xC3",
        "1 0 0 0 0 0 1 \xED\xA0\x80",
    };

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (reads(refused[i], strlen(refused[i])))
            fail_msg("%s", refused[i]);
    assert_false(reads("1 0 0 0 0 0 1 \0", 15));
    assert_false(reads("1 0 0 0 0 0 1 a\0b", 17));
}

static void a_search_longer_than_ours_is_refused(void **state)
{
    char text[14 + LIST_SEARCH_SIZE + 1] = "1 0 0 0 0 0 1 ";

    (void)state;
    memset(text + 14, 'x', LIST_SEARCH_SIZE);
    assert_true(reads(text, 14 + LIST_SEARCH_SIZE - 1));
    assert_false(reads(text, 14 + LIST_SEARCH_SIZE));
}

static void base64_that_is_not_ours_is_refused(void **state)
{
    static const char *const refused[] = {
        "MSAwIDAgMCAwIDAgMSA=", /* padding */
        "MSAwIDAgMCAwIDAgMSB",  /* bits that mean nothing are set */
        "MSAwIDAgMCAwIDAgMSA ",
        "MSAwIDAgMCAwIDAgMSA\n",
        "MSAwIDAgMCAwIDAgMSAA", /* a NUL behind it */
        "MSAwIDAgMCAwIDAgM",    /* six bits left */
        "MSAwIDAgMCAwIDAgMSA+",
        "MSAwIDAgMCAwIDAgMSA/",
        "A",
        "-",
        "=",
        "====",
    };
    struct list_query query = {0};

    (void)state;
    assert_true(read_cursor(&query, "MSAwIDAgMCAwIDAgMSA"));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (read_cursor(&query, refused[i]))
            fail_msg("%s", refused[i]);
}

static void cursors_of_any_length_are_survived(void **state)
{
    const size_t limit = (size_t)2 * LIST_CURSOR_SIZE;
    struct list_query query = {0};

    (void)state;
    for (size_t len = 0; len < limit; len++) {
        char *cursor = unit_alloc(len);

        memset(cursor, 'M', len);
        assert_false(list_cursor_read(&query, cursor, len));
        free(cursor);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sort_and_filter_comes_back),
        cmocka_unit_test(every_length_of_search_comes_back),
        cmocka_unit_test(the_longest_cursor_fits),
        cmocka_unit_test(cursors_we_would_write_are_accepted),
        cmocka_unit_test(cursors_we_would_not_write_are_refused),
        cmocka_unit_test(a_search_longer_than_ours_is_refused),
        cmocka_unit_test(base64_that_is_not_ours_is_refused),
        cmocka_unit_test(cursors_of_any_length_are_survived),
    };

    return cmocka_run_group_tests_name("list_cursor", tests, NULL, NULL);
}
