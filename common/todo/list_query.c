#include "common/todo/list_query.h"

#include <string.h>

#include "common/base/utf8.h"
#include "common/todo/list_cursor.h"

const char *const list_sort_names[LIST_SORT_COUNT] = {
    [LIST_BY_ID] = "id",
    [LIST_BY_ORDER] = "order",
    [LIST_BY_DUE_AT] = "due_at",
    [LIST_BY_CREATED_AT] = "created_at",
    [LIST_BY_UPDATED_AT] = "updated_at",
};

enum parameter {
    COMPLETED,
    OVERDUE,
    SEARCH,
    SORT,
    LIMIT,
    AFTER,
    COUNT,
    PARAMETER_COUNT
};

static const char *const parameter_names[PARAMETER_COUNT] = {
    [COMPLETED] = "completed", [OVERDUE] = "overdue", [SEARCH] = "q",
    [SORT] = "sort",           [LIMIT] = "limit",     [AFTER] = "after",
    [COUNT] = "count",
};

/* A query while it is read. */
struct reading {
    struct list_query query;
    struct list_query cursor; /* what `after` says */
    int count;
    bool seen[PARAMETER_COUNT];
    bool good[PARAMETER_COUNT]; /* seen, and its value understood */
    struct problem *problem;
    enum todo_err err;
};

/* A decoded name or value. One that does not fit is longer than any good one
 * can be; only its beginning is kept, in whole characters. */
struct word {
    char text[LIST_CURSOR_SIZE];
    size_t len;
};

static bool word_is(const struct word *word, const char *text)
{
    return word->len == strlen(text) &&
           memcmp(word->text, text, word->len) == 0;
}

/*
 * Decoding. What is wrong is told as with the values below.
 */

struct reader {
    const char *at;
    const char *end;
};

static bool read_hex(struct reader *in, unsigned *value)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *digit;

    if (in->at == in->end)
        return false;
    digit = memchr(digits, *in->at++, sizeof digits - 1);
    if (!digit)
        return false;
    *value = (unsigned)(digit - digits);
    if (*value > 15)
        *value -= 6;
    return true;
}

static bool read_byte(struct reader *in, char *byte)
{
    unsigned high, low;

    if (in->at == in->end)
        return false;
    *byte = *in->at++;
    if (*byte == '+')
        *byte = ' ';
    if (*byte != '%')
        return true;
    if (!read_hex(in, &high) || !read_hex(in, &low))
        return false;
    *byte = (char)(high << 4 | low);
    return true;
}

static const char *decode(struct reader in, struct word *word)
{
    static const char bad[] = "must be UTF-8 with whole percent escapes";
    uint32_t point;

    word->len = 0;
    while (in.at < in.end) {
        char bytes[4];
        size_t n;

        if (!read_byte(&in, &bytes[0]))
            return bad;
        n = utf8_length((unsigned char)bytes[0]);
        for (size_t i = 1; i < n; i++)
            if (!read_byte(&in, &bytes[i]))
                return bad;
        if (utf8_decode(bytes, n, &point) == 0)
            return bad;
        if (point == 0)
            return "must not have U+0000";
        if (n > sizeof word->text - word->len)
            continue;
        memcpy(word->text + word->len, bytes, n);
        word->len += n;
    }
    return NULL;
}

/*
 * Values. Each reader gives what is wrong, or NULL.
 */

static const char *read_truth(const struct word *value, bool *truth)
{
    *truth = word_is(value, "true");
    return *truth || word_is(value, "false") ? NULL : "must be true or false";
}

static const char *read_completed(struct reading *r, const struct word *value)
{
    bool completed;
    const char *fault = read_truth(value, &completed);

    if (!fault)
        r->query.completed = completed ? LIST_COMPLETED : LIST_OPEN;
    return fault;
}

static const char *read_overdue(struct reading *r, const struct word *value)
{
    bool overdue;
    const char *fault = read_truth(value, &overdue);

    if (!fault)
        r->query.overdue = overdue ? LIST_OVERDUE : LIST_NOT_OVERDUE;
    return fault;
}

/* An empty search finds all, as no search does. */
static const char *read_search(struct reading *r, const struct word *value)
{
    size_t len = 0;

    while (len < value->len) {
        size_t n = utf8_length((unsigned char)value->text[len]);

        if (len + n >= LIST_SEARCH_SIZE)
            break;
        len += n;
    }
    r->query.has_search = len > 0;
    memcpy(r->query.search, value->text, len);
    r->query.search[len] = '\0';
    return NULL;
}

static const char *read_sort(struct reading *r, const struct word *value)
{
    struct word name = *value;

    r->query.descending = name.len > 0 && name.text[0] == '-';
    if (r->query.descending)
        memmove(name.text, name.text + 1, --name.len);
    for (enum list_sort sort = 0; sort < LIST_SORT_COUNT; sort++)
        if (word_is(&name, list_sort_names[sort])) {
            r->query.sort = sort;
            return NULL;
        }
    return "must be id, order, due_at, created_at or updated_at, "
           "or one of them after a -";
}

/* An integer from 1 to `most` without leading zeros; else 0. */
static int read_number(const struct word *value, int most)
{
    int number = 0;

    for (size_t i = 0; i < value->len && number <= most; i++) {
        if (value->text[i] < '0' + (i == 0) || value->text[i] > '9')
            return 0; /* not a digit, or 0 at the start */
        number = number * 10 + (value->text[i] - '0');
    }
    return number <= most ? number : 0;
}

static const char *read_limit(struct reading *r, const struct word *value)
{
    r->query.limit = read_number(value, LIST_LIMIT_MAX);
    return r->query.limit > 0 ? NULL : "must be an integer from 1 to 1000";
}

