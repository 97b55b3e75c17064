/*
 * tests/system/forged.c - tokens that are signed with the server's own key, and
 * must open nothing all the same.
 * Threads: one.   Blocks: on the server of the case.
 *
 * No client can make them. But a library that signs for somebody else, or a
 * version of the server that is to come, may.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/sql.h"

#define HEAD "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"

enum {
    URL_SAFE = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
    JSON_MAX = 256,
    LIFETIME_S = 900
};

static unsigned char key[crypto_auth_hmacsha256_KEYBYTES];

/* Starts the server with a user, number 2, and learns its key. */
static void start(void)
{
    static const char *const args[] = {"--auth", NULL};

    assert_true(sodium_init() >= 0);
    system_start(args);
    account_make(system_server.port, "somebody");
    sql_bytes(system_server.db, "SELECT key FROM token_key", key, sizeof key);
}

/* Appends the bytes in base64 to a token. */
static void add(char token[ACCOUNT_TOKEN_MAX], const void *bytes, size_t len,
                int variant)
{
    size_t used = strlen(token);

    assert_true(sodium_base64_encoded_len(len, variant) <
                ACCOUNT_TOKEN_MAX - used);
    (void)sodium_bin2base64(token + used, ACCOUNT_TOKEN_MAX - used, bytes, len,
                            variant);
}

static void add_text(char token[ACCOUNT_TOKEN_MAX], const char *text)
{
    size_t used = strlen(token);

    assert_true(strlen(text) < ACCOUNT_TOKEN_MAX - used);
    (void)snprintf(token + used, ACCOUNT_TOKEN_MAX - used, "%s", text);
}

/* Appends a dot and the signature of what is there. */
static void sign(char token[ACCOUNT_TOKEN_MAX], const unsigned char *with,
                 int variant)
{
    unsigned char signature[crypto_auth_hmacsha256_BYTES];
    size_t len = strlen(token);

    assert_int_equal(crypto_auth_hmacsha256(
                         signature, (const unsigned char *)token, len, with),
                     0);
    add_text(token, ".");
    add(token, signature, sizeof signature, variant);
}

static void begin(char token[ACCOUNT_TOKEN_MAX], const char *head,
                  const char *claims)
{
    token[0] = '\0';
    add(token, head, strlen(head), URL_SAFE);
    add_text(token, ".");
    add(token, claims, strlen(claims), URL_SAFE);
}

static void forge(char token[ACCOUNT_TOKEN_MAX], const char *head,
                  const char *claims)
{
    begin(token, head, claims);
    sign(token, key, URL_SAFE);
}

static int open_with(const char *token)
{
    return account_talk(system_server.port, "GET /todos", token, NULL, NULL);
}

static void expect_refused(const char *token, const char *what)
{
    int status = open_with(token);

    if (status != 401)
        fail_msg("%d, not 401, with %s", status, what);
}

/* A time so many seconds from now. */
static const char *from_now(char text[32], long seconds)
{
    (void)snprintf(text, 32, "%lld", (long long)time(NULL) + seconds);
    return text;
}

/* The claims of a good token, made now, but for these in JSON, where they are
 * not NULL. */
static void write_claims(char claims[JSON_MAX], const char *sub,
                         const char *iat, const char *exp)
{
    char now[32];
    char then[32];

    (void)snprintf(claims, JSON_MAX, "{\"sub\":%s,\"iat\":%s,\"exp\":%s}",
                   sub ? sub : "\"2\"", iat ? iat : from_now(now, 0),
                   exp ? exp : from_now(then, LIFETIME_S));
}

/* A token with such claims gets this status. */
static void expect_claims(const char *sub, const char *iat, const char *exp,
                          int status)
{
    char claims[JSON_MAX];
    char token[ACCOUNT_TOKEN_MAX];

    write_claims(claims, sub, iat, exp);
    forge(token, HEAD, claims);
    if (status == 401)
        expect_refused(token, claims);
    else
        talk_expect(open_with(token), status);
}

/* Begins a token that lacks nothing but the signature. */
static void begin_good(char token[ACCOUNT_TOKEN_MAX])
{
    char claims[JSON_MAX];

    write_claims(claims, NULL, NULL, NULL);
    begin(token, HEAD, claims);
}

static void a_token_of_the_right_key_and_claims_is_good(void **state)
{
    (void)state;
    start();
    expect_claims(NULL, NULL, NULL, 200);
}

static void a_subject_that_is_no_number_of_a_user_is_401(void **state)
{
    static const char *const subjects[] = {
        "2",
        "null",
        "true",
        "[\"2\"]",
        "{\"2\":2}",
        "\"\"",
        "\"0\"",
        "\"-2\"",
        "\"+2\"",
        "\" 2\"",
        "\"2 \"",
        "\"02\"",
        "\"2.0\"",
        "\"2e0\"",
        "\"0x2\"",
        "\"two\"",
        "\"2\\u0000\"",
        "\"2\\n\"",
        "\"\xd9\xa2\"",
        "\"9223372036854775808\"",
        "\"18446744073709551618\"",
        "\"99999999999999999999999999999999999999\""};

    (void)state;
    start();
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        expect_claims(subjects[i], NULL, NULL, 401);
}

/* The clock of the server is never behind what was read here before. */
static void a_token_is_expired_in_the_second_that_it_names(void **state)
{
    char then[32];

    (void)state;
    start();
    expect_claims(NULL, NULL, from_now(then, 0), 401);
    expect_claims(NULL, NULL, from_now(then, -1), 401);
    expect_claims(NULL, NULL, from_now(then, -LIFETIME_S), 401);
    expect_claims(NULL, from_now(then, -2L * LIFETIME_S), then, 401);
}

