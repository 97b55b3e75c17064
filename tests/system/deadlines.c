/*
 * tests/system/deadlines.c - which deadline ends what, and which does not.
 * Threads: one.   Blocks: on the server of the case.
 *
 * In each case one deadline is short and all others are an hour, so what ends,
 * ends by that one. What must not end is looked at after something else has.
 * The clock stands while clients connect and send, and then time passes for the
 * server (talk_until_late): so nobody is late because the machine is slow. The
 * first head of a connection is civetweb's in todo-sync, and so is its clock:
 * its deadline is really short, and what must be in time for it is there when
 * civetweb begins to look (system_ask_asleep).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/gate.h"

/* The short one comes last on the command line, where it overrides. */
static void start_with_short(const char *flag, const char *seconds)
{
    const char *const args[] = {"--head-timeout",
                                "3600",
                                "--body-timeout",
                                "3600",
                                "--idle-timeout",
                                "3600",
                                "--write-timeout",
                                "3600",
                                flag,
                                seconds,
                                NULL};

    system_start(args);
}

static const char half_a_head[] = "GET /healthz HTTP/1.1\r\nHost: loc";
static const char its_other_half[] = "alhost\r\n\r\n";
static const char half_a_body[] = "POST /todos HTTP/1.1\r\n"
                                  "Host: localhost\r\n"
                                  "Content-Type: application/json\r\n"
                                  "Content-Length: 20\r\n"
                                  "\r\n"
                                  "{\"title\":";
static const char other_half[] = "\"finished\"}";
static const char half_in_chunks[] = "POST /todos HTTP/1.1\r\n"
                                     "Host: localhost\r\n"
                                     "Content-Type: application/json\r\n"
                                     "Transfer-Encoding: chunked\r\n"
                                     "\r\n"
                                     "9\r\n{\"title\":\r\n";
static const char other_half_in_chunks[] = "b\r\n\"finished\"}\r\n0\r\n\r\n";
static const char drip_in_chunks[] = "1\r\n \r\n";

/* Opens a connection and has one request answered on it. */
static void open_and_be_answered(struct raw *raw)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    talk_write_get(request, "/healthz");
    system_ask_asleep(raw, request);
    assert_true(raw_read_answer(raw, &answer, false));
    assert_int_equal(answer.status, 200);
    raw_answer_release(&answer);
}

/* Asks for a body by half; the server has begun to wait for the rest. */
static void begin_body(struct raw *raw, const char *half, int bodies)
{
    system_ask_asleep(raw, half);
    gate_await_waiting(&system_gate, "client.body", bodies);
}

static void expect_end_without_a_byte(struct raw *raw)
{
    talk_until_late(&system_server, raw);
    assert_true(raw_read_eof(raw));
    assert_int_equal(raw->len, 0);
    raw_close(raw);
}

/* The parser of the server may say so in its way, or say nothing. */
static void expect_late_head_ended(struct raw *raw)
{
    int status = 408;

    talk_until_late(&system_server, raw);
    assert_in_range(talk_read_all(raw, &status, 1), 0, 1);
    assert_in_range(status, 400, 499);
    raw_close(raw);
}

static void expect_still_served(struct raw *raw)
{
    char request[TALK_MAX];

    assert_false(raw_readable(raw, 0));
    talk_write_get(request, "/healthz");
    assert_true(raw_send_text(raw, request));
    assert_int_equal(system_hear(raw), 200);
}

static void expect_408(struct raw *raw)
{
    int status = 0;

    talk_until_late(&system_server, raw);
    if (talk_read_all(raw, &status, 1) != 1 || status != 408)
        fail_msg("a client that is late got %d (0: nothing), not 408", status);
    raw_close(raw);
}

/* The rest is taken, too. */
static void expect_body_still_read(struct raw *body, const char *rest)
{
    int status = raw_send_text(body, rest) ? system_hear(body) : 0;

    if (status != 201)
        fail_msg("a body with --body-timeout 3600 was not waited for: its "
                 "answer is %d, not 201",
                 status);
}

