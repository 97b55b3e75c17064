/*
 * tests/system/hashes.c - hashes wait for the processor: so many at once, so
 * many behind them, and nobody else waits for either.
 * Threads: one.   Blocks: on the server of the case.
 */
#include "hashes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/patience.h"

enum { TURNS = 3 };

const char *const hashes_few[] = {"--auth",       "--hash-jobs", "1",
                                  "--hash-queue", "2",           NULL};

const char *const hashes_no_hurry[] = {
    "--auth", "--hash-jobs",        "1",    "--hash-queue",
    "2",      "--shutdown-timeout", "3600", NULL};

void hashes_ask(struct raw *raw)
{
    char request[TALK_MAX];

    account_write(request, "/tokens", "nobody", HASHES_WRONG);
    system_ask(raw, request);
}

int hashes_marks(const char *label, const char *verb)
{
    char threads[8192];
    struct gate gate = system_gate;

    gate.label = label;
    return gate_marks(&gate, verb, threads, sizeof threads);
}

void hashes_expect_begun(int count)
{
    int begun = hashes_marks("hash.work", "stand");

    if (begun != count)
        fail_msg("%d hashes were begun where there are to be %d", begun, count);
}

/* How many requests wait for a hash. */
static int waiting(void)
{
    return hashes_marks("hash.wait", "stand") +
           hashes_marks("hash.wait", "park") - hashes_marks("hash.wait", "go");
}

/* Returns when `count` wait, the newest of whom is this client. */
static void await_place(struct raw *newest, int count)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (waiting() < count) {
        if (raw_readable(newest, 0) || now_ms() > deadline)
            fail_msg("there is no place %d for a hash", count);
        a_moment();
    }
}

void hashes_hold(struct raw *clients, int count)
{
    system_hold_at("hash.work");
    for (int i = 0; i < count; i++) {
        hashes_ask(&clients[i]);
        await_place(&clients[i], i + 1);
    }
    gate_await(&system_gate, 1);
}

void hashes_hold_new_user(struct raw *client)
{
    char request[TALK_MAX];

    system_hold_at("hash.work");
    account_write(request, "/users", "somebody", ACCOUNT_PASSWORD);
    system_ask(client, request);
    gate_await(&system_gate, 1);
}

void hashes_expect_all_wait(struct raw *clients, int count)
{
    for (int i = 0; i < count; i++)
        if (raw_readable(&clients[i], 0))
            fail_msg("a login was answered while its hash was held");
}

void hashes_let_go(struct raw *clients, int count)
{
    gate_release(&system_gate);
    for (int i = 0; i < count; i++)
        talk_expect(system_hear(&clients[i]), 401);
}

void hashes_expect_busy(const char *path)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    account_write(request, path, "nobody", HASHES_WRONG);
    talk_expect(talk(system_server.port, request, &answer), 503);
    system_expect_field(&answer, "Retry-After", "1");
    raw_answer_release(&answer);
}

void hashes_await_marks(const char *label, const char *verb, int count)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (hashes_marks(label, verb) < count) {
        if (now_ms() > deadline)
            fail_msg("%s has not made %d marks %s", label, count, verb);
        server_pass_time(&system_server, 0.1); /* it looks for the client */
        a_moment();
    }
}

int hashes_sign_in(const char *name, const char *password)
{
    return account_ask(system_server.port, "/tokens", name, password);
}

/*
 * How many
 */

static void as_many_hashes_run_at_once_as_there_are_jobs(void **state)
{
    enum { JOBS = 2, ALL = 5 };
    static const char *const args[] = {"--auth", "--hash-jobs", "2", NULL};
    struct raw clients[ALL];

    (void)state;
    system_start(args);
    system_hold_at("hash.work");
    for (int i = 0; i < ALL; i++)
        hashes_ask(&clients[i]);
    gate_await_waiting(&system_gate, "hash.wait", ALL);
    gate_await(&system_gate, JOBS);
    for (int done = 0; done < ALL; done++) {
        int begun = done + JOBS < ALL ? done + JOBS : ALL;

        gate_await(&system_gate, begun - done);
        system_look_around();
        hashes_expect_begun(begun);
        gate_pass(&system_gate);
        hashes_await_marks("hash.wait", "go", done + 1);
    }
    hashes_let_go(clients, ALL);
}

