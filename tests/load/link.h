/*
 * tests/load/link.h - a row of things, in order, each of which knows its place.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing: the link lies in the thing.
 *
 * The row is a ring: its head is the link between the last one and the first.
 */
#ifndef TODO_TESTS_LINK_H
#define TODO_TESTS_LINK_H

#include <stdbool.h>

struct link {
    struct link *before, *after;
};

static inline void link_init(struct link *head)
{
    head->before = head->after = head;
}

static inline bool link_is_alone(const struct link *head)
{
    return head->after == head;
}

/* Puts it behind the last one. */
static inline void link_append(struct link *head, struct link *one)
{
    one->before = head->before;
    one->after = head;
    head->before->after = one;
    head->before = one;
}

/* Takes it out of the row that it is in. */
static inline void link_take(struct link *one)
{
    one->before->after = one->after;
    one->after->before = one->before;
    link_init(one);
}

#endif
