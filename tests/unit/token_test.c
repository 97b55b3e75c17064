#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/todo/password.h"
#include "common/todo/token.h"
#include "tests/unit/unit.h"

/* {"alg":"HS256","typ":"JWT"} */
#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

enum { NOW = 1700000000 };

static const unsigned char key[TOKEN_KEY_SIZE] =
    "the key that these tokens have.";

static enum todo_err read_again(const char *token, int64_t now_s,
                                struct token_seen *seen)
{
    char *copy = unit_copy(token, strlen(token));
    enum todo_err err = token_read(key, copy, strlen(token), now_s, seen);

    free(copy);
    return err;
}

static enum todo_err read_at(const char *token, int64_t now_s, int64_t *user)
{
    struct token_seen seen = {0};
    enum todo_err err = read_again(token, now_s, &seen);

    assert_int_equal(err == TODO_OK, seen.user != 0);
    if (!err)
        *user = seen.user;
    return err;
}

static bool takes_at(const char *token, int64_t now_s, int64_t *user)
{
    enum todo_err err = read_at(token, now_s, user);

    assert_true(err == TODO_OK || err == TODO_ERR_BAD_TOKEN);
    return err == TODO_OK;
}

static bool takes(const char *token)
{
    int64_t user = 0;
    bool taken = takes_at(token, NOW, &user);

    assert_int_equal(taken, user != 0); /* written only on success */
    return taken;
}

static char *add_base64(char *at, const void *bytes, size_t len)
{
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

    sodium_bin2base64(at, sodium_base64_encoded_len(len, variant), bytes, len,
                      variant);
    return at + strlen(at);
}

/* A token of any header and payload that is well signed. */
static const char *sign(const char *header, const char *payload)
{
    static char token[8192];
    unsigned char signature[32];
    char *at = token + sprintf(token, "%s.", header);

    at = add_base64(at, payload, strlen(payload));
    crypto_auth_hmacsha256(signature, (const unsigned char *)token,
                           (size_t)(at - token), key);
    *at++ = '.';
    (void)add_base64(at, signature, sizeof signature);
    return token;
}

static const char *claim(const char *sub, const char *iat, const char *exp)
{
    static char payload[512];

    (void)snprintf(payload, sizeof payload,
                   "{\"sub\":%s,\"iat\":%s,\"exp\":%s}", sub, iat, exp);
    return sign(HEADER, payload);
}

#define GOOD_IAT "1700000000"
#define GOOD_EXP "1700000900"

static void what_is_written_is_read_back(void **state)
{
    static const int64_t users[] = {2, 3, 1000000, INT64_MAX};
    char token[TOKEN_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        int64_t user = 0;

        token_write(key, users[i], NOW, token);
        assert_true(takes_at(token, NOW, &user));
        assert_int_equal(user, users[i]);
        assert_int_equal(strncmp(token, HEADER ".", sizeof HEADER), 0);
    }
}

/* RFC 7515: a token may be checked by anybody that has the key. */
static void a_token_is_a_jwt(void **state)
{
    char token[TOKEN_SIZE];

    (void)state;
    token_write(key, 17, NOW, token);
    assert_string_equal(token,
                        sign(HEADER, "{\"sub\":\"17\",\"iat\":1700000000,"
                                     "\"exp\":1700000900}"));
}

static void a_token_holds_up_to_the_second_in_which_it_expires(void **state)
{
    char token[TOKEN_SIZE];
    int64_t user = 0;

    (void)state;
    token_write(key, 2, NOW, token);
    assert_true(takes_at(token, NOW + TOKEN_LASTS_S - 1, &user));
    assert_false(takes_at(token, NOW + TOKEN_LASTS_S, &user));
    assert_false(takes_at(token, NOW + 10 * TOKEN_LASTS_S, &user));
}

/* The clock of the server that made it may be ahead of ours. */
static void a_token_may_come_from_the_next_minute(void **state)
{
    char token[TOKEN_SIZE];

    (void)state;
    token_write(key, 2, NOW + 60, token);
    assert_true(takes(token));
    token_write(key, 2, NOW + 61, token);
    assert_false(takes(token));
}

static void a_token_of_another_key_is_none(void **state)
{
    unsigned char other[TOKEN_KEY_SIZE];
    char token[TOKEN_SIZE];

    (void)state;
    memcpy(other, key, sizeof other);
    other[TOKEN_KEY_SIZE - 1] ^= 1;
    token_write(other, 2, NOW, token);
    assert_false(takes(token));
}

