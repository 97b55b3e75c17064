/*
 * Level 10: what POST /users and POST /tokens both ask of a request. Each case
 * asks both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "user.h"
#include "wire.h"

enum { PATHS = 2, PASSWORD_MIN = 12, PASSWORD_MAX = 128, NAME_MAX_LEN = 32 };

static const char *const paths[PATHS] = {"/users", "/tokens"};

static const struct answer *post(struct api *api, const char *path,
                                 const char *body)
{
    return api_send(api, "POST", path, NULL, body);
}

/* Both refuse the body for what is wrong at these places. */
static void check_faults(struct api *api, const char *body, const char *places)
{
    for (size_t i = 0; i < PATHS; i++)
        expect_faults(post(api, paths[i], body), places);
}

static void check_name(struct api *api, const char *name)
{
    char body[USER_BODY_MAX];

    user_write_body(body, name, USER_PASSWORD);
    check_faults(api, body, "/name");
}

/* Each of them, up to NULL. */
static void check_names(struct api *api, const char *const *names)
{
    for (; *names; names++)
        check_name(api, *names);
}

static void check_password(struct api *api, const char *password)
{
    char body[USER_BODY_MAX];

    user_write_body(body, "somebody", password);
    check_faults(api, body, "/password");
}

static void check_400(struct api *api, const char *body)
{
    for (size_t i = 0; i < PATHS; i++)
        expect_problem(post(api, paths[i], body), 400);
}

/*
 * Methods and paths
 */

static void accounts_are_only_posted(void **state)
{
    static const char *const methods[] = {"GET", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < PATHS; i++)
        for (size_t j = 0; j < sizeof methods / sizeof *methods; j++) {
            const struct answer *answer =
                api_send(*state, methods[j], paths[i], NULL, NULL);

            expect_problem(answer, 405);
            expect_field(answer, "Allow", "POST, OPTIONS");
        }
}

static void head_of_accounts_is_405_without_a_body(void **state)
{
    for (size_t i = 0; i < PATHS; i++) {
        expect_status(wire_ask_line(*state, "HEAD", paths[i], ""), 405);
        wire_expect_no_body(*state);
        wire_expect_head_as_get(*state, paths[i]);
    }
}

static void options_of_accounts_tell_their_methods(void **state)
{
    for (size_t i = 0; i < PATHS; i++) {
        const struct answer *answer =
            wire_ask_line(*state, "OPTIONS", paths[i], "");

        expect_status(answer, 204);
        expect_field(answer, "Allow", "POST, OPTIONS");
        wire_expect_no_body(*state);
    }
}

static void paths_beside_accounts_are_404(void **state)
{
    static const char *const others[] = {"/users/", "/users/2", "/Users",
                                         "/user",   "/tokens/", "/tokens/2",
                                         "/TOKENS", "/token"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        expect_problem(api_get(*state, others[i]), 404);
        expect_problem(post(*state, others[i], "{}"), 404);
    }
}

/*
 * The query
 */

static void accounts_take_no_parameter(void **state)
{
    char body[USER_BODY_MAX];

    user_write_body(body, "somebody", USER_PASSWORD);
    for (size_t i = 0; i < PATHS; i++) {
        char target[64];

        (void)snprintf(target, sizeof target, "%s?x=1&limit=2&x=3", paths[i]);
        expect_faults(post(*state, target, body), "x limit");
        (void)snprintf(target, sizeof target, "%s?name=somebody", paths[i]);
        expect_faults(post(*state, target, body), "name");
        (void)snprintf(target, sizeof target, "%s?%%zz", paths[i]);
        expect_problem(post(*state, target, body), 422);
    }
}

/*
 * Media type and length
 */

static void accounts_of_another_type_are_415(void **state)
{
    static const char *const types[] = {
        "Content-Type: text/plain",
        "Content-Type:", "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: application/merge-patch+json"};
    char body[USER_BODY_MAX];

    user_write_body(body, "somebody", USER_PASSWORD);
    for (size_t i = 0; i < PATHS; i++) {
        for (size_t j = 0; j < sizeof types / sizeof *types; j++)
            expect_problem(api_send(*state, "POST", paths[i], types[j], body),
                           415);
        expect_problem(wire_ask_line(*state, "POST", paths[i],
                                     JSON
                                     "Content-Encoding: gzip\r\n" LENGTH(0)),
                       415);
    }
}

