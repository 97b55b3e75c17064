/*
 * tests/system/suggestions_leave.c - while the upstream hangs: others are
 * served, clients leave, and the server is told to stop.
 * Threads: one.   Blocks: on the server and the muse of the case.
 *
 * The muse never answers, and every deadline is an hour. So what ends, ends
 * because of what the case did before. When the muse ends, all calls do: 502.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/muse.h"

enum { CROWD = 100, CALLS_MAX = 1024 };

/* `more` are two arguments, or NULLs. */
static void start_hanging(const char *more, const char *value)
{
    const char *const args[] = {"--upstream-timeout",
                                "3600",
                                "--shutdown-timeout",
                                "3600",
                                more,
                                value,
                                NULL};

    system_start_upstream("/hang", "0", args);
    server_stop_clock(&system_server);
}

static void ask(struct raw *raw, int count)
{
    char path[64];
    char request[TALK_MAX];

    (void)snprintf(path, sizeof path, "/suggestions?count=%d", count);
    talk_write_get(request, path);
    system_ask(raw, request);
}

/* Asks `clients` times, and returns when all have come to the muse. */
static void ask_all(struct raw *clients, int count)
{
    for (int i = 0; i < count; i++)
        ask(&clients[i], 1);
    muse_await(&system_muse, "asked", count);
}

static void expect_all_wait(struct raw *clients, int count)
{
    for (int i = 0; i < count; i++)
        assert_false(raw_readable(&clients[i], 0));
}

/* The end of the muse is the end of all calls. */
static void end_calls(struct raw *clients, int count)
{
    server_stop(&system_muse);
    for (int i = 0; i < count; i++)
        assert_int_equal(system_hear(&clients[i]), 502);
}

static void waiting_clients_hold_up_nobody_while_there_is_room(void **state)
{
    struct raw clients[CROWD];
    int count = system_is_sync() ? 6 : CROWD;

    (void)state;
    start_hanging(system_is_sync() ? "--threads" : NULL, "8");
    ask_all(clients, count);
    talk_still_serves(system_server.port);
    assert_int_equal(talk_count(system_server.port, "still"), 1);
    expect_all_wait(clients, count);
    end_calls(clients, count);
    server_stop(&system_server);
}

static void expect_busy(const char *path)
{
    struct raw_answer answer;
    char value[8];

    assert_int_equal(talk_get(system_server.port, path, &answer), 503);
    assert_true(raw_answer_field(&answer, "Retry-After", value, sizeof value));
    raw_answer_release(&answer);
}

static void all_threads_wait(void)
{
    enum { THREADS = 4 };
    struct raw clients[THREADS];

    start_hanging("--threads", "4");
    ask_all(clients, THREADS);
    expect_busy("/healthz");
    expect_busy("/suggestions");
    expect_all_wait(clients, THREADS);
    assert_int_equal(muse_count(&system_muse, "asked"), THREADS);
    end_calls(clients, THREADS);
}

/* Calls are counted, not requests: 102 requests of 10, one of 4, and no more
 * until some have gone. */
static void all_calls_are_under_way(void)
{
    enum { TENS = CALLS_MAX / 10 };
    struct raw clients[TENS + 1];

    start_hanging(NULL, NULL);
    for (int i = 0; i < TENS; i++)
        ask(&clients[i], 10);
    muse_await(&system_muse, "asked", TENS * 10L);
    expect_busy("/suggestions?count=10");
    ask(&clients[TENS], CALLS_MAX - TENS * 10);
    muse_await(&system_muse, "most", CALLS_MAX);
    expect_busy("/suggestions?count=1");
    talk_still_serves(system_server.port);
    expect_all_wait(clients, TENS + 1);
    raw_reset(&clients[0]);
    muse_await(&system_muse, "left", 10);
    ask(&clients[0], 10);
    muse_await(&system_muse, "asked", CALLS_MAX + 10L);
    end_calls(clients, TENS + 1);
}

