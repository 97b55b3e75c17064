/*
 * Level 10: a token must be as it was given, to the last bit.
 *
 * The suite cannot sign. What is signed and must be refused all the same is
 * asked where the key is known: tests/system/forged.c.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "bearer.h"
#include "cases.h"
#include "token.h"
#include "user.h"
#include "wire.h"

enum { LONG = 2048 };

static void token_with_another_byte_anywhere_is_401(void **state)
{
    char token[HTTP_TOKEN_MAX];
    size_t len = strlen(bearer_own_token(*state, token));

    for (size_t i = 0; i < len; i++) {
        char kept = token[i];

        token[i] = kept == 'A' ? 'B' : 'A';
        bearer_expect_refused(*state, token);
        token[i] = kept;
    }
    (void)bearer_own_token(*state, token);
}

/* The last of 43 characters has 4 bits of the signature, and 2 that must be 0.
 * A server that drops those takes four spellings for one. */
static void token_in_another_spelling_is_401(void **state)
{
    char token[HTTP_TOKEN_MAX];
    size_t len = strlen(bearer_own_token(*state, token));
    const char *last = strchr(token_alphabet, token[len - 1]);
    size_t value;

    assert_non_null(last);
    value = (size_t)(last - token_alphabet);
    assert_int_equal(value % 4, 0);
    for (size_t more = 1; more < 4; more++) {
        token[len - 1] = token_alphabet[value + more];
        bearer_expect_refused(*state, token);
    }
}

/* The alphabet of other base64, as far as this token shows it; `from` to `to`
 * in all of it. */
static void check_other_alphabet(struct api *api, const char *token, char from,
                                 char to)
{
    char other[HTTP_TOKEN_MAX];

    (void)snprintf(other, sizeof other, "%s", token);
    for (char *at = other; (at = strchr(at, from)); at++)
        *at = to;
    if (strcmp(other, token) != 0)
        bearer_expect_refused(api, other);
}

static void token_with_anything_beside_it_is_401(void **state)
{
    static const char *const behind[] = {"=",   "==",   "A",  "AA",  ".",
                                         "..",  ".e30", ",",  ", x", " x",
                                         "%00", "%20",  "\\", "\"",  ";a=b"};
    static const char *const before[] = {"=", "A", ".", "\"", ",", "x "};
    char token[HTTP_TOKEN_MAX];
    char other[BEARER_MAX];

    (void)bearer_own_token(*state, token);
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        (void)snprintf(other, sizeof other, "%s%s", token, behind[i]);
        bearer_expect_refused(*state, other);
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        (void)snprintf(other, sizeof other, "%s%s", before[i], token);
        bearer_expect_refused(*state, other);
    }
    check_other_alphabet(*state, token, '-', '+');
    check_other_alphabet(*state, token, '_', '/');
}

/* Decoders that stop at what they do not know, or pass it over. */
static void token_with_something_inside_it_is_401(void **state)
{
    static const char inside[] = "=. ~+/%";
    char token[HTTP_TOKEN_MAX];
    char other[BEARER_MAX];
    size_t len = strlen(bearer_own_token(*state, token));
    size_t signature;

    (void)token_part(token, 2, &signature);
    for (const char *byte = inside; *byte; byte++)
        for (size_t i = 1; i < signature; i += 7) {
            (void)snprintf(other, sizeof other, "%.*s%c%s", (int)(len - i),
                           token, *byte, token + len - i);
            bearer_expect_refused(*state, other);
        }
}

