/*
 * tests/system/bodies.c - when a body is late.
 * Threads: one.   Blocks: on the server of the case.
 *
 * As in deadlines.c, one deadline is short and all others are an hour, and the
 * clock stands until the case lets time pass.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "deadlines.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

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
static const char half_of_a_put[] = "PUT /todos/1 HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "Content-Type: application/json\r\n"
                                    "Content-Length: 20\r\n"
                                    "\r\n"
                                    "{\"title\":";
static const char half_of_a_patch[] =
    "PATCH /todos/1 HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Content-Type: application/merge-patch+json\r\n"
    "Content-Length: 20\r\n"
    "\r\n"
    "{\"title\":";
static const char a_long_one[] = "POST /todos HTTP/1.1\r\n"
                                 "Host: localhost\r\n"
                                 "Content-Type: application/json\r\n"
                                 "Content-Length: 60000\r\n"
                                 "\r\n"
                                 "{\"title\":";
static const char one_that_asks[] = "POST /todos HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "Content-Type: application/json\r\n"
                                    "Content-Length: 20\r\n"
                                    "Expect: 100-continue\r\n"
                                    "\r\n";

/* What begins a body and does not end it. */
static const char *const halves[] = {half_a_body, half_in_chunks, half_of_a_put,
                                     half_of_a_patch, a_long_one};
enum { HALVES = sizeof halves / sizeof *halves };

static size_t head_len(const char *half)
{
    return (size_t)(strstr(half, "\r\n\r\n") - half) + 4;
}

/* Sends the half of the body. It is read by what waits for a body, and not with
 * the head: when it is, the time for the body has begun. */
static void send_behind_head(struct raw *raw, const char *half)
{
    system_await_read(raw);
    talk_send(raw, half + head_len(half));
    system_await_read(raw);
}

/* Sends half a request; the server has begun to wait for the rest. */
static void begin_body(struct raw *raw, const char *half)
{
    server_freeze(&system_server);
    system_open(raw);
    assert_true(raw_send(raw, half, head_len(half)));
    server_thaw(&system_server);
    send_behind_head(raw, half);
}

/* The rest is taken, too. */
static void expect_body_still_read(struct raw *body, const char *rest)
{
    int status = raw_send_text(body, rest) ? system_hear(body) : 0;

    if (status != 201)
        fail_msg("a body in time was not waited for: its answer is %d, not 201",
                 status);
}

static void the_idle_deadline_ends_no_half_request(void **state)
{
    struct raw idle;
    struct raw body;

    (void)state;
    deadlines_start("--idle-timeout", "10");
    system_ask(&body, half_a_body);
    deadlines_open(&idle);
    deadlines_expect_end(&idle);
    expect_body_still_read(&body, other_half);
}

static void the_head_deadline_ends_no_body(void **state)
{
    struct raw body;
    struct raw head;

    (void)state;
    deadlines_start("--head-timeout", "1.5");
    begin_body(&body, half_a_body);
    system_ask_asleep(&head, deadlines_half_head);
    deadlines_expect_late_head(&head);
    expect_body_still_read(&body, other_half);
}

static void a_late_body_is_408_and_stores_nothing(void **state)
{
    struct raw body;
    struct raw idle;

    (void)state;
    deadlines_start("--body-timeout", "10");
    deadlines_open(&idle);
    system_ask(&body, half_a_body);
    deadlines_expect_408(&body);
    assert_int_equal(talk_count(system_server.port, ""), 0);
    deadlines_expect_served(&idle);
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
    static const char *const args[] = {"--host",
                                       "0.0.0.0",
                                       "--head-timeout",
                                       "3600",
                                       "--idle-timeout",
                                       "3600",
                                       "--body-timeout",
                                       "10",
                                       "--write-timeout",
                                       "3600",
                                       NULL};
    struct raw silent, body;
    int port;

    (void)state;
    system_start(args);
    port = open_from(&silent, 0, "127.0.0.1");
    (void)open_from(&body, port, "127.0.0.2");
    assert_true(raw_send_text(&body, half_a_body));
    deadlines_expect_408(&body);
    deadlines_expect_served(&silent);
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
    begin_body(&body, half_a_body);
    begin_body(&chunks, half_in_chunks);
    deadlines_open(&idle);
    for (int i = 0; i < DRIPS; i++) {
        assert_true(raw_send_text(&chunks, drip_in_chunks));
        server_pass_time(&system_server, 2);
        talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    }
    deadlines_expect_end(&idle);
    expect_body_still_read(&body, other_half);
    expect_body_still_read(&chunks, other_half_in_chunks);
}

static void a_short_body_deadline_comes_before_all_others(void **state)
{
    struct raw bodies[HALVES];

    (void)state;
    deadlines_start("--body-timeout", "10");
    for (int i = 0; i < HALVES; i++)
        system_ask(&bodies[i], halves[i]);
    for (int i = 0; i < HALVES; i++)
        deadlines_expect_408(&bodies[i]);
}

/* Where somebody is late, the server has seen it behind this. */
static void let_it_see(void)
{
    enum { TIMES = 10 }; /* longer than it sleeps between two looks */

    for (int i = 0; i < TIMES; i++) {
        talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
        a_moment();
    }
}

static void fail_for(const char *half, const char *what)
{
    fail_msg("with --body-timeout 0.5 the body of a %.*s %s",
             (int)strcspn(half, " "), half, what);
}

