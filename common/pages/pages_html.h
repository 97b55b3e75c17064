/*
 * common/pages/pages_html.h - writes the HTML of the pages.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * Links and what scripts ask for begin with "./", never with "/". The pages lie
 * side by side, so this leads from each to each; and it does so below any path
 * that a proxy gives them, whether --public-url says so or not.
 */
#ifndef TODO_COMMON_PAGES_HTML_H
#define TODO_COMMON_PAGES_HTML_H

#include <stdbool.h>

#include "common/pages/pages.h"

/* GET /: which server this is, how it waits, where to go on. */
void pages_write_home(struct buf *out, const struct config *config,
                      const struct pages_room *room);

/* GET /docs: the API to read, and with a viewer to try. Without one it shows a
 * command, for config->public_url or config->port. */
void pages_write_docs(struct buf *out, const struct config *config,
                      bool viewer);

/* GET /live: the todos, and what happens to them. */
void pages_write_live(struct buf *out, const struct config *config,
                      const struct pages_room *room);

/* GET /waiting: what waits for what, as GET /metrics tells it. */
void pages_write_waiting(struct buf *out, const struct config *config,
                         const struct pages_room *room);

extern const char pages_style[];         /* GET /docs/style.css */
extern const char pages_live_style[];    /* more of it */
extern const char pages_waiting_style[]; /* the rest of it */
extern const char pages_start_viewer[];  /* GET /docs/start-viewer.js */

/* GET /docs/live.js and /docs/waiting.js, line by line; NULL ends them. The
 * sources are written by the build from pages/live.js and pages/waiting.js. */
extern const char *const pages_live_script[];
extern const char *const pages_waiting_script[];

/* Appends the format; %s is text, escaped for HTML, %d is an int. Nothing else
 * is known after a percent sign. */
void pages_put(struct buf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything up to the content of <body>. `policy` says what the page may load
 * (Content Security Policy); `head` is HTML for the head. */
void pages_begin(struct buf *out, const char *program, const char *title,
                 const char *policy, const char *head);

/* The rest. */
void pages_end(struct buf *out);

#endif
