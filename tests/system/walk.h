/*
 * tests/system/walk.h - looks at every todo, page by page.
 * Threads: its caller's.
 * Blocks:  until the last page.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_WALK_H
#define TODO_TESTS_WALK_H

#include <stddef.h>

/* Is called with each title, borrowed, and with `context`. */
typedef void walk_each(void *context, const char *title);

/* Follows the links from `GET /todos` to the end; gives how many there are. The
 * titles must need no escapes. Fails the running test unless each page is 200.
 */
size_t walk_titles(int port, walk_each *each, void *context);

#endif
