/*
 * common/todo/list_cursor.h - the place after which a page begins, as a word
 * that clients carry from one page to the next.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * It is base64url (RFC 4648 section 5, no padding) of a version, the sort, the
 * filters, the place and the search, with a space between them. Clients must
 * not look inside, but nothing breaks if they do: what it says is checked.
 */
#ifndef TODO_COMMON_LIST_CURSOR_H
#define TODO_COMMON_LIST_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/todo/list_query.h"

enum {
    /* five single digits, two numbers of 20, a space after each */
    LIST_CURSOR_TEXT_SIZE = 5 * 2 + 2 * 21 + LIST_SEARCH_SIZE,
    LIST_CURSOR_SIZE = (LIST_CURSOR_TEXT_SIZE + 2) / 3 * 4 + 1
};

/* Writes the cursor with its NUL; returns its length. */
size_t list_cursor_write(const struct list_query *query,
                         const struct list_place *place,
                         char out[LIST_CURSOR_SIZE]);

/* Reads what list_cursor_write wrote: sort, filters and `after`. Refuses
 * everything else, and then leaves `query` alone. */
bool list_cursor_read(struct list_query *query, const char *cursor, size_t len);

#endif
