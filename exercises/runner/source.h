/*
 * exercises/runner/source.h - finds an operation in the source of a room.
 * Callers: compare.c.                    Threads: the main one.
 * Blocks:  reads files.                  Owns: the text it read.
 *
 * It needs no C parser: in these rooms a function starts at the left margin,
 * ends with a brace there, and an operation is a function of the shape
 * `static void NAME(struct request *rq)`. Where it waits, the async room goes
 * on in functions named NAME_<step>: together they are its chain.
 */
#ifndef TODO_RUNNER_SOURCE_H
#define TODO_RUNNER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_OPERATIONS = 64, MAX_CHAIN_LINES = 400 };

/* The operations of the course, in the order of the sync room. */
struct operations {
    char names[MAX_OPERATIONS][64];
    size_t count;
};

struct chain {
    char path[256]; /* of the file it stands in */
    char *text;     /* that file; the lines point into it */
    const char *lines[MAX_CHAIN_LINES];
    size_t count;
};

/* Reads the names from the sync room. False, with a message, when the sources
 * are not in the current folder. */
bool operations_read(struct operations *ops);

bool operations_include(const struct operations *ops, const char *name);

/* Finds the functions of an operation in `room` ("sync_impl"). False when it is
 * not there. Release the chain in either case. */
bool chain_find(struct chain *chain, const char *room, const char *operation,
                const struct operations *ops);

void chain_release(struct chain *chain);

#endif
