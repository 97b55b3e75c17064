/*
 * tests/system/drain.c - SIGTERM and SIGINT: what was begun is finished, then
 * the server goes.
 * Threads: one.   Blocks: until the server has ended.
 *
 * A write is kept in flight by holding the database. That it is in flight is
 * known by its 100 Continue, that the signal has arrived by a refused client.
 * The clock stands: no five seconds pass in which a write may wait.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

static const char polite_head[] = "POST /todos HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "Content-Type: application/json\r\n"
                                  "Content-Length: 21\r\n"
                                  "Expect: 100-continue\r\n"
                                  "\r\n";
static const char polite_body[] = "{\"title\":\"in flight\"}";

/* Sends the head of a write, waits until the server asks for the body, and
 * sends that. */
static void begin_write(struct raw *raw)
{
    system_ask(raw, polite_head);
    assert_true(raw_readable(raw, RAW_TIMEOUT_MS)); /* 100 Continue */
    assert_true(raw_send_text(raw, polite_body));
}

/* The only answer on the connection has this status, and then it ends. */
static void expect_last_answer(struct raw *raw, int expected)
{
    int status = 0;

    assert_int_equal(talk_read_all(raw, &status, 1), 1);
    assert_int_equal(status, expected);
    raw_close(raw);
}

static void expect_clean_end(void)
{
    server_expect_end(&system_server, 0);
}

/* Starts the program again on the same database. */
static void start_again(void)
{
    server_start_on(&system_second, system_program, system_server.db, NULL);
}

static void sigterm_with_nothing_to_do_is_exit_0(void **state)
{
    (void)state;
    system_start(NULL);
    server_signal(&system_server, SIGTERM);
    expect_clean_end();
}

static void sigint_with_nothing_to_do_is_exit_0(void **state)
{
    (void)state;
    system_start(NULL);
    server_signal(&system_server, SIGINT);
    expect_clean_end();
}

static void idle_connections_end_and_do_not_delay_the_exit(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};
    struct raw answered;
    struct raw silent;
    struct raw_answer answer;
    char request[TALK_MAX];

    (void)state;
    system_start(args);
    system_open(&silent);
    talk_write_get(request, "/healthz");
    system_ask(&answered, request);
    assert_true(raw_read_answer(&answered, &answer, false));
    raw_answer_release(&answer);
    system_begin_stop(SIGTERM);
    server_pass_time_until_end(&system_server, 1); /* `silent` might ask */
    expect_clean_end();
    assert_true(raw_read_eof(&answered));
    assert_int_equal(answered.len, 0);
    assert_true(raw_read_eof(&silent));
    raw_close(&answered);
    raw_close(&silent);
}

static void a_write_in_flight_is_answered_after(int signal)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};
    struct raw write;

    system_start(args);
    hold_begin(&system_hold, system_server.db);
    begin_write(&write);
    system_begin_stop(signal);
    hold_end(&system_hold);
    expect_last_answer(&write, 201);
    expect_clean_end();
    start_again();
    assert_int_equal(talk_count(system_second.port, "flight"), 1);
}

static void a_write_in_flight_is_answered_after_sigterm(void **state)
{
    (void)state;
    a_write_in_flight_is_answered_after(SIGTERM);
}

static void a_write_in_flight_is_answered_after_sigint(void **state)
{
    (void)state;
    a_write_in_flight_is_answered_after(SIGINT);
}

static void many_writes_in_flight_are_all_answered(void **state)
{
    enum { WRITES = 20 };
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};
    struct raw writes[WRITES];

    (void)state;
    system_start(args);
    hold_begin(&system_hold, system_server.db);
    for (int i = 0; i < WRITES; i++)
        begin_write(&writes[i]);
    system_begin_stop(SIGTERM);
    hold_end(&system_hold);
    for (int i = 0; i < WRITES; i++)
        expect_last_answer(&writes[i], 201);
    expect_clean_end();
    start_again();
    assert_int_equal(talk_count(system_second.port, "flight"), WRITES);
}

/* The client has begun to be served, so it may also finish. */
static void a_slow_reader_gets_its_whole_answer(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};
    struct raw reader;
    char request[TALK_MAX];

    (void)state;
    system_start(args);
    talk_fill_list(system_server.port);
    talk_write_get(request, "/todos?limit=1000");
    raw_open_small_segments(&reader, "127.0.0.1", system_server.port, 4096);
    assert_true(raw_send_text(&reader, request));
    assert_true(raw_readable(&reader, RAW_TIMEOUT_MS));
    system_begin_stop(SIGTERM);
    expect_last_answer(&reader, 200);
    expect_clean_end();
}

static void work_beyond_the_shutdown_timeout_is_cut_with_exit_1(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "1", NULL};
    struct raw write;

    (void)state;
    system_start(args);
    hold_begin(&system_hold, system_server.db);
    begin_write(&write);
    system_begin_stop(SIGTERM);
    server_pass_time(&system_server, 2); /* less than a write may wait */
    server_expect_end(&system_server, 1);
    assert_int_equal(system_hear(&write), 0);
    hold_end(&system_hold);
    start_again();
    assert_int_equal(talk_count(system_second.port, "flight"), 0);
}

/* A server that has given a client its last answer would still read for a
 * second, which never passes here; nor does the hour that it has to stop. */
static const char *const no_hurry[] = {"--shutdown-timeout", "3600", NULL};

