/*
 * exercises/runner/timeline.h - one scenario, played against both servers.
 * Threads: the main one.
 * Blocks:  scenario_play, on the server.
 * Owns:    nothing.
 */
#ifndef TODO_RUNNER_TIMELINE_H
#define TODO_RUNNER_TIMELINE_H

#include <stdbool.h>
#include <stdio.h>

#include "trace.h"

struct child;

/* What is told about a server: "todo-sync", and what happened on it. */
struct take {
    const char *server;
    struct trace trace;
    int64_t held_from, held_to; /* when a gate held somebody the longest */
};

enum { TAKES = 2 };

struct timeline {
    const char *scenario;
    const char *title;
    const char *wait; /* what it is about; NULL: a gate */
    struct take takes[TAKES];
    int64_t length; /* of the longer take: both have one time axis */
};

struct scenario {
    const char *name;
    const char *title; /* what happens, in one line */
    /* Sends requests to the server and steers it by the socket; returns when
     * all is answered. False, with a message, when it is not. It may have
     * ended. */
    bool (*play)(struct child *server, const char *gates);
    const char *wait;    /* the mark that it is about; NULL: a gate */
    const char *delay;   /* milliseconds that the upstream takes; NULL: none */
    const char *threads; /* of todo-sync; NULL: as many as it likes */
    const char *hash_jobs; /* NULL: as many as they like */
};

/* NULL when there is none of that name. All of them, up to a NULL, in
 * `scenarios`. */
const struct scenario *scenario_find(const char *name);
extern const struct scenario *const scenarios[];
extern const struct scenario scenario_leaving;

/* A lane is shown when it is a thread's. Where requests are put aside each has
 * one, too: elsewhere a request is where its thread is. */
bool timeline_shows(const struct take *take, const struct lane *lane);

/* "req-1", or "#3 create_todo". */
void timeline_lane_name(const struct lane *lane, char *name, size_t size);

/* How many threads stand still when the gate is about to open, and how many
 * requests were answered while it was closed. */
int timeline_standing(const struct take *take);
int timeline_answered(const struct take *take);

/* Says how many requests waited for that, and how many threads stood still. */
enum { TIMELINE_FACT = 120 };
void timeline_fact(const struct take *take, const char *wait,
                   char fact[TIMELINE_FACT]);

/* The same in 80 columns of text, as a picture, and for Perfetto or Chrome's
 * about:tracing. What went wrong shows in ferror(3). */
void timeline_text(const struct timeline *timeline, FILE *out);
void timeline_svg(const struct timeline *timeline, FILE *out);
void timeline_chrome(const struct timeline *timeline, FILE *out);

#endif
