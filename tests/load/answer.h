/*
 * tests/load/answer.h - reads one answer, and believes nothing that it says.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * No byte of an answer is kept, and no length in it is asked for memory: it is
 * counted down, and what is missing or over at the end is a lie.
 */
#ifndef TODO_TESTS_ANSWER_H
#define TODO_TESTS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include <llhttp.h>

enum answer_state {
    ANSWER_MORE,    /* it is not at its end */
    ANSWER_WHOLE,   /* it is: `status` and `keeps` say what it was */
    ANSWER_CUT,     /* it ended before its head did */
    ANSWER_LIED,    /* its length is wrong, or none */
    ANSWER_NOT_HTTP /* it is something else than an answer of HTTP/1 */
};

struct answer {
    llhttp_t parser;
    int status;
    bool has_head;
    bool is_whole;
    bool keeps; /* the connection may take a further request */
};

/* Waits for an answer from its first byte on. */
void answer_begin(struct answer *answer);

/* Reads what has come. Not to be called again once it is not ANSWER_MORE. */
enum answer_state answer_read(struct answer *answer, const char *bytes,
                              size_t len);

/* The other side has closed, and the answer was not whole. Without a length it
 * is so now. */
enum answer_state answer_end(struct answer *answer);

#endif
