/*
 * common/todo/route.h - every operation of the API, in one table.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_ROUTE_H
#define TODO_COMMON_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

enum operation {
    OP_LIST_TODOS,
    OP_CREATE_TODO,
    OP_CLEAR_TODOS,
    OP_STREAM_EVENTS,
    OP_EXPORT_TODOS,
    OP_COUNT_TODOS,
    OP_READ_TODO,
    OP_REPLACE_TODO,
    OP_PATCH_TODO,
    OP_DELETE_TODO,
    OP_SUGGEST_TITLES,
    OP_CREATE_USER,
    OP_CREATE_TOKEN,
    OP_SHOW_OPENAPI,
    OP_SHOW_DOCS,
    OP_SHOW_DOCS_FILE,
    OP_SHOW_LIVE,
    OP_SHOW_WAITING,
    OP_CHECK_HEALTH,
    OP_CHECK_READY,
    OP_SHOW_METRICS,
    OP_SHOW_HOME,
    OP_SHOW_OPTIONS, /* OPTIONS on any known path; not in the table */
    OP_COUNT,
    OP_NONE = OP_COUNT /* of a request that leads to none of them */
};

struct route {
    enum operation op;
    const char *method;
    const char *path;    /* {id} or {file}: one segment, the last */
    const char *name;    /* operationId, and the handler in both rooms, but for
                          * pages: those are all shown by show_page */
    const char *summary; /* one sentence */
    const char *waits;   /* what a request of this kind waits for */
    bool takes_body;     /* an object in JSON */
    bool owned;     /* is about its owner's: with --auth it needs a token */
    bool unlimited; /* --rate-limit does not count it */
};

/* By enum operation, without OP_SHOW_OPTIONS. */
extern const struct route routes[OP_SHOW_OPTIONS];

/* What a method and a path lead to. */
struct route_match {
    enum operation op; /* OP_NONE unless there is one */
    int64_t id;        /* of {id}; else 0 */
    const char *file;  /* {file}, inside the path; else NULL */
    size_t file_len;
    const char *path; /* the row's path: what route_write_allow takes */
    bool unlimited;   /* as the row says, also of OPTIONS */
};

/* What an operation is called in traces and metrics; "none" for OP_NONE. */
const char *route_name(enum operation op);

/* Finds the operation. The path is compared byte for byte as it was sent.
 * TODO_ERR_NO_PATH; or else match->path is set: TODO_ERR_NO_TODO when {id} is
 * no id, whatever the method; TODO_ERR_METHOD. */
enum todo_err route_match(struct route_match *match, const char *method,
                          const char *path, size_t path_len);

/* Appends where an operation is found: `base`, then its path, with `id` for
 * {id} and nothing for {file}. Whatever we tell a client is written here, so
 * that no place can forget the base: what URLs of ours begin with, or the path
 * of that. Pages alone do without: their links are relative. */
void route_write_url(const char *base, enum operation op, int64_t id,
                     struct buf *out);

/* Appends a problem's type (RFC 9457), a place in the page at /docs. `path` is
 * that of what our URLs begin with. Without scheme and host the type stays the
 * same, however a client finds us; but it has the full path, as RFC 9457
 * section 3.1.1 asks. */
void route_write_problem(const char *path, const struct error_info *info,
                         struct buf *out);

/* Whether a path of the table takes the method. */
bool route_takes(const char *path, const char *method);

/* Appends the methods that a path of the table takes, as Allow lists them. */
void route_write_allow(const char *path, struct buf *out);

#endif
