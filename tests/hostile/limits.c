/*
 * tests/hostile/limits.c - clients that send far more than they may, and leave.
 * Threads: one.   Blocks: on the server of the group.
 *
 * They are at one address; a client at another must not suffer by it.
 */
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"

enum { MANY = 500, NOW_AND_THEN = 50, BURST = 40 };

#define CROWD_AT "127.0.0.9"

static int setup_with_limit(void **state)
{
    static const char *const args[] = {"--rate-limit", "20", NULL};

    (void)state;
    hostile_start(args, args);
    return 0;
}

static void open_in_the_crowd(struct raw *raw)
{
    raw_open_from(raw, CROWD_AT, "127.0.0.1", hostile_server.port);
}

/* Another client, for whom there is always room: a second has passed. */
static void others_are_served(void)
{
    char request[TALK_MAX];

    server_pass_time(&hostile_server, 1);
    talk_write_get(request, "/todos");
    talk_expect(talk_patiently(hostile_server.port, request, NULL), 200);
}

/* Many requests in one segment, the last of which is not whole. */
static void send_burst(struct raw *raw)
{
    char request[TALK_MAX];
    char all[BURST * 128] = "";

    talk_write_get(request, "/todos");
    assert_true(strlen(request) < 128);
    for (int i = 0; i < BURST; i++)
        strcat(all, request); /* NOLINT: there is room for all */
    all[strlen(all) - 1] = '\0';
    (void)raw_send_text(raw, all); /* it may be refused at once */
}

static void a_crowd_over_the_limit_that_resets_harms_nobody(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        struct raw raw;

        open_in_the_crowd(&raw);
        send_burst(&raw);
        raw_reset(&raw);
        if (i % NOW_AND_THEN == 0)
            others_are_served();
    }
}

static void a_crowd_over_the_limit_that_stays_harms_nobody(void **state)
{
    enum { STAY = 20 };
    struct raw crowd[STAY];

    (void)state;
    for (int i = 0; i < STAY; i++) {
        open_in_the_crowd(&crowd[i]);
        send_burst(&crowd[i]);
        others_are_served();
    }
    for (int i = 0; i < STAY; i++)
        raw_close(&crowd[i]);
}

/* A refusal does not make the server keep or read on without end. */
static void a_refused_body_without_end_is_cut(void **state)
{
    static const char head[] = "POST /todos HTTP/1.1\r\nHost: localhost\r\n"
                               "Content-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    struct raw raw;

    (void)state;
    open_in_the_crowd(&raw);
    send_burst(&raw);
    raw_reset(&raw);
    open_in_the_crowd(&raw);
    (void)raw_send_text(&raw, head);
    assert_true(talk_flood(&raw));
    raw_close(&raw);
    others_are_served();
}

int hostile_limits(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_crowd_over_the_limit_that_resets_harms_nobody),
        HOSTILE_CASE(a_crowd_over_the_limit_that_stays_harms_nobody),
        HOSTILE_CASE(a_refused_body_without_end_is_cut),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("clients over their limit", cases, setup_with_limit);
}
