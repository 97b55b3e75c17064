/*
 * tests/contract/bearer.h - requests with a token, and the answer to a bad one.
 * Threads: the main one.
 * Blocks:  until the answer.
 * Owns:    nothing.
 */
#ifndef TODO_CONTRACT_BEARER_H
#define TODO_CONTRACT_BEARER_H

#include <stdbool.h>

#include "api.h"

/* More than the longest token of a case, with its scheme. */
enum { BEARER_MAX = 4096 };

/* 401 with a challenge, which speaks of a token if one was sent. */
void bearer_expect_challenge(const struct answer *answer, bool was_sent);

/* GET /todos with this in the field Authorization. */
const struct answer *bearer_get(struct api *api, const char *authorization);

/* A GET with this behind the word Bearer is refused: it is no token of the
 * server's. */
void bearer_expect_refused(struct api *api, const char *token);

/* Copies the suite's own token, so that the case can alter it; it is good as it
 * is. Gives the copy. */
char *bearer_own_token(struct api *api, char token[HTTP_TOKEN_MAX]);

#endif