static void token_with_a_part_missing_is_401(void **state)
{
    char token[HTTP_TOKEN_MAX];
    char other[HTTP_TOKEN_MAX];
    size_t head;
    size_t claims;

    (void)bearer_own_token(*state, token);
    (void)token_part(token, 0, &head);
    const char *claim = token_part(token, 1, &claims);

    (void)snprintf(other, sizeof other, "%.*s", (int)head, token);
    bearer_expect_refused(*state, other);
    (void)snprintf(other, sizeof other, "%.*s", (int)(head + 1 + claims),
                   token);
    bearer_expect_refused(*state, other);
    (void)snprintf(other, sizeof other, "%.*s.", (int)(head + 1 + claims),
                   token);
    bearer_expect_refused(*state, other);
    bearer_expect_refused(*state, claim);
    (void)snprintf(other, sizeof other, ".%s", claim);
    bearer_expect_refused(*state, other);
    (void)snprintf(other, sizeof other, "%.*s..%s", (int)head, token,
                   claim + claims + 1);
    bearer_expect_refused(*state, other);
    bearer_expect_refused(*state, "..");
    bearer_expect_refused(*state, ".");
    bearer_expect_refused(*state, "x");
}

static void token_that_is_cut_is_401(void **state)
{
    char token[HTTP_TOKEN_MAX];
    size_t len = strlen(bearer_own_token(*state, token));

    for (size_t cut = 1; cut < len; cut++) {
        token[len - cut] = '\0';
        bearer_expect_refused(*state, token);
    }
}

/* {"alg":"none"}, {"alg":"None","typ":"JWT"}, {"alg":"HS512","typ":"JWT"},
 * {"typ":"JWT","alg":"HS256"}, {"alg":"HS256"}, {}: unsigned, or with the
 * signature of the token. */
static void token_with_another_head_is_401(void **state)
{
    static const char *const heads[] = {"eyJhbGciOiJub25lIn0",
                                        "eyJhbGciOiJOb25lIiwidHlwIjoiSldUIn0",
                                        "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9",
                                        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9",
                                        "eyJhbGciOiJIUzI1NiJ9",
                                        "e30"};
    char token[HTTP_TOKEN_MAX];
    char other[BEARER_MAX];
    size_t claims;
    size_t len;
    const char *claim;

    claim = token_part(bearer_own_token(*state, token), 1, &claims);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        const char *head = token_part(token, 0, &len);

        if (strlen(heads[i]) == len && strncmp(heads[i], head, len) == 0)
            continue; /* it is the server's own */
        (void)snprintf(other, sizeof other, "%s.%s", heads[i], claim);
        bearer_expect_refused(*state, other);
        (void)snprintf(other, sizeof other, "%s.%.*s.", heads[i], (int)claims,
                       claim);
        bearer_expect_refused(*state, other);
    }
}

static void token_with_the_claims_of_another_is_401(void **state)
{
    struct user other;
    char token[HTTP_TOKEN_MAX];
    char mixed[BEARER_MAX];
    size_t head;
    size_t claims;

    user_make(*state, &other);
    (void)token_part(bearer_own_token(*state, token), 0, &head);
    const char *claim = token_part(other.token, 1, &claims);
    size_t own_claims;
    const char *signature = token_part(token, 1, &own_claims);

    (void)snprintf(mixed, sizeof mixed, "%.*s.%.*s%s", (int)head, token,
                   (int)claims, claim, signature + own_claims);
    bearer_expect_refused(*state, mixed);
}

static void token_of_2_kib_is_401(void **state)
{
    char token[HTTP_TOKEN_MAX];
    char other[BEARER_MAX];

    (void)bearer_own_token(*state, token);
    bearer_expect_refused(*state, letters(LONG));
    (void)snprintf(other, sizeof other, "%s%s", token, letters(LONG));
    bearer_expect_refused(*state, other);
    (void)snprintf(other, sizeof other, "a.%s.a", letters(LONG));
    bearer_expect_refused(*state, other);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(token_with_another_byte_anywhere_is_401),
    cmocka_unit_test(token_in_another_spelling_is_401),
    cmocka_unit_test(token_with_anything_beside_it_is_401),
    cmocka_unit_test(token_with_something_inside_it_is_401),
    cmocka_unit_test(token_with_a_part_missing_is_401),
    cmocka_unit_test(token_that_is_cut_is_401),
    cmocka_unit_test(token_with_another_head_is_401),
    cmocka_unit_test(token_with_the_claims_of_another_is_401),
    cmocka_unit_test(token_of_2_kib_is_401),
};

const struct group altered_group =
    GROUP(LEVEL_ACCOUNTS, "altered tokens", cases);