/* A minute is forgiven to clocks; an hour is not. */
static void a_token_from_the_future_is_401(void **state)
{
    char now[32];
    char then[32];

    (void)state;
    start();
    expect_claims(NULL, from_now(now, 50), from_now(then, 2L * LIFETIME_S),
                  200);
    expect_claims(NULL, from_now(now, 3600), from_now(then, 3600 + LIFETIME_S),
                  401);
}

static void times_of_a_token_are_whole_numbers(void **state)
{
    static const char *const times[] = {
        "null",  "true", "\"\"",  "\"9999999999\"", "[9999999999]",
        "1e999", "{}",   "false", "-1e400"};

    (void)state;
    start();
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        expect_claims(NULL, NULL, times[i], 401);
        expect_claims(NULL, times[i], NULL, 401);
    }
    expect_claims(NULL, NULL, "9999999999.5", 401);
    expect_claims(NULL, "1000000000.5", NULL, 401);
    expect_claims(NULL, NULL, "-1", 401);
    expect_claims(NULL, NULL, "0", 401);
}

/* Copies claims with the time for each @, and a later one for each @+. */
static void fill_in(char claims[JSON_MAX], const char *shape)
{
    size_t len = 0;

    for (; *shape && len < JSON_MAX - 32; shape++) {
        if (*shape != '@') {
            claims[len++] = *shape;
            continue;
        }
        bool later = shape[1] == '+';

        (void)from_now(claims + len, later ? LIFETIME_S : 0);
        len += strlen(claims + len);
        shape += later;
    }
    claims[len] = '\0';
}

/* Each lacks something, or says something twice, or is no object. */
static void claims_that_are_not_whole_are_401(void **state)
{
    static const char *const shapes[] = {
        "",
        "{}",
        "null",
        "2",
        "\"2\"",
        "[\"2\"]",
        "{\"iat\":@,\"exp\":@+",
        "{\"iat\":@,\"exp\":@+}",
        "{\"sub\":\"2\",\"iat\":@}",
        "{\"sub\":\"2\",\"exp\":9@}",
        "[{\"sub\":\"2\",\"iat\":@,\"exp\":@+}]",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+,}",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+}x",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+}{}",
        "{'sub':'2','iat':@,'exp':@+}",
        "{\"Sub\":\"2\",\"iat\":@,\"exp\":@+}",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+,\"sub\":\"2\"}",
        "{\"sub\":\"3\",\"iat\":@,\"exp\":@+,\"s\\u0075b\":\"2\"}",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+,\"exp\":9999999999}",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+,\"x\":{\"y\":1,\"y\":1}}",
        "{\"sub\":\"2\",\"iat\":@,\"exp\":@+,\"x\":\"\xff\"}",
    };
    char claims[JSON_MAX];
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    start();
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        fill_in(claims, shapes[i]);
        forge(token, HEAD, claims);
        expect_refused(token, claims);
    }
}

/* That it is signed is no reason to read it. */
static void a_head_that_differs_in_a_byte_is_401(void **state)
{
    static const char *const heads[] = {
        "{\"alg\":\"none\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS512\",\"typ\":\"JWT\"}",
        "{\"alg\":\"hs256\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\",\"typ\":\"jwt\"}",
        "{\"typ\":\"JWT\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\" }",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"1\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[\"exp\"]}",
        "{}",
        ""};
    char claims[JSON_MAX];
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    start();
    write_claims(claims, NULL, NULL, NULL);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        forge(token, heads[i], claims);
        expect_refused(token, heads[i]);
    }
}

static void a_signature_by_another_key_is_401(void **state)
{
    static const unsigned char zeros[sizeof key];
    unsigned char other[sizeof key];
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    start();
    begin_good(token);
    sign(token, zeros, URL_SAFE);
    expect_refused(token, "a key of zeros");
    memcpy(other, key, sizeof other);
    other[sizeof other - 1] ^= 1;
    begin_good(token);
    sign(token, other, URL_SAFE);
    expect_refused(token, "a key that differs in a bit");
}

/* base64 as others write it: with padding. */
static void a_part_in_another_base64_is_401(void **state)
{
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    start();
    begin_good(token);
    sign(token, key, sodium_base64_VARIANT_URLSAFE);
    expect_refused(token, "a padded signature");
    begin_good(token);
    add_text(token, strlen(strchr(token, '.') + 1) % 4 == 0 ? "====" : "=");
    sign(token, key, URL_SAFE);
    expect_refused(token, "padded claims");
    begin_good(token);
    sign(token, key, URL_SAFE);
    add_text(token, ".");
    expect_refused(token, "a fourth part, an empty one");
    begin_good(token);
    add_text(token, ".e30");
    sign(token, key, URL_SAFE);
    expect_refused(token, "four parts");
}

int system_forged(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_token_of_the_right_key_and_claims_is_good),
        SYSTEM_CASE(a_subject_that_is_no_number_of_a_user_is_401),
        SYSTEM_CASE(a_token_is_expired_in_the_second_that_it_names),
        SYSTEM_CASE(a_token_from_the_future_is_401),
        SYSTEM_CASE(times_of_a_token_are_whole_numbers),
        SYSTEM_CASE(claims_that_are_not_whole_are_401),
        SYSTEM_CASE(a_head_that_differs_in_a_byte_is_401),
        SYSTEM_CASE(a_signature_by_another_key_is_401),
        SYSTEM_CASE(a_part_in_another_base64_is_401),
    };

    return GROUP("tokens of the right key", cases, NULL, NULL);
}
