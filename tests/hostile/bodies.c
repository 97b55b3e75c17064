/*
 * tests/hostile/bodies.c - bodies that are long, deep or wide.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <stdio.h>
#include <string.h>

#include "build.h"
#include "hostile.h"
#include "tests/cmocka_all.h"

static char body[2 * MIB];

/* Writes start, `times` times middle, and end into `body`. */
static void body_of(const char *start, const char *middle, size_t times,
                    const char *end)
{
    char *to = body;

    assert_true(strlen(start) + times * strlen(middle) + strlen(end) <
                sizeof body);
    to = stpcpy(to, start);
    while (times-- > 0)
        to = stpcpy(to, middle);
    (void)stpcpy(to, end);
}

static void a_thousand_open_brackets_are_400(void **state)
{
    (void)state;
    body_of("{\"title\":", "[", 1000, "");
    begin_post(body);
    is_answered_with(400);
}

static void sixty_thousand_open_brackets_are_400(void **state)
{
    (void)state;
    body_of("{\"title\":", "[", 60000, "");
    begin_post(body);
    is_answered_with(400);
}

static void twelve_thousand_nested_objects_are_400(void **state)
{
    (void)state;
    body_of("", "{\"a\":", 12000, "1");
    begin_post(body);
    is_answered_with(400);
}

static void a_thousand_closed_brackets_are_400(void **state)
{
    char closing[1002] = {0};

    (void)state;
    memset(closing, ']', 1000);
    closing[1000] = '}';
    body_of("{\"title\":", "[", 1000, closing);
    begin_post(body);
    is_answered_with(400);
}

static void a_hundred_thousand_open_brackets_are_413(void **state)
{
    (void)state;
    body_of("", "[", 100000, "");
    begin_post(body);
    assert_int_equal(refused_with(), 413);
}

static void a_body_of_1_mib_is_413(void **state)
{
    (void)state;
    body_of("{\"title\":\"", "x", MIB, "\"}");
    begin_post(body);
    assert_int_equal(refused_with(), 413);
}

static void a_megabyte_in_chunks_is_413(void **state)
{
    (void)state;
    begin("POST /todos HTTP/1.1\r\n"
          "Host: localhost\r\n"
          "Content-Type: application/json\r\n"
          "Transfer-Encoding: chunked\r\n"
          "\r\n");
    add_times("8\r\n        \r\n", MIB / 8);
    add("0\r\n\r\n");
    assert_int_equal(refused_with(), 413);
}

static void a_get_with_a_body_of_1_mib_is_413(void **state)
{
    (void)state;
    body_of("", "x", MIB, "");
    begin_get();
    add("Content-Length: 1048576\r\n\r\n");
    add(body);
    assert_int_equal(refused_with(), 413);
}

static void a_get_with_a_body_of_1_kib_is_served(void **state)
{
    (void)state;
    begin_get();
    add("Content-Length: 1024\r\n\r\n");
    add_times("x", KIB);
    is_answered_with(200);
}

static void five_thousand_members_are_400(void **state)
{
    char *to = stpcpy(body, "{\"title\":\"wide\"");

    (void)state;
    for (int i = 0; i < 5000; i++)
        to += snprintf(to, 16, ",\"m%d\":0", i);
    (void)stpcpy(to, "}");
    begin_post(body);
    is_answered_with(400);
}

static void sixty_kib_of_one_member_repeated_are_400(void **state)
{
    (void)state;
    body_of("{\"title\":\"a\"", ",\"title\":\"a\"", 5000, "}");
    begin_post(body);
    is_answered_with(400);
}

static void a_number_of_sixty_thousand_digits_is_400(void **state)
{
    (void)state;
    body_of("{\"title\":\"a\",\"order\":", "9", 60000, "}");
    begin_post(body);
    is_answered_with(400);
}

static void a_title_of_sixty_thousand_letters_is_422(void **state)
{
    (void)state;
    body_of("{\"title\":\"", "x", 60000, "\"}");
    begin_post(body);
    is_answered_with(422);
}

static void a_title_of_ten_thousand_escaped_nuls_is_422(void **state)
{
    (void)state;
    body_of("{\"title\":\"", "\\u0000", 10000, "\"}");
    begin_post(body);
    is_answered_with(422);
}

static void sixty_thousand_spaces_are_400(void **state)
{
    (void)state;
    body_of("", " ", 60000, "");
    begin_post(body);
    is_answered_with(400);
}

int hostile_bodies(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_thousand_open_brackets_are_400),
        HOSTILE_CASE(sixty_thousand_open_brackets_are_400),
        HOSTILE_CASE(twelve_thousand_nested_objects_are_400),
        HOSTILE_CASE(a_thousand_closed_brackets_are_400),
        HOSTILE_CASE(a_hundred_thousand_open_brackets_are_413),
        HOSTILE_CASE(a_body_of_1_mib_is_413),
        HOSTILE_CASE(a_megabyte_in_chunks_is_413),
        HOSTILE_CASE(a_get_with_a_body_of_1_mib_is_413),
        HOSTILE_CASE(a_get_with_a_body_of_1_kib_is_served),
        HOSTILE_CASE(five_thousand_members_are_400),
        HOSTILE_CASE(sixty_kib_of_one_member_repeated_are_400),
        HOSTILE_CASE(a_number_of_sixty_thousand_digits_is_400),
        HOSTILE_CASE(a_title_of_sixty_thousand_letters_is_422),
        HOSTILE_CASE(a_title_of_ten_thousand_escaped_nuls_is_422),
        HOSTILE_CASE(sixty_thousand_spaces_are_400),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("large bodies", cases, hostile_setup);
}
