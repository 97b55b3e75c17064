/*
 * tests/contract/user.h - somebody with a name, a password and a token.
 * Threads: the main one.
 * Blocks:  until the answers.
 * Owns:    nothing.
 *
 * No user is ever removed, so each that is made has a name that nobody had.
 */
#ifndef TODO_CONTRACT_USER_H
#define TODO_CONTRACT_USER_H

#include <stdbool.h>

#include "api.h"

enum { USER_NAME_MAX = 33, USER_BODY_MAX = 2048 };

/* Of every user that is made here. */
#define USER_PASSWORD "correct horse battery"

struct user {
    char name[USER_NAME_MAX];
    char token[HTTP_TOKEN_MAX];
};

/* Writes a name that nobody had. */
void user_invent_name(char name[USER_NAME_MAX]);

/* Writes {'name': …, 'password': …} for api_send. */
void user_write_body(char body[USER_BODY_MAX], const char *name,
                     const char *password);

/* POST /users and POST /tokens with these. */
const struct answer *user_ask_account(struct api *api, const char *name,
                                      const char *password);
const struct answer *user_ask_token(struct api *api, const char *name,
                                    const char *password);

/* POST /tokens with the name and the password. Its token is kept, and told to
 * nobody. False when the answer, which is the newest, has none. */
bool user_sign_in(struct api *api, struct user *user);

/* POST /users with a new name, then user_sign_in. False when the newest answer
 * is not as it must be. */
bool user_register(struct api *api, struct user *user);

/* The same for cases, which fail where those give false. */
void user_make(struct api *api, struct user *user);

#endif
