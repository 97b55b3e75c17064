/*
 * tests/hostile/logins.c - clients that keep the processor busy: they guess
 * passwords, and they begin to sign in and leave.
 * Threads: one.   Blocks: on the server of the group.
 *
 * Whatever came before, there is then room for as many hashes as ever, and for
 * no more.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/gate.h"

enum { MANY = 1000, GUESSERS = 20, NOW_AND_THEN = 50, PLACES = 1 + 4 };

static struct gate gate;

static int setup_with_few_places(void **state)
{
    static const char *const args[] = {"--hash-jobs", "1", "--hash-queue", "4",
                                       NULL};

    (void)state;
    hostile_start(args, args);
    account_make(hostile_server.port, "somebody");
    return 0;
}

static void write_login(char request[TALK_MAX], int number)
{
    char password[64];

    (void)snprintf(password, sizeof password, "guess number %d", number);
    account_write(request, "/tokens", number % 2 ? "somebody" : "nobody",
                  password);
}

/* The next answer; 503 where the places are taken. */
static int hear(struct raw *raw)
{
    struct raw_answer answer;
    int status;

    (void)raw_read_answer(raw, &answer, false);
    status = answer.status;
    raw_answer_release(&answer);
    return status;
}

/* Whatever was before it in the queue is done, or was taken out of it. */
static void await_quiet(void)
{
    char request[TALK_MAX];

    write_login(request, 0);
    for (int i = 0; i < PLACES; i++)
        talk_expect(talk_patiently(hostile_server.port, request, NULL), 401);
}

/* Fills all places, by clients that were served before, until let_go. */
static void fill_all_places(struct raw clients[PLACES])
{
    char request[TALK_MAX];

    await_quiet();
    for (int i = 0; i < PLACES; i++)
        hostile_settle(&clients[i]);
    gate_hold(&gate, &hostile_server, "hash.work");
    write_login(request, 0);
    for (int i = 0; i < PLACES; i++) {
        talk_send(&clients[i], request);
        gate_await_waiting(&gate, "hash.wait", i + 1);
    }
    gate_await(&gate, 1);
}

static void let_go(struct raw clients[PLACES])
{
    for (int i = 0; i < PLACES; i++)
        if (raw_readable(&clients[i], 0))
            fail_msg("there is no place %d of %d for a hash: %d", i + 1, PLACES,
                     hear(&clients[i]));
    gate_release(&gate);
    for (int i = 0; i < PLACES; i++) {
        talk_expect(hear(&clients[i]), 401);
        raw_close(&clients[i]);
    }
}

/* They are there, and one more is not. */
static void expect_all_places(void)
{
    struct raw clients[PLACES];
    char request[TALK_MAX];

    fill_all_places(clients);
    write_login(request, 0);
    talk_expect(talk(hostile_server.port, request, NULL), 503);
    talk_expect(talk_get(hostile_server.port, "/todos", NULL), 200);
    let_go(clients);
}

/* Ends what a case that failed has held. */
static int release(void **state)
{
    gate_release(&gate);
    return hostile_still_serves(state);
}

#define LOGIN_CASE(function) cmocka_unit_test_teardown(function, release)

/* Each guesses fifty times in a row; while all do, others read. Gives how many
 * guesses had a place, and were found wrong. */
static int guess(struct raw clients[GUESSERS])
{
    char request[TALK_MAX];
    int wrong = 0;

    for (int i = 0; i < MANY; i++) {
        struct raw *client = &clients[i % GUESSERS];
        int status;

        if (i >= GUESSERS) {
            status = hear(client);
            if (status != 503)
                talk_expect(status, 401);
            wrong += status == 401;
        }
        write_login(request, i);
        talk_send(client, request);
        if (i % NOW_AND_THEN == 0)
            talk_expect(talk_get(hostile_server.port, "/todos", NULL), 200);
    }
    for (int i = 0; i < GUESSERS; i++)
        wrong += hear(&clients[i]) == 401;
    return wrong;
}

static void a_thousand_wrong_logins_in_a_row_harm_nobody(void **state)
{
    struct raw clients[GUESSERS];
    int wrong;

    (void)state;
    for (int i = 0; i < GUESSERS; i++)
        hostile_settle(&clients[i]);
    wrong = guess(clients);
    for (int i = 0; i < GUESSERS; i++)
        raw_close(&clients[i]);
    print_message("%d of %d wrong logins had a place\n", wrong, MANY);
    assert_true(wrong >= PLACES);
    expect_all_places();
    talk_expect(account_ask(hostile_server.port, "/tokens", "somebody",
                            ACCOUNT_PASSWORD),
                200);
}

/* By turns: a whole request, and one that lacks its last byte; a login, and a
 * new user. */
static void begin_and_reset(int number)
{
    char request[TALK_MAX];
    char name[32];
    struct raw raw;

    (void)snprintf(name, sizeof name, "leaves-%d", number);
    account_write(request, number % 3 ? "/tokens" : "/users", name,
                  "a password of its own");
    if (number % 4 == 3)
        request[strlen(request) - 1] = '\0';
    hostile_open(&raw);
    (void)raw_send_text(&raw, request); /* it may be refused at once */
    raw_reset(&raw);
}

/* Reads go on meanwhile. */
static void come_and_go(void)
{
    char request[TALK_MAX];

    talk_write_get(request, "/todos");
    for (int i = 0; i < MANY; i++) {
        begin_and_reset(i);
        if (i % NOW_AND_THEN == 0)
            talk_expect(talk_patiently(hostile_server.port, request, NULL),
                        200);
    }
}

static void a_thousand_who_begin_a_login_and_reset_harm_nobody(void **state)
{
    (void)state;
    come_and_go();
    expect_all_places();
}

/* All places are taken, and stay so, while they come and go. */
static void resets_while_all_hashes_wait_take_no_place(void **state)
{
    struct raw clients[PLACES];

    (void)state;
    fill_all_places(clients);
    come_and_go();
    let_go(clients);
    expect_all_places();
}

int hostile_logins(void)
{
    const struct CMUnitTest cases[] = {
        LOGIN_CASE(a_thousand_wrong_logins_in_a_row_harm_nobody),
        LOGIN_CASE(a_thousand_who_begin_a_login_and_reset_harm_nobody),
        LOGIN_CASE(resets_while_all_hashes_wait_take_no_place),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("clients that sign in", cases, setup_with_few_places);
}
