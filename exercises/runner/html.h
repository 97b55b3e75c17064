/*
 * exercises/runner/html.h - writes HTML.
 * Callers: page.c and its kin.           Threads: the main one.
 * Blocks:  on the file.                  Owns: nothing.
 *
 * Errors stay in the file: ask ferror(3) once, at the end.
 */
#ifndef TODO_RUNNER_HTML_H
#define TODO_RUNNER_HTML_H

#include <stdbool.h>
#include <stdio.h>

/* As fprintf. The format and what it takes is markup already. */
__attribute__((format(printf, 2, 3))) void html_put(FILE *out,
                                                    const char *format, ...);

/* Writes a line of C. Comments, words of the language and marks get a class.
 * `in_comment` says whether a comment is open, and is set for the next line. */
void html_code(FILE *out, const char *line, bool *in_comment);

#endif
