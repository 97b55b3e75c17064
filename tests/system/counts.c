/*
 * tests/system/counts.c - whoever asks while todos are counted shares the next
 * count with all others who do, and is given none that is older than the
 * question.
 * Threads: one.   Blocks: on the servers of the case.
 */
#include "counts.h"

#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/patience.h"

enum { CROWD = 50 };

void counts_ask(struct raw *raw)
{
    char request[TALK_MAX];

    talk_write_get(request, "/todos/stats");
    system_ask(raw, request);
}

void counts_hold(struct raw *raw, const char *label)
{
    system_hold_at(label);
    counts_ask(raw);
    gate_await(&system_gate, 1);
}

void counts_gather(struct raw *clients, int count, int before)
{
    for (int i = 0; i < count; i++) {
        counts_ask(&clients[i]);
        gate_await_waiting(&system_gate, "flight.wait", before + i + 1);
    }
}

/* Releases the answer. */
static void expect_total(struct raw_answer *answer, int total)
{
    char text[32];

    talk_expect(answer->status, 200);
    (void)snprintf(text, sizeof text, "{\"total\":%d,", total);
    if (!strstr(answer->body, text))
        fail_msg("%s begins a count that must be %d", answer->body, total);
    raw_answer_release(answer);
}

void counts_expect(struct raw *clients, int count, int total)
{
    for (int i = 0; i < count; i++) {
        struct raw_answer answer;

        (void)raw_read_answer(&clients[i], &answer, false);
        expect_total(&answer, total);
        raw_close(&clients[i]);
    }
}

void counts_expect_slow(struct raw *clients, int count)
{
    for (int i = 0; i < count; i++) {
        struct raw_answer answer;

        (void)raw_read_answer(&clients[i], &answer, false);
        talk_expect(answer.status, 503);
        system_expect_field(&answer, "Retry-After", "1");
        if (!strstr(answer.body, "#problem-slow-query"))
            fail_msg("this is 503 for another reason: %s", answer.body);
        raw_answer_release(&answer);
        raw_close(&clients[i]);
    }
}

void counts_expect_all_wait(struct raw *clients, int count)
{
    for (int i = 0; i < count; i++)
        if (raw_readable(&clients[i], 0))
            fail_msg("a question was answered while its count is held");
}

void counts_expect_next(int total)
{
    struct raw_answer answer;

    (void)talk_get(system_server.port, "/todos/stats", &answer);
    expect_total(&answer, total);
}

int counts_marks(const char *label, const char *verb)
{
    char threads[8192];
    struct gate gate = system_gate;

    gate.label = label;
    return gate_marks(&gate, verb, threads, sizeof threads);
}

void counts_expect_begun(int count)
{
    int begun = counts_marks("count.done", "stand");

    if (begun != count)
        fail_msg("%d counts were begun where there are to be %d", begun, count);
}

void counts_await_marks(const char *label, const char *verb, int count)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (counts_marks(label, verb) < count) {
        if (now_ms() > deadline)
            fail_msg("%s has not made %d marks %s", label, count, verb);
        a_moment();
    }
}

/*
 * Which count
 */

static void a_write_answered_while_a_count_is_held_is_in_the_next(void **state)
{
    struct raw early, late;

    (void)state;
    system_start(NULL);
    (void)talk_create(system_server.port, "before");
    counts_hold(&early, "count.done");
    (void)talk_create(system_server.port, "meanwhile");
    counts_gather(&late, 1, 0);
    gate_release(&system_gate);
    counts_expect(&early, 1, 1);
    counts_expect(&late, 1, 2);
}

/* Some asked before a write, some behind it: none has begun, so all share. */
static void whoever_waits_for_the_next_count_shares_it(void **state)
{
    struct raw first, clients[2];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    counts_gather(clients, 1, 0);
    (void)talk_create(system_server.port, "in between");
    counts_gather(clients + 1, 1, 1);
    gate_pass(&system_gate);
    counts_expect(&first, 1, 0);
    gate_await(&system_gate, 1);
    gate_keep(&system_gate);
    gate_pass(&system_gate);
    counts_expect(clients, 2, 1);
    counts_expect_begun(2);
}

static void a_crowd_that_asks_while_a_count_is_held_makes_one_more(void **state)
{
    struct raw first, clients[CROWD];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    (void)talk_create(system_server.port, "meanwhile");
    counts_gather(clients, CROWD, 0);
    gate_keep(&system_gate);
    gate_pass(&system_gate);
    counts_expect(&first, 1, 0);
    counts_expect(clients, CROWD, 1);
    counts_expect_begun(2);
    counts_expect_next(1);
    counts_expect_begun(3);
}

