/*
 * exercises/runner/counts.h - how much code there is.
 * Threads: the main one.
 * Blocks:  where it reads files.
 * Owns:    nothing.
 */
#ifndef TODO_RUNNER_COUNTS_H
#define TODO_RUNNER_COUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "source.h"

struct counts {
    size_t lines; /* of code: neither blank nor only a comment */
    size_t functions;
    size_t waits; /* marks */
};

/* Adds all functions of an operation. */
void counts_add_chain(struct counts *counts, const struct chain *chain);

/* Adds all of a file. False when it cannot be read. */
bool counts_add_file(struct counts *counts, const char *path);

#endif