static void who_asks_beyond_what_there_is_hears_503_at_once(void **state)
{
    (void)state;
    if (system_is_sync())
        all_threads_wait();
    else
        all_calls_are_under_way();
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

/* The loop ends the calls of a client that left; a thread does not even see it,
 * and stands where it stood. Each client has sent so many requests. */
static void leave(int requests)
{
    enum { CLIENTS = 5 };
    struct raw clients[CLIENTS];
    char request[TALK_MAX];

    start_hanging(NULL, NULL);
    talk_write_get(request, "/suggestions");
    for (int i = 0; i < CLIENTS; i++) {
        system_open(&clients[i]);
        for (int j = 0; j < requests; j++)
            assert_true(raw_send_text(&clients[i], request));
    }
    muse_await(&system_muse, "asked", CLIENTS);
    for (int i = 0; i < CLIENTS; i++)
        raw_reset(&clients[i]);
    if (!system_is_sync())
        muse_await(&system_muse, "left", CLIENTS);
    talk_still_serves(system_server.port);
    if (system_is_sync())
        assert_int_equal(muse_count(&system_muse, "left"), 0);
    assert_int_equal(muse_count(&system_muse, "answered"), 0);
    server_stop(&system_muse);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

static void a_client_that_left_is_noticed_by_the_loop_alone(void **state)
{
    (void)state;
    leave(1);
}

/* The resets came first: when others are served, they were seen. */
static void what_comes_for_a_client_that_left_harms_nobody(void **state)
{
    enum { CLIENTS = 3 };
    struct raw clients[CLIENTS];

    (void)state;
    start_hanging(NULL, NULL);
    ask_all(clients, CLIENTS);
    for (int i = 0; i < CLIENTS; i++)
        raw_reset(&clients[i]);
    talk_still_serves(system_server.port);
    server_stop(&system_muse);
    talk_still_serves(system_server.port);
    server_stop(&system_server);
}

static void a_request_in_the_pipe_does_not_hide_who_left(void **state)
{
    (void)state;
    leave(3);
}

/* The server sleeps while the bytes and the reset come, and finds both. */
static void a_reset_behind_bytes_is_a_reset(void **state)
{
    struct raw client;
    char request[TALK_MAX];

    (void)state;
    start_hanging(NULL, NULL);
    ask_all(&client, 1);
    server_freeze(&system_server);
    talk_write_get(request, "/suggestions");
    assert_true(raw_send_text(&client, request));
    raw_reset(&client);
    server_thaw(&system_server);
    if (!system_is_sync())
        muse_await(&system_muse, "left", 1);
    talk_still_serves(system_server.port);
    server_stop(&system_muse);
    server_stop(&system_server);
}

static void expect_room(void)
{
    assert_int_equal(talk_get(system_server.port, "/todos", NULL), 200);
}

/* There may be one connection. A thread still stands for the client whose call
 * is under way; so there are more of them. The reset comes before the job is
 * done. */
static void there_is_room_when_a_client_has_left(void **state)
{
    struct raw client;

    (void)state;
    if (system_is_sync())
        start_hanging("--threads", "8");
    else
        start_hanging("--max-connections", "1");
    ask_all(&client, 1);
    raw_reset(&client);
    if (!system_is_sync())
        muse_await(&system_muse, "left", 1);
    expect_room();
    system_hold_at("store.lock");
    system_ask_post(&client, "has left");
    gate_await(&system_gate, 1);
    raw_reset(&client);
    gate_release(&system_gate);
    free(system_await_logged("POST", false));
    expect_room();
    server_stop(&system_muse);
    server_stop(&system_server);
}

/* A FIN says no more than that the request is over. */
static void who_has_said_all_is_not_gone(void **state)
{
    struct raw client;

    (void)state;
    start_hanging(NULL, NULL);
    ask_all(&client, 1);
    raw_half_close(&client);
    talk_still_serves(system_server.port);
    expect_all_wait(&client, 1);
    end_calls(&client, 1);
    server_stop(&system_server);
}

static void calls_under_way_at_sigterm_are_answered(void **state)
{
    enum { CLIENTS = 3 };
    struct raw clients[CLIENTS];

    (void)state;
    start_hanging(NULL, NULL);
    ask_all(clients, CLIENTS);
    system_begin_stop(SIGTERM);
    expect_all_wait(clients, CLIENTS);
    end_calls(clients, CLIENTS);
    server_expect_end(&system_server, 0);
}

static void calls_beyond_the_shutdown_timeout_are_cut_with_exit_1(void **state)
{
    struct raw client;

    (void)state;
    start_hanging("--shutdown-timeout", "1");
    ask_all(&client, 1);
    system_begin_stop(SIGTERM);
    server_pass_time(&system_server, 2);
    server_expect_end(&system_server, 1);
    assert_int_equal(system_hear(&client), 0);
}

int system_suggestions_leave(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(waiting_clients_hold_up_nobody_while_there_is_room),
        SYSTEM_CASE(who_asks_beyond_what_there_is_hears_503_at_once),
        SYSTEM_CASE(what_comes_for_a_client_that_left_harms_nobody),
        SYSTEM_CASE(a_client_that_left_is_noticed_by_the_loop_alone),
        SYSTEM_CASE(a_request_in_the_pipe_does_not_hide_who_left),
        SYSTEM_CASE(a_reset_behind_bytes_is_a_reset),
        SYSTEM_CASE(there_is_room_when_a_client_has_left),
        SYSTEM_CASE(who_has_said_all_is_not_gone),
        SYSTEM_CASE(calls_under_way_at_sigterm_are_answered),
        SYSTEM_CASE(calls_beyond_the_shutdown_timeout_are_cut_with_exit_1),
    };

    return GROUP("an upstream that hangs", cases, NULL, NULL);
}
