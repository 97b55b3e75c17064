/*
 * exercises/runner/columns.h - prints code in one column or two.
 * Threads: the main one.
 * Blocks:  on the terminal.
 * Owns:    nothing.
 *
 * A line that waits is marked by ">" in its first blank and, in a terminal that
 * shows colours, by one of those.
 */
#ifndef TODO_RUNNER_COLUMNS_H
#define TODO_RUNNER_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct columns {
    int left; /* width of the left column; 0: there is only one */
    bool colour;
};

/* The width of the terminal, or 80. */
int columns_width(void);

/* True when the terminal shows colours and NO_COLOR does not forbid them. */
bool columns_colour(void);

/* Prints a row. NULL is an empty place. */
void columns_print(const struct columns *columns, const char *left,
                   const char *right);

#endif