/* Each flight has who asked while the one before was under way. */
static void flights_follow_each_other_one_at_a_time(void **state)
{
    enum { FLIGHTS = 3, EACH = 3 };
    struct raw first, clients[FLIGHTS][EACH];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    for (int i = 0; i < FLIGHTS; i++) {
        counts_gather(clients[i], EACH, i == 0 ? 0 : EACH - 1);
        system_look_around();
        counts_expect_begun(i + 1);
        (void)talk_create(system_server.port, "one more");
        gate_pass(&system_gate);
        if (i == 0)
            counts_expect(&first, 1, 0);
        else
            counts_expect(clients[i - 1], EACH, i);
        gate_await(&system_gate, 1);
        counts_expect_all_wait(clients[i], EACH);
    }
    gate_release(&system_gate);
    counts_expect(clients[FLIGHTS - 1], EACH, FLIGHTS);
}

/*
 * Whose count
 */

static void ask_as(struct raw *raw, const char *token)
{
    char request[TALK_MAX];

    account_write_request(request, "GET /todos/stats", token, NULL);
    system_ask(raw, request);
}

/* Theirs neither waits for mine nor is told it. */
static void counts_of_two_owners_do_not_mix(void **state)
{
    static const char *const args[] = {"--auth", NULL};
    char mine[ACCOUNT_TOKEN_MAX], theirs[ACCOUNT_TOKEN_MAX];
    struct raw my_first, my_next, their_first;
    int port;

    (void)state;
    system_start(args);
    port = system_server.port;
    account_begin(port, "mine", mine);
    account_begin(port, "theirs", theirs);
    (void)account_create(port, mine, "mine");
    (void)account_create(port, theirs, "theirs");
    (void)account_create(port, theirs, "theirs too");
    system_hold_at("count.done");
    ask_as(&my_first, mine);
    gate_await(&system_gate, 1);
    ask_as(&my_next, mine);
    gate_await_waiting(&system_gate, "flight.wait", 1);
    ask_as(&their_first, theirs);
    counts_await_marks("flight.wait", "go", 2);
    gate_release(&system_gate);
    counts_expect(&my_first, 1, 1);
    counts_expect(&my_next, 1, 1);
    counts_expect(&their_first, 1, 2);
}

static void a_count_has_what_the_other_server_wrote(void **state)
{
    struct raw early, late;

    (void)state;
    system_start(NULL);
    server_start_on(&system_second, system_other, system_server.db, NULL);
    (void)talk_create(system_second.port, "theirs");
    counts_expect_next(1);
    counts_hold(&early, "count.done");
    (void)talk_create(system_second.port, "theirs too");
    counts_gather(&late, 1, 0);
    gate_release(&system_gate);
    counts_expect(&early, 1, 1);
    counts_expect(&late, 1, 2);
}

/*
 * Beside a count
 */

static void waiting_for_a_count_holds_up_nobody_else(void **state)
{
    enum { WAIT = 10, TURNS = 3 };
    struct raw first, clients[WAIT];
    int port;

    (void)state;
    system_start(NULL);
    port = system_server.port;
    counts_hold(&first, "count.done");
    counts_gather(clients, WAIT, 0);
    for (int i = 1; i <= TURNS; i++) {
        struct raw_answer answer;
        long long id = talk_create(port, "beside");
        char path[64];

        (void)snprintf(path, sizeof path, "/todos/%lld", id);
        talk_expect(talk_get(port, path, &answer), 200);
        talk_expect_title(&answer, "beside");
        raw_answer_release(&answer);
        talk_expect(talk_get(port, "/readyz", NULL), 200);
    }
    counts_expect_all_wait(clients, WAIT);
    gate_release(&system_gate);
    counts_expect(&first, 1, 0);
    counts_expect(clients, WAIT, TURNS);
}

static void questions_behind_each_other_are_answered_in_order(void **state)
{
    char request[TALK_MAX];
    struct raw first, client;
    int statuses[3];

    (void)state;
    system_start(NULL);
    counts_hold(&first, "count.done");
    counts_gather(&client, 1, 0);
    talk_write_get(request, "/todos/stats");
    talk_send(&client, request);
    talk_write_get(request, "/nowhere");
    talk_send(&client, request);
    raw_half_close(&client);
    system_look_around();
    counts_expect_all_wait(&client, 1);
    gate_release(&system_gate);
    counts_expect(&first, 1, 0);
    assert_int_equal(talk_read_all(&client, statuses, 3), 3);
    talk_expect(statuses[0], 200);
    talk_expect(statuses[1], 200);
    talk_expect(statuses[2], 404);
    raw_close(&client);
}

int system_counts(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_write_answered_while_a_count_is_held_is_in_the_next),
        SYSTEM_CASE(whoever_waits_for_the_next_count_shares_it),
        SYSTEM_CASE(a_crowd_that_asks_while_a_count_is_held_makes_one_more),
        SYSTEM_CASE(flights_follow_each_other_one_at_a_time),
        SYSTEM_CASE(counts_of_two_owners_do_not_mix),
        SYSTEM_CASE(a_count_has_what_the_other_server_wrote),
        SYSTEM_CASE(waiting_for_a_count_holds_up_nobody_else),
        SYSTEM_CASE(questions_behind_each_other_are_answered_in_order),
    };

    return GROUP("counts", cases, NULL, NULL);
}
