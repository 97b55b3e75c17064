/*
 * tests/system/accounts.c - users and their tokens, where one server alone
 * cannot tell: two on one database, a restart, with --auth and without.
 * Threads: one.   Blocks: on the servers of the case.
 */
#include <stdio.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/stream.h"

static const char *const with_auth[] = {"--auth", NULL};

/* The gate of the second server; that of the first is system_gate. */
static struct gate other_gate;

static int release(void **state)
{
    gate_release(&other_gate);
    return system_release(state);
}

#define ACCOUNTS_CASE(function) cmocka_unit_test_teardown(function, release)

static void start_both(void)
{
    system_start(with_auth);
    server_start_on(&system_second, system_other, system_server.db, with_auth);
    server_stop_clock(&system_second);
}

/* The name is taken there, and another password is wrong. */
static void expect_known(int port, const char *name)
{
    talk_expect(account_ask(port, "/users", name, ACCOUNT_PASSWORD), 409);
    talk_expect(account_ask(port, "/tokens", name, "wrong horse battery"), 401);
}

static void expect_refused(int port, const char *token)
{
    talk_expect(account_talk(port, "GET /todos", token, NULL, NULL), 401);
}

/* Asks for the todos on a connection that is open. Gives their number, or the
 * status negated where it is not 200. */
static int ask_on(struct raw *raw, const char *token)
{
    char request[TALK_MAX];
    struct raw_answer answer = {0};
    int count = 0;

    account_write_request(request, "GET /todos", token, NULL);
    talk_send(raw, request);
    assert_true(raw_read_answer(raw, &answer, false));
    for (const char *at = answer.body; (at = strstr(at, "\"id\":")); at++)
        count++;
    count = answer.status == 200 ? count : -answer.status;
    raw_answer_release(&answer);
    return count;
}

/* Whom a connection belongs to is asked anew with each request. */
static void users_take_turns_on_one_connection(void **state)
{
    char one[ACCOUNT_TOKEN_MAX], two[ACCOUNT_TOKEN_MAX];
    char near[ACCOUNT_TOKEN_MAX];
    struct raw raw;

    (void)state;
    system_start(with_auth);
    account_begin(system_server.port, "one", one);
    account_begin(system_server.port, "two", two);
    (void)account_create(system_server.port, one, "of one");
    (void)snprintf(near, sizeof near, "%s", one);
    near[strlen(near) / 2] ^= 1;
    raw_open(&raw, "127.0.0.1", system_server.port);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_on(&raw, one), 1);
        assert_int_equal(ask_on(&raw, one), 1);
        assert_int_equal(ask_on(&raw, near), -401);
        assert_int_equal(ask_on(&raw, NULL), -401);
        assert_int_equal(ask_on(&raw, two), 0);
        assert_int_equal(ask_on(&raw, "x"), -401);
    }
    raw_close(&raw);
}

/*
 * Two on one database
 */

static void a_user_made_at_one_signs_in_at_the_other(void **state)
{
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    start_both();
    account_make(system_server.port, "here");
    account_sign_in(system_second.port, "here", token);
    account_make(system_second.port, "there");
    account_sign_in(system_server.port, "there", token);
    expect_known(system_second.port, "here");
    expect_known(system_server.port, "there");
}

static void a_token_of_one_server_opens_the_other(void **state)
{
    char here[ACCOUNT_TOKEN_MAX];
    char there[ACCOUNT_TOKEN_MAX];

    (void)state;
    start_both();
    account_begin(system_server.port, "here", here);
    account_begin(system_second.port, "there", there);
    (void)account_create(system_second.port, here, "of here, made there");
    (void)account_create(system_server.port, there, "of there, made here");
    (void)account_create(system_server.port, there, "of there, made here");
    assert_int_equal(account_count(system_server.port, here), 1);
    assert_int_equal(account_count(system_second.port, here), 1);
    assert_int_equal(account_count(system_server.port, there), 2);
    assert_int_equal(account_count(system_second.port, there), 2);
}