static void an_idle_connection_ends_without_a_byte(void **state)
{
    struct raw idle;

    (void)state;
    start_with_short("--idle-timeout", "10");
    open_and_be_answered(&idle);
    expect_end_without_a_byte(&idle);
}

/* A head that begins on a connection that stayed has the deadline of a head. */
static void a_head_behind_an_answer_has_the_deadline_of_a_head(void **state)
{
    struct raw head;

    (void)state;
    start_with_short("--head-timeout", "10");
    open_and_be_answered(&head);
    assert_true(raw_send_text(&head, half_a_head));
    expect_408(&head);
}

/* By the answer to the idle one, the half head before it has been read. */
static void the_idle_deadline_ends_no_half_head(void **state)
{
    struct raw idle;
    struct raw head;

    (void)state;
    start_with_short("--idle-timeout", "10");
    open_and_be_answered(&head);
    assert_true(raw_send_text(&head, half_a_head));
    open_and_be_answered(&idle);
    expect_end_without_a_byte(&idle);
    if (raw_readable(&head, 0))
        fail_msg("half a head is taken for an idle connection");
    assert_true(raw_send_text(&head, its_other_half));
    assert_int_equal(system_hear(&head), 200);
}

static void a_late_head_is_408(void **state)
{
    struct raw head;

    (void)state;
    start_with_short("--head-timeout", "1.5");
    system_ask_asleep(&head, half_a_head);
    expect_408(&head);
}

static void the_idle_deadline_ends_no_half_request(void **state)
{
    struct raw idle;
    struct raw body;

    (void)state;
    start_with_short("--idle-timeout", "10");
    system_ask(&body, half_a_body);
    open_and_be_answered(&idle);
    expect_end_without_a_byte(&idle);
    expect_body_still_read(&body, other_half);
}

static void the_head_deadline_ends_no_idle_connection(void **state)
{
    struct raw idle;
    struct raw head;

    (void)state;
    start_with_short("--head-timeout", "1.5");
    open_and_be_answered(&idle);
    system_ask_asleep(&head, half_a_head);
    expect_late_head_ended(&head);
    expect_still_served(&idle);
}

static void the_head_deadline_ends_no_body(void **state)
{
    struct raw body;
    struct raw head;

    (void)state;
    start_with_short("--head-timeout", "1.5");
    gate_open(&system_gate, &system_server);
    begin_body(&body, half_a_body, 1);
    system_ask_asleep(&head, half_a_head);
    expect_late_head_ended(&head);
    expect_body_still_read(&body, other_half);
}

static void a_late_body_is_408_and_stores_nothing(void **state)
{
    struct raw body;
    struct raw idle;

    (void)state;
    start_with_short("--body-timeout", "10");
    open_and_be_answered(&idle);
    system_ask(&body, half_a_body);
    expect_408(&body);
    assert_int_equal(talk_count(system_server.port, ""), 0);
    expect_still_served(&idle);
}

/* Connects from this port of ours (0: any), which it gives, to this address of
 * the server's. */
