/*
 * tests/system/deadlines.c - which deadline ends what, and which does not.
 * Threads: one.   Blocks: on the server of the case.
 *
 * In each case one deadline is short and all others are an hour, so what ends,
 * ends by that one. What must not end is looked at after something else has.
 * The clock stands while clients connect and send, and then time passes for the
 * server (talk_until_late): so nobody is late because the machine is slow. For
 * the first head of a connection civetweb has a clock of its own in todo-sync,
 * which goes on, a second behind ours: so what must be in time for it is there
 * when civetweb begins to look (system_ask_asleep).
 */
#include "deadlines.h"

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/gate.h"

/* The short one comes last, where it overrides. */
void deadlines_start(const char *flag, const char *seconds)
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

const char deadlines_half_head[] = "GET /healthz HTTP/1.1\r\nHost: loc";
static const char its_other_half[] = "alhost\r\n\r\n";

void deadlines_open(struct raw *raw)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    talk_write_get(request, "/healthz");
    system_ask_asleep(raw, request);
    assert_true(raw_read_answer(raw, &answer, false));
    assert_int_equal(answer.status, 200);
    raw_answer_release(&answer);
}

void deadlines_expect_end(struct raw *raw)
{
    talk_until_late(&system_server, raw);
    assert_true(raw_read_eof(raw));
    assert_int_equal(raw->len, 0);
    raw_close(raw);
}

void deadlines_expect_late_head(struct raw *raw)
{
    int status = 408;

    talk_until_late(&system_server, raw);
    assert_in_range(talk_read_all(raw, &status, 1), 0, 1);
    assert_in_range(status, 400, 499);
    raw_close(raw);
}

void deadlines_expect_served(struct raw *raw)
{
    char request[TALK_MAX];

    assert_false(raw_readable(raw, 0));
    talk_write_get(request, "/healthz");
    assert_true(raw_send_text(raw, request));
    assert_int_equal(system_hear(raw), 200);
}

void deadlines_expect_408(struct raw *raw)
{
    int status = 0;

    talk_until_late(&system_server, raw);
    if (talk_read_all(raw, &status, 1) != 1 || status != 408)
        fail_msg("a client that is late got %d (0: nothing), not 408", status);
    raw_close(raw);
}

static void an_idle_connection_ends_without_a_byte(void **state)
{
    struct raw idle;

    (void)state;
    deadlines_start("--idle-timeout", "10");
    deadlines_open(&idle);
    deadlines_expect_end(&idle);
}

/* A head that begins on a connection that stayed has the deadline of a head. */
static void a_head_behind_an_answer_has_the_deadline_of_a_head(void **state)
{
    struct raw head;

    (void)state;
    deadlines_start("--head-timeout", "10");
    deadlines_open(&head);
    assert_true(raw_send_text(&head, deadlines_half_head));
    deadlines_expect_408(&head);
}

/* By the answer to the idle one, the half head before it has been read. */
static void the_idle_deadline_ends_no_half_head(void **state)
{
    struct raw idle;
    struct raw head;

    (void)state;
    deadlines_start("--idle-timeout", "10");
    deadlines_open(&head);
    assert_true(raw_send_text(&head, deadlines_half_head));
    deadlines_open(&idle);
    deadlines_expect_end(&idle);
    if (raw_readable(&head, 0))
        fail_msg("half a head is taken for an idle connection");
    assert_true(raw_send_text(&head, its_other_half));
    assert_int_equal(system_hear(&head), 200);
}

static void a_late_head_is_408(void **state)
{
    struct raw head;

    (void)state;
    deadlines_start("--head-timeout", "1.5");
    system_ask_asleep(&head, deadlines_half_head);
    deadlines_expect_408(&head);
}

static void the_head_deadline_ends_no_idle_connection(void **state)
{
    struct raw idle;
    struct raw head;

    (void)state;
    deadlines_start("--head-timeout", "1.5");
    deadlines_open(&idle);
    system_ask_asleep(&head, deadlines_half_head);
    deadlines_expect_late_head(&head);
    deadlines_expect_served(&idle);
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
    deadlines_open(&idle);
    deadlines_expect_end(&idle);
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
        SYSTEM_CASE(the_head_deadline_ends_no_idle_connection),
        SYSTEM_CASE(no_client_deadline_ends_a_request_that_waits_for_the_disk),
    };

    return GROUP("deadlines", cases, NULL, NULL);
}
