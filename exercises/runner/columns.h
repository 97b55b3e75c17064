/*
 * exercises/runner/columns.h - prints code in one column or two.
 * Callers: compare.c.                    Threads: the main one.
 * Blocks:  on the terminal.              Owns: nothing.
 *
 * A line that waits is marked by ">" before it and, in a terminal that shows
 * colours, by one of those.
 */
#ifndef TODO_RUNNER_COLUMNS_H
#define TODO_RUNNER_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

struct columns {
    int left; /* width of the left column, marks and all; 0: one column */
    bool colour;
};

/* The width of the terminal, or 80. */
int columns_width(void);

/* True when the terminal shows colours and NO_COLOR does not forbid them. */
bool columns_colour(void);

/* Prints a row. NULL is an empty place; `right` is NULL in one column. */
void columns_print(const struct columns *columns, const char *left,
                   const char *right);

/* How wide a line gets in its column. */
int columns_need(const char *line);

#endif
