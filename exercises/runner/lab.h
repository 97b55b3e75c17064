/*
 * exercises/runner/lab.h - both servers, an upstream, and loads on them.
 * Threads: the main one.
 * Blocks:  until servers have started or ended, and as long as a load lasts.
 * Owns:    the servers, their folder, and what is known of them.
 *
 * Each server has a database of its own, with as many todos in it. The loads
 * (tests/load/) run in this process, one after the other.
 */
#ifndef TODO_RUNNER_LAB_H
#define TODO_RUNNER_LAB_H

#include <stdbool.h>
#include <stdint.h>

#include "child.h"
#include "source.h"
#include "tests/load/load.h"

#define LAB_UPSTREAM_MS "50"

struct lab {
    bool auth; /* said before: they ask for tokens, and have the user of
                * tests/load/mix.h, and no todos */
    struct child muse, servers[ROOMS];
    char dir[512], db[600];
    int64_t *ids[ROOMS];
    struct mix mixes[ROOMS]; /* with the ids of a server, without weights */
    char hosts[ROOMS][32];
};

/* A load: open with a rate, closed with clients. */
struct lab_load {
    enum room room;
    const char *mix; /* NAME=WEIGHT,... */
    int rate, clients;
    int seconds;
    int patience; /* seconds for an answer; 0: ten */
};

/* How a server did. */
struct lab_cell {
    double rate; /* answers a second of 2xx and 3xx */
    int64_t p50_us, p99_us;
    int busy_percent; /* of a processor, for the generator */
};

/* What the servers are called, by room. */
extern const char *const lab_servers[ROOMS];

/* Starts servers of that folder, whatever the environment says, and fills them.
 * The lab is {0} before but for `auth`; lab_stop it in any case. False, with a
 * message, when one does not start. */
bool lab_start(struct lab *lab, const char *bin);

/* Runs a load. False, with a message, when a server has ended, or somebody has
 * pressed Ctrl-C. Gives the result: load_release it. */
bool lab_run(struct lab *lab, const struct lab_load *load,
             struct load_result *result);

/* Sums a result up. False when memory runs out. */
bool lab_sum_up(const struct load_result *result, struct lab_cell *cell);

/* Both at once. */
bool lab_measure(struct lab *lab, const struct lab_load *load,
                 struct lab_cell *cell);

/* Runs a load of five seconds, in which the server stands still from the second
 * on to the third (SIGSTOP). */
bool lab_run_held(struct lab *lab, const struct lab_load *load,
                  struct load_result *result);

/* Stops all. False, with a message, when a server ended badly. */
bool lab_stop(struct lab *lab);

#endif