static void keys_are_made_at_random(void **state)
{
    unsigned char a[TOKEN_KEY_SIZE], b[TOKEN_KEY_SIZE];

    (void)state;
    token_make_key(a);
    token_make_key(b);
    assert_memory_not_equal(a, b, sizeof a);
}

/* Whatever else stands in the place of this byte, it is refused. */
static void assert_counts(char *byte, const char *token)
{
    char was = *byte;

    for (int other = 1; other < 256; other++) {
        *byte = (char)other;
        if (*byte != was && takes(token))
            fail_msg("byte %td of %s", byte - token, token);
    }
    *byte = was;
}

static void a_token_that_differs_in_a_byte_is_refused(void **state)
{
    char token[TOKEN_SIZE];

    (void)state;
    token_write(key, 2, NOW, token);
    for (char *byte = token; *byte != '\0'; byte++)
        assert_counts(byte, token);
    assert_true(takes(token));
}

static void a_token_is_refused_when_cut_or_longer(void **state)
{
    static const char *const more[] = {
        ".", ".AAAA", "A", "=", "==", "\n", " ", "%", "."};
    char token[TOKEN_SIZE + 8];
    char whole[TOKEN_SIZE];

    (void)state;
    token_write(key, 2, NOW, whole);
    for (size_t len = 0; len < strlen(whole); len++) {
        (void)snprintf(token, sizeof token, "%.*s", (int)len, whole);
        assert_false(takes(token));
        assert_false(takes(whole + strlen(whole) - len));
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        (void)snprintf(token, sizeof token, "%s%s", whole, more[i]);
        assert_false(takes(token));
        (void)snprintf(token, sizeof token, "%s%s", more[i], whole);
        assert_false(takes(token));
    }
}

/* 32 bytes are 43 letters, and two bits of the last letter mean nothing. */
static void a_last_letter_with_bits_left_over_is_refused(void **state)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char token[TOKEN_SIZE];
    char *last, was;

    (void)state;
    token_write(key, 2, NOW, token);
    last = token + strlen(token) - 1;
    was = *last;
    for (int bits = 1; bits < 4; bits++) {
        *last = letters[(strchr(letters, was) - letters) | bits];
        assert_true(*last != was);
        assert_false(takes(token));
    }
}

/* The algorithm is not the token's to choose. */
static void another_header_is_refused_however_well_it_is_signed(void **state)
{
    static const char *const headers[] = {
        "{\"alg\":\"none\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS512\",\"typ\":\"JWT\"}",
        "{\"alg\":\"hs256\",\"typ\":\"JWT\"}",
        "{\"typ\":\"JWT\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\" }",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[\"b64\"]}",
        "{\"alg\":\"HS256\",\"alg\":\"none\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\"}",
        "{}",
        "",
    };
    const char *payload =
        "{\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP "}";

    (void)state;
    assert_true(takes(sign(HEADER, payload)));
    assert_false(takes(sign(HEADER "=", payload)));
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char header[256];

        (void)add_base64(header, headers[i], strlen(headers[i]));
        assert_false(takes(sign(header, payload)));
    }
}

static void only_a_users_number_is_a_user(void **state)
{
    static const char *const bad[] = {"2",
                                      "\"\"",
                                      "\"0\"",
                                      "\"1\"",
                                      "\"02\"",
                                      "\"-2\"",
                                      "\"+2\"",
                                      "\" 2\"",
                                      "\"2 \"",
                                      "\"2.0\"",
                                      "\"2e1\"",
                                      "\"0x2\"",
                                      "\"two\"",
                                      "null",
                                      "true",
                                      "[\"2\"]",
                                      "{\"a\":2}",
                                      "\"2\\u0000\"",
                                      "\"9223372036854775808\"",
                                      "\"18446744073709551618\""};

    (void)state;
    assert_true(takes(claim("\"2\"", GOOD_IAT, GOOD_EXP)));
    assert_true(takes(claim("\"9223372036854775807\"", GOOD_IAT, GOOD_EXP)));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (takes(claim(bad[i], GOOD_IAT, GOOD_EXP)))
            fail_msg("%s is taken", bad[i]);
}

static void only_whole_numbers_are_times(void **state)
{
    static const char *const bad[] = {
        "\"1700000900\"", "1700000900.5", "-1", "1e300",
        "null",           "true",         "[]", "9007199254740992"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (takes(claim("\"2\"", GOOD_IAT, bad[i])))
            fail_msg("exp %s is taken", bad[i]);
        if (takes(claim("\"2\"", bad[i], GOOD_EXP)))
            fail_msg("iat %s is taken", bad[i]);
    }
    assert_true(takes(claim("\"2\"", GOOD_IAT, "1.7000009e9")));
    assert_true(takes(claim("\"2\"", "0", GOOD_EXP)));
}

