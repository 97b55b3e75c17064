/*
 * common/todo/token.h - says who a client is, for 15 minutes.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A JWT (RFC 7519) signed by HMAC-SHA256 (HS256, RFC 7515), and no other: the
 * header is a constant to compare, so nobody can choose an algorithm by it (RFC
 * 8725 section 3.1). No library of C is in every distribution, and those that
 * were tried accept tokens which must be refused.
 */
#ifndef TODO_COMMON_TOKEN_H
#define TODO_COMMON_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

enum {
    TOKEN_KEY_SIZE = 32,
    TOKEN_LASTS_S = 900,
    TOKEN_AHEAD_S = 60, /* how far ahead another clock may be */
    TOKEN_MAX = 1024,   /* bytes of one that is looked at */
    TOKEN_SIZE = 256    /* of one of ours, with NUL */
};

/* Fills in a new key: random bytes. */
void token_make_key(unsigned char key[TOKEN_KEY_SIZE]);

/* Writes a token for this user that lasts from now on. Times are seconds since
 * 1970 UTC. */
void token_write(const unsigned char key[TOKEN_KEY_SIZE], int64_t user,
                 int64_t now_s, char out[TOKEN_SIZE]);

/* The last good token of a connection, which may show it with each request: it
 * is compared then, and need not be read again. Begins with {0}. */
struct token_seen {
    size_t len; /* 0: there is none to compare */
    char text[TOKEN_SIZE];
    int64_t user;            /* whose it is */
    int64_t made_s, until_s; /* from when and until when it holds */
};

/* Reads a token: seen->user is whose it is. TODO_ERR_BAD_TOKEN unless it was
 * signed with the key, always the same for this `seen`, and holds now;
 * TODO_ERR_NO_MEMORY, which says nothing about the token. Then `seen` is as it
 * was. */
enum todo_err token_read(const unsigned char key[TOKEN_KEY_SIZE],
                         const char *text, size_t len, int64_t now_s,
                         struct token_seen *seen);

#endif
