/*
 * common/todo/password.c - argon2id by libsodium.
 *
 * Not by crypto_pwhash_str_verify(): it says EINVAL for a wrong password and
 * also for the right one when memory is short. crypto_pwhash() tells the two
 * apart, so the PHC string is taken apart here.
 */
#include "common/todo/password.h"

#include <string.h>

#include <sodium.h>

#include "common/base/log.h"

enum {
    HASH_SIZE = 32,
    NUMBER_MAX = 1 << 24 /* of KiB, and of passes */
};

/* A PHC string: $argon2id$v=19$m=19456,t=2,p=1$SALT$HASH */
struct phc {
    unsigned long memory; /* KiB */
    unsigned long passes;
    unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char hash[HASH_SIZE];
};

/* Nobody's: for a name that does not exist the same work is done. */
static const char nobody[] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

_Static_assert(PASSWORD_SECRET_SIZE >= crypto_pwhash_STRBYTES,
               "a secret has room for what libsodium writes");

bool password_prepare(void)
{
    return sodium_init() >= 0;
}

/* --- a PHC string --------------------------------------------------------- */

static bool take(const char **at, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(*at, word, len) != 0)
        return false;
    *at += len;
    return true;
}

static bool take_number(const char **at, unsigned long *number)
{
    const char *first = *at;

    *number = 0;
    for (; **at >= '0' && **at <= '9' && *number <= NUMBER_MAX; ++*at)
        *number = *number * 10 + (unsigned long)(**at - '0');
    return *at > first && *number <= NUMBER_MAX;
}

/* Up to the next '$', or to the end. */
static bool take_bytes(const char **at, unsigned char *bytes, size_t size)
{
    size_t len = strcspn(*at, "$");
    size_t found = 0;

    if (sodium_base642bin(bytes, size, *at, len, NULL, &found, NULL,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
        return false;
    *at += len;
    return found == size;
}

static bool phc_read(struct phc *phc, const char *text)
{
    return take(&text, "$argon2id$v=19$m=") &&
           take_number(&text, &phc->memory) && take(&text, ",t=") &&
           take_number(&text, &phc->passes) && take(&text, ",p=1$") &&
           take_bytes(&text, phc->salt, sizeof phc->salt) && take(&text, "$") &&
           take_bytes(&text, phc->hash, sizeof phc->hash) && *text == '\0';
}

/* --- work ----------------------------------------------------------------- */

static enum todo_err short_of_memory(void)
{
    log_error("password", "no memory for a hash");
    return TODO_ERR_NO_MEMORY;
}

enum todo_err password_make(void *arg)
{
    struct make_secret *job = arg;

    if (crypto_pwhash_str_alg(job->secret, job->password, strlen(job->password),
                              PASSWORD_PASSES, PASSWORD_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return short_of_memory();
    return TODO_OK;
}

/* Hashes the password as that of the PHC string was hashed. */
static enum todo_err compare(const struct phc *phc, const char *password)
{
    unsigned char hash[HASH_SIZE];
    enum todo_err err = TODO_OK;

    if (crypto_pwhash(hash, sizeof hash, password, strlen(password), phc->salt,
                      phc->passes, (size_t)phc->memory << 10,
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return short_of_memory();
    if (sodium_memcmp(hash, phc->hash, sizeof hash) != 0)
        err = TODO_ERR_CREDENTIALS;
    sodium_memzero(hash, sizeof hash);
    return err;
}

/* It costs another hash, once. Without memory for it the old one stays. */
static void renew(struct check_secret *job)
{
    struct make_secret make = {.password = job->password};

    if (password_make(&make) == TODO_OK)
        memcpy(job->renewed, make.secret, sizeof make.secret);
}

enum todo_err password_check(void *arg)
{
    struct check_secret *job = arg;
    struct phc phc;
    enum todo_err err;

    job->renewed[0] = '\0';
    if (!phc_read(&phc, job->known ? job->secret : nobody)) {
        log_error("password", "a secret in the database cannot be read");
        return TODO_ERR_INTERNAL;
    }
    err = compare(&phc, job->password);
    if (!err && !job->known)
        err = TODO_ERR_CREDENTIALS;
    if (!err &&
        (phc.passes != PASSWORD_PASSES || phc.memory != PASSWORD_MEMORY >> 10))
        renew(job);
    return err;
}
