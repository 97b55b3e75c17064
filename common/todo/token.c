/*
 * common/todo/token.c - HEADER.PAYLOAD.SIGNATURE, each in base64url.
 *
 * Nothing of a token is believed before its signature is known to be ours.
 */
#include "common/todo/token.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <sodium.h>

#include "common/todo/account.h"
#include "common/todo/json_check.h"

/* {"alg":"HS256","typ":"JWT"} and a dot */
static const char HEADER[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";

enum { HEADER_LEN = sizeof HEADER - 1, SIGNATURE_SIZE = 32 };

_Static_assert(TOKEN_KEY_SIZE == crypto_auth_hmacsha256_KEYBYTES,
               "a key is as long as libsodium wants it");

void token_make_key(unsigned char key[TOKEN_KEY_SIZE])
{
    randombytes_buf(key, TOKEN_KEY_SIZE);
}

/* --- writing -------------------------------------------------------------- */

/* Appends bytes in base64url; gives how long the text is then. */
static size_t add_base64(char *text, size_t len, const unsigned char *bytes,
                         size_t size)
{
    sodium_bin2base64(text + len, TOKEN_SIZE - len, bytes, size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return strlen(text);
}

void token_write(const unsigned char key[TOKEN_KEY_SIZE], int64_t user,
                 int64_t now_s, char out[TOKEN_SIZE])
{
    unsigned char signature[SIGNATURE_SIZE];
    char payload[96];
    size_t len = HEADER_LEN;
    int size = snprintf(payload, sizeof payload,
                        "{\"sub\":\"%" PRId64 "\",\"iat\":%" PRId64
                        ",\"exp\":%" PRId64 "}",
                        user, now_s, now_s + TOKEN_LASTS_S);

    memcpy(out, HEADER, HEADER_LEN);
    len = add_base64(out, len, (const unsigned char *)payload, (size_t)size);
    crypto_auth_hmacsha256(signature, (const unsigned char *)out, len, key);
    out[len++] = '.';
    (void)add_base64(out, len, signature, sizeof signature);
}

/* --- reading -------------------------------------------------------------- */

/* Reads base64url to its end: no padding, no other byte, no bits left over.
 * Without an end pointer libsodium refuses what it would stop at. */
static bool read_base64(const char *text, size_t len, void *bytes, size_t size,
                        size_t *found)
{
    return sodium_base642bin(bytes, size, text, len, NULL, found, NULL,
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
}

static bool is_signed(const unsigned char key[TOKEN_KEY_SIZE], const char *text,
                      const char *dot, size_t len)
{
    unsigned char signature[SIGNATURE_SIZE];
    size_t found = 0;

    return read_base64(dot + 1, len - (size_t)(dot + 1 - text), signature,
                       sizeof signature, &found) &&
           found == sizeof signature &&
           crypto_auth_hmacsha256_verify(signature, (const unsigned char *)text,
                                         (size_t)(dot - text), key) == 0;
}

/* A whole number of seconds; cJSON reads each number as a double. */
static bool read_seconds(const cJSON *payload, const char *name,
                         int64_t *seconds)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(payload, name);
    double most = 9007199254740991.0; /* 2^53 - 1 */

    if (!cJSON_IsNumber(item) ||
        !(item->valuedouble >= 0 && item->valuedouble <= most))
        return false;
    *seconds = (int64_t)item->valuedouble;
    return (double)*seconds == item->valuedouble;
}

/* A user's number, as a string. */
static bool read_user(const cJSON *payload, int64_t *user)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(payload, "sub");
    const char *at = cJSON_IsString(item) ? item->valuestring : "";
    int64_t number = 0;

    if (*at < '1' || *at > '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (number > (INT64_MAX - (*at - '0')) / 10)
            return false;
        number = number * 10 + (*at - '0');
    }
    *user = number;
    return *at == '\0' && number >= ACCOUNT_FIRST;
}

static enum todo_err read_payload(char *text, size_t len,
                                  struct token_seen *token)
{
    struct problem problem = {0};
    cJSON *payload;
    bool whole;
    enum todo_err err = json_parse(text, len, &problem, &payload);

    if (err)
        return err == TODO_ERR_JSON ? TODO_ERR_BAD_TOKEN : err;
    whole = read_user(payload, &token->user) &&
            read_seconds(payload, "iat", &token->made_s) &&
            read_seconds(payload, "exp", &token->until_s);
    cJSON_Delete(payload);
    return whole ? TODO_OK : TODO_ERR_BAD_TOKEN;
}

/* Reads what it says, if the key signed it: it may not hold yet, or not any
 * more. */
static enum todo_err read_signed(const unsigned char key[TOKEN_KEY_SIZE],
                                 const char *text, size_t len,
                                 struct token_seen *token)
{
    char payload[TOKEN_MAX];
    const char *dot;
    size_t found = 0;

    if (len <= HEADER_LEN || len > TOKEN_MAX ||
        memcmp(text, HEADER, HEADER_LEN) != 0)
        return TODO_ERR_BAD_TOKEN;
    dot = memchr(text + HEADER_LEN, '.', len - HEADER_LEN);
    if (!dot || !is_signed(key, text, dot, len) ||
        !read_base64(text + HEADER_LEN, (size_t)(dot - text) - HEADER_LEN,
                     payload, sizeof payload, &found))
        return TODO_ERR_BAD_TOKEN;
    return read_payload(payload, found, token);
}

static bool is_seen(const struct token_seen *seen, const char *text, size_t len)
{
    return seen->len > 0 && seen->len == len &&
           sodium_memcmp(seen->text, text, len) == 0;
}

static bool holds(const struct token_seen *token, int64_t now_s)
{
    return now_s < token->until_s && token->made_s <= now_s + TOKEN_AHEAD_S;
}

enum todo_err token_read(const unsigned char key[TOKEN_KEY_SIZE],
                         const char *text, size_t len, int64_t now_s,
                         struct token_seen *seen)
{
    struct token_seen token = {0};
    enum todo_err err;

    if (is_seen(seen, text, len))
        return holds(seen, now_s) ? TODO_OK : TODO_ERR_BAD_TOKEN;
    err = read_signed(key, text, len, &token);
    if (!err && !holds(&token, now_s))
        err = TODO_ERR_BAD_TOKEN;
    if (err)
        return err;
    if (len <= sizeof token.text) { /* ours are no longer */
        memcpy(token.text, text, len);
        token.len = len;
    }
    *seen = token;
    return TODO_OK;
}