static void a_payload_is_strict_json_with_all_that_is_needed(void **state)
{
    static const char *const bad[] = {
        "",
        "null",
        "[]",
        "{\"sub\":\"2\",\"iat\":" GOOD_IAT "}",
        "{\"sub\":\"2\",\"exp\":" GOOD_EXP "}",
        "{\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP "}",
        "{\"SUB\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP "}",
        "{\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP "",
        "{\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP "}x",
        "{\"sub\":\"3\",\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP
        "}",
        "{\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":1,\"exp\":" GOOD_EXP "}",
        "{\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":1,\"\\u0065xp\":" GOOD_EXP
        "}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (takes(sign(HEADER, bad[i])))
            fail_msg("%s is taken", bad[i]);
}

static void a_token_of_more_than_a_kib_is_not_looked_at(void **state)
{
    char payload[2048];
    const char *token;
    int blanks = TOKEN_MAX; /* so long that it cannot fit */

    (void)state;
    for (;; blanks--) { /* down to the first that fits */
        (void)snprintf(payload, sizeof payload,
                       "{\"sub\":\"2\",%*s\"iat\":" GOOD_IAT
                       ",\"exp\":" GOOD_EXP "}",
                       blanks, "");
        token = sign(HEADER, payload);
        if (strlen(token) <= TOKEN_MAX)
            break;
        assert_false(takes(token));
    }
    assert_true(takes(token));
}

/* A client that is told "401" throws a good token away. */
static void without_memory_a_token_is_neither_good_nor_bad(void **state)
{
    enum todo_err err = TODO_ERR_NO_MEMORY;
    char token[TOKEN_SIZE];
    int64_t user = 0;
    int tries = 0;

    (void)state;
    token_write(key, 2, NOW, token);
    for (; err == TODO_ERR_NO_MEMORY; tries++) {
        assert_int_equal(user, 0);
        unit_scarce_json(tries);
        err = read_at(token, NOW, &user);
        assert_int_equal(unit_json_blocks(), 0);
    }
    unit_plenty_json();
    assert_int_equal(err, TODO_OK);
    assert_int_equal(user, 2);
    assert_true(tries > 5); /* the object, three members and their names */
}

static void a_token_that_was_seen_expires_as_any_other(void **state)
{
    struct token_seen seen = {0};
    char token[TOKEN_SIZE];

    (void)state;
    token_write(key, 2, NOW, token);
    assert_int_equal(read_again(token, NOW, &seen), TODO_OK);
    assert_int_equal(read_again(token, NOW + TOKEN_LASTS_S - 1, &seen),
                     TODO_OK);
    assert_int_equal(read_again(token, NOW + TOKEN_LASTS_S, &seen),
                     TODO_ERR_BAD_TOKEN);
    /* The clock steps back, and back once more. */
    assert_int_equal(read_again(token, NOW - TOKEN_AHEAD_S, &seen), TODO_OK);
    assert_int_equal(read_again(token, NOW - TOKEN_AHEAD_S - 1, &seen),
                     TODO_ERR_BAD_TOKEN);
    assert_int_equal(read_again(token, NOW, &seen), TODO_OK);
    assert_int_equal(seen.user, 2);
}

/* The user of a connection may change with each request. */
static void another_token_than_the_one_seen_is_read(void **state)
{
    struct token_seen seen = {0};
    char tokens[3][TOKEN_SIZE];

    (void)state;
    token_write(key, 2, NOW, tokens[0]);
    token_write(key, 3, NOW, tokens[1]);
    token_write(key, 2, NOW + 1, tokens[2]);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(read_again(tokens[i % 3], NOW, &seen), TODO_OK);
        assert_int_equal(seen.user, i % 3 == 1 ? 3 : 2);
    }
}

