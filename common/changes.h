/*
 * common/changes.h - the log of changes, and how it reads as an event stream.
 * Callers: events.c of both rooms, their feeds.   Threads: the page's owner's.
 * Blocks:  the store_… jobs (disk).      Owns: the text of a page.
 *
 * An event stream is the log, read on from some place (HTML standard, section
 * "Server-sent events"). A page is read once, for however many streams: only
 * the base of the URLs differs between them.
 */
#ifndef TODO_COMMON_CHANGES_H
#define TODO_COMMON_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/error.h"
#include "common/http_rules.h"

struct store;

enum { CHANGES_STEP = 64 }; /* on a page: so many fit what a client may owe */

/* Where a stream begins. */
struct changes_start {
    bool has_last_id; /* the client says what it has seen */
    int64_t last_id;  /* Last-Event-ID; -1 when it is no number */
    int64_t newest;   /* out: of all changes */
    int64_t after;    /* out: the stream begins behind this change */
    bool has_gap;     /* out: what the client missed is not kept any more */
};

/* Reads the field Last-Event-ID, or NULL. */
struct changes_start changes_start_at(const struct http_text *field);

/* A job: finds `after`: the newest change, or the one to go on from. */
enum todo_err store_start_changes(struct store *store, void *arg);

struct change {
    int64_t id;
    size_t base_at; /* where in the text the base of its URL belongs */
    size_t end;     /* where in the text its event ends */
};

struct changes_page {
    int64_t after; /* begin behind this one */
    int count;
    struct change all[CHANGES_STEP];
    struct buf text; /* the events, one behind the other */
};

/* A job: reads the next changes; fewer than CHANGES_STEP when there are no
 * more. Release the page with changes_page_release. */
enum todo_err store_read_changes(struct store *store, void *arg);
void changes_page_release(struct changes_page *page);

/* Appends the events behind `after`, with the base in their URLs; where changes
 * are missing, a reset. Gives the id of the last one, or `after` when there are
 * none. */
int64_t changes_write(const struct changes_page *page, int64_t after,
                      const char *base, struct buf *out);

/* Appends what is no change: a reset, where there is a gap; a comment that
 * keeps the line alive; the last event of a server that stops. */
void changes_write_reset(int64_t newest, struct buf *out);
void changes_write_heartbeat(struct buf *out);
void changes_write_bye(struct buf *out);

#endif
