#include "scrape_line.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool scrape_span_is(struct scrape_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

bool scrape_span_same(struct scrape_span a, struct scrape_span b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/*
 * Bytes
 */

/* How many bytes a character has that begins so; 0: none does. */
static size_t length_of(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4)
        return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* The length of the first character, 0 when it is none (RFC 3629). */
static size_t character(struct scrape_span text)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = length_of((unsigned char)text.at[0]);
    uint32_t point;

    if (len <= 1 || len > text.len)
        return len == 1;
    point = (unsigned char)text.at[0] & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        unsigned char byte = (unsigned char)text.at[i];

        if ((byte & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (byte & 0x3F);
    }
    if (point < least[len] || point > 0x10FFFF ||
        (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    return len;
}

const char *scrape_check_bytes(struct scrape_span line)
{
    if (line.len == 0)
        return "an empty line";
    while (line.len > 0) {
        unsigned char byte = (unsigned char)*line.at;
        size_t len = character(line);

        if (byte == '\r')
            return "a CR";
        if (byte < ' ' || byte == 0x7F)
            return "a control character";
        if (len == 0)
            return "bytes that are not UTF-8";
        line.at += len;
        line.len -= len;
    }
    return NULL;
}

/*
 * Pieces, each taken from the beginning of the rest
 */

static void skip(struct scrape_span *rest, size_t len)
{
    rest->at += len;
    rest->len -= len;
}

/* False, and nothing is taken, when the rest begins otherwise. */
static bool take(struct scrape_span *rest, const char *text)
{
    size_t len = strlen(text);

    if (rest->len < len || memcmp(rest->at, text, len) != 0)
        return false;
    skip(rest, len);
    return true;
}

/* Takes as many of these characters as there are. */
static struct scrape_span take_all_of(struct scrape_span *rest,
                                      const char *characters)
{
    struct scrape_span taken = {rest->at, 0};

    while (taken.len < rest->len && strchr(characters, rest->at[taken.len]))
        taken.len++;
    skip(rest, taken.len);
    return taken;
}

/* An empty name is none. */
static struct scrape_span take_name(struct scrape_span *rest, const char *more)
{
    char characters[80];

    if (rest->len > 0 && strchr("0123456789", *rest->at))
        return (struct scrape_span){rest->at, 0};
    (void)snprintf(characters, sizeof characters,
                   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "0123456789_%s",
                   more);
    return take_all_of(rest, characters);
}

static struct scrape_span take_metric_name(struct scrape_span *rest)
{
    return take_name(rest, ":");
}

/*
 * Comments
 */

static const char *check_help(struct scrape_span text)
{
    while (text.len > 0) {
        if (*text.at == '\\' && !take(&text, "\\\\") && !take(&text, "\\n"))
            return "an escape that HELP does not know";
        if (text.len > 0 && *text.at != '\\')
            skip(&text, 1);
    }
    return NULL;
}

const char *scrape_read_comment(struct scrape_span line,
                                struct scrape_comment *comment)
{
    comment->is_type = take(&line, "# TYPE ");
    if (!comment->is_type && !take(&line, "# HELP "))
        return "a comment that is neither HELP nor TYPE";
    comment->name = take_metric_name(&line);
    if (comment->name.len == 0 || (line.len > 0 && *line.at != ' '))
        return "a bad name of a metric";
    if (!take(&line, " ") || line.len == 0)
        return "a name, and nothing said of it";
    comment->text = line;
    return comment->is_type ? NULL : check_help(line);
}

/*
 * Series
 */

const struct scrape_label *scrape_label(const struct scrape_series *series,
                                        const char *name)
{
    for (size_t i = 0; i < series->label_count; i++)
        if (scrape_span_is(series->labels[i].name, name))
            return &series->labels[i];
    return NULL;
}

static bool has_label(const struct scrape_series *series,
                      const struct scrape_label *label)
{
    for (size_t i = 0; i < series->label_count; i++)
        if (scrape_span_same(series->labels[i].name, label->name))
            return scrape_span_same(series->labels[i].value, label->value);
    return false;
}

/* Whether `b` has all labels of `a`. */
static bool has_labels_of(const struct scrape_series *b,
                          const struct scrape_series *a, const char *ignored)
{
    for (size_t i = 0; i < a->label_count; i++)
        if (!(ignored && scrape_span_is(a->labels[i].name, ignored)) &&
            !has_label(b, &a->labels[i]))
            return false;
    return true;
}

bool scrape_same_labels(const struct scrape_series *a,
                        const struct scrape_series *b, const char *ignored)
{
    return has_labels_of(a, b, ignored) && has_labels_of(b, a, ignored);
}

/* Takes what stands between the quotes, and the second one. */
static const char *take_label_value(struct scrape_span *rest,
                                    struct scrape_span *value)
{
    value->at = rest->at;
    while (rest->len > 0 && *rest->at != '"') {
        if (*rest->at != '\\')
            skip(rest, 1);
        else if (!take(rest, "\\\\") && !take(rest, "\\\"") &&
                 !take(rest, "\\n"))
            return "an escape that labels do not know";
    }
    value->len = (size_t)(rest->at - value->at);
    return take(rest, "\"") ? NULL : "the value of a label without its end";
}

/* Takes name="value". */
static const char *take_label(struct scrape_span *rest,
                              struct scrape_series *series)
{
    struct scrape_label label;
    const char *fault;

    label.name = take_name(rest, "");
    if (label.name.len == 0 || !take(rest, "="))
        return "a bad name of a label";
    if (!take(rest, "\""))
        return "the value of a label without quotes";
    fault = take_label_value(rest, &label.value);
    if (fault)
        return fault;
    for (size_t i = 0; i < series->label_count; i++)
        if (scrape_span_same(series->labels[i].name, label.name))
            return "a label twice";
    if (series->label_count == SCRAPE_LABELS_MAX)
        return "more labels than this reader knows";
    series->labels[series->label_count++] = label;
    return NULL;
}

static const char *take_labels(struct scrape_span *rest,
                               struct scrape_series *series)
{
    const char *fault;

    do
        fault = take_label(rest, series);
    while (!fault && take(rest, ","));
    if (!fault && !take(rest, "}"))
        return "labels without their end";
    return fault;
}

const char *scrape_read_series(struct scrape_span *rest,
                               struct scrape_series *series)
{
    const char *fault = NULL;

    *series = (struct scrape_series){.text = {rest->at, 0}};
    series->name = take_metric_name(rest);
    if (series->name.len == 0)
        return "a bad name of a metric";
    if (take(rest, "{"))
        fault = take_labels(rest, series);
    series->text.len = (size_t)(rest->at - series->text.at);
    return fault;
}

/*
 * Values
 */

bool scrape_read_number(struct scrape_span text, double *value)
{
    static const char characters[] = "0123456789.eE+-"; /* no NaN, no 0x1p3 */
    struct scrape_span rest = text;
    char number[64];
    char *end;

    if (take_all_of(&rest, characters).len == 0 || rest.len > 0)
        return false;
    (void)snprintf(number, sizeof number, "%.*s", (int)text.len, text.at);
    *value = strtod(number, &end);
    return end == number + text.len && isfinite(*value);
}

const char *scrape_read_sample(struct scrape_span line,
                               struct scrape_series *series)
{
    const char *fault = scrape_read_series(&line, series);
    const char *space;
    struct scrape_span value;

    if (fault)
        return fault;
    if (line.len > 0 && *line.at != ' ' && series->label_count == 0)
        return "a bad name of a metric";
    if (!take(&line, " "))
        return "no space before the value";
    space = memchr(line.at, ' ', line.len);
    value = (struct scrape_span){line.at,
                                 space ? (size_t)(space - line.at) : line.len};
    if (!scrape_read_number(value, &series->value))
        return "a value that is no finite number";
    return space ? "more behind the value" : NULL;
}
