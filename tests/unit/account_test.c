#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/todo/account.h"
#include "tests/unit/unit.h"

static enum todo_err parse(struct account *account, const char *body,
                           struct problem *problem)
{
    size_t len = strlen(body);
    char *copy = unit_copy(body, len);
    enum todo_err err = account_parse(account, copy, len, problem);

    for (size_t i = 0; i < len; i++)
        assert_int_equal(copy[i], 0); /* whatever stood in it */
    free(copy);
    return err;
}

static void assert_good(const char *name, const char *password)
{
    struct account account;
    struct problem problem = {0};
    char body[1024];

    (void)snprintf(body, sizeof body, "{\"password\":\"%s\",\"name\":\"%s\"}",
                   password, name);
    if (parse(&account, body, &problem) != TODO_OK)
        fail_msg("%s: %.*s", body, (int)problem.faults.len,
                 problem.faults.data ? problem.faults.data : "");
    assert_string_equal(account.name, name);
    account_release(&account);
    assert_int_equal(account.password[0], 0);
}

static void assert_faults(const char *body, const char *faults)
{
    struct account account;
    struct problem problem = {0};

    if (parse(&account, body, &problem) != TODO_ERR_INVALID)
        fail_msg("%s: not invalid", body);
    unit_assert_buf(&problem.faults, faults);
    problem_release(&problem);
}

#define PASSWORD "\"password\":\"a long and secret one\""
#define NAME     "\"name\":\"ada\""
#define LENGTH                                                                 \
    "{\"pointer\":\"/password\",\"detail\":\"must have 12 to 128 bytes\"}"
#define NUL "{\"pointer\":\"/password\",\"detail\":\"must not have U+0000\"}"
#define LETTERS                                                                \
    "{\"pointer\":\"/name\",\"detail\":\"must have no other characters "       \
    "than a to z, 0 to 9, '.', '_' and '-'\"}"

