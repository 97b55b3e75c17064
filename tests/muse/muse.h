/*
 * tests/muse/muse.h - a server that suggests titles, and misbehaves when told.
 * Threads: one, the loop's.
 * Blocks:  never.
 * Owns:    its connections.
 *
 * The other servers' upstream in lessons and tests. What it does, the path
 * says:
 *
 *   /            a title, after --delay milliseconds
 *   /drip        the same, a byte at a time, --delay between two
 *   /wakes       only the first title comes late, those behind it at once
 *   /hang        nothing, ever
 *   /close       half an answer, and the end of the connection
 *   /error       500
 *   /garbage     200, and no JSON
 *   /no-title    200, and JSON without a title
 *   /bad-title   200, and a title that no todo may have
 *   /long        200, and a gigabyte
 *   /lie         200, and fewer bytes than announced; the connection stays
 *   /stats       how many were asked, and how many of them left unanswered;
 *                the most that were asked at the same time; on how many
 *                connections. Asking this counts for nothing.
 */
#ifndef TODO_TESTS_MUSE_H
#define TODO_TESTS_MUSE_H

#include <stdbool.h>
#include <stddef.h>

#include <uv.h>

struct muse {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_signal_t signals[2];
    int delay_ms;
    long asked;       /* whole requests for a title */
    long answered;    /* those whose answer was sent whole */
    long left;        /* those whose client went before */
    long most;        /* the most that were neither, at any time */
    long connections; /* on which anything was asked */
};

/* What an answer is made of. */
struct muse_answer {
    char head[256];
    const char *body;
    size_t body_len; /* of `body`, which is sent `repeats` times */
    size_t repeats;
    bool at_once;
    bool drips;
    bool closes; /* behind the last byte */
    bool never;  /* nothing is sent at all */
};

/* Finds what to answer. */
void muse_choose(struct muse *muse, const char *path, size_t path_len,
                 struct muse_answer *answer);

/* What the listening socket calls when somebody connects. */
void muse_on_connection(uv_stream_t *listener, int status);

/* Closes whatever handle it is: for uv_walk. */
void muse_close_handle(uv_handle_t *handle, void *arg);

#endif
