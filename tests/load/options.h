/*
 * tests/load/options.h - what todo-load is told to do.
 * Threads: main.
 * Blocks:  never.
 * Owns:    nothing; borrows the command line.
 */
#ifndef TODO_TESTS_OPTIONS_H
#define TODO_TESTS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "mix.h"

struct options {
    const char *url;
    char host[32];      /* of the URL: an IPv4 address in digits */
    char authority[64]; /* HOST:PORT */
    int port;
    int rate, clients; /* one of them; the other one is 0 */
    int64_t duration_ms;
    int requests; /* 0: as many as there is time for */
    bool keep_alive;
    int max_connections;
    int64_t deadline_ms;
    const char *raw, *plot; /* files, or NULL */
    bool really;
    struct mix mix;
    char path[256]; /* of the URL */
};

enum options_said { OPTIONS_GOOD, OPTIONS_WRONG, OPTIONS_HELP };

/* Reads the command line. What is wrong it says on standard error; the help it
 * writes on standard output. */
enum options_said options_read(struct options *options, char **argv);

#endif
