/*
 * common/todo/changes.h - changes of todos, and how they read as an event
 * stream.
 * Threads: the page's owner's.
 * Blocks:  never.
 * Owns:    the text of a page.
 *
 * An event stream is the log of changes, read on from some place (HTML
 * standard, section "Server-sent events"). A page of it is read once, for
 * however many streams: only the base of the URLs differs between them.
 */
#ifndef TODO_COMMON_CHANGES_H
#define TODO_COMMON_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

enum { CHANGES_STEP = 64 }; /* on a page: so many fit what a client may owe */

/* Where a stream begins. */
struct changes_start {
    bool has_last_id; /* the client says what it has seen */
    int64_t last_id;  /* Last-Event-ID; -1 when it is no number */
    int64_t newest;   /* out: of all changes */
    int64_t after;    /* out: the stream begins behind this change */
    bool has_gap;     /* out: what the client missed is not kept any more */
};

/* Reads the value of the field Last-Event-ID; NULL without one. */
struct changes_start changes_start_at(const char *text, size_t len);

struct change {
    int64_t id;
    int64_t owner;
    size_t base_at; /* where in the text the base of its URL belongs */
    size_t end;     /* where in the text its event ends */
};

struct changes_page {
    int64_t owner;   /* whose changes; 0: of all owners */
    int64_t after;   /* begin behind this one */
    int64_t oldest;  /* change that is kept; numbers may be missing behind it */
    int64_t reached; /* up to here there are no more, of any owner */
    int count;
    struct change all[CHANGES_STEP];
    struct buf text; /* the events, one behind the other */
};

/* Begins to fill a page with what is behind page->after, then adds a change
 * (its id and its owner): as the log has it, its kind and its data (JSON). At
 * the end, says which the newest of all changes is. Release with
 * changes_page_release. */
void changes_page_begin(struct changes_page *page, int64_t oldest);
void changes_page_add(struct changes_page *page, const struct change *what,
                      const char *kind, const char *data, size_t len);
void changes_page_end(struct changes_page *page, int64_t newest);
void changes_page_release(struct changes_page *page);

/* Appends the owner's events behind `after`, with the base in their URLs;
 * before them a reset, where the log has lost some. Gives how far the page has
 * come, or `after` when that is no less. */
int64_t changes_write(const struct changes_page *page, int64_t owner,
                      int64_t after, const char *base, struct buf *out);

/* Appends what is no change: a reset, where there is a gap; a comment that
 * keeps the line alive; the last event of a server that stops. */
void changes_write_reset(int64_t newest, struct buf *out);
void changes_write_heartbeat(struct buf *out);
void changes_write_bye(struct buf *out);

#endif
