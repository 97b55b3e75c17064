/*
 * common/todo/account.h - users of the API: the rules for names and passwords,
 * and the body that has both.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; an account is a value.
 *
 * One table describes the members. Reading and the JSON schema in the OpenAPI
 * document both walk it, so they cannot disagree.
 */
#ifndef TODO_COMMON_ACCOUNT_H
#define TODO_COMMON_ACCOUNT_H

#include <stddef.h>

#include "common/base/error.h"

/* Whose todos they are. */
enum {
    ACCOUNT_ALONE = 1, /* without --auth: everybody's */
    ACCOUNT_FIRST = 2  /* the first user's number */
};

enum {
    ACCOUNT_NAME_MIN = 3,
    ACCOUNT_NAME_MAX = 32,
    ACCOUNT_PASSWORD_MIN = 12, /* bytes of UTF-8 */
    ACCOUNT_PASSWORD_MAX = 128
};

struct account {
    char name[ACCOUNT_NAME_MAX + 1];
    char password[ACCOUNT_PASSWORD_MAX + 1];
};

enum account_field_id { ACCOUNT_NAME, ACCOUNT_PASSWORD, ACCOUNT_FIELD_COUNT };

struct account_field {
    const char *name;
    const char *description;  /* one sentence, for people */
    const char *pattern;      /* of JSON Schema, or NULL */
    int min_chars, max_chars; /* of JSON Schema */
    bool secret;              /* sent to the server, and never back */
};

/* Both members are strings, and both must be there. */
extern const struct account_field account_fields[ACCOUNT_FIELD_COUNT];

/* Reads the body of POST /users and of POST /tokens: it is scanned by
 * json_check, parsed by cJSON, then checked member by member. The body is wiped
 * in any case: it may hold a password. Wipe the account with account_release,
 * whatever this gives.
 * TODO_ERR_JSON, TODO_ERR_INVALID with every fault in `problem`, or
 * TODO_ERR_NO_MEMORY. */
enum todo_err account_parse(struct account *account, char *body,
                            size_t body_len, struct problem *problem);

/* Wipes it. Accepts {0} and a second call. */
void account_release(struct account *account);

#endif
