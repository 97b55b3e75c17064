/*
 * Level 10: POST /tokens. A client that knows the password gets a token, and
 * one that does not learns nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "token.h"
#include "user.h"
#include "wire.h"

enum { LIFETIME_S = 900 };

/* 401, and the challenge says nothing of a token: none was sent. */
static void expect_wrong(const struct answer *answer)
{
    expect_problem(answer, 401);
    expect_field(answer, "WWW-Authenticate", "Bearer");
}

static void a_password_is_answered_with_a_token(void **state)
{
    struct user user;
    const struct answer *answer;

    user_make(*state, &user);
    answer = user_ask_token(*state, user.name, USER_PASSWORD);
    expect_status(answer, 200);
    expect_field(answer, "Content-Type", "application/json");
    expect_members(answer, "access_token token_type expires_in");
    expect_member(answer, "token_type", "'bearer'");
    expect_member(answer, "expires_in", "900");
    if (!*expect_text(answer, "access_token"))
        fail_answer(answer, "an access_token");
}

static void a_token_is_kept_by_no_cache(void **state)
{
    struct user user;

    user_make(*state, &user);
    expect_field(user_ask_token(*state, user.name, USER_PASSWORD),
                 "Cache-Control", "no-store");
}

/*
 * What a token says
 */

static double number_in(const cJSON *claims, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(claims, name);

    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

/* The number of the user, which is not that of a server without accounts. */
static long long owner_in(const cJSON *claims)
{
    const cJSON *sub = cJSON_GetObjectItemCaseSensitive(claims, "sub");
    char *end;
    long long owner;

    assert_true(cJSON_IsString(sub));
    owner = strtoll(sub->valuestring, &end, 10);
    assert_true(*end == '\0' && owner >= 2);
    assert_true(sub->valuestring[0] >= '1' && sub->valuestring[0] <= '9');
    return owner;
}

static void a_token_is_a_signed_jwt(void **state)
{
    struct user user;
    cJSON *head;
    size_t len;

    user_make(*state, &user);
    head = token_json(user.token, 0);
    assert_true(cJSON_IsObject(head));
    assert_string_equal(
        cJSON_GetObjectItemCaseSensitive(head, "alg")->valuestring, "HS256");
    cJSON_Delete(head);
    assert_non_null(token_part(user.token, 2, &len));
    assert_int_equal(len, 43); /* 32 bytes */
    assert_null(token_part(user.token, 3, &len));
}

static void a_token_says_whose_it_is_and_how_long(void **state)
{
    struct user user;
    cJSON *claims;

    user_make(*state, &user);
    claims = token_json(user.token, 1);
    assert_true(cJSON_IsObject(claims));
    (void)owner_in(claims);
    assert_true(number_in(claims, "exp") - number_in(claims, "iat") ==
                LIFETIME_S);
    cJSON_Delete(claims);
}

static void each_user_has_a_number_of_its_own(void **state)
{
    struct user users[3];
    long long owners[3];

    user_make(*state, &users[0]);
    user_make(*state, &users[1]);
    users[2] = users[0];
    assert_true(user_sign_in(*state, &users[2]));
    for (int i = 0; i < 3; i++) {
        cJSON *claims = token_json(users[i].token, 1);

        owners[i] = owner_in(claims);
        cJSON_Delete(claims);
    }
    assert_true(owners[0] == owners[2]);
    assert_true(owners[0] != owners[1]);
}

static void a_token_says_no_secret(void **state)
{
    struct user user;
    char *text;
    cJSON *claims;
    bool tells;

    user_make(*state, &user);
    claims = token_json(user.token, 1);
    text = cJSON_PrintUnformatted(claims);
    assert_non_null(text);
    tells = strstr(text, USER_PASSWORD) || strstr(text, "argon2");
    cJSON_free(text);
    cJSON_Delete(claims);
    assert_false(tells);
}

/*
 * Without the password
 */

static void wrong_password_is_401(void **state)
{
    static const char *const wrong[] = {
        "correct horse batterY",  "correct horse batter",
        "correct horse battery ", " correct horse battery",
        "Correct horse battery",  "correct horse battery correct"};
    struct user user;

    user_make(*state, &user);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_wrong(user_ask_token(*state, user.name, wrong[i]));
    expect_status(user_ask_token(*state, user.name, USER_PASSWORD), 200);
}

static void unknown_name_is_401(void **state)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    expect_wrong(user_ask_token(*state, name, USER_PASSWORD));
}

static void password_of_another_is_401(void **state)
{
    char name[USER_NAME_MAX];
    struct user user;

    user_make(*state, &user);
    user_invent_name(name);
    expect_status(user_ask_account(*state, name, "a horse of another"), 201);
    expect_wrong(user_ask_token(*state, name, USER_PASSWORD));
    expect_wrong(user_ask_token(*state, user.name, "a horse of another"));
}

/* Whether there is such a name, the answer to a wrong password does not tell.
 */
static void wrong_password_and_unknown_name_are_one_answer(void **state)
{
    char name[USER_NAME_MAX];
    char detail[512];
    struct user user;
    const struct answer *answer;

    user_make(*state, &user);
    answer = user_ask_token(*state, user.name, "wrong horse battery");
    expect_wrong(answer);
    (void)snprintf(detail, sizeof detail, "%s", expect_text(answer, "detail"));
    user_invent_name(name);
    answer = user_ask_token(*state, name, "wrong horse battery");
    expect_wrong(answer);
    if (strcmp(expect_text(answer, "detail"), detail) != 0)
        fail_answer(answer, "what a wrong password is told: %s", detail);
}

/* One that is cut there is the right one. */
static void right_password_with_a_nul_behind_it_is_422(void **state)
{
    struct user user;

    user_make(*state, &user);
    expect_faults(user_ask_token(*state, user.name, USER_PASSWORD "\\u0000"),
                  "/password");
    expect_faults(user_ask_token(*state, user.name, USER_PASSWORD "\\u0000x"),
                  "/password");
}

static void the_rules_come_before_the_password(void **state)
{
    struct user user;
    char name[USER_NAME_MAX];

    user_make(*state, &user);
    expect_faults(user_ask_token(*state, user.name, "short"), "/password");
    user_invent_name(name);
    expect_faults(user_ask_token(*state, name, "short"), "/password");
    expect_faults(user_ask_token(*state, "UPPER", "wrong horse battery"),
                  "/name");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(a_password_is_answered_with_a_token),
    cmocka_unit_test(a_token_is_kept_by_no_cache),
    cmocka_unit_test(a_token_is_a_signed_jwt),
    cmocka_unit_test(a_token_says_whose_it_is_and_how_long),
    cmocka_unit_test(each_user_has_a_number_of_its_own),
    cmocka_unit_test(a_token_says_no_secret),
    cmocka_unit_test(wrong_password_is_401),
    cmocka_unit_test(unknown_name_is_401),
    cmocka_unit_test(password_of_another_is_401),
    cmocka_unit_test(wrong_password_and_unknown_name_are_one_answer),
    cmocka_unit_test(right_password_with_a_nul_behind_it_is_422),
    cmocka_unit_test(the_rules_come_before_the_password),
};

const struct group tokens_group = GROUP(LEVEL_ACCOUNTS, "tokens", cases);
