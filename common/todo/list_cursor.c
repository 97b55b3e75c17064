#include "common/todo/list_cursor.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/*
 * base64url: three bytes are four digits of six bits; of a last group of one or
 * two bytes only the digits that hold some of it are written.
 */

static size_t encode(const char *text, size_t len, char *out)
{
    size_t done = 0;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = 0;
        size_t bytes = len - i < 3 ? len - i : 3;

        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < bytes ? (unsigned char)text[i + j] : 0);
        for (size_t j = 0; j <= bytes; j++)
            out[done++] = alphabet[bits >> (18 - 6 * j) & 63];
    }
    out[done] = '\0';
    return done;
}

/* Bits that fill no byte are dropped. */
static bool decode(const char *digits, size_t len, char *out)
{
    uint32_t bits = 0;
    int ready = 0; /* how many of the lowest bits are not written yet */

    for (size_t i = 0; i < len; i++) {
        const char *digit = memchr(alphabet, digits[i], sizeof alphabet - 1);

        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - alphabet);
        ready += 6;
        if (ready >= 8) {
            ready -= 8;
            *out++ = (char)(bits >> ready & 0xFF);
        }
    }
    *out = '\0';
    return true;
}

/* Two filters with three values each are one digit. */
enum { FILTER_VALUES = 3, FILTERS = FILTER_VALUES * FILTER_VALUES };

static int filters_of(const struct list_query *query)
{
    return (int)query->overdue * FILTER_VALUES + (int)query->completed;
}

size_t list_cursor_write(const struct list_query *query,
                         const struct list_place *place,
                         char out[LIST_CURSOR_SIZE])
{
    char text[LIST_CURSOR_TEXT_SIZE];
    int len =
        snprintf(text, sizeof text, "1 %d %d %d %d %" PRId64 " %" PRId64 " %s",
                 (int)query->sort, query->descending, filters_of(query),
                 place->key_is_null, place->key_is_null ? 0 : place->key,
                 place->id, query->has_search ? query->search : "");

    return encode(text, (size_t)len, out);
}

/* Seven numbers, each with a space after it. Returns what follows, or NULL.
 * It may be lenient: whoever calls it compares with how we would write them. */
static const char *read_numbers(const char *text, int64_t numbers[7])
{
    for (int i = 0; i < 7; i++) {
        char *end;

        numbers[i] = strtoll(text, &end, 10);
        if (end == text || *end != ' ')
            return NULL;
        text = end + 1;
    }
    return text;
}

static bool is_search(const char *text)
{
    size_t rest = strlen(text);
    uint32_t point;

    if (rest >= LIST_SEARCH_SIZE)
        return false;
    while (rest > 0) {
        size_t n = utf8_decode(text, rest, &point);

        if (n == 0)
            return false;
        text += n;
        rest -= n;
    }
    return true;
}

static bool read_text(struct list_query *query, const char *text)
{
    int64_t n[7];
    const char *search = read_numbers(text, n);

    if (!search || !is_search(search) || n[1] < 0 || n[1] >= LIST_SORT_COUNT ||
        n[3] < 0 || n[3] >= FILTERS || n[6] < 1)
        return false;
    query->sort = (enum list_sort)n[1];
    query->descending = n[2] != 0;
    query->completed = (enum list_completed)(n[3] % FILTER_VALUES);
    query->overdue = (enum list_overdue)(n[3] / FILTER_VALUES);
    query->has_after = true;
    query->after =
        (struct list_place){.key_is_null = n[4] != 0, .key = n[5], .id = n[6]};
    query->has_search = *search != '\0';
    memcpy(query->search, search, strlen(search) + 1);
    return !query->after.key_is_null || query->sort == LIST_BY_ORDER ||
           query->sort == LIST_BY_DUE_AT;
}

bool list_cursor_read(struct list_query *query, const char *cursor, size_t len)
{
    char text[LIST_CURSOR_SIZE], again[LIST_CURSOR_SIZE];
    struct list_query read = *query;

    if (len >= LIST_CURSOR_SIZE || !decode(cursor, len, text) ||
        !read_text(&read, text))
        return false;
    /* There is one way to write a cursor: no other version, no leading zero,
     * nothing behind a NUL. */
    if (list_cursor_write(&read, &read.after, again) != len ||
        memcmp(again, cursor, len) != 0)
        return false;
    *query = read;
    return true;
}