static void accounts_without_a_length_are_411(void **state)
{
    for (size_t i = 0; i < PATHS; i++)
        expect_problem(wire_ask_line(*state, "POST", paths[i], JSON), 411);
}

static void accounts_over_64_kib_are_413(void **state)
{
    for (size_t i = 0; i < PATHS; i++)
        expect_problem(
            wire_ask_line(*state, "POST", paths[i], JSON LENGTH(65537)), 413);
}

static void an_account_may_come_in_chunks(void **state)
{
    for (size_t i = 0; i < PATHS; i++) {
        char request[256];

        (void)snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\n" HOST JSON CHUNKED "\r\n",
                       paths[i]);
        wire_open(*state, request);
        wire_send(*state, "2\r\n{}\r\n0\r\n\r\n");
        expect_faults(wire_next(*state, "POST"), "/name /password");
    }
}

/*
 * The JSON
 */

static void an_account_that_is_no_json_is_400(void **state)
{
    static const char *const bodies[] = {
        "",
        " ",
        "{",
        "null",
        "'name'",
        "[{'name':'somebody','password':'correct horse battery'}]",
        "{'name':'somebody','password':'correct horse battery',}",
        "{'name':'somebody','password':'correct horse battery'}x",
        "{'name':'somebody','password':'correct horse battery'",
        "{'name':'somebody','password':'correct horse \xff battery'}",
        "{'name':'somebody','password':'correct horse \\ud800 battery'}",
        "{'name':'somebody','password':'correct horse\tbattery'}"};

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        check_400(*state, bodies[i]);
}

static void an_account_that_repeats_a_member_is_400(void **state)
{
    check_400(*state, "{'name':'somebody','password':'correct horse battery',"
                      "'password':'correct horse battery'}");
    check_400(*state, "{'name':'somebody','n\\u0061me':'somebody',"
                      "'password':'correct horse battery'}");
    check_400(*state, "{'name':'somebody','password':'correct horse battery',"
                      "'x':{'y':1,'y':2}}");
}

/*
 * The members
 */

static void an_account_without_a_member_is_422(void **state)
{
    check_faults(*state, "{}", "/name /password");
    check_faults(*state, "{'name':'somebody'}", "/password");
    check_faults(*state, "{'password':'correct horse battery'}", "/name");
}

static void an_account_with_another_member_is_422(void **state)
{
    check_faults(*state,
                 "{'name':'somebody','password':'correct horse battery',"
                 "'id':2,'created_at':null,'Name':'x','a/b~c':1}",
                 "/id /created_at /Name /a~1b~0c");
}

static void every_fault_of_an_account_is_told_at_once(void **state)
{
    check_faults(*state, "{'name':'X','password':'short','colour':null}",
                 "/name /password /colour");
    check_faults(*state, "{'colour':1,'name':null,'owner':1}",
                 "/colour /name /owner /password");
}

static void members_of_an_account_are_strings(void **state)
{
    static const char *const values[] = {"null", "true", "123456789012",
                                         "['somebody']", "{'a':'somebody'}"};
    char body[USER_BODY_MAX];

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        (void)snprintf(body, sizeof body,
                       "{'name':%s,'password':'correct horse battery'}",
                       values[i]);
        check_faults(*state, body, "/name");
        (void)snprintf(body, sizeof body, "{'name':'somebody','password':%s}",
                       values[i]);
        check_faults(*state, body, "/password");
    }
}

static void name_of_another_length_is_422(void **state)
{
    check_name(*state, "");
    check_name(*state, "a");
    check_name(*state, "ab");
    check_name(*state, letters(NAME_MAX_LEN + 1));
    check_name(*state, letters(100));
}

static void name_that_begins_with_no_letter_is_422(void **state)
{
    static const char *const names[] = {"1abc", ".abc", "_abc",
                                        "-abc", "0000", NULL};

    check_names(*state, names);
}

