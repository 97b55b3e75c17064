#include "scrape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scrape_line.h"

struct reader {
    struct scrape *scrape;
    size_t line;                  /* the one at fault, if there is a fault */
    struct scrape_span helped;    /* its HELP came, its TYPE not yet */
    struct scrape_family *family; /* the newest; NULL: none yet */
};

/*
 * Families
 */

static struct scrape_family *find_family(const struct scrape *scrape,
                                         struct scrape_span name)
{
    for (size_t i = 0; i < scrape->family_count; i++)
        if (scrape_span_same(scrape->families[i].name, name))
            return &scrape->families[i];
    return NULL;
}

static bool ends_in(struct scrape_span text, const char *end)
{
    size_t len = strlen(end);

    return text.len > len && memcmp(text.at + text.len - len, end, len) == 0;
}

/* Whether a series of this name belongs to the family. */
static bool is_of_family(struct scrape_span name,
                         const struct scrape_family *family)
{
    struct scrape_span end;

    if (family->type != SCRAPE_HISTOGRAM)
        return scrape_span_same(name, family->name);
    if (name.len < family->name.len ||
        memcmp(name.at, family->name.at, family->name.len) != 0)
        return false;
    end.at = name.at + family->name.len;
    end.len = name.len - family->name.len;
    return scrape_span_is(end, "_bucket") || scrape_span_is(end, "_sum") ||
           scrape_span_is(end, "_count");
}

/* What is wrong with a HELP or TYPE of a family that had its TYPE before. */
static const char *known_again(const struct reader *reader,
                               const struct scrape_family *family, bool is_type)
{
    if (family != reader->family)
        return "a family in two pieces";
    if (family->count > 0)
        return is_type ? "TYPE behind samples" : "HELP behind samples";
    return is_type ? "TYPE twice" : "HELP twice, or behind TYPE";
}

static const char *begin_family(struct reader *reader,
                                const struct scrape_comment *comment)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    struct scrape *scrape = reader->scrape;
    struct scrape_family family = {.name = comment->name,
                                   .first = scrape->series_count};
    size_t type = 0;

    while (type < 3 && !scrape_span_is(comment->text, types[type]))
        type++;
    if (type == 3)
        return "an unknown type";
    family.type = (enum scrape_type)type;
    if (family.type == SCRAPE_COUNTER && !ends_in(family.name, "_total"))
        return "a counter whose name does not end in _total";
    reader->family = &scrape->families[scrape->family_count++];
    *reader->family = family;
    reader->helped.len = 0;
    return NULL;
}

/*
 * Histograms
 */

/* What was seen of the series that differ in nothing but le. */
struct buckets {
    double le;    /* of the last one */
    double value; /* of that */
    bool has_sum;
    bool has_count;
    double count;
};

static const char *add_bucket(struct buckets *buckets,
                              const struct scrape_series *series)
{
    const struct scrape_label *label = scrape_label(series, "le");
    double le = INFINITY;

    if (!label)
        return "a bucket without le";
    if (!scrape_span_is(label->value, "+Inf") &&
        !scrape_read_number(label->value, &le))
        return "an le that is no number";
    if (le <= buckets->le)
        return "an le that does not rise";
    if (series->value < buckets->value)
        return "a bucket with less than the one before it";
    buckets->le = le;
    buckets->value = series->value;
    return NULL;
}

static const char *add_to_buckets(struct buckets *buckets,
                                  const struct scrape_series *series)
{
    if (ends_in(series->name, "_bucket"))
        return add_bucket(buckets, series);
    if (scrape_label(series, "le"))
        return "an le, and no bucket";
    if (ends_in(series->name, "_sum")) {
        buckets->has_sum = true;
        return NULL;
    }
    buckets->has_count = true;
    buckets->count = series->value;
    return NULL;
}

static const char *check_whole(const struct buckets *buckets)
{
    if (buckets->le < INFINITY)
        return "a histogram without the bucket +Inf";
    if (!buckets->has_sum)
        return "a histogram without _sum";
    if (!buckets->has_count)
        return "a histogram without _count";
    if (buckets->count != buckets->value)
        return "a _count that is not what the bucket +Inf has";
    return NULL;
}

/* Checks the series from `at` on that have its labels. */
static const char *check_histogram(struct reader *reader, size_t at, size_t end)
{
    const struct scrape_series *series = reader->scrape->series;
    struct buckets buckets = {.le = -INFINITY};

    for (size_t i = at; i < end; i++) {
        const char *fault;

        if (!scrape_same_labels(&series[i], &series[at], "le"))
            continue;
        fault = add_to_buckets(&buckets, &series[i]);
        reader->line = series[i].line;
        if (fault)
            return fault;
    }
    return check_whole(&buckets);
}

