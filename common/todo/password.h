/*
 * common/todo/password.h - what is kept of a password, and whether it is the
 * one.
 * Threads: password_prepare from main, before others start; the others any.
 * Blocks:  never; but password_make and password_check work for many
 *          milliseconds, and on 19 MiB.
 * Owns:    nothing.
 *
 * A password is kept as a hash that is meant to be slow and to take memory:
 * argon2id with 2 passes over 19 MiB, as a PHC string. A thief of the
 * database has to spend as much for each guess. So has the server: these two
 * belong on a thread that may be busy (hashers.h of both rooms).
 */
#ifndef TODO_COMMON_PASSWORD_H
#define TODO_COMMON_PASSWORD_H

#include <stdbool.h>

#include "common/base/error.h"

enum {
    PASSWORD_PASSES = 2,
    PASSWORD_MEMORY = 19 << 20, /* bytes */
    PASSWORD_SECRET_SIZE = 128  /* of a PHC string, with NUL */
};

/* Makes libsodium ready. False when it cannot be. */
bool password_prepare(void);

/* What a hash thread runs. */
typedef enum todo_err password_work(void *arg);

/* Makes what is to be kept of a new password.
 * TODO_ERR_NO_MEMORY. `arg` is a struct of its name. */
struct make_secret {
    const char *password;
    char secret[PASSWORD_SECRET_SIZE]; /* out */
};
enum todo_err password_make(void *arg);

/* Is this the password? TODO_OK, or TODO_ERR_CREDENTIALS: also when nobody has
 * the name, and after the same work. TODO_ERR_NO_MEMORY says nothing about the
 * password; TODO_ERR_INTERNAL: the secret is none. */
struct check_secret {
    const char *password;
    bool known;         /* somebody has the name */
    const char *secret; /* then: what is kept of their password */
    /* Out: what is to be kept instead, where that was made with less work than
     * today; else "". */
    char renewed[PASSWORD_SECRET_SIZE];
};
enum todo_err password_check(void *arg);

#endif