static void name_with_another_character_is_422(void **state)
{
    static const char *const names[] = {"Abcd",
                                        "abcD",
                                        "ab cd",
                                        "abcd ",
                                        " abcd",
                                        "ab/cd",
                                        "ab:cd",
                                        "ab@cd",
                                        "ab+cd",
                                        "ab\\\\cd",
                                        "ab\\ncd",
                                        "abcd\\n",
                                        "ab\\u0000cd",
                                        "abcd\\u0000",
                                        "ab\x7fz",
                                        "ab\xc3\xa9z",
                                        "ab\xe2\x80\x8bz",
                                        "\xd0\xb0\xd0\xb1\xd0\xb2",
                                        "ab`cd",
                                        "ab{cd",
                                        "ab,cd",
                                        NULL};

    check_names(*state, names);
}

static void password_under_12_bytes_is_422(void **state)
{
    check_password(*state, "");
    check_password(*state, letters(1));
    check_password(*state, letters(PASSWORD_MIN - 1));
    check_password(*state, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9z");
}

static void password_over_128_bytes_is_422(void **state)
{
    char two_bytes_each[2 * PASSWORD_MAX + 1] = "";

    check_password(*state, letters(PASSWORD_MAX + 1));
    check_password(*state, letters(1000));
    for (size_t i = 0; i <= PASSWORD_MAX / 2; i++)
        memcpy(two_bytes_each + 2 * i, "\xc3\xa9", 3);
    check_password(*state, two_bytes_each); /* 65 code points, 130 bytes */
}

static void password_with_a_nul_is_422(void **state)
{
    check_password(*state, "correct horse battery\\u0000");
    check_password(*state, "correct horse\\u0000battery");
    check_password(*state, "\\u0000correct horse battery");
}

/*
 * The order of checks
 */

static void checks_of_an_account_come_in_order(void **state)
{
    for (size_t i = 0; i < PATHS; i++) {
        char target[64];

        (void)snprintf(target, sizeof target, "%s?x=1", paths[i]);
        expect_problem(wire_ask_line(*state, "PUT", target,
                                     "Expect: a-miracle\r\n" LENGTH(0)),
                       405);
        expect_problem(wire_ask_line(*state, "POST", target,
                                     "Expect: a-miracle\r\n" LENGTH(0)),
                       417);
        expect_problem(wire_ask_line(*state, "POST", target, ""), 422);
        expect_problem(wire_ask_line(*state, "POST", paths[i],
                                     "Content-Type: text/plain\r\n"),
                       415);
        expect_problem(
            wire_ask_line(*state, "POST", paths[i],
                          "Content-Type: text/plain\r\n" LENGTH(65537)),
            415);
        expect_problem(post(*state, paths[i], "{'x':1,'x':2}"), 400);
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(accounts_are_only_posted),
    cmocka_unit_test(head_of_accounts_is_405_without_a_body),
    cmocka_unit_test(options_of_accounts_tell_their_methods),
    cmocka_unit_test(paths_beside_accounts_are_404),
    cmocka_unit_test(accounts_take_no_parameter),
    cmocka_unit_test(accounts_of_another_type_are_415),
    cmocka_unit_test(accounts_without_a_length_are_411),
    cmocka_unit_test(accounts_over_64_kib_are_413),
    cmocka_unit_test(an_account_may_come_in_chunks),
    cmocka_unit_test(an_account_that_is_no_json_is_400),
    cmocka_unit_test(an_account_that_repeats_a_member_is_400),
    cmocka_unit_test(an_account_without_a_member_is_422),
    cmocka_unit_test(an_account_with_another_member_is_422),
    cmocka_unit_test(every_fault_of_an_account_is_told_at_once),
    cmocka_unit_test(members_of_an_account_are_strings),
    cmocka_unit_test(name_of_another_length_is_422),
    cmocka_unit_test(name_that_begins_with_no_letter_is_422),
    cmocka_unit_test(name_with_another_character_is_422),
    cmocka_unit_test(password_under_12_bytes_is_422),
    cmocka_unit_test(password_over_128_bytes_is_422),
    cmocka_unit_test(password_with_a_nul_is_422),
    cmocka_unit_test(checks_of_an_account_come_in_order),
};

const struct group accounts_group = GROUP(LEVEL_ACCOUNTS, "accounts", cases);
