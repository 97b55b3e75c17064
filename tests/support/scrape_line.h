/*
 * tests/support/scrape_line.h - one line of what scrape.h reads.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing: what is read are pieces of the line.
 *
 * Those that give text give NULL, or what is wrong with the line.
 */
#ifndef TODO_TESTS_SCRAPE_LINE_H
#define TODO_TESTS_SCRAPE_LINE_H

#include "tests/support/scrape.h"

/* # HELP name text, or # TYPE name text */
struct scrape_comment {
    bool is_type;
    struct scrape_span name;
    struct scrape_span text;
};

bool scrape_span_is(struct scrape_span span, const char *text);
bool scrape_span_same(struct scrape_span a, struct scrape_span b);

/* No bytes that may stand in no line: the line is UTF-8 without controls. */
const char *scrape_check_bytes(struct scrape_span line);

const char *scrape_read_comment(struct scrape_span line,
                                struct scrape_comment *comment);

/* Name and labels; leaves what is behind them in `rest`. */
const char *scrape_read_series(struct scrape_span *rest,
                               struct scrape_series *series);

/* Name, labels and value. */
const char *scrape_read_sample(struct scrape_span line,
                               struct scrape_series *series);

/* False for what is no finite number. */
bool scrape_read_number(struct scrape_span text, double *value);

/* NULL when the series has no such label. */
const struct scrape_label *scrape_label(const struct scrape_series *series,
                                        const char *name);

/* Whether both have the same labels, in any order; of `ignored` (or NULL)
 * whatever they have. */
bool scrape_same_labels(const struct scrape_series *a,
                        const struct scrape_series *b, const char *ignored);

#endif
