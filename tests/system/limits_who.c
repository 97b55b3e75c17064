/*
 * tests/system/limits_who.c - who is one client: a user wherever the token
 * comes from, or else an address; and nobody pays for another.
 * Threads: one.   Blocks: on the servers of the case.
 */
#include <stdio.h>

#include "limits_case.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"

/* Makes two users and their tokens, and lets time pass for what that counts. */
static void begin_two(char one[ACCOUNT_TOKEN_MAX], char two[ACCOUNT_TOKEN_MAX])
{
    account_make(system_server.port, "one");
    server_pass_time(&system_server, 1);
    account_make(system_server.port, "two");
    server_pass_time(&system_server, 1);
    account_sign_in(system_server.port, "one", one);
    server_pass_time(&system_server, 1);
    account_sign_in(system_server.port, "two", two);
    server_pass_time(&system_server, 1);
}

static void one_address_does_not_pay_for_another(void **state)
{
    (void)state;
    limits_start("3");
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(limits_passed(LIMITS_HERE, NULL, 20), 3);
        assert_int_equal(limits_passed(LIMITS_THERE, NULL, 20), 3);
        assert_int_equal(limits_passed("127.0.1.1", NULL, 20), 3);
        assert_int_equal(limits_passed(LIMITS_HERE, NULL, 20), 0);
        server_pass_time(&system_server, 1);
    }
}

/* Each of these comes from another port. */
static void an_address_is_one_client_on_all_connections(void **state)
{
    int passed = 0;

    (void)state;
    limits_start("3");
    for (int i = 0; i < 10; i++)
        passed += limits_passed(LIMITS_HERE, NULL, 1);
    assert_int_equal(passed, 3);
}

static void a_user_is_one_client_at_every_address(void **state)
{
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];

    (void)state;
    limits_start_with_auth("3");
    begin_two(one, two);
    assert_int_equal(limits_passed(LIMITS_HERE, one, 2), 2);
    assert_int_equal(limits_passed(LIMITS_THERE, one, 20), 1);
    assert_int_equal(limits_passed(LIMITS_HERE, one, 20), 0);
}

static void one_user_does_not_pay_for_another(void **state)
{
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];

    (void)state;
    limits_start_with_auth("3");
    begin_two(one, two);
    assert_int_equal(limits_passed(LIMITS_HERE, one, 20), 3);
    assert_int_equal(limits_passed(LIMITS_HERE, two, 20), 3);
    for (int i = 0; i < 3; i++) /* nor for a client without a token */
        talk_expect(limits_ask(LIMITS_HERE, "GET /todos", NULL), 401);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos", NULL), 429);
}

/* Also where none is asked for. */
static void a_token_says_who_counts_wherever_it_is_sent(void **state)
{
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];

    (void)state;
    limits_start_with_auth("1");
    begin_two(one, two);
    talk_expect(limits_ask(LIMITS_HERE, "GET /openapi.json", one), 200);
    talk_expect(limits_ask(LIMITS_THERE, "GET /openapi.json", one), 429);
    talk_expect(limits_ask(LIMITS_HERE, "GET /openapi.json", two), 200);
    talk_expect(limits_ask(LIMITS_HERE, "GET /openapi.json", NULL), 200);
}

/* So 429 stands before 401, and before the query. */
static void a_bad_token_counts_by_address(void **state)
{
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];

    (void)state;
    limits_start_with_auth("2");
    begin_two(one, two);
    one[5] ^= 1;
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos", one), 401);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos", "x"), 401);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos", one), 429);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos?limit=x", NULL), 429);
    talk_expect(limits_ask(LIMITS_HERE, "GET /healthz", "x"), 200);
    talk_expect(limits_ask(LIMITS_THERE, "GET /todos", one), 401);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos", two), 200);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos?limit=x", two), 422);
    talk_expect(limits_ask(LIMITS_HERE, "GET /todos?limit=x", two), 429);
}

static int begin_login(const char *from, const char *line, const char *token)
{
    char request[TALK_MAX];

    account_write_request(request, line, token, "{}");
    return limits_talk(from, request, NULL);
}

/* Whoever guesses passwords may have a user, or many. */
static void logins_count_by_address_whoever_sends_them(void **state)
{
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];

    (void)state;
    limits_start_with_auth("2");
    begin_two(one, two);
    talk_expect(begin_login(LIMITS_HERE, "POST /tokens", one), 422);
    talk_expect(begin_login(LIMITS_HERE, "POST /users", two), 422);
    talk_expect(begin_login(LIMITS_HERE, "POST /tokens", one), 429);
    talk_expect(begin_login(LIMITS_HERE, "POST /users", one), 429);
    talk_expect(begin_login(LIMITS_THERE, "POST /tokens", one), 422);
    assert_int_equal(limits_passed(LIMITS_HERE, one, 3), 2);
    assert_int_equal(limits_passed(LIMITS_HERE, two, 3), 2);
}

/* Without --auth a token is not looked at. */
static void without_auth_all_count_by_address(void **state)
{
    (void)state;
    limits_start("2");
    assert_int_equal(limits_passed(LIMITS_HERE, "one", 1), 1);
    assert_int_equal(limits_passed(LIMITS_HERE, "two", 5), 1);
    assert_int_equal(limits_passed(LIMITS_THERE, "two", 5), 2);
}

/* Each server counts for itself. */
static void two_servers_let_twice_as_much_pass(void **state)
{
    static const char *const args[] = {"--auth", "--rate-limit", "3", NULL};
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];
    int passed = 0;

    (void)state;
    limits_start_with_auth("3");
    begin_two(one, two);
    server_start_on(&system_second, system_other, system_server.db, args);
    server_stop_clock(&system_second);
    passed += limits_passed(LIMITS_HERE, one, 20);
    for (int i = 0; i < 20; i++)
        passed += account_talk(system_second.port, "GET /todos", one, NULL,
                               NULL) == 200;
    assert_int_equal(passed, 2 * 3);
}

int system_limits_who(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(one_address_does_not_pay_for_another),
        SYSTEM_CASE(an_address_is_one_client_on_all_connections),
        SYSTEM_CASE(a_user_is_one_client_at_every_address),
        SYSTEM_CASE(one_user_does_not_pay_for_another),
        SYSTEM_CASE(a_token_says_who_counts_wherever_it_is_sent),
        SYSTEM_CASE(a_bad_token_counts_by_address),
        SYSTEM_CASE(logins_count_by_address_whoever_sends_them),
        SYSTEM_CASE(without_auth_all_count_by_address),
        SYSTEM_CASE(two_servers_let_twice_as_much_pass),
    };

    return GROUP("who is limited", cases, NULL, NULL);
}
