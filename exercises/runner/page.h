/*
 * exercises/runner/page.h - all operations of both rooms as one HTML page.
 * Threads: the main one.
 * Blocks:  on files.
 * Owns:    nothing.
 *
 * The page needs nothing but itself: style.css, compare.css, keys.js and
 * introduction.html of exercises/runner/page/ are put into it.
 */
#ifndef TODO_RUNNER_PAGE_H
#define TODO_RUNNER_PAGE_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "counts.h"
#include "keeps.h"
#include "source.h"

/* An operation with all that the page says of it. */
struct entry {
    const char *name;
    const char *method; /* as route.h has it; "OPTIONS" of any path is not in */
    const char *path;   /* that table */
    struct chain chains[ROOMS];
    struct counts counts[ROOMS];
    struct locals locals;
};

/* Writes the page. False, with a message, when it cannot. */
bool page_write(const char *path, const struct operations *ops);

/* The parts of the page. */
void page_code(struct buf *out, const struct entry *entry);
void page_facts(struct buf *out, const struct entry *entry);
void page_summary(struct buf *out, const struct entry *entries, size_t count);
bool page_rooms(struct buf *out);

#endif