static const char *read_count(struct reading *r, const struct word *value)
{
    r->count = read_number(value, LIST_SUGGESTIONS_MAX);
    return r->count > 0 ? NULL : "must be an integer from 1 to 10";
}

static const char *read_after(struct reading *r, const struct word *value)
{
    return list_cursor_read(&r->cursor, value->text, value->len)
               ? NULL
               : "must be the cursor of a next link, unchanged";
}

typedef const char *read_value(struct reading *r, const struct word *value);

static read_value *const read_values[PARAMETER_COUNT] = {
    [COMPLETED] = read_completed, [OVERDUE] = read_overdue,
    [SEARCH] = read_search,       [SORT] = read_sort,
    [LIMIT] = read_limit,         [AFTER] = read_after,
    [COUNT] = read_count,
};

/*
 * The whole
 */

/* PARAMETER_COUNT when it is none of those this operation takes. */
static enum parameter find_parameter(struct reader name, unsigned allowed)
{
    enum parameter p = 0;
    struct word word;

    if (decode(name, &word))
        return PARAMETER_COUNT;
    while (p < PARAMETER_COUNT &&
           !((allowed & 1U << p) && word_is(&word, parameter_names[p])))
        p++;
    return p;
}

static const char *read_parameter(struct reading *r, enum parameter p,
                                  struct reader value)
{
    struct word word;
    const char *fault;

    if (r->seen[p])
        return "is repeated";
    r->seen[p] = true;
    fault = decode(value, &word);
    if (!fault)
        fault = read_values[p](r, &word);
    r->good[p] = !fault;
    return fault;
}

/* One name=value, or a name alone, whose value is empty. */
static void read_pair(struct reading *r, struct reader pair, unsigned allowed)
{
    size_t len = (size_t)(pair.end - pair.at);
    const char *equals = memchr(pair.at, '=', len);
    struct reader name = {pair.at, equals ? equals : pair.end};
    struct reader value = {equals ? equals + 1 : pair.end, pair.end};
    enum parameter p = find_parameter(name, allowed);
    const char *fault = p == PARAMETER_COUNT ? "is not a parameter here"
                                             : read_parameter(r, p, value);

    if (fault && p == PARAMETER_COUNT)
        r->err = problem_add_parameter(r->problem, name.at,
                                       (size_t)(name.end - name.at), fault);
    else if (fault)
        r->err = problem_add_parameter(r->problem, parameter_names[p],
                                       strlen(parameter_names[p]), fault);
}

/* Between two & there may be nothing. */
static void read_pairs(struct reading *r, const char *text, size_t len,
                       unsigned allowed)
{
    const char *end = text + len;

    while (text < end) {
        const char *mark = memchr(text, '&', (size_t)(end - text));
        struct reader pair = {text, mark ? mark : end};

        if (pair.at < pair.end)
            read_pair(r, pair, allowed);
        text = mark ? mark + 1 : end;
    }
}

/* The cursor says how to go on; the client may repeat it, but not differ. */
static void follow_cursor(struct reading *r)
{
    const struct list_query *asked = &r->query, *cursor = &r->cursor;
    int limit = asked->limit;

    if (!r->good[AFTER])
        return;
    if ((r->good[COMPLETED] && asked->completed != cursor->completed) ||
        (r->good[OVERDUE] && asked->overdue != cursor->overdue) ||
        (r->good[SEARCH] && strcmp(asked->search, cursor->search) != 0) ||
        (r->good[SORT] && (asked->sort != cursor->sort ||
                           asked->descending != cursor->descending)))
        r->err = problem_add_parameter(r->problem, "after", 5,
                                       "belongs to another sort or filter");
    r->query = *cursor;
    r->query.limit = limit;
}

enum todo_err list_query_parse(struct list_query *query, const char *text,
                               size_t len, struct problem *problem)
{
    struct reading r = {.query.limit = LIST_LIMIT_DEFAULT, .problem = problem};

    read_pairs(&r, text, len,
               1U << COMPLETED | 1U << OVERDUE | 1U << SEARCH | 1U << SORT |
                   1U << LIMIT | 1U << AFTER);
    follow_cursor(&r);
    if (!r.err)
        *query = r.query;
    return r.err;
}

enum todo_err list_filter_parse(enum list_completed *completed,
                                const char *text, size_t len,
                                struct problem *problem)
{
    struct reading r = {.problem = problem};

    read_pairs(&r, text, len, 1U << COMPLETED);
    if (!r.err)
        *completed = r.query.completed;
    return r.err;
}

enum todo_err list_count_parse(int *count, const char *text, size_t len,
                               struct problem *problem)
{
    struct reading r = {.count = 1, .problem = problem};

    read_pairs(&r, text, len, 1U << COUNT);
    if (!r.err)
        *count = r.count;
    return r.err;
}

enum todo_err list_no_query(const char *text, size_t len,
                            struct problem *problem)
{
    struct reading r = {.problem = problem};

    read_pairs(&r, text, len, 0);
    return r.err;
}

bool list_query_filters(const struct list_query *query)
{
    return query->completed != LIST_ANY || query->overdue != LIST_DUE_ANY ||
           query->has_search;
}

struct list_query list_export_query(void)
{
    return (struct list_query){.sort = LIST_BY_ID, .limit = LIST_EXPORT_STEP};
}

void list_go_on(struct list_query *query, const struct list_place *place)
{
    query->has_after = true;
    query->after = *place;
}

void list_query_write_next(const struct list_query *query,
                           const struct list_place *place, struct buf *out)
{
    char cursor[LIST_CURSOR_SIZE];

    buf_puts(out, "limit=");
    buf_put_int(out, query->limit);
    buf_puts(out, "&after=");
    buf_put(out, cursor, list_cursor_write(query, place, cursor));
}