static void a_client_that_stays_does_not_keep_the_server(void **state)
{
    struct raw_answer answer;
    struct raw raw;

    (void)state;
    system_start(no_hurry);
    system_ask(&raw, "GET /healthz HTTP/1.1\r\n"
                     "Host: localhost\r\n"
                     "Connection: close\r\n\r\n");
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 200);
    raw_answer_release(&answer);
    assert_true(raw_read_eof(&raw)); /* from here on it reads what we send */
    server_signal(&system_server, SIGTERM);
    expect_clean_end();
    raw_close(&raw);
}

static void a_client_answered_after_sigterm_does_not_keep_it(void **state)
{
    struct raw_answer answer;
    struct raw raw;

    (void)state;
    system_start(no_hurry);
    system_ask(&raw, polite_head);
    assert_true(raw_readable(&raw, RAW_TIMEOUT_MS)); /* 100 Continue */
    server_signal(&system_server, SIGTERM);
    (void)raw_send_text(&raw, polite_body);
    (void)raw_read_answer(&raw, &answer, false);
    talk_expect(answer.status, 201);
    raw_answer_release(&answer);
    expect_clean_end();
    raw_close(&raw);
}

/* Whether it was cut (1) or all it had asked for was with the kernel (0), only
 * the shutdown timeout can have ended the wait. */
static void a_client_that_never_reads_does_not_keep_the_server(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "1",
                                       "--write-timeout", "3600", NULL};
    struct raw reader;
    char request[TALK_MAX];

    (void)state;
    system_start(args);
    talk_fill_list(system_server.port);
    talk_write_get(request, "/todos?limit=1000");
    raw_open_small_segments(&reader, "127.0.0.1", system_server.port, 4096);
    for (int i = 0; i < 50; i++)
        assert_true(raw_send_text(&reader, request));
    assert_true(raw_readable(&reader, RAW_TIMEOUT_MS));
    system_begin_stop(SIGTERM);
    server_pass_time_at_end(&system_server, 2);
    assert_in_range(server_wait(&system_server), 0, 1);
    raw_close(&reader);
}

/* Twelve silent clients are more than four threads and the spare ones, so a
 * client that asks after them has no thread when the signal comes. */
static void
a_client_that_waits_for_a_thread_does_not_keep_the_server(void **state)
{
    enum { SILENT = 12 };
    static const char *const patient[] = {"--shutdown-timeout", "3600", NULL};
    static const char *const few_threads[] = {"--shutdown-timeout", "3600",
                                              "--threads", "4", NULL};
    struct raw silent[SILENT];
    struct raw waits;
    char request[TALK_MAX];

    (void)state;
    system_start(system_is_sync() ? few_threads : patient);
    for (int i = 0; i < SILENT; i++)
        system_open(&silent[i]);
    talk_write_get(request, "/healthz");
    system_ask(&waits, request);
    system_begin_stop(SIGTERM);
    server_pass_time_until_end(&system_server, 1); /* they might ask */
    expect_clean_end();
    for (int i = 0; i < SILENT; i++)
        raw_close(&silent[i]);
    raw_close(&waits);
}

/* Not for an hour's patience, nor for the five seconds that a write waits. */
static void a_second_signal_exits_at_once(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};
    struct raw write;

    (void)state;
    system_start(args);
    hold_begin(&system_hold, system_server.db);
    begin_write(&write);
    system_begin_stop(SIGTERM);
    server_signal(&system_server, SIGTERM);
    assert_int_not_equal(server_wait(&system_server), 0);
    assert_int_equal(system_hear(&write), 0);
    hold_end(&system_hold);
    start_again();
    assert_int_equal(talk_count(system_second.port, "flight"), 0);
}

/* Both are there before the server looks at one of them. */
static void two_signals_at_once_exit_at_once(void **state)
{
    static const char *const args[] = {"--shutdown-timeout", "3600", NULL};
    struct raw write;

    (void)state;
    system_start(args);
    hold_begin(&system_hold, system_server.db);
    begin_write(&write);
    server_freeze(&system_server);
    server_signal(&system_server, SIGTERM);
    server_signal(&system_server, SIGINT);
    server_thaw(&system_server);
    assert_int_not_equal(server_wait(&system_server), 0);
    raw_close(&write);
}

int system_drain(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(sigterm_with_nothing_to_do_is_exit_0),
        SYSTEM_CASE(sigint_with_nothing_to_do_is_exit_0),
        SYSTEM_CASE(idle_connections_end_and_do_not_delay_the_exit),
        SYSTEM_CASE(a_write_in_flight_is_answered_after_sigterm),
        SYSTEM_CASE(a_write_in_flight_is_answered_after_sigint),
        SYSTEM_CASE(many_writes_in_flight_are_all_answered),
        SYSTEM_CASE(a_slow_reader_gets_its_whole_answer),
        SYSTEM_CASE(work_beyond_the_shutdown_timeout_is_cut_with_exit_1),
        SYSTEM_CASE(a_client_that_stays_does_not_keep_the_server),
        SYSTEM_CASE(a_client_answered_after_sigterm_does_not_keep_it),
        SYSTEM_CASE(a_client_that_never_reads_does_not_keep_the_server),
        SYSTEM_CASE(a_client_that_waits_for_a_thread_does_not_keep_the_server),
        SYSTEM_CASE(a_second_signal_exits_at_once),
        SYSTEM_CASE(two_signals_at_once_exit_at_once),
    };

    return GROUP("stopping", cases, NULL, NULL);
}