/* Which of the clients is answered first; those before `from` were. */
static int await_answer(struct raw *clients, int from, int count)
{
    long long deadline = now_ms() + PATIENCE_MS;

    for (int i = from; now_ms() < deadline; i = i + 1 < count ? i + 1 : from)
        if (raw_readable(&clients[i], 1))
            return i;
    fail_msg("a hash is let go, and no login is answered");
    return -1;
}

static void hashes_begin_in_the_order_in_which_they_came(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    hashes_hold(clients, HASHES_PLACES);
    for (int i = 0; i < HASHES_PLACES; i++) {
        hashes_expect_all_wait(clients + i, HASHES_PLACES - i);
        gate_pass(&system_gate);
        assert_int_equal(await_answer(clients, i, HASHES_PLACES), i);
        talk_expect(system_hear(&clients[i]), 401);
        if (i + 1 < HASHES_PLACES)
            gate_await(&system_gate, 1);
    }
    gate_release(&system_gate);
}

static void hashes_beyond_what_may_wait_are_503(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    for (int i = 0; i < TURNS; i++) {
        hashes_hold(clients, HASHES_PLACES);
        hashes_expect_busy("/tokens");
        hashes_expect_busy("/users");
        hashes_expect_busy("/tokens");
        hashes_expect_all_wait(clients, HASHES_PLACES);
        hashes_let_go(clients, HASHES_PLACES); /* each gives its place back */
    }
}

static void a_queue_of_none_lets_nobody_wait(void **state)
{
    static const char *const args[] = {"--auth",       "--hash-jobs", "1",
                                       "--hash-queue", "0",           NULL};
    struct raw client;

    (void)state;
    system_start(args);
    hashes_hold(&client, 1);
    hashes_expect_busy("/tokens");
    gate_release(&system_gate);
    talk_expect(system_hear(&client), 401);
    talk_expect(hashes_sign_in("nobody", HASHES_WRONG), 401);
}

static void sixteen_may_wait_when_nobody_says_how_many(void **state)
{
    enum { ALL = 1 + 16 };
    static const char *const args[] = {"--auth", "--hash-jobs", "1", NULL};
    struct raw clients[ALL];

    (void)state;
    system_start(args);
    hashes_hold(clients, ALL);
    hashes_expect_busy("/tokens");
    hashes_let_go(clients, ALL);
}

static void jobs_of_none_are_a_mistake(void **state)
{
    static const char *const none[] = {"--hash-jobs", "0", NULL};
    static const char *const less[] = {"--hash-queue", "-1", NULL};

    (void)state;
    system_expect_mistaken(none, "--hash-jobs");
    system_expect_mistaken(less, "--hash-queue");
}

/*
 * Waiting, and not waiting
 */

static void logins_that_wait_hold_up_nobody_else(void **state)
{
    char token[ACCOUNT_TOKEN_MAX];
    struct raw clients[HASHES_PLACES];
    int port;

    (void)state;
    system_start(hashes_few);
    port = system_server.port;
    account_begin(port, "somebody", token);
    hashes_hold(clients, HASHES_PLACES);
    for (int i = 1; i <= TURNS; i++) {
        talk_expect(talk_get(port, "/healthz", NULL), 200);
        talk_expect(talk_get(port, "/readyz", NULL), 200);
        talk_expect(talk_get(port, "/todos", NULL), 401);
        (void)account_create(port, token, "beside");
        assert_int_equal(account_count(port, token), i);
    }
    hashes_expect_all_wait(clients, HASHES_PLACES);
    hashes_let_go(clients, HASHES_PLACES);
}

/* A request that waits for a hash keeps a thread, where each has one; so fewer
 * may wait than --hash-queue says. */