static void both_that_start_at_once_make_one_key(void **state)
{
    enum { ROUNDS = 5 };

    for (int round = 0; round < ROUNDS; round++) {
        const char *db = system_fresh_db();
        char token[ACCOUNT_TOKEN_MAX];

        server_launch(&system_server, system_program, db, with_auth);
        server_launch(&system_second, system_other, db, with_auth);
        server_await(&system_server);
        server_await(&system_second);
        account_begin(system_server.port, "somebody", token);
        assert_int_equal(account_count(system_second.port, token), 0);
        account_sign_in(system_second.port, "somebody", token);
        assert_int_equal(account_count(system_server.port, token), 0);
        server_stop(&system_server);
        server_stop(&system_second);
        assert_int_equal(release(state), 0);
    }
}

static void a_token_of_another_database_opens_nothing(void **state)
{
    char here[ACCOUNT_TOKEN_MAX];
    char there[ACCOUNT_TOKEN_MAX];

    (void)state;
    system_start(with_auth);
    server_start(&system_second, system_other, with_auth);
    account_begin(system_server.port, "somebody", here);
    account_begin(system_second.port, "somebody", there);
    expect_refused(system_server.port, there);
    expect_refused(system_second.port, here);
    assert_int_equal(account_count(system_server.port, here), 0);
    assert_int_equal(account_count(system_second.port, there), 0);
}

static void expect_created(struct stream *stream, const char *title)
{
    struct stream_event event;

    assert_true(stream_event(stream, &event));
    assert_string_equal(event.name, "created");
    if (!strstr(event.data, title))
        fail_msg("an event of \"%s\" was expected, not %s", title, event.data);
}

static void changes_at_the_other_server_are_told_to_their_owner(void **state)
{
    char mine[ACCOUNT_TOKEN_MAX];
    char theirs[ACCOUNT_TOKEN_MAX];
    struct stream my_news;
    struct stream their_news;

    (void)state;
    start_both();
    account_begin(system_server.port, "mine", mine);
    account_begin(system_server.port, "theirs", theirs);
    talk_expect(account_follow(&my_news, system_server.port, mine), 200);
    talk_expect(account_follow(&their_news, system_server.port, theirs), 200);
    (void)account_create(system_second.port, theirs, "first of theirs");
    (void)account_create(system_second.port, mine, "first of mine");
    (void)account_create(system_second.port, theirs, "second of theirs");
    changes_let_look(&system_server);
    expect_created(&my_news, "first of mine");
    expect_created(&their_news, "first of theirs");
    expect_created(&their_news, "second of theirs");
    stream_close(&my_news);
    stream_close(&their_news);
}

/*
 * One name, two at once
 */

/* A client that asks for the name which both want. */
static void ask_for_it(struct raw *raw, int port)
{
    char request[TALK_MAX];

    account_write(request, "/users", "wanted", ACCOUNT_PASSWORD);
    raw_open(raw, "127.0.0.1", port);
    talk_send(raw, request);
}

/* One of them has the name, whichever was first. */
static void expect_one_made(struct raw *one, struct raw *two)
{
    int first = system_hear(one);
    int second = system_hear(two);

    if (first + second != 201 + 409 || (first != 201 && first != 409))
        fail_msg("201 and 409 were expected, not %d and %d", first, second);
}

static void expect_signs_in(int port)
{
    char token[ACCOUNT_TOKEN_MAX];

    account_sign_in(port, "wanted", token);
}

/* Both have found the name free, and hash. */
static void of_two_who_hash_for_one_name_one_gets_it(void **state)
{
    static const char *const args[] = {"--auth", "--hash-jobs", "2", NULL};
    struct raw one;
    struct raw two;

    (void)state;
    system_start(args);
    system_hold_at("hash.work");
    ask_for_it(&one, system_server.port);
    ask_for_it(&two, system_server.port);
    gate_await(&system_gate, 2);
    gate_release(&system_gate);
    expect_one_made(&one, &two);
    expect_signs_in(system_server.port);
}

/* Both have hashed, and are about to be written. */
static void of_two_who_write_one_name_one_gets_it(void **state)
{
    struct raw one;
    struct raw two;

    (void)state;
    system_start(with_auth);
    system_hold_at("store.lock");
    ask_for_it(&one, system_server.port);
    ask_for_it(&two, system_server.port);
    gate_await_waiting(&system_gate, "keeper.write", 2);
    gate_release(&system_gate);
    expect_one_made(&one, &two);
}

