/*
 * tests/system/frozen.c - bytes that come in time to a server that stands
 * still: stopped (SIGSTOP), or on a busy machine.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The server is frozen before its deadline, the bytes come while it stands
 * still, and it goes on when the deadline has passed. Its clock is stopped
 * before, and set forward while it stands still: so no speed matters.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include "system.h"
#include "tests/cmocka_all.h"

/* In todo-sync the thread of a client and the watch wake at the same time: with
 * many clients each of them is the first one now and then. */
enum { CLIENTS = 20 };

static const char a_get[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
static const char half_a_head[] = "GET /healthz HTTP/1.1\r\nHost: loc";
static const char its_other_half[] = "alhost\r\n\r\n";
static const char head_of_body[] = "POST /todos HTTP/1.1\r\n"
                                   "Host: localhost\r\n"
                                   "Content-Type: application/json\r\n"
                                   "Expect: 100-continue\r\n"
                                   "Content-Length: 17\r\n"
                                   "\r\n";
static const char body[] = "{\"title\":\"early\"}";
static const char head_of_chunks[] = "POST /todos HTTP/1.1\r\n"
                                     "Host: localhost\r\n"
                                     "Content-Type: application/json\r\n"
                                     "Expect: 100-continue\r\n"
                                     "Transfer-Encoding: chunked\r\n"
                                     "\r\n";
static const char chunks[] = "11\r\n{\"title\":\"early\"}\r\n0\r\n\r\n";

/* What the server has when it is frozen, and what comes meanwhile. */
struct halves {
    const char *flag; /* of the deadline, which is 10 s */
    bool behind;      /* an answer: the connection has been used before */
    bool asked;       /* the server has asked for the rest by a 100 Continue */
    const char *first;
    const char *rest;
};

static void expect_answer(struct raw *raw, int status)
{
    struct raw_answer answer;

    (void)raw_read_answer(raw, &answer, false);
    talk_expect(answer.status, status);
    raw_answer_release(&answer);
}

/* Sends the first halves, and freezes the server. */
static void freeze_between(struct raw raws[CLIENTS],
                           const struct halves *halves)
{
    const char *const args[] = {halves->flag, "10", NULL};

    system_start(args);
    for (int i = 0; i < CLIENTS; i++) {
        system_open(&raws[i]);
        if (halves->behind) {
            talk_send(&raws[i], a_get);
            expect_answer(&raws[i], 200);
        }
        talk_send(&raws[i], halves->first);
        if (halves->asked)
            assert_true(raw_readable(&raws[i], RAW_TIMEOUT_MS));
    }
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    server_freeze(&system_server);
}

/* They are answered as if the server had not stood still, and the connections
 * stay. */
static void expect_in_time(const struct halves *halves, int status)
{
    struct raw raws[CLIENTS];

    freeze_between(raws, halves);
    for (int i = 0; i < CLIENTS; i++)
        talk_send(&raws[i], halves->rest);
    server_pass_time_frozen(&system_server, 11);
    server_thaw(&system_server);
    for (int i = 0; i < CLIENTS; i++)
        expect_answer(&raws[i], status);
    for (int i = 0; i < CLIENTS; i++) {
        talk_send(&raws[i], a_get);
        expect_answer(&raws[i], 200);
        raw_close(&raws[i]);
    }
    server_stop(&system_server);
}

static void the_rest_of_a_head_was_in_time(void **state)
{
    const struct halves halves = {
        .flag = "--head-timeout", .first = half_a_head, .rest = its_other_half};

    (void)state;
    expect_in_time(&halves, 200);
}

static void the_rest_of_a_head_behind_an_answer_was_in_time(void **state)
{
    const struct halves halves = {.flag = "--head-timeout",
                                  .behind = true,
                                  .first = half_a_head,
                                  .rest = its_other_half};

    (void)state;
    expect_in_time(&halves, 200);
}

static void a_request_on_an_idle_connection_was_in_time(void **state)
{
    const struct halves halves = {
        .flag = "--idle-timeout", .behind = true, .first = "", .rest = a_get};

    (void)state;
    expect_in_time(&halves, 200);
}

static void a_body_was_in_time(void **state)
{
    const struct halves halves = {.flag = "--body-timeout",
                                  .asked = true,
                                  .first = head_of_body,
                                  .rest = body};

    (void)state;
    expect_in_time(&halves, 201);
}

static void a_body_in_chunks_was_in_time(void **state)
{
    const struct halves halves = {.flag = "--body-timeout",
                                  .asked = true,
                                  .first = head_of_chunks,
                                  .rest = chunks};

    (void)state;
    expect_in_time(&halves, 201);
}

/* The server reads what comes behind its last answer for a second. If it closed
 * without a look at what came while it stood still, the kernel would reset the
 * connection, and the answer might be lost with it. */
static void bytes_behind_the_last_answer_do_not_reset_it(void **state)
{
    struct pollfd look = {.events = POLLIN};
    struct raw raw;

    (void)state;
    system_start(NULL);
    system_ask(&raw, "GET /healthz HTTP/1.1\r\n"
                     "Host: localhost\r\n"
                     "Connection: close\r\n\r\n");
    assert_true(raw_read_eof(&raw)); /* from here on it only reads */
    server_freeze(&system_server);
    talk_send(&raw, a_get);
    server_pass_time_frozen(&system_server, 2);
    server_thaw(&system_server);
    system_look_around();
    server_stop(&system_server);
    look.fd = raw.fd;
    assert_true(poll(&look, 1, 0) >= 0);
    if (look.revents & POLLERR)
        fail_msg("the connection was reset behind its last answer");
    raw_close(&raw);
}

int system_frozen(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(the_rest_of_a_head_was_in_time),
        SYSTEM_CASE(the_rest_of_a_head_behind_an_answer_was_in_time),
        SYSTEM_CASE(a_request_on_an_idle_connection_was_in_time),
        SYSTEM_CASE(a_body_was_in_time),
        SYSTEM_CASE(a_body_in_chunks_was_in_time),
        SYSTEM_CASE(bytes_behind_the_last_answer_do_not_reset_it),
    };

    return GROUP("frozen", cases, NULL, NULL);
}
