/*
 * tests/support/account.h - users, their tokens, and what they ask with them.
 * Threads: its caller's.
 * Blocks:  until the answer, at most RAW_TIMEOUT_MS.
 * Owns:    nothing after a return.
 */
#ifndef TODO_TESTS_ACCOUNT_H
#define TODO_TESTS_ACCOUNT_H

#include "tests/support/raw.h"
#include "tests/support/stream.h"
#include "tests/support/talk.h"

enum { ACCOUNT_TOKEN_MAX = 512 };

/* Of every user that account_make makes. */
#define ACCOUNT_PASSWORD "correct horse battery"

/* The bytes of a POST with name and password; `path` is /users or /tokens. */
void account_write(char request[TALK_MAX], const char *path, const char *name,
                   const char *password);

/* Sends those on a connection of their own. Gives the status, 0 when no whole
 * answer came. */
int account_ask(int port, const char *path, const char *name,
                const char *password);

/* Makes a user. The running test fails unless it is 201. */
void account_make(int port, const char *name);

/* Asks for a token of a user that account_make made. The running test fails
 * unless there is one. */
void account_sign_in(int port, const char *name, char token[ACCOUNT_TOKEN_MAX]);

/* Both. */
void account_begin(int port, const char *name, char token[ACCOUNT_TOKEN_MAX]);

/* The bytes of a request that says a token (NULL: none), with a JSON body or
 * none (NULL). */
void account_write_request(char request[TALK_MAX], const char *line,
                           const char *token, const char *body);

/* Sends those, `line` being "GET /todos" or the like, on a connection of their
 * own. Gives the status; `answer` as talk. */
int account_talk(int port, const char *line, const char *token,
                 const char *body, struct raw_answer *answer);

/* Creates a todo; gives its id. The running test fails unless it is 201. */
long long account_create(int port, const char *token, const char *title);

/* GET /todos/events: gives as stream_open. */
int account_follow(struct stream *stream, int port, const char *token);

/* How many todos the user has, at most 1000; -1 when the server did not answer
 * 200. */
int account_count(int port, const char *token);

#endif