/* True for the first series of the family with these labels. */
static bool is_first(const struct scrape *scrape, size_t first, size_t at)
{
    for (size_t i = first; i < at; i++)
        if (scrape_same_labels(&scrape->series[i], &scrape->series[at], "le"))
            return false;
    return true;
}

static const char *end_family(struct reader *reader)
{
    const struct scrape_family *family = reader->family;
    size_t line = reader->line;
    const char *fault = NULL;
    size_t end;

    if (!family || family->type != SCRAPE_HISTOGRAM)
        return NULL;
    end = family->first + family->count;
    for (size_t i = family->first; i < end && !fault; i++)
        if (is_first(reader->scrape, family->first, i))
            fault = check_histogram(reader, i, end);
    if (!fault)
        reader->line = line;
    return fault;
}

/*
 * Lines
 */

static const char *read_comment(struct reader *reader, struct scrape_span line)
{
    struct scrape_comment comment;
    const struct scrape_family *known;
    const char *fault = scrape_read_comment(line, &comment);
    bool is_helped;

    if (fault)
        return fault;
    known = find_family(reader->scrape, comment.name);
    if (known)
        return known_again(reader, known, comment.is_type);
    is_helped = reader->helped.len > 0;
    if (comment.is_type && is_helped &&
        scrape_span_same(comment.name, reader->helped))
        return begin_family(reader, &comment);
    if (comment.is_type)
        return "TYPE without its HELP right before it";
    if (is_helped && scrape_span_same(comment.name, reader->helped))
        return "HELP twice, or behind TYPE";
    if (is_helped)
        return "HELP behind another HELP, which has no TYPE";
    reader->helped = comment.name;
    return end_family(reader);
}

/* A sample that does not belong to the family before it. */
static const char *stray(const struct scrape *scrape, struct scrape_span name)
{
    for (size_t i = 0; i < scrape->family_count; i++)
        if (is_of_family(name, &scrape->families[i]))
            return "a family in two pieces";
    return "a sample without its HELP and TYPE right before it";
}

static const char *read_sample(struct reader *reader, struct scrape_span line)
{
    struct scrape *scrape = reader->scrape;
    struct scrape_series series;
    const char *fault = scrape_read_sample(line, &series);

    if (fault)
        return fault;
    if (reader->helped.len > 0)
        return "a sample behind HELP without TYPE";
    if (!reader->family || !is_of_family(series.name, reader->family))
        return stray(scrape, series.name);
    if (series.value < 0 && reader->family->type != SCRAPE_GAUGE)
        return "a negative value of what only rises";
    if (scrape_find(scrape, &series))
        return "a series twice";
    series.line = reader->line;
    scrape->series[scrape->series_count++] = series;
    reader->family->count++;
    return NULL;
}

static const char *read_lines(struct reader *reader, struct scrape_span rest)
{
    const char *fault;

    do {
        const char *end = memchr(rest.at, '\n', rest.len);
        struct scrape_span line = {rest.at, end ? (size_t)(end - rest.at) : 0};

        reader->line++;
        if (!end)
            return "no newline at the end";
        fault = scrape_check_bytes(line);
        if (!fault)
            fault = *line.at == '#' ? read_comment(reader, line)
                                    : read_sample(reader, line);
        rest.at += line.len + 1;
        rest.len -= line.len + 1;
    } while (!fault && rest.len > 0);
    if (!fault && reader->helped.len > 0)
        return "HELP without TYPE";
    return fault ? fault : end_family(reader);
}

static void say(char why[SCRAPE_WHY_MAX], const struct reader *reader,
                const char *fault)
{
    const char *line = reader->scrape->text;

    for (size_t i = 1; i < reader->line; i++)
        line = strchr(line, '\n') + 1;
    (void)snprintf(why, SCRAPE_WHY_MAX, "line %zu: %s: %.*s", reader->line,
                   fault, (int)strcspn(line, "\r\n"), line);
}

/* Room for as many families and series as there are lines. */
static void make_room(struct scrape *scrape, const char *text, size_t len)
{
    size_t lines = 1;

    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    scrape->text = calloc(len + 1, 1);
    scrape->families = calloc(lines, sizeof *scrape->families);
    scrape->series = calloc(lines, sizeof *scrape->series);
    if (!scrape->text || !scrape->families || !scrape->series)
        abort();
    memcpy(scrape->text, text, len);
}

bool scrape_read(struct scrape *scrape, const char *text, size_t len,
                 char why[SCRAPE_WHY_MAX])
{
    struct reader reader = {.scrape = scrape};
    const char *fault;

    *scrape = (struct scrape){0};
    make_room(scrape, text, len);
    fault = read_lines(&reader, (struct scrape_span){scrape->text, len});
    if (fault)
        say(why, &reader, fault);
    return !fault;
}

void scrape_release(struct scrape *scrape)
{
    free(scrape->text);
    free(scrape->families);
    free(scrape->series);
    *scrape = (struct scrape){0};
}