static void names_are_of_some_letters_digits_and_signs(void **state)
{
    (void)state;
    assert_good("ada", "a long and secret one");
    assert_good("a.b_c-d", "a long and secret one");
    assert_good("a0123456789", "a long and secret one");
    assert_good("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "a long and secret one");
    assert_good("abcdefghijklmnopqrstuvwxyz", "a long and secret one");
}

static void other_names_are_refused(void **state)
{
    static const char *const bad[] = {
        "",           "ad",
        "Ada",        "aDa",
        "1da",        "_da",
        ".da",        "-da",
        "ad a",       " ada",
        "ada ",       "ad\xC3\xA4",
        "ada/",       "ada@x",
        "ada\\n",     "ad\\u0000",
        "ada\\u0000", "ada\\u0001",
        "\\u0430da",  "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct account account;
        struct problem problem = {0};
        char body[256];

        (void)snprintf(body, sizeof body, "{\"name\":\"%s\"," PASSWORD "}",
                       bad[i]);
        if (parse(&account, body, &problem) != TODO_ERR_INVALID)
            fail_msg("\"%s\" is taken", bad[i]);
        assert_uint_equal(problem.fault_count, 1);
        assert_true(unit_buf_has(&problem.faults, "\"/name\""));
        problem_release(&problem);
    }
}

static void a_password_is_counted_in_bytes(void **state)
{
    char password[ACCOUNT_PASSWORD_MAX + 2];
    char body[256];

    (void)state;
    assert_good("ada", "123456789012");
    assert_faults("{" NAME ",\"password\":\"12345678901\"}", LENGTH);
    assert_good("ada", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
    assert_faults("{" NAME ",\"password\":\"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
                  "\xC3\xA4x\"}",
                  LENGTH);
    memset(password, 'x', sizeof password);
    password[ACCOUNT_PASSWORD_MAX] = '\0';
    assert_good("ada", password);
    password[ACCOUNT_PASSWORD_MAX] = 'x';
    (void)snprintf(body, sizeof body, "{" NAME ",\"password\":\"%.*s\"}",
                   ACCOUNT_PASSWORD_MAX + 1, password);
    assert_faults(body, LENGTH);
}

static void a_password_is_kept_byte_for_byte(void **state)
{
    struct account account;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(parse(&account,
                           "{" NAME ",\"password\":\" \\u00e4\\n\\t\\\"\\\\"
                           "\\u0001\\u007f \"}",
                           &problem),
                     TODO_ERR_INVALID); /* 11 bytes */
    problem_release(&problem);
    assert_int_equal(parse(&account,
                           "{" NAME ",\"password\":\"  \\u00e4\\n\\t\\\"\\\\"
                           "\\u0001\\u007f  \"}",
                           &problem),
                     TODO_OK);
    assert_string_equal(account.password, "  \xC3\xA4\n\t\"\\\x01\x7F  ");
    account_release(&account);
}

/* It would end there, and so would what is compared. */
static void a_nul_in_a_password_is_refused(void **state)
{
    (void)state;
    assert_faults("{" NAME ",\"password\":\"\\u0000a long and secret one\"}",
                  NUL);
    assert_faults("{" NAME ",\"password\":\"a long and secret one\\u0000\"}",
                  NUL);
    assert_faults("{" NAME ",\"password\":\"a long and\\\\\\u0000secret\"}",
                  NUL);
    assert_good("ada", "a long and \\\\u0000 secret one"); /* a backslash */
}

/* Wherever it stands, a password that has none is as good as before. */
static void a_nul_is_the_fault_of_the_member_that_has_it(void **state)
{
    static const char good[] = "\"password\":\"a long and\\u0001secret one\"";
    static const char nul[] = "\"password\":\"a long and\\u0000secret one\"";
    static const char no_member[] = "{\"pointer\":\"/x\",\"detail\":\"is not a "
                                    "member of a user\"}";
    static const char *const others[] = {"\\u0000", "\\\\\\u0000",
                                         "\\\",\\u0000", "{,[\\u0000"};
    char body[512], faults[512];

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        (void)snprintf(body, sizeof body, "{\"name\":\"ada%s\",%s}", others[i],
                       good);
        assert_faults(body, LETTERS);
        (void)snprintf(body, sizeof body, "{%s,\"name\":\"ada%s\"}", good,
                       others[i]);
        assert_faults(body, LETTERS);
        (void)snprintf(body, sizeof body, "{%s,\"name\":\"ada%s\"}", nul,
                       others[i]);
        assert_faults(body, NUL "," LETTERS);
        (void)snprintf(body, sizeof body,
                       "{\"x\":[1,{\"y\":\"%s\",\"z\":2}]," NAME ",%s}",
                       others[i], good);
        assert_faults(body, no_member);
        (void)snprintf(body, sizeof body, "{" NAME ",\"x\":\"%s\",%s}",
                       others[i], nul);
        (void)snprintf(faults, sizeof faults, "%s,%s", no_member, NUL);
        assert_faults(body, faults);
    }
}

static void a_name_is_counted_in_characters(void **state)
{
    static const char length[] = "{\"pointer\":\"/name\",\"detail\":\"must "
                                 "have 3 to 32 characters\"}";

    (void)state;
    assert_faults("{\"name\":\"\"," PASSWORD "}", length);
    assert_faults("{\"name\":\"ad\"," PASSWORD "}", length);
    assert_faults("{\"name\":\"abcdefghijklmnopqrstuvwxyz.012345\"," PASSWORD
                  "}",
                  length);
    assert_faults("{\"name\":\"a\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3"
                  "\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
                  "\xC3\xA4\xC3\xA4\xC3\xA4\"," PASSWORD "}", /* 17 of them */
                  LETTERS);
}

static void every_fault_is_told(void **state)
{
    (void)state;
    assert_faults("{}",
                  "{\"pointer\":\"/name\",\"detail\":\"is missing\"},"
                  "{\"pointer\":\"/password\",\"detail\":\"is missing\"}");
    assert_faults("{\"name\":1,\"password\":null,\"id\":1}",
                  "{\"pointer\":\"/name\",\"detail\":\"must be a string\"},"
                  "{\"pointer\":\"/password\",\"detail\":\"must be a "
                  "string\"},"
                  "{\"pointer\":\"/id\",\"detail\":\"is not a member of a "
                  "user\"}");
    assert_faults("{\"name\":null," PASSWORD "}",
                  "{\"pointer\":\"/name\",\"detail\":\"must be a string\"}");
    assert_faults("{" NAME "," PASSWORD ",\"Name\":null}",
                  "{\"pointer\":\"/Name\",\"detail\":\"is not a member of a "
                  "user\"}");
}

static void what_is_no_object_of_json_is_refused_as_such(void **state)
{
    static const char *const bad[] = {"",
                                      "null",
                                      "[]",
                                      "{",
                                      "{" NAME "," PASSWORD "}x",
                                      "{" NAME "," NAME "," PASSWORD "}",
                                      "{" NAME ",\"password\":\"\xFF\"}"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct account account;
        struct problem problem = {0};

        assert_int_equal(parse(&account, bad[i], &problem), TODO_ERR_JSON);
        assert_non_null(problem.detail);
    }
}

static void without_memory_nothing_is_said_of_the_account(void **state)
{
    enum todo_err err = TODO_ERR_NO_MEMORY;
    struct account account;
    int tries = 0;

    (void)state;
    for (; err == TODO_ERR_NO_MEMORY; tries++) {
        struct problem problem = {0};

        unit_scarce_json(tries);
        err = parse(&account, "{" NAME "," PASSWORD "}", &problem);
        assert_int_equal(unit_json_blocks(), 0);
        assert_uint_equal(problem.fault_count, 0);
    }
    unit_plenty_json();
    assert_int_equal(err, TODO_OK);
    assert_true(tries > 5); /* the object, two members, names and strings */
    account_release(&account);
}

/* What the API document says of a member is what is asked of it. */
static void the_table_says_the_bounds(void **state)
{
    (void)state;
    for (int i = 0; i < ACCOUNT_FIELD_COUNT; i++)
        assert_true(account_fields[i].name && account_fields[i].description);
    assert_int_equal(account_fields[ACCOUNT_NAME].min_chars, 3);
    assert_int_equal(account_fields[ACCOUNT_NAME].max_chars, 32);
    assert_int_equal(account_fields[ACCOUNT_PASSWORD].min_chars, 12);
    assert_int_equal(account_fields[ACCOUNT_PASSWORD].max_chars, 128);
    assert_true(account_fields[ACCOUNT_PASSWORD].secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_of_some_letters_digits_and_signs),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(a_password_is_counted_in_bytes),
        cmocka_unit_test(a_password_is_kept_byte_for_byte),
        cmocka_unit_test(a_nul_in_a_password_is_refused),
        cmocka_unit_test(a_nul_is_the_fault_of_the_member_that_has_it),
        cmocka_unit_test(a_name_is_counted_in_characters),
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(what_is_no_object_of_json_is_refused_as_such),
        cmocka_unit_test(without_memory_nothing_is_said_of_the_account),
        cmocka_unit_test(the_table_says_the_bounds),
    };

    return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
