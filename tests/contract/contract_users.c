/*
 * Level 10: POST /users. Which names a user may have, and which passwords. No
 * user is ever removed, so a case invents names; where it cannot, a name that
 * is taken is as good a sign as 201 that the rules allow it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"
#include "user.h"
#include "wire.h"

enum { ROUNDS = 3 };

/* A new user has this password, which opens nothing in another spelling. */
static void check_password(struct api *api, const char *password,
                           const char *another)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    expect_status(user_ask_account(api, name, password), 201);
    expect_status(user_ask_token(api, name, password), 200);
    if (another)
        expect_problem(user_ask_token(api, name, another), 401);
}

static void a_new_user_is_201_with_name_and_time(void **state)
{
    char name[USER_NAME_MAX];
    char quoted[USER_NAME_MAX + 2];
    const struct answer *answer;

    user_invent_name(name);
    answer = user_ask_account(*state, name, USER_PASSWORD);
    expect_status(answer, 201);
    expect_field(answer, "Content-Type", "application/json");
    expect_members(answer, "name created_at");
    (void)snprintf(quoted, sizeof quoted, "'%s'", name);
    expect_member(answer, "name", quoted);
    expect_time(answer, "created_at");
}

static void name_that_is_taken_is_409(void **state)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    expect_status(user_ask_account(*state, name, USER_PASSWORD), 201);
    expect_problem(user_ask_account(*state, name, USER_PASSWORD), 409);
    expect_problem(user_ask_account(*state, name, "another password"), 409);
    expect_status(user_ask_token(*state, name, USER_PASSWORD), 200);
    expect_problem(user_ask_token(*state, name, "another password"), 401);
}

static void the_rules_come_before_a_name_that_is_taken(void **state)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    expect_status(user_ask_account(*state, name, USER_PASSWORD), 201);
    expect_faults(user_ask_account(*state, name, "short"), "/password");
}

static void refused_user_is_not_made(void **state)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    expect_faults(user_ask_account(*state, name, "short"), "/password");
    expect_problem(user_ask_token(*state, name, USER_PASSWORD), 401);
    expect_status(user_ask_account(*state, name, USER_PASSWORD), 201);
}

static void name_of_every_allowed_kind_is_taken(void **state)
{
    static const char *const names[] = {
        "abc",        "a00", "z.-",      "a__",
        "a..",        "a--", "xyz.0-9_", "abcdefghijklmnopqrstuvwxyz._-012",
        "a3456789.-_"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct answer *answer =
            user_ask_account(*state, names[i], USER_PASSWORD);

        if (answer->http.status != 201)
            expect_problem(answer, 409);
    }
}

static void password_of_12_bytes_is_taken(void **state)
{
    check_password(*state, "abcdefghijkl", "abcdefghijkm");
    check_password(*state, "            ", NULL);
}

static void password_of_128_bytes_counts_to_its_last(void **state)
{
    char password[129];
    char other[129];

    memset(password, 'a', sizeof password);
    password[128] = '\0';
    memcpy(other, password, sizeof other);
    other[127] = 'b';
    check_password(*state, password, other);
}

/* Three code points; six, each of two bytes. */
static void length_of_a_password_counts_bytes(void **state)
{
    check_password(*state, "\xf0\x9f\xa5\x9b\xf0\x9f\xa5\x9b\xf0\x9f\xa5\x9b",
                   NULL);
    check_password(*state, "\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9", NULL);
}

static void password_may_hold_any_other_character(void **state)
{
    check_password(*state, "quote \\\" back \\\\ slash \\/",
                   "quote back slash /");
    check_password(*state, "line\\nfeed, tab\\t, delete\\u007f, \\u0001",
                   "line feed, tab , delete, ");
    check_password(*state, "%00 %s %n ; -- $1 ?", NULL);
}

static void password_is_the_same_however_it_is_escaped(void **state)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    expect_status(
        user_ask_account(*state, name, "caf\\u00e9 au lait \\ud83e\\udd5b"),
        201);
    expect_status(user_ask_token(*state, name,
                                 "caf\xc3\xa9 au l\\u0061it \xf0\x9f\xa5\x9b"),
                  200);
}

