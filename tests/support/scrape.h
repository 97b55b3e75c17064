/*
 * tests/support/scrape.h - a strict reader of what GET /metrics answers.
 * Threads: any; one at a time for each scrape.
 * Blocks:  never.
 * Owns:    a copy of the text, and what was read of it.
 *
 * The format is Prometheus text 0.0.4, and of it what these servers send: HELP
 * and TYPE before each family, which is a counter, a gauge or a histogram; one
 * space where the format allows several; no timestamps, and no value but finite
 * numbers. Prometheus itself takes more than this.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
#ifndef TODO_TESTS_SCRAPE_H
#define TODO_TESTS_SCRAPE_H

#include <stdbool.h>
#include <stddef.h>

enum { SCRAPE_LABELS_MAX = 8, SCRAPE_WHY_MAX = 256 };

/* A piece of the text; no NUL ends it. */
struct scrape_span {
    const char *at;
    size_t len;
};

struct scrape_label {
    struct scrape_span name;
    struct scrape_span value; /* with its escapes */
};

struct scrape_series {
    struct scrape_span text; /* name and labels, as they were sent */
    struct scrape_span name;
    struct scrape_label labels[SCRAPE_LABELS_MAX];
    size_t label_count;
    double value;
    size_t line;
};

enum scrape_type { SCRAPE_COUNTER, SCRAPE_GAUGE, SCRAPE_HISTOGRAM };

struct scrape_family {
    struct scrape_span name;
    enum scrape_type type;
    size_t first; /* of the series: this one */
    size_t count; /* and so many */
};

struct scrape {
    char *text;
    struct scrape_family *families;
    size_t family_count;
    struct scrape_series *series;
    size_t series_count;
};

/* Reads the text. False when it is not as it must be: `why` then says in which
 * line, and what is wrong with it. Release with scrape_release in any case. */
bool scrape_read(struct scrape *scrape, const char *text, size_t len,
                 char why[SCRAPE_WHY_MAX]);

/* Accepts {0} and a second call. */
void scrape_release(struct scrape *scrape);

/* Whether there is such a family. */
bool scrape_has(const struct scrape *scrape, const char *family,
                enum scrape_type type);

/* The series with this name and these labels, or NULL. */
const struct scrape_series *scrape_find(const struct scrape *scrape,
                                        const struct scrape_series *like);

/* The value of a series, written as in the text, with its labels in any order:
 * up{a="b"}. 0 for one that is not there: nothing was counted. */
double scrape_value(const struct scrape *scrape, const char *series);

/* The sum over the series of this name that have this label and value; over all
 * of them when `label` is NULL. */
double scrape_sum(const struct scrape *scrape, const char *name,
                  const char *label, const char *value);

/* Every counter and histogram of `before` is in `after`, with no series lost
 * and none that fell. False: `why` names one. */
bool scrape_follows(const struct scrape *before, const struct scrape *after,
                    char why[SCRAPE_WHY_MAX]);

/* What these servers promise of every scrape: of each operation there are as
 * many requests as its histogram has, but for streams of events, which are in
 * no histogram. False: `why` names one. */
bool scrape_adds_up(const struct scrape *scrape, char why[SCRAPE_WHY_MAX]);

#endif