/* Whatever else stands in the place of a byte, in front or behind. */
static void only_the_whole_token_is_the_one_seen(void **state)
{
    struct token_seen seen = {0};
    char token[TOKEN_SIZE], other[TOKEN_SIZE + 1];
    size_t len;

    (void)state;
    token_write(key, 2, NOW, token);
    len = strlen(token);
    assert_int_equal(read_again(token, NOW, &seen), TODO_OK);
    for (size_t i = 0; i <= len; i++) {
        memcpy(other, token, len + 1);
        other[i] = i < len && other[i] == 'A' ? 'B' : 'A';
        other[len + (i == len)] = '\0'; /* the last one is one byte longer */
        assert_int_equal(read_again(other, NOW, &seen), TODO_ERR_BAD_TOKEN);
        (void)snprintf(other, sizeof other, "%.*s", (int)i, token);
        assert_int_equal(read_again(other, NOW, &seen),
                         i < len ? TODO_ERR_BAD_TOKEN : TODO_OK);
    }
    assert_int_equal(seen.user, 2);
}

static void what_was_refused_is_not_remembered(void **state)
{
    struct token_seen seen = {0};
    char good[TOKEN_SIZE], late[TOKEN_SIZE];

    (void)state;
    token_write(key, 2, NOW, good);
    token_write(key, 3, NOW - TOKEN_LASTS_S, late);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_again(late, NOW, &seen), TODO_ERR_BAD_TOKEN);
        assert_int_equal(read_again("", NOW, &seen), TODO_ERR_BAD_TOKEN);
        assert_uint_equal(seen.len, 0);
        assert_int_equal(seen.user, 0);
    }
    assert_int_equal(read_again(good, NOW, &seen), TODO_OK);
    assert_int_equal(read_again(late, NOW, &seen), TODO_ERR_BAD_TOKEN);
    assert_int_equal(seen.user, 2);
}

/* One that is seen needs no memory, nor the key: it is compared. */
static void a_token_that_was_seen_is_not_read_again(void **state)
{
    struct token_seen seen = {0};
    char token[TOKEN_SIZE];

    (void)state;
    token_write(key, INT64_MAX, INT32_MAX, token); /* a long one */
    assert_int_equal(read_again(token, INT32_MAX, &seen), TODO_OK);
    unit_scarce_json(0);
    assert_int_equal(read_again(token, INT32_MAX, &seen), TODO_OK);
    unit_plenty_json();
    assert_int_equal(seen.user, INT64_MAX);
}

/* It is good, and too long to be remembered: no empty one may take its place.
 */
static void a_long_token_is_read_each_time(void **state)
{
    struct token_seen seen = {0};
    const char *token =
        sign(HEADER, "{\"sub\":\"2\",\"iat\":" GOOD_IAT ",\"exp\":" GOOD_EXP
                     ",\"why\":\"it is "
                     "longer than those that we make: more "
                     "than a quarter of a thousand bytes, which "
                     "takes some words\"}");

    (void)state;
    assert_true(strlen(token) > TOKEN_SIZE);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(read_again(token, NOW, &seen), TODO_OK);
        assert_int_equal(seen.user, 2);
        assert_int_equal(read_again("", NOW, &seen), TODO_ERR_BAD_TOKEN);
    }
}

static int prepare(void **state)
{
    (void)state;
    return password_prepare() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_token_is_a_jwt),
        cmocka_unit_test(a_token_holds_up_to_the_second_in_which_it_expires),
        cmocka_unit_test(a_token_may_come_from_the_next_minute),
        cmocka_unit_test(a_token_of_another_key_is_none),
        cmocka_unit_test(keys_are_made_at_random),
        cmocka_unit_test(a_token_that_differs_in_a_byte_is_refused),
        cmocka_unit_test(a_token_is_refused_when_cut_or_longer),
        cmocka_unit_test(a_last_letter_with_bits_left_over_is_refused),
        cmocka_unit_test(another_header_is_refused_however_well_it_is_signed),
        cmocka_unit_test(only_a_users_number_is_a_user),
        cmocka_unit_test(only_whole_numbers_are_times),
        cmocka_unit_test(a_payload_is_strict_json_with_all_that_is_needed),
        cmocka_unit_test(a_token_of_more_than_a_kib_is_not_looked_at),
        cmocka_unit_test(a_token_that_was_seen_expires_as_any_other),
        cmocka_unit_test(another_token_than_the_one_seen_is_read),
        cmocka_unit_test(only_the_whole_token_is_the_one_seen),
        cmocka_unit_test(what_was_refused_is_not_remembered),
        cmocka_unit_test(a_token_that_was_seen_is_not_read_again),
        cmocka_unit_test(a_long_token_is_read_each_time),
        cmocka_unit_test(without_memory_a_token_is_neither_good_nor_bad),
    };

    return cmocka_run_group_tests_name("token", tests, prepare, NULL);
}
