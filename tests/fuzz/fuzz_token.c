/*
 * tests/fuzz/fuzz_token.c - bytes as a token, and as parts of one that is
 * signed.
 *
 * The first byte says what the others are: a token; a payload, which is written
 * in base64url and signed; or all that stands before the signature, which is
 * signed as it is.
 */
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/todo/account.h"
#include "common/todo/token.h"
#include "tests/fuzz/fuzz.h"

#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

enum { NOW = 1700000000, VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

static const unsigned char key[TOKEN_KEY_SIZE] =
    "the key that these tokens have.";

static bool takes(const char *text, size_t len, int64_t *user)
{
    char *copy = fuzz_copy((const uint8_t *)text, len);
    struct token_seen seen = {0};
    enum todo_err err = token_read(key, copy, len, NOW, &seen);

    fuzz_must(err == TODO_OK || err == TODO_ERR_BAD_TOKEN, "there is memory");
    fuzz_must(token_read(key, copy, len, NOW, &seen) == err,
              "a token that was seen is as good as before");
    if (!err)
        *user = seen.user;
    free(copy);
    return err == TODO_OK;
}

static void put_base64(struct buf *out, const uint8_t *bytes, size_t size)
{
    size_t len = sodium_base64_encoded_len(size, VARIANT);
    char *text = malloc(len);

    fuzz_must(text != NULL, "there is memory");
    sodium_bin2base64(text, len, bytes, size, VARIANT);
    buf_puts(out, text);
    free(text);
}

static void sign(struct buf *token)
{
    unsigned char signature[32];

    crypto_auth_hmacsha256(signature, (const unsigned char *)token->data,
                           token->len, key);
    buf_puts(token, ".");
    put_base64(token, signature, sizeof signature);
}

static void must_be_a_users(int64_t user)
{
    char token[TOKEN_SIZE];
    int64_t again = 0;

    fuzz_must(user >= ACCOUNT_FIRST, "a token is a user's");
    token_write(key, user, NOW, token);
    fuzz_must(takes(token, strlen(token), &again) && again == user,
              "each user can have a token");
}

/* Without the key nobody can make one. */
static void try_token(const uint8_t *data, size_t size)
{
    int64_t user = 0;

    fuzz_must(!takes((const char *)data, size, &user), "it is not signed");
    fuzz_must(user == 0, "what is refused says nothing");
}

static void try_payload(const uint8_t *data, size_t size)
{
    struct buf token = {0};
    int64_t user = 0;

    buf_puts(&token, HEADER);
    put_base64(&token, data, size);
    sign(&token);
    if (takes(token.data, token.len, &user)) {
        fuzz_must(fuzz_is_strict_json(data, size), "a payload is strict JSON");
        fuzz_must(token.len <= TOKEN_MAX, "a token is not too long");
        must_be_a_users(user);
    }
    buf_release(&token);
}

static void try_signed(const uint8_t *data, size_t size)
{
    struct buf token = {0};
    int64_t user = 0;

    buf_put(&token, data, size);
    sign(&token);
    if (takes(token.data, token.len, &user)) {
        fuzz_must(size > strlen(HEADER) &&
                      memcmp(data, HEADER, strlen(HEADER)) == 0,
                  "there is one header");
        fuzz_must(!memchr(data + strlen(HEADER), '.', size - strlen(HEADER)) &&
                      !memchr(data, '=', size),
                  "there are three parts, without padding");
        must_be_a_users(user);
    }
    buf_release(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_must(sodium_init() >= 0, "there is libsodium");
    if (size == 0)
        return 0;
    switch (data[0]) {
    case 't':
        try_token(data + 1, size - 1);
        break;
    case 'p':
        try_payload(data + 1, size - 1);
        break;
    default:
        try_signed(data + 1, size - 1);
        break;
    }
    return 0;
}
