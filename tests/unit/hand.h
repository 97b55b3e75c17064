/*
 * tests/unit/hand.h - a server whose every answer the case says, good or bad.
 * Threads: its own, and the case's.
 * Blocks:  hand_stop: until its thread has ended.
 * Owns:    its sockets.
 */
#ifndef TODO_TESTS_HAND_H
#define TODO_TESTS_HAND_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>

enum { HAND_CONNECTIONS = 256 };

enum hand_then { HAND_KEEPS, HAND_CLOSES, HAND_RESETS };

struct hand {
    /* said before hand_start */
    const char *says; /* to each request; NULL: nothing */
    enum hand_then then;
    int holds; /* it says nothing until so many have asked */

    /* to be read after hand_stop */
    int asked, connections;

    /* of its own */
    bool runs;
    struct sockaddr_in at;
    pthread_t thread;
    int listener, bell[2];
    int fds[HAND_CONNECTIONS];
    bool owed[HAND_CONNECTIONS]; /* it has asked, and heard nothing */
};

/* Listens at `at`, which it fills in. Fails the running test when it cannot. */
void hand_start(struct hand *hand);

/* Lets all go that are connected. Accepts one that was not started, and a
 * second call. */
void hand_stop(struct hand *hand);

/* A port of this machine at which nobody listens, for as long as the
 * descriptor that it gives is open: close it. */
int hand_nobody(struct sockaddr_in *at);

#endif