static void logins_that_wait_leave_a_thread_to_others(void **state)
{
    enum { ALL = 8 };
    static const char *const sync[] = {"--auth",    "--hash-jobs", "1",
                                       "--threads", "4",           NULL};
    static const char *const async[] = {"--auth", "--hash-jobs", "1", NULL};
    struct raw clients[ALL];
    char request[TALK_MAX];
    int wait = 0;

    (void)state;
    system_start(system_is_sync() ? sync : async);
    system_hold_at("hash.work");
    for (int i = 0; i < ALL; i++) {
        hashes_ask(&clients[wait]);
        while (waiting() <= wait && !raw_readable(&clients[wait], 0))
            a_moment();
        if (waiting() > wait)
            wait++;
        else
            talk_expect(system_hear(&clients[wait]), 503);
    }
    assert_int_equal(wait, system_is_sync() ? 3 : ALL);
    talk_write_get(request, "/todos"); /* the last 503 may still be closing */
    talk_expect(talk_patiently(system_server.port, request, NULL), 401);
    hashes_expect_all_wait(clients, wait);
    hashes_let_go(clients, wait);
}

/* What is wrong with a body is said though there is no place for a hash. */
static void a_faulty_login_waits_for_no_hash(void **state)
{
    struct raw clients[HASHES_PLACES];
    int port;

    (void)state;
    system_start(hashes_few);
    port = system_server.port;
    hashes_hold(clients, HASHES_PLACES);
    talk_expect(account_ask(port, "/users", "Nobody", HASHES_WRONG), 422);
    talk_expect(account_ask(port, "/tokens", "nobody", "short"), 422);
    talk_expect(account_talk(port, "POST /tokens", NULL, "{", NULL), 400);
    talk_expect(account_talk(port, "POST /users?x=1", NULL, "{}", NULL), 422);
    talk_expect(account_talk(port, "GET /users", NULL, NULL, NULL), 405);
    hashes_expect_all_wait(clients, HASHES_PLACES);
    hashes_let_go(clients, HASHES_PLACES);
    assert_int_equal(account_ask(port, "/users", "nobody", HASHES_WRONG), 201);
}

/* No lock of the database is held meanwhile, nor a place in its queue. */
static void a_hash_is_made_outside_of_any_transaction(void **state)
{
    struct raw client;

    (void)state;
    system_start(hashes_few);
    hashes_hold_new_user(&client);
    hold_begin(&system_hold, system_server.db);
    hold_end(&system_hold);
    server_start_on(&system_second, system_other, system_server.db, NULL);
    (void)talk_create(system_second.port, "beside");
    gate_release(&system_gate);
    talk_expect(system_hear(&client), 201);
}

static void a_request_behind_a_login_is_answered_behind_it(void **state)
{
    char request[TALK_MAX];
    struct raw client;
    int statuses[2];

    (void)state;
    system_start(hashes_few);
    hashes_hold(&client, 1);
    talk_write_get(request, "/healthz");
    talk_send(&client, request);
    raw_half_close(&client);
    system_look_around();
    hashes_expect_all_wait(&client, 1);
    gate_release(&system_gate);
    assert_int_equal(talk_read_all(&client, statuses, 2), 2);
    talk_expect(statuses[0], 401);
    talk_expect(statuses[1], 200);
    raw_close(&client);
}

int system_hashes(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(as_many_hashes_run_at_once_as_there_are_jobs),
        SYSTEM_CASE(hashes_begin_in_the_order_in_which_they_came),
        SYSTEM_CASE(hashes_beyond_what_may_wait_are_503),
        SYSTEM_CASE(a_queue_of_none_lets_nobody_wait),
        SYSTEM_CASE(sixteen_may_wait_when_nobody_says_how_many),
        SYSTEM_CASE(jobs_of_none_are_a_mistake),
        SYSTEM_CASE(logins_that_wait_hold_up_nobody_else),
        SYSTEM_CASE(logins_that_wait_leave_a_thread_to_others),
        SYSTEM_CASE(a_faulty_login_waits_for_no_hash),
        SYSTEM_CASE(a_hash_is_made_outside_of_any_transaction),
        SYSTEM_CASE(a_request_behind_a_login_is_answered_behind_it),
    };

    return GROUP("hashes", cases, NULL, NULL);
}
