/*
 * tests/contract/theirs.h - cases with two users: `mine` is the suite's own,
 * and `theirs` another.
 * Threads: the main one.
 * Blocks:  until the answers.
 * Owns:    nothing.
 */
#ifndef TODO_CONTRACT_THEIRS_H
#define TODO_CONTRACT_THEIRS_H

#include "api.h"
#include "user.h"

/* From here on the case asks as the one or the other. */
void as_mine(struct api *api);
void as_theirs(struct api *api, const struct user *theirs);

/* Makes another user, and a todo of it from this body; gives its id. The case
 * goes on as `mine`. */
long long make_theirs(struct api *api, struct user *theirs, const char *body);

/* All the other's todos are as they were: these titles. The case goes on as
 * `mine`. */
void expect_unharmed(struct api *api, const struct user *theirs,
                     const char *titles);

#endif
