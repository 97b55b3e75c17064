/*
 * tests/support/scrape_values.c - what the series of a scrape say, and two
 * scrapes compared.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "scrape.h"
#include "scrape_line.h"

#define REQUESTS  "http_requests_total"
#define DURATIONS "http_request_duration_seconds_count"
#define STREAMS   "stream_events"

/* A span as the two arguments of %.*s. */
#define SHOWN(span) (int)(span).len, (span).at

/*
 * One scrape
 */

bool scrape_has(const struct scrape *scrape, const char *family,
                enum scrape_type type)
{
    for (size_t i = 0; i < scrape->family_count; i++)
        if (scrape_span_is(scrape->families[i].name, family))
            return scrape->families[i].type == type;
    return false;
}

const struct scrape_series *scrape_find(const struct scrape *scrape,
                                        const struct scrape_series *like)
{
    for (size_t i = 0; i < scrape->series_count; i++)
        if (scrape_span_same(scrape->series[i].name, like->name) &&
            scrape_same_labels(&scrape->series[i], like, NULL))
            return &scrape->series[i];
    return NULL;
}

double scrape_value(const struct scrape *scrape, const char *series)
{
    struct scrape_span rest = {series, strlen(series)};
    struct scrape_series like;
    const char *fault = scrape_read_series(&rest, &like);
    const struct scrape_series *found;

    assert(!fault && rest.len == 0);
    found = fault ? NULL : scrape_find(scrape, &like);
    return found ? found->value : 0;
}

static bool has_label(const struct scrape_series *series, const char *name,
                      struct scrape_span value)
{
    const struct scrape_label *label = scrape_label(series, name);

    return label && scrape_span_same(label->value, value);
}

/* With `label` NULL, of all series of this name. */
static double sum_of(const struct scrape *scrape, const char *name,
                     const char *label, struct scrape_span value)
{
    double sum = 0;

    for (size_t i = 0; i < scrape->series_count; i++) {
        const struct scrape_series *series = &scrape->series[i];

        if (scrape_span_is(series->name, name) &&
            (!label || has_label(series, label, value)))
            sum += series->value;
    }
    return sum;
}

double scrape_sum(const struct scrape *scrape, const char *name,
                  const char *label, const char *value)
{
    struct scrape_span wanted = {value, value ? strlen(value) : 0};

    return sum_of(scrape, name, label, wanted);
}

/*
 * Two scrapes
 */

static bool has_fallen(const struct scrape_series *series,
                       const struct scrape *after, char why[SCRAPE_WHY_MAX])
{
    const struct scrape_series *now = scrape_find(after, series);

    if (now && now->value >= series->value)
        return false;
    if (now)
        (void)snprintf(why, SCRAPE_WHY_MAX, "%.*s fell from %g to %g",
                       SHOWN(series->text), series->value, now->value);
    else
        (void)snprintf(why, SCRAPE_WHY_MAX, "%.*s is gone",
                       SHOWN(series->text));
    return true;
}

bool scrape_follows(const struct scrape *before, const struct scrape *after,
                    char why[SCRAPE_WHY_MAX])
{
    for (size_t i = 0; i < before->family_count; i++) {
        const struct scrape_family *family = &before->families[i];

        if (family->type == SCRAPE_GAUGE)
            continue;
        for (size_t j = 0; j < family->count; j++)
            if (has_fallen(&before->series[family->first + j], after, why))
                return false;
    }
    return true;
}

/*
 * Requests and their histogram
 */

/* True for a series that has no part in this, too. */
static bool adds_up(const struct scrape *scrape,
                    const struct scrape_series *series,
                    char why[SCRAPE_WHY_MAX])
{
    const struct scrape_label *operation = scrape_label(series, "operation");
    bool is_requests = scrape_span_is(series->name, REQUESTS);
    double requests, durations;

    if (!is_requests && !scrape_span_is(series->name, DURATIONS))
        return true;
    if (!operation) {
        (void)snprintf(why, SCRAPE_WHY_MAX, "%.*s has no operation",
                       SHOWN(series->text));
        return false;
    }
    if (is_requests && scrape_span_is(operation->value, STREAMS))
        return true;
    requests = sum_of(scrape, REQUESTS, "operation", operation->value);
    durations = sum_of(scrape, DURATIONS, "operation", operation->value);
    if (requests == durations && !scrape_span_is(operation->value, STREAMS))
        return true;
    (void)snprintf(why, SCRAPE_WHY_MAX,
                   "%.*s: %g requests, and %g in the histogram",
                   SHOWN(operation->value), requests, durations);
    return false;
}

bool scrape_adds_up(const struct scrape *scrape, char why[SCRAPE_WHY_MAX])
{
    for (size_t i = 0; i < scrape->series_count; i++)
        if (!adds_up(scrape, &scrape->series[i], why))
            return false;
    return true;
}