static int open_from(struct raw *raw, int port, const char *address)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((in_port_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port =
                                    htons((in_port_t)system_server.port)};
    socklen_t len = sizeof here;
    int yes = 1;

    *raw = (struct raw){.fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_true(raw->fd >= 0);
    assert_int_equal(inet_pton(AF_INET, address, &there.sin_addr), 1);
    assert_int_equal(
        setsockopt(raw->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
    assert_int_equal(bind(raw->fd, (struct sockaddr *)&here, len), 0);
    assert_int_equal(connect(raw->fd, (struct sockaddr *)&there, sizeof there),
                     0);
    assert_int_equal(getsockname(raw->fd, (struct sockaddr *)&here, &len), 0);
    return ntohs(here.sin_port);
}

/* The other one differs from it in nothing but the address of the server. */
static void a_late_body_ends_its_own_connection_alone(void **state)
{
    static const char *const args[] = {"--port",
                                       "0",
                                       "--host",
                                       "0.0.0.0",
                                       "--head-timeout",
                                       "3600",
                                       "--idle-timeout",
                                       "3600",
                                       "--body-timeout",
                                       "1.5",
                                       "--write-timeout",
                                       "3600",
                                       NULL};
    struct raw silent, body;
    int port, status = 0;

    (void)state;
    server_start_bare(&system_server, system_program, args);
    port = open_from(&silent, 0, "127.0.0.1");
    (void)open_from(&body, port, "127.0.0.2");
    assert_true(raw_send_text(&body, half_a_body));
    if (talk_read_all(&body, &status, 1) != 1 || status != 408)
        fail_msg("a late body got %d (0: nothing), not 408", status);
    raw_close(&body);
    expect_still_served(&silent);
}

/* Two bodies, one in chunks, come slowly and have an hour; meanwhile a
 * connection that was idle ends. The one in chunks drips: civetweb would not
 * wait in silence for it. */
static void a_long_body_deadline_outlasts_all_others(void **state)
{
    enum { DRIPS = 10 };
    static const char *const args[] = {"--body-timeout",
                                       "3600",
                                       "--head-timeout",
                                       "10",
                                       "--write-timeout",
                                       "10",
                                       "--idle-timeout",
                                       "10",
                                       NULL};
    struct raw body, chunks, idle;

    (void)state;
    system_start(args);
    gate_open(&system_gate, &system_server);
    begin_body(&body, half_a_body, 1);
    begin_body(&chunks, half_in_chunks, 2);
    open_and_be_answered(&idle);
    for (int i = 0; i < DRIPS; i++) {
        assert_true(raw_send_text(&chunks, drip_in_chunks));
        server_pass_time(&system_server, 2);
        system_look_around();
    }
    expect_end_without_a_byte(&idle);
    expect_body_still_read(&body, other_half);
    expect_body_still_read(&chunks, other_half_in_chunks);
}

static void a_short_body_deadline_comes_before_all_others(void **state)
{
    struct raw bodies[2];

    (void)state;
    start_with_short("--body-timeout", "10");
    system_ask(&bodies[0], half_a_body);
    system_ask(&bodies[1], half_in_chunks);
    for (int i = 0; i < 2; i++)
        expect_408(&bodies[i]);
}

/* A write that waits for the disk is no slow client. */
static void
no_client_deadline_ends_a_request_that_waits_for_the_disk(void **state)
{
    static const char *const args[] = {"--head-timeout",
                                       "10",
                                       "--body-timeout",
                                       "10",
                                       "--idle-timeout",
                                       "10",
                                       "--write-timeout",
                                       "10",
                                       NULL};
    struct raw write;
    struct raw idle;

    (void)state;
    system_start(args);
    system_hold_at("store.commit");
    system_ask_post(&write, "patient");
    gate_await(&system_gate, 1);
    open_and_be_answered(&idle);
    expect_end_without_a_byte(&idle);
    assert_false(raw_readable(&write, 0));
    gate_release(&system_gate);
    assert_int_equal(system_hear(&write), 201);
}

int system_deadlines(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(an_idle_connection_ends_without_a_byte),
        SYSTEM_CASE(a_head_behind_an_answer_has_the_deadline_of_a_head),
        SYSTEM_CASE(the_idle_deadline_ends_no_half_head),
        SYSTEM_CASE(a_late_head_is_408),
        SYSTEM_CASE(the_idle_deadline_ends_no_half_request),
        SYSTEM_CASE(the_head_deadline_ends_no_idle_connection),
        SYSTEM_CASE(the_head_deadline_ends_no_body),
        SYSTEM_CASE(a_late_body_is_408_and_stores_nothing),
        SYSTEM_CASE(a_late_body_ends_its_own_connection_alone),
        SYSTEM_CASE(a_long_body_deadline_outlasts_all_others),
        SYSTEM_CASE(a_short_body_deadline_comes_before_all_others),
        SYSTEM_CASE(no_client_deadline_ends_a_request_that_waits_for_the_disk),
    };

    return GROUP("deadlines", cases, NULL, NULL);
}
