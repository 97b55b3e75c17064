/*
 * exercises/runner/functions.h - cuts the text of a C file into functions.
 * Threads: the main one.
 * Blocks:  never.
 * Owns:    nothing; it borrows the text.
 */
#ifndef TODO_RUNNER_FUNCTIONS_H
#define TODO_RUNNER_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "source.h"

enum { MAX_FUNCTIONS = 64, MAX_FUNCTION_LINES = 100 };

struct function {
    char name[MAX_NAME];
    const char *lines[MAX_FUNCTION_LINES]; /* with the comment above it */
    size_t line_count;
    bool is_operation; /* static void NAME(struct request *rq) */
    bool is_followed;  /* functions_follow came here */
};

struct functions {
    struct function all[MAX_FUNCTIONS + 1]; /* the last is to read into */
    size_t count;
};

/* Finds the functions of a text, whose newlines it turns into NULs. What
 * exceeds the numbers above is left out. */
void functions_split(struct functions *functions, char *text);

/* If the line opens a function, gives its name. Declarations, which end with a
 * semicolon, do not. */
bool function_opens(const char *line, char name[MAX_NAME]);

/* The thread that runs it, as the mark after its signature says: LOOP, STORE
 * THREAD, REQUEST THREAD or ANY THREAD; "" without a mark. */
const char *function_thread(const struct function *function);

/* Is the name a word of the line? Does the function have it in a line? */
bool has_word(const char *line, const char *name);
bool function_mentions(const struct function *function, const char *name);

/* NULL when there is none of that name. */
struct function *functions_find(struct functions *functions, const char *name);

/* Marks `start`, what it mentions, what that mentions, and so on. */
void functions_follow(struct functions *functions, struct function *start);

#endif
