/*
 * tests/hostile/crowd.c - as many bad clients at once as the server has room
 * for, and more.
 * Threads: one.   Blocks: on the server of the group.
 *
 * With a thread per connection, four clients fill a pool of four, and the next
 * must hear 503 at once or be served. On the loop a thousand change nothing.
 * "At once" is told by order: the crowd must still be there at the answer.
 */
#include <stddef.h>
#include <stdio.h>

#include "hostile.h"
#include "tests/cmocka_all.h"

enum { POOL = 4, LOOP_CROWD = 1000, MAX_CROWD = LOOP_CROWD };
enum { POOLS_OVER = 24, LOOP_STALLED = 200 };

static struct raw crowd[MAX_CROWD];

static int crowd_size(void)
{
    return hostile_is_sync() ? POOL : LOOP_CROWD;
}

static int setup_a_small_pool(void **state)
{
    static const char *const sync[] = {"--threads", "4", "--head-timeout",
                                       "3600", NULL};
    static const char *const async[] = {"--head-timeout", "3600", NULL};

    (void)state;
    hostile_start(sync, async);
    return 0;
}

static int setup_a_small_pool_and_short_deadlines(void **state)
{
    static const char *const sync[] = {
        "--threads", "4", "--head-timeout", "1.5", "--idle-timeout",
        "1.5",       NULL};
    static const char *const async[] = {"--head-timeout", "1.5",
                                        "--idle-timeout", "1.5", NULL};
    (void)state;
    hostile_start(sync, async);
    return 0;
}

/* The whole crowd connects, and each sends these bytes (NULL for none). */
static void crowd_comes(int size, const char *bytes)
{
    for (int i = 0; i < size; i++) {
        hostile_open(&crowd[i]);
        if (bytes)
            assert_true(raw_send_text(&crowd[i], bytes));
    }
}

/* As crowd_comes, but each is served once before. */
static void crowd_settles(int size, const char *bytes)
{
    for (int i = 0; i < size; i++) {
        hostile_settle(&crowd[i]);
        if (bytes)
            assert_true(raw_send_text(&crowd[i], bytes));
    }
}

static void crowd_leaves(int size)
{
    for (int i = 0; i < size; i++)
        raw_close(&crowd[i]);
}

/* A fresh client is answered while the crowd stands there. */
static void expect_an_answer_beside_the_crowd(void)
{
    struct raw_answer answer;
    char value[8];
    int status = talk_get(hostile_server.port, "/healthz", &answer);

    for (int i = 0; i < crowd_size(); i++)
        assert_false(raw_readable(&crowd[i], 0));
    if (hostile_is_sync() && status == 503)
        assert_true(
            raw_answer_field(&answer, "Retry-After", value, sizeof value));
    else
        assert_int_equal(status, 200);
    raw_answer_release(&answer);
}

static void a_crowd_that_never_speaks_hangs_nobody(void **state)
{
    (void)state;
    crowd_comes(crowd_size(), NULL);
    expect_an_answer_beside_the_crowd();
    crowd_leaves(crowd_size());
}

static void a_crowd_that_keeps_its_connections_hangs_nobody(void **state)
{
    (void)state;
    crowd_settles(crowd_size(), NULL);
    expect_an_answer_beside_the_crowd();
    crowd_leaves(crowd_size());
}

static void a_crowd_with_half_a_head_each_hangs_nobody(void **state)
{
    (void)state;
    crowd_comes(crowd_size(), "GET /healthz HTTP/1.1\r\nHost: loc");
    expect_an_answer_beside_the_crowd();
    crowd_leaves(crowd_size());
}

static void a_crowd_with_half_a_body_each_hangs_nobody(void **state)
{
    (void)state;
    crowd_settles(crowd_size(), "POST /todos HTTP/1.1\r\n"
                                "Host: localhost\r\n"
                                "Content-Type: application/json\r\n"
                                "Content-Length: 1000\r\n"
                                "\r\n"
                                "{\"title\":");
    expect_an_answer_beside_the_crowd();
    crowd_leaves(crowd_size());
}

/* Those who are sent away may stay on their connections, too. */
static void clients_sent_away_take_no_room_from_the_next(void **state)
{
    enum { MORE = 20 };
    struct raw more[MORE];
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/healthz");
    crowd_comes(crowd_size(), NULL);
    for (int i = 0; i < MORE; i++) {
        struct raw_answer answer;

        hostile_open(&more[i]);
        assert_true(raw_send_text(&more[i], request));
        talk_until_late(&hostile_server, &more[i]); /* those before are */
        assert_true(raw_read_answer(&more[i], &answer, false));
        if (!hostile_is_sync() || answer.status != 503)
            assert_int_equal(answer.status, 200);
        raw_answer_release(&answer);
    }
    for (int i = 0; i < crowd_size(); i++)
        assert_false(raw_readable(&crowd[i], 0));
    for (int i = 0; i < MORE; i++)
        raw_close(&more[i]);
    crowd_leaves(crowd_size());
}

/* One answer or none, no success, and then the end. */
static void expect_ended(struct raw *raw)
{
    int status = 408;

    assert_in_range(talk_read_all(raw, &status, 1), 0, 1);
    if (status != 503)
        assert_in_range(status, 400, 499);
    raw_close(raw);
}

/* More of them than threads and spare threads together. The next client is
 * answered all the same; it comes while the server sleeps, so that it is not
 * late itself. */
static void stall_and_be_ended(const char *bytes)
{
    int size = hostile_is_sync() ? POOLS_OVER : LOOP_STALLED;
    char request[TALK_MAX];
    struct raw_answer answer;
    struct raw next;

    crowd_comes(size, bytes);
    talk_write_get(request, "/healthz");
    server_freeze(&hostile_server);
    hostile_open(&next);
    assert_true(raw_send_text(&next, request));
    server_thaw(&hostile_server);
    talk_until_late(&hostile_server, &next); /* others are, it is not */
    assert_true(raw_read_answer(&next, &answer, false));
    if (!hostile_is_sync() || answer.status != 503)
        assert_int_equal(answer.status, 200);
    raw_answer_release(&answer);
    raw_close(&next);
    for (int i = 0; i < size; i++) {
        talk_until_late(&hostile_server, &crowd[i]);
        expect_ended(&crowd[i]);
    }
}

static void half_sent_heads_beyond_the_pool_are_ended(void **state)
{
    (void)state;
    stall_and_be_ended("GET /healthz HTTP/1.1\r\nHost: loc");
}

static void silent_clients_beyond_the_pool_are_ended(void **state)
{
    (void)state;
    stall_and_be_ended(NULL);
}

static int short_deadlines(void)
{
    const struct CMUnitTest cases[] = {
        cmocka_unit_test(half_sent_heads_beyond_the_pool_are_ended),
        cmocka_unit_test(silent_clients_beyond_the_pool_are_ended),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("a stalling crowd", cases,
                         setup_a_small_pool_and_short_deadlines);
}

int hostile_crowd(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_crowd_that_never_speaks_hangs_nobody),
        HOSTILE_CASE(a_crowd_that_keeps_its_connections_hangs_nobody),
        HOSTILE_CASE(a_crowd_with_half_a_head_each_hangs_nobody),
        HOSTILE_CASE(a_crowd_with_half_a_body_each_hangs_nobody),
        HOSTILE_CASE(clients_sent_away_take_no_room_from_the_next),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("a crowd", cases, setup_a_small_pool) +
           short_deadlines();
}
