/*
 * exercises/runner/html.h - writes C as HTML.
 * Threads: the main one.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_RUNNER_HTML_H
#define TODO_RUNNER_HTML_H

#include <stdbool.h>

#include "beside.h"
#include "common/base/buf.h"

/* Writes a line of C. Comments, words of the language and marks get a class.
 * `in_comment` says whether a comment is open, and is set for the next line. */
void html_code(struct buf *out, const char *line, bool *in_comment);

/* Writes lines of a chain as one block of code; nothing when there are none. */
void html_lines(struct buf *out, const struct chain *chain,
                struct paragraph lines);

#endif
