/*
 * common/pages/pages.h - the pages a server shows, made once, at start.
 * Threads: pages_load before others start; afterwards any: only read.
 * Blocks:  pages_load (disk).
 * Owns:    the texts.
 */
#ifndef TODO_COMMON_PAGES_H
#define TODO_COMMON_PAGES_H

#include <stddef.h>

#include "common/base/buf.h"
#include "common/base/error.h"
#include "common/http/http_request.h"
#include "common/http/reply.h"
#include "common/setup/config.h"

/* Of the viewer's files; the largest has 2 MB. Longer ones are not read. */
enum { PAGES_MAX_FILE = 8 << 20 };

enum page_id {
    PAGE_HOME,    /* GET / */
    PAGE_DOCS,    /* GET /docs */
    PAGE_LIVE,    /* GET /live */
    PAGE_WAITING, /* GET /waiting */
    PAGE_OPENAPI, /* GET /openapi.json */
    PAGE_OK,      /* GET /healthz and /readyz, when all is well */
    /* GET /docs/{file}: what the pages load */
    PAGE_STYLE,
    PAGE_LIVE_SCRIPT,
    PAGE_WAITING_SCRIPT,
    PAGE_START_VIEWER,
    PAGE_VIEWER_SCRIPT,
    PAGE_VIEWER_STYLE,
    PAGE_COUNT
};

struct page {
    const char *content_type;
    struct buf text; /* empty: there is no such page */
};

struct pages {
    struct page page[PAGE_COUNT];
};

/* A line of the picture on the home page: what one thread does, from left to
 * right, while three requests A, B and C are served. A, B, C: it works on that
 * request; a, b, c: it stands still for that request; -: for several at once;
 * a space: neither. */
struct pages_lane {
    const char *name;
    const char *moments;
};

enum { PAGES_MAX_LANES = 6 };

/* What a room says of itself. */
struct pages_room {
    const char *how_it_waits;                 /* one or two sentences */
    const char *how_it_streams;               /* one sentence */
    const char *what_to_watch;                /* one or two sentences */
    struct pages_lane lanes[PAGES_MAX_LANES]; /* name NULL ends them */
};

/* Makes all pages. Release with pages_release, also after an error. Without
 * --docs-dir, or when the folder lacks the viewer's files, /docs is plain.
 * TODO_ERR_INTERNAL when memory runs out. */
enum todo_err pages_load(struct pages *pages, const struct config *config,
                         const struct pages_room *room);

/* Writes the answer of an operation that needs nothing but its request: a page,
 * a file of one, OPTIONS; and that of the two checks, when all is well.
 * TODO_ERR_NO_PATH when there is no such file, or the operation is another one;
 * TODO_ERR_INTERNAL when memory runs out. */
enum todo_err pages_reply(const struct pages *pages,
                          const struct http_request *request,
                          struct reply *reply);

/* The file of /docs/{file}; NULL when there is none of that name. */
const struct page *pages_file(const struct pages *pages, const char *name,
                              size_t len);

/* Frees all. Accepts {0} and a second call. */
void pages_release(struct pages *pages);

#endif
