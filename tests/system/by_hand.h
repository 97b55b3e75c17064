/*
 * tests/system/by_hand.h - an upstream that the case plays: it takes each call
 * when it likes, sees its head, and answers when it likes.
 * Threads: one.
 * Blocks:  until a call or its head has come, or RAW_TIMEOUT_MS.
 * Owns:    the listening socket. A call's connection is its caller's.
 */
#ifndef TODO_TESTS_BY_HAND_H
#define TODO_TESTS_BY_HAND_H

#include "tests/support/raw.h"

struct by_hand {
    int listener; /* -1 when closed */
    char url[64]; /* what --upstream takes */
};

/* Fails the running test when it cannot. */
void by_hand_listen(struct by_hand *upstream);

/* Starts the server of the case, which has an hour for this upstream, and sends
 * it a GET. */
void by_hand_start_and_ask(const struct by_hand *upstream, struct raw *client,
                           const char *path);

/* Takes the next connection. Fails the running test when none comes. */
void by_hand_take(struct by_hand *upstream, struct raw *call);

/* Reads a call's head, which then stands in call->buf. Fails the running test
 * when it does not come. */
void by_hand_read(struct raw *call);

/* Suggests a title; the next call may come on the same connection. */
void by_hand_answer(struct raw *call);

/* Accepts a second call. */
void by_hand_close(struct by_hand *upstream);

#endif