/* Half a second is neither none nor a whole one. */
static void a_body_is_late_when_its_deadline_passes(void **state)
{
    struct raw bodies[HALVES];

    (void)state;
    deadlines_start("--body-timeout", "0.5");
    for (int i = 0; i < HALVES; i++)
        begin_body(&bodies[i], halves[i]);
    server_pass_time(&system_server, 0.4);
    let_it_see();
    for (int i = 0; i < HALVES; i++)
        if (raw_readable(&bodies[i], 0))
            fail_for(halves[i], "is late after 0.4 s");
    server_pass_time(&system_server, 0.2);
    for (int i = 0; i < HALVES; i++)
        if (!raw_readable(&bodies[i], RAW_TIMEOUT_MS))
            fail_for(halves[i], "is not late after 0.6 s");
    for (int i = 0; i < HALVES; i++)
        deadlines_expect_408(&bodies[i]);
}

/* It waits for the 100, and then sends nothing. */
static void a_body_behind_100_continue_has_its_deadline(void **state)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct raw body;

    (void)state;
    deadlines_start("--body-timeout", "10");
    system_ask(&body, one_that_asks);
    while (body.len < sizeof go_on - 1)
        assert_true(raw_fill(&body, now_ms() + PATIENCE_MS));
    assert_memory_equal(body.buf, go_on, sizeof go_on - 1);
    raw_take(&body, sizeof go_on - 1);
    deadlines_expect_408(&body);
}

/* Half of the time passes, and a little more. */
static void pass_more_than_half(struct raw *raw)
{
    server_pass_time(&system_server, 6);
    let_it_see();
    if (raw_readable(raw, 0))
        fail_msg("with --body-timeout 10 a body is late after 6 s");
}

static int ask_again(struct raw *raw, const char *request)
{
    struct raw_answer answer = {0};
    int status;

    if (raw_send_text(raw, request))
        (void)raw_read_answer(raw, &answer, false);
    status = answer.status;
    raw_answer_release(&answer);
    return status;
}

static void expect_to_go_on(struct raw *raw)
{
    char request[TALK_MAX];

    talk_write_get(request, "/healthz");
    if (ask_again(raw, request) != 200)
        fail_msg("a body came in time, and its connection does not go on");
}

/* Each has less than its time, and together they have more. The last one has
 * more. */
static void each_body_of_a_connection_has_its_own_deadline(void **state)
{
    enum { IN_TIME = 3 };
    struct raw raw;

    (void)state;
    deadlines_start("--body-timeout", "10");
    system_open(&raw);
    for (int i = 0; i < IN_TIME; i++) {
        assert_true(raw_send(&raw, half_a_body, head_len(half_a_body)));
        send_behind_head(&raw, half_a_body);
        pass_more_than_half(&raw);
        talk_expect(ask_again(&raw, other_half), 201);
        expect_to_go_on(&raw);
    }
    talk_send(&raw, half_a_body);
    deadlines_expect_408(&raw);
}

/* It begins when the head is there, and not when the head begins. */
static void a_slow_head_takes_no_time_from_its_body(void **state)
{
    enum { HEAD_BEGINS = 20 };
    struct raw raw;

    (void)state;
    deadlines_start("--body-timeout", "10");
    deadlines_open(&raw);
    assert_true(raw_send(&raw, half_a_body, HEAD_BEGINS));
    system_await_read(&raw);
    pass_more_than_half(&raw);
    assert_true(raw_send(&raw, half_a_body + HEAD_BEGINS,
                         head_len(half_a_body) - HEAD_BEGINS));
    send_behind_head(&raw, half_a_body);
    pass_more_than_half(&raw);
    expect_body_still_read(&raw, other_half);
}

/* The parser of todo-sync has a clock of its own, and as much patience with a
 * body as with a head, which ends here for both. The server must go on waiting
 * for the body then, and no longer than it would have. */
static void outlast_the_parser(void)
{
    struct raw head;

    system_ask(&head, deadlines_half_head);
    assert_true(raw_readable(&head, RAW_TIMEOUT_MS));
    raw_close(&head);
}

static void a_silent_body_has_its_time_once(void **state)
{
    static const char *const args[] = {"--head-timeout",
                                       "1",
                                       "--body-timeout",
                                       "10",
                                       "--idle-timeout",
                                       "3600",
                                       "--write-timeout",
                                       "3600",
                                       NULL};
    struct raw body;

    (void)state;
    system_start(args);
    begin_body(&body, half_a_body);
    server_pass_time(&system_server, 6);
    if (system_is_sync())
        outlast_the_parser();
    assert_false(raw_readable(&body, 0));
    server_pass_time(&system_server, 6);
    if (!raw_readable(&body, RAW_TIMEOUT_MS))
        fail_msg("with --body-timeout 10 a silent body is not late after 12 s");
    deadlines_expect_408(&body);
}

int system_bodies(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(the_idle_deadline_ends_no_half_request),
        SYSTEM_CASE(the_head_deadline_ends_no_body),
        SYSTEM_CASE(a_late_body_is_408_and_stores_nothing),
        SYSTEM_CASE(a_late_body_ends_its_own_connection_alone),
        SYSTEM_CASE(a_long_body_deadline_outlasts_all_others),
        SYSTEM_CASE(a_short_body_deadline_comes_before_all_others),
        SYSTEM_CASE(a_body_is_late_when_its_deadline_passes),
        SYSTEM_CASE(a_body_behind_100_continue_has_its_deadline),
        SYSTEM_CASE(each_body_of_a_connection_has_its_own_deadline),
        SYSTEM_CASE(a_slow_head_takes_no_time_from_its_body),
        SYSTEM_CASE(a_silent_body_has_its_time_once),
    };

    return GROUP("deadlines of bodies", cases, NULL, NULL);
}
