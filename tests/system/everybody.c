/*
 * tests/system/everybody.c - all kinds of clients are there when the server is
 * told to stop.
 * Threads: one.   Blocks: until the server has ended.
 */
#include <signal.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"

static const char head[] = "POST /todos HTTP/1.1\r\n"
                           "Host: localhost\r\n"
                           "Content-Type: application/json\r\n"
                           "Content-Length: 16\r\n"
                           "Expect: 100-continue\r\n"
                           "\r\n";
static const char body[] = "{\"title\":\"late\"}";

/* Its body is to come: it is under way. */
static void begin_slowly(struct raw *raw)
{
    system_ask(raw, head);
    assert_true(raw_readable(raw, RAW_TIMEOUT_MS)); /* 100 Continue */
}

static void expect_created(struct raw *raw)
{
    int status = 0;

    talk_send(raw, body);
    assert_int_equal(talk_read_all(raw, &status, 1), 1);
    talk_expect(status, 201);
    raw_close(raw);
}

/* One is idle, one listens, and one takes its time: the server waits for the
 * last one alone. */
static void everybody_leaves_and_nobody_is_cut(void **state)
{
    static const char *const args[] = {"--heartbeat", "3600",
                                       "--shutdown-timeout", "3600", NULL};
    struct raw_answer answer;
    struct raw idle, slow;
    struct stream listener;
    char request[TALK_MAX];

    (void)state;
    system_start(args);
    talk_write_get(request, "/healthz");
    system_ask(&idle, request);
    assert_true(raw_read_answer(&idle, &answer, false));
    raw_answer_release(&answer);
    changes_follow(&listener, -1);
    begin_slowly(&slow);
    server_signal(&system_server, SIGTERM);
    assert_true(raw_read_eof(&idle));
    changes_expect_bye(&listener);
    expect_created(&slow);
    server_expect_end(&system_server, 0);
    raw_close(&idle);
    stream_close(&listener);
}

/* No real hour passes: a server that does not go by the clock that is moved
 * stays. */
static const char *const an_hour[] = {"--shutdown-timeout", "3600",
                                      "--body-timeout", "86400", NULL};

/* A slow client is under way, and the server has been told to stop. */
static void begin_to_stop(struct raw *slow)
{
    system_start(an_hour);
    server_freeze_wall(&system_server);
    begin_slowly(slow);
    system_begin_stop(SIGTERM);
}

/* As its own clock says: somebody sets the time of day. */
static void a_slow_client_has_until_the_time_is_up(void **state)
{
    struct raw slow;

    (void)state;
    begin_to_stop(&slow);
    server_pass_time(&system_server, 3599);
    server_move_wall(&system_server, 86400 * 1000);
    expect_created(&slow);
    server_expect_end(&system_server, 0);
}

/* And no longer. The time of day goes back meanwhile. */
static void a_client_that_is_too_slow_is_cut_off(void **state)
{
    struct raw slow;

    (void)state;
    begin_to_stop(&slow);
    server_move_wall(&system_server, -86400 * 1000);
    server_pass_time_at_end(&system_server, 3601);
    server_expect_end(&system_server, 1);
    raw_close(&slow);
}

int system_everybody(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(everybody_leaves_and_nobody_is_cut),
        SYSTEM_CASE(a_slow_client_has_until_the_time_is_up),
        SYSTEM_CASE(a_client_that_is_too_slow_is_cut_off),
    };

    return GROUP("everybody leaves", cases, NULL, NULL);
}