static void of_two_at_two_servers_one_gets_the_name(void **state)
{
    struct raw one;
    struct raw two;

    (void)state;
    start_both();
    system_hold_at("hash.work");
    gate_hold(&other_gate, &system_second, "hash.work");
    ask_for_it(&one, system_server.port);
    ask_for_it(&two, system_second.port);
    gate_await(&system_gate, 1);
    gate_await(&other_gate, 1);
    gate_release(&system_gate);
    gate_release(&other_gate);
    expect_one_made(&one, &two);
    expect_signs_in(system_server.port);
    expect_signs_in(system_second.port);
}

/*
 * Starts and restarts
 */

/* Ends the server of the case, and starts `program` on its database. */
static void start_again(const char *program, const char *const *args)
{
    server_stop(&system_server);
    server_release(&system_second);
    server_start_on(&system_second, program, system_server.db, args);
}

static void a_token_outlives_the_server_that_gave_it(void **state)
{
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    system_start(with_auth);
    account_begin(system_server.port, "somebody", token);
    (void)account_create(system_server.port, token, "before");
    start_again(system_program, with_auth);
    assert_int_equal(account_count(system_second.port, token), 1);
    server_stop(&system_second);
    server_release(&system_second);
    server_start_on(&system_second, system_other, system_server.db, with_auth);
    assert_int_equal(account_count(system_second.port, token), 1);
    account_sign_in(system_second.port, "somebody", token);
    assert_int_equal(account_count(system_second.port, token), 1);
}

/* Gives the status of a GET of this todo. */
static int read_todo(int port, const char *token, long long id)
{
    char line[64];

    (void)snprintf(line, sizeof line, "GET /todos/%lld", id);
    return account_talk(port, line, token, NULL, NULL);
}

static void what_was_written_without_auth_comes_back_without_it(void **state)
{
    const char *db = system_fresh_db();
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    server_start_on(&system_server, system_program, db, NULL);
    long long early = talk_create(system_server.port, "nobody's");

    account_make(system_server.port, "somebody");
    server_stop(&system_server);
    server_start_on(&system_second, system_program, db, with_auth);
    account_sign_in(system_second.port, "somebody", token);
    talk_expect(read_todo(system_second.port, token, early), 404);
    assert_int_equal(account_count(system_second.port, token), 0);
    long long mine = account_create(system_second.port, token, "mine");

    talk_expect(account_talk(system_second.port, "DELETE /todos?completed=true",
                             token, NULL, NULL),
                204);
    server_stop(&system_second);
    server_release(&system_server);
    server_start_on(&system_server, system_program, db, NULL);
    talk_expect(read_todo(system_server.port, NULL, early), 200);
    talk_expect(read_todo(system_server.port, NULL, mine), 404);
    talk_expect(read_todo(system_server.port, token, mine), 404);
    assert_int_equal(account_count(system_server.port, token), 1);
}

static void users_and_tokens_are_there_without_auth(void **state)
{
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    system_start(NULL);
    account_begin(system_server.port, "somebody", token);
    expect_known(system_server.port, "somebody");
    talk_create(system_server.port, "nobody's");
    assert_int_equal(account_count(system_server.port, token), 1);
    assert_int_equal(account_count(system_server.port, "no token"), 1);
}

int system_accounts(void)
{
    const struct CMUnitTest cases[] = {
        ACCOUNTS_CASE(users_take_turns_on_one_connection),
        ACCOUNTS_CASE(a_user_made_at_one_signs_in_at_the_other),
        ACCOUNTS_CASE(a_token_of_one_server_opens_the_other),
        ACCOUNTS_CASE(both_that_start_at_once_make_one_key),
        ACCOUNTS_CASE(a_token_of_another_database_opens_nothing),
        ACCOUNTS_CASE(changes_at_the_other_server_are_told_to_their_owner),
        ACCOUNTS_CASE(of_two_who_hash_for_one_name_one_gets_it),
        ACCOUNTS_CASE(of_two_who_write_one_name_one_gets_it),
        ACCOUNTS_CASE(of_two_at_two_servers_one_gets_the_name),
        ACCOUNTS_CASE(a_token_outlives_the_server_that_gave_it),
        ACCOUNTS_CASE(what_was_written_without_auth_comes_back_without_it),
        ACCOUNTS_CASE(users_and_tokens_are_there_without_auth),
    };

    return GROUP("users and tokens", cases, NULL, NULL);
}
