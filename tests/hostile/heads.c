/*
 * tests/hostile/heads.c - heads with many fields, long fields, long targets.
 * Threads: one.   Blocks: on the server of the group.
 *
 * Up to 32 KiB the contract says what is answered; beyond that the parser of
 * either server may refuse in its own way.
 */
#include <stdio.h>

#include "build.h"
#include "hostile.h"
#include "tests/cmocka_all.h"

static void get_with_fields(int count)
{
    begin_get();
    for (int i = 1; i < count; i++) {
        char field[32];

        (void)snprintf(field, sizeof field, "X-%d: %d\r\n", i, i);
        add(field);
    }
    add("\r\n");
}

static void sixty_three_fields_are_served(void **state)
{
    (void)state;
    get_with_fields(63);
    is_answered_with(200);
}

static void sixty_four_fields_are_431(void **state)
{
    (void)state;
    get_with_fields(64);
    assert_int_equal(refused_with(), 431);
}

static void sixty_five_fields_are_431(void **state)
{
    (void)state;
    get_with_fields(65);
    assert_int_equal(refused_with(), 431);
}

static void three_hundred_fields_are_431(void **state)
{
    (void)state;
    get_with_fields(300);
    assert_int_equal(refused_with(), 431);
}

static void a_length_behind_sixty_four_fields_hides_no_request(void **state)
{
    (void)state;
    begin("POST /todos HTTP/1.1\r\nHost: localhost\r\n");
    add_times("X: 1\r\n", 70);
    add("Content-Type: application/json\r\nContent-Length: 44\r\n\r\n");
    assert_int_equal(refused_with(), 431);
}

static void ten_thousand_fields_are_refused(void **state)
{
    (void)state;
    get_with_fields(10000);
    is_refused_somehow();
}

static void get_with_value_of(size_t size)
{
    begin_get();
    add("X: ");
    add_times("v", size);
    add("\r\n\r\n");
}

static void a_head_of_15_kib_is_served(void **state)
{
    (void)state;
    get_with_value_of(15 * KIB);
    is_answered_with(200);
}

static void a_head_over_16_kib_is_431(void **state)
{
    (void)state;
    get_with_value_of(16 * KIB);
    assert_int_equal(refused_with(), 431);
}

static void a_head_over_32_kib_is_refused(void **state)
{
    (void)state;
    get_with_value_of(32 * KIB);
    is_refused_somehow();
}

static void a_head_of_4_mib_is_refused(void **state)
{
    (void)state;
    get_with_value_of(4 * MIB);
    is_refused_somehow();
}

static void a_field_name_of_8_kib_is_served(void **state)
{
    (void)state;
    begin_get();
    add_times("N", 8 * KIB);
    add(": 1\r\n\r\n");
    is_answered_with(200);
}

static void a_field_name_over_16_kib_is_431(void **state)
{
    (void)state;
    begin_get();
    add_times("N", 16 * KIB);
    add(": 1\r\n\r\n");
    assert_int_equal(refused_with(), 431);
}

static void a_method_of_10_kib_is_refused(void **state)
{
    (void)state;
    begin("");
    add_times("G", 10 * KIB);
    add(" /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    is_refused_somehow();
}

static void get_target_of(size_t size)
{
    begin("GET /");
    add_times("t", size - 1);
    add(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

static void a_target_of_8_kib_is_looked_up(void **state)
{
    (void)state;
    get_target_of(8 * KIB);
    is_answered_with(404);
}

static void a_target_over_8_kib_is_414(void **state)
{
    (void)state;
    get_target_of(8 * KIB + 1);
    assert_int_equal(refused_with(), 414);
}

static void a_target_of_1_mib_is_refused(void **state)
{
    (void)state;
    get_target_of(MIB);
    is_refused_somehow();
}

static void four_thousand_parameters_are_422(void **state)
{
    (void)state;
    begin("GET /todos?a");
    add_times("&a", 4000);
    add(" HTTP/1.1\r\nHost: localhost\r\n\r\n");
    is_answered_with(422);
}

int hostile_heads(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(sixty_three_fields_are_served),
        HOSTILE_CASE(sixty_four_fields_are_431),
        HOSTILE_CASE(sixty_five_fields_are_431),
        HOSTILE_CASE(three_hundred_fields_are_431),
        HOSTILE_CASE(a_length_behind_sixty_four_fields_hides_no_request),
        HOSTILE_CASE(ten_thousand_fields_are_refused),
        HOSTILE_CASE(a_head_of_15_kib_is_served),
        HOSTILE_CASE(a_head_over_16_kib_is_431),
        HOSTILE_CASE(a_head_over_32_kib_is_refused),
        HOSTILE_CASE(a_head_of_4_mib_is_refused),
        HOSTILE_CASE(a_field_name_of_8_kib_is_served),
        HOSTILE_CASE(a_field_name_over_16_kib_is_431),
        HOSTILE_CASE(a_method_of_10_kib_is_refused),
        HOSTILE_CASE(a_target_of_8_kib_is_looked_up),
        HOSTILE_CASE(a_target_over_8_kib_is_414),
        HOSTILE_CASE(a_target_of_1_mib_is_refused),
        HOSTILE_CASE(four_thousand_parameters_are_422),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("long heads", cases, hostile_setup);
}