static void password_is_compared_as_it_stands(void **state)
{
    check_password(*state, " with spaces around ", "with spaces around");
    check_password(*state, "Correct Horse Battery", "correct horse battery");
    /* one code point for the e acute, or two */
    check_password(*state, "a caf\xc3\xa9 au lait", "a cafe\xcc\x81 au lait");
    check_password(*state, "correct horse bat", "correct horse ba");
}

static void password_is_told_to_nobody(void **state)
{
    const struct answer *answer;
    char name[USER_NAME_MAX];

    user_invent_name(name);
    answer = user_ask_account(*state, name, "a secret for two");
    expect_status(answer, 201);
    if (strstr(answer->http.body, "secret") || strstr(answer->http.body, "$"))
        fail_answer(answer, "neither the password nor what is kept of it");
    answer = user_ask_account(*state, name, "a secret for two");
    expect_problem(answer, 409);
    if (strstr(answer->http.body, "secret") || strstr(answer->http.body, "$"))
        fail_answer(answer, "neither the password nor what is kept of it");
    answer = user_ask_account(*state, "no name", "a secret for two\\u0000");
    expect_faults(answer, "/name /password");
    if (strstr(answer->http.body, "secret"))
        fail_answer(answer, "not the password");
}

/* A new user has no token to send yet; and a bad one is not looked at. */
static void nobody_needs_a_token_to_sign_up(void **state)
{
    char body[USER_BODY_MAX];
    char name[USER_NAME_MAX];

    api_use_token(*state, NULL);
    user_invent_name(name);
    expect_status(user_ask_account(*state, name, USER_PASSWORD), 201);
    expect_status(user_ask_token(*state, name, USER_PASSWORD), 200);
    user_invent_name(name);
    user_write_body(body, name, USER_PASSWORD);
    expect_status(
        api_send(*state, "POST", "/users", "Authorization: Bearer x", body),
        201);
    expect_status(
        api_send(*state, "POST", "/tokens", "Authorization: Bearer x", body),
        200);
}

/*
 * At once
 */

struct rivals {
    char body[USER_BODY_MAX];
    int status[CROWD];
};

static void sign_up_too(struct http *http, int number, void *arg)
{
    struct rivals *rivals = arg;
    struct http_answer answer =
        crowd_ask(http, "POST", "/users", NULL, rivals->body);

    rivals->status[number] = answer.status;
    http_answer_release(&answer);
}

static void of_many_who_want_a_name_one_gets_it(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct rivals rivals = {0};
        char name[USER_NAME_MAX];
        int made = 0;
        int taken = 0;

        user_invent_name(name);
        (void)snprintf(rivals.body, sizeof rivals.body,
                       "{\"name\":\"%s\",\"password\":\"" USER_PASSWORD "\"}",
                       name);
        crowd_run(*state, sign_up_too, &rivals);
        for (int i = 0; i < CROWD; i++) {
            made += rivals.status[i] == 201;
            taken += rivals.status[i] == 409;
        }
        assert_int_equal(made, 1);
        assert_int_equal(taken, CROWD - 1);
        expect_status(user_ask_token(*state, name, USER_PASSWORD), 200);
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(a_new_user_is_201_with_name_and_time),
    cmocka_unit_test(name_that_is_taken_is_409),
    cmocka_unit_test(the_rules_come_before_a_name_that_is_taken),
    cmocka_unit_test(refused_user_is_not_made),
    cmocka_unit_test(name_of_every_allowed_kind_is_taken),
    cmocka_unit_test(password_of_12_bytes_is_taken),
    cmocka_unit_test(password_of_128_bytes_counts_to_its_last),
    cmocka_unit_test(length_of_a_password_counts_bytes),
    cmocka_unit_test(password_may_hold_any_other_character),
    cmocka_unit_test(password_is_the_same_however_it_is_escaped),
    cmocka_unit_test(password_is_compared_as_it_stands),
    cmocka_unit_test(password_is_told_to_nobody),
    cmocka_unit_test(nobody_needs_a_token_to_sign_up),
    cmocka_unit_test(of_many_who_want_a_name_one_gets_it),
};

const struct group users_group = GROUP(LEVEL_ACCOUNTS, "users", cases);
