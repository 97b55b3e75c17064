/*
 * exercises/runner/keeps.h - what an operation keeps while it waits, and where.
 * Threads: the main one.
 * Blocks:  where it reads files.
 * Owns:    nothing.
 */
#ifndef TODO_RUNNER_KEEPS_H
#define TODO_RUNNER_KEEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "beside.h"
#include "source.h"

enum { MAX_LOCALS = 16, MAX_MEMBER = 2 * MAX_NAME + 4 };

/* A local variable of the sync room, and where the async room has it. */
struct local {
    char type[MAX_NAME];
    char name[MAX_NAME];
    char member[MAX_MEMBER]; /* there, "rq->err"; or "" */
    bool is_local;           /* there as well */
};

struct locals {
    struct local all[MAX_LOCALS];
    size_t count;
};

/* Reads the declarations at the beginning of the functions, one in a line, as
 * these rooms write them. What several functions call alike is there once. */
void locals_find(struct locals *locals, const struct chain chains[ROOMS]);

/* How many of them are members of the request. */
size_t locals_moved(const struct locals *locals);

/* The function that the lines of a paragraph hand on to be called after a wait:
 * the last argument of a call. NULL when there is none. */
const struct part *handed_on(const struct chain *chain,
                             const struct paragraph *paragraph);

/* The work for the store that an operation starts. */
struct store_call {
    char job[MAX_NAME];  /* "store_create_todo" */
    char verb[MAX_NAME]; /* "keeper_write" */
};

/* Finds the next call of a keeper from line `from` on, which it moves behind
 * it. False when there is none. */
bool store_call_next(const struct chain *chain, size_t *from,
                     struct store_call *call);

/* The thread that runs such work, as the room's keeper.c marks the function
 * that gives it to the store; "" when it does not. */
const char *store_thread(enum room room, const char *verb);

#endif
