/*
 * tests/unit/stub.h - an upstream that says what a test tells it, once.
 * Threads: the test's, and one it starts.
 * Blocks:  stub_end and stub_serve_again, until the answer is sent.
 * Owns:    its socket and its thread. Fails the running test when it has none.
 */
#ifndef TODO_TESTS_STUB_H
#define TODO_TESTS_STUB_H

#include <pthread.h>
#include <stddef.h>

struct stub {
    pthread_t thread;
    int listener;
    const char *answer; /* borrowed; NULL: none, ever */
    size_t len;
    char url[64];
};

/* Only listens: nobody takes what comes. End with stub_close. */
void stub_listen(struct stub *stub);
void stub_close(struct stub *stub);

/* Takes the first connection, reads a head, sends the answer and closes: on a
 * thread of its own, to be joined. */
void stub_serve(struct stub *stub, const char *answer, size_t len);

/* Listens and serves one. */
void stub_start(struct stub *stub, const char *answer, size_t len);

/* One connection more, after that before it. */
void stub_serve_again(struct stub *stub, const char *answer, size_t len);

void stub_end(struct stub *stub);

#endif
