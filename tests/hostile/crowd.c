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
enum { SPARE_THREADS = 4, SPARE_CONNECTIONS = 64 };
enum { POOLS_OVER = 24, LOOP_STALLED = 200 };

#define POST                                                                   \
    "POST /todos HTTP/1.1\r\nHost: localhost\r\n"                              \
    "Content-Type: application/json\r\n"

static struct raw crowd[MAX_CROWD];

static int crowd_size(void)
{
    return hostile_is_sync() ? POOL : LOOP_CROWD;
}

static const char *const few_threads[] = {
    "--threads", "4", "--head-timeout", "3600", "--body-timeout", "3600", NULL};

static int setup_a_small_pool(void **state)
{
    static const char *const async[] = {"--head-timeout", "3600",
                                        "--body-timeout", "3600", NULL};

    (void)state;
    hostile_start(few_threads, async);
    return 0;
}

static int setup_few_places(void **state)
{
    static const char *const async[] = {"--max-connections",
                                        "4",
                                        "--head-timeout",
                                        "3600",
                                        "--body-timeout",
                                        "3600",
                                        NULL};

    (void)state;
    hostile_start(few_threads, async);
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

static int count_ended(int size)
{
    int ended = 0;

    for (int i = 0; i < size; i++)
        ended += raw_readable(&crowd[i], 0);
    return ended;
}

/* A fresh client is answered; on a full server perhaps by 503. */
static void expect_answered(bool full)
{
    struct raw_answer answer;
    char value[8];
    int status = talk_get(hostile_server.port, "/healthz", &answer);

    if (full && status == 503)
        assert_true(
            raw_answer_field(&answer, "Retry-After", value, sizeof value));
    else
        assert_int_equal(status, 200);
    raw_answer_release(&answer);
}

/* … while the crowd stands there. */
static void expect_an_answer_beside_the_crowd(void)
{
    expect_answered(hostile_is_sync());
    for (int i = 0; i < crowd_size(); i++)
        assert_false(raw_readable(&crowd[i], 0));
}

static void a_crowd_that_never_speaks_hangs_nobody(void **state)
{
    (void)state;
    crowd_comes(crowd_size(), NULL);
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
    for (int i = 0; i < MORE; i++)
        raw_close(&more[i]);
    crowd_leaves(crowd_size());
}

/* A client that is idle between two requests keeps a place without need: one of
 * them goes when a place is wanted, and no more than one. */
static void idle_clients_make_room(void **state)
{
    (void)state;
    crowd_settles(POOL, NULL);
    server_pass_time(&hostile_server, 1);
    expect_answered(hostile_is_sync());
    assert_in_range(count_ended(POOL), 0, 1);
    crowd_leaves(POOL);
}

/* They have an hour for a head or a body, while there is room. But they take
 * all places, and the spare ones, and a client beyond them waits. */
static void a_client_beyond_the_pool_waits_no_hour(const char *bytes)
{
    int size = POOL + (hostile_is_sync() ? SPARE_THREADS : SPARE_CONNECTIONS);
    char request[TALK_MAX];
    struct raw_answer answer;
    struct raw next;

    crowd_comes(size, bytes);
    talk_write_get(request, "/healthz");
    hostile_open(&next);
    assert_true(raw_send_text(&next, request));
    talk_until_late(&hostile_server, &next); /* it fails when an hour passes */
    assert_true(raw_read_answer(&next, &answer, false));
    if (answer.status != 503)
        assert_int_equal(answer.status, 200);
    raw_answer_release(&answer);
    raw_close(&next);
    crowd_leaves(size);
}

static void silence_beyond_the_pool_keeps_nobody_waiting(void **state)
{
    (void)state;
    a_client_beyond_the_pool_waits_no_hour(NULL);
}

static void heads_beyond_the_pool_keep_nobody_waiting(void **state)
{
    (void)state;
    a_client_beyond_the_pool_waits_no_hour(
        "GET /healthz HTTP/1.1\r\nHost: loc");
}

static void bodies_beyond_the_pool_keep_nobody_waiting(void **state)
{
    (void)state;
    a_client_beyond_the_pool_waits_no_hour(
        POST "Content-Length: 1000\r\n\r\n{\"title\":");
}

static void chunks_beyond_the_pool_keep_nobody_waiting(void **state)
{
    (void)state;
    a_client_beyond_the_pool_waits_no_hour(
        POST "Transfer-Encoding: chunked\r\n\r\n4\r\n{\"ti");
}

static void asking_beyond_the_pool_keeps_nobody_waiting(void **state)
{
    (void)state;
    a_client_beyond_the_pool_waits_no_hour(
        POST "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
}

/* All that may be there are there, and nobody waits: each has its whole time.
 */
static void a_full_pool_keeps_its_deadlines(void **state)
{
    (void)state;
    crowd_settles(POOL, POST "Content-Length: 16\r\n\r\n{\"title\":");
    server_pass_time(&hostile_server, 3000);
    for (int i = 0; i < POOL; i++) {
        struct raw_answer answer;

        assert_true(raw_send_text(&crowd[i], "\"milk\"}"));
        assert_true(raw_read_answer(&crowd[i], &answer, false));
        assert_int_equal(answer.status, 201);
        raw_answer_release(&answer);
    }
    crowd_leaves(POOL);
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

/* One after the other comes for whom there is no room, until it is made. */
static void bodies_under_way_make_room(void **state)
{
    (void)state;
    crowd_settles(POOL, POST "Content-Length: 16\r\n\r\n{\"title\":");
    for (int passed = 0; count_ended(POOL) == 0; passed++) {
        assert_true(passed < 3000); /* seconds: an hour is too late */
        server_pass_time(&hostile_server, 1);
        expect_answered(true);
    }
    crowd_leaves(POOL);
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

static int few_places(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(idle_clients_make_room),
        HOSTILE_CASE(silence_beyond_the_pool_keeps_nobody_waiting),
        HOSTILE_CASE(heads_beyond_the_pool_keep_nobody_waiting),
        HOSTILE_CASE(bodies_beyond_the_pool_keep_nobody_waiting),
        HOSTILE_CASE(chunks_beyond_the_pool_keep_nobody_waiting),
        HOSTILE_CASE(asking_beyond_the_pool_keeps_nobody_waiting),
        HOSTILE_CASE(bodies_under_way_make_room),
        HOSTILE_CASE(a_full_pool_keeps_its_deadlines),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("few places", cases, setup_few_places);
}

int hostile_crowd(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_crowd_that_never_speaks_hangs_nobody),
        HOSTILE_CASE(a_crowd_with_half_a_head_each_hangs_nobody),
        HOSTILE_CASE(a_crowd_with_half_a_body_each_hangs_nobody),
        HOSTILE_CASE(clients_sent_away_take_no_room_from_the_next),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("a crowd", cases, setup_a_small_pool) + few_places() +
           short_deadlines();
}
