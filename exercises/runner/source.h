/*
 * exercises/runner/source.h - finds an operation in the source of a room.
 * Threads: the main one.
 * Blocks:  reads files.
 * Owns:    the text it read.
 *
 * It needs no C parser: in these rooms a function starts at the left margin,
 * ends with a brace there, and an operation is a function of the shape
 * `static void NAME(struct request *rq)`. Together with the functions of its
 * file that it mentions, be it to call them or to go on there after a wait, it
 * makes a chain.
 */
#ifndef TODO_RUNNER_SOURCE_H
#define TODO_RUNNER_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_OPERATIONS = 64, MAX_LINES = 400, MAX_NAME = 64, MAX_PARTS = 16 };

/* The two rooms, and the folders they are in. */
enum room { SYNC, ASYNC, ROOMS };
extern const char *const room_names[ROOMS];

/* The operations of the course, in the order of the sync room; the pages, which
 * wait for little, are the last. */
struct operations {
    char names[MAX_OPERATIONS][MAX_NAME];
    size_t count;
};

struct line {
    const char *text;
    char opens[MAX_NAME]; /* the function or paragraph that it opens, or "" */
};

/* One function of a chain. */
struct part {
    char name[MAX_NAME];
    const char *thread; /* it runs on, such as "LOOP"; "" when no mark says */
    size_t first, end;  /* its lines, with the comment above it */
};

struct chain {
    char path[256]; /* of the file it stands in */
    char *text;     /* that file; the lines point into it */
    struct line lines[MAX_LINES];
    size_t count;
    struct part parts[MAX_PARTS];
    size_t part_count;
};

/* Reads the names from the sync room. False, with a message, when the sources
 * are not in the current folder. */
bool operations_read(struct operations *ops);

bool operations_include(const struct operations *ops, const char *name);

/* Finds an operation in a room. False, with a message, when it is not there.
 * Release the chain in either case. */
bool chain_find(struct chain *chain, enum room room, const char *operation);

/* Makes a chain of any text of C, such as an excerpt; takes it. Lines beyond
 * MAX_LINES are left out. */
void chain_split(struct chain *chain, char *text);

void chain_release(struct chain *chain);

/* Reads a whole text file. Gives: free with free(3); NULL when it cannot. */
char *read_text(const char *path);

#endif
