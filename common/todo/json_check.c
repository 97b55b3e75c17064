#include "common/todo/json_check.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/utf8.h"

/* Bytes to read, and why reading them failed. */
struct reader {
    const char *at;
    const char *end;
    const char *wrong;
};

struct member_name {
    struct reader text; /* what stands between the quotes, checked already */
    uint64_t hash;      /* of what it means */
    unsigned object;    /* which object it belongs to */
};

struct scan {
    struct reader in;
    bool wants_value; /* what comes next is a value, not a comma or an end */
    size_t depth;
    unsigned levels[JSON_MAX_DEPTH]; /* the object open there; 0: an array */
    unsigned object_count;           /* so that each object has a number */
    size_t name_count;
    struct member_name names[JSON_MAX_MEMBERS];
};

static const char ends_early[] = "The body ends in the middle of the JSON.";

static bool fail(struct reader *in, const char *why)
{
    in->wrong = why;
    return false;
}

static bool take(struct reader *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static void skip_space(struct reader *in)
{
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\t' ||
                                *in->at == '\n' || *in->at == '\r'))
        in->at++;
}

/*
 * Strings
 */

/* The four hexadecimal digits of a \u escape. */
static bool read_unit(struct reader *in, uint32_t *unit)
{
    static const char digits[] = "0123456789abcdefABCDEF";

    *unit = 0;
    for (int i = 0; i < 4; i++) {
        const char *digit;

        if (in->at == in->end)
            return fail(in, ends_early);
        digit = memchr(digits, *in->at++, sizeof digits - 1);
        if (!digit)
            return fail(in, "A \\u escape needs four hexadecimal digits.");

        uint32_t value = (uint32_t)(digit - digits);

        *unit = *unit << 4 | (value < 16 ? value : value - 6);
    }
    return true;
}

/* What follows \u: a character, or the first half of one and then the other. */
static bool read_unicode_escape(struct reader *in, uint32_t *point)
{
    static const char lone[] = "A \\u escape is half of a surrogate pair.";
    uint32_t high, low;

    if (!read_unit(in, &high))
        return false;
    *point = high;
    if (high < 0xD800 || high > 0xDFFF)
        return true;
    if (high > 0xDBFF || !take(in, '\\') || !take(in, 'u'))
        return fail(in, lone);
    if (!read_unit(in, &low))
        return false;
    if (low < 0xDC00 || low > 0xDFFF)
        return fail(in, lone);
    *point = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static bool read_escape(struct reader *in, uint32_t *point)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter;

    if (in->at == in->end)
        return fail(in, ends_early);
    if (take(in, 'u'))
        return read_unicode_escape(in, point);
    letter = memchr(letters, *in->at++, sizeof letters - 1);
    if (!letter)
        return fail(in, "A string has an escape that JSON does not know.");
    *point = (unsigned char)meant[letter - letters];
    return true;
}

/* One character of a string, written plainly or as an escape. */
static bool read_character(struct reader *in, uint32_t *point)
{
    size_t len;

    if (take(in, '\\'))
        return read_escape(in, point);
    if ((unsigned char)*in->at < 0x20)
        return fail(in, "A string has a control character; escape it.");
    len = utf8_decode(in->at, (size_t)(in->end - in->at), point);
    if (len == 0)
        return fail(in, "The text is not UTF-8.");
    in->at += len;
    return true;
}

/* The rest of a string, after its opening quote. */
static bool read_string(struct reader *in)
{
    uint32_t point;

    while (!take(in, '"')) {
        if (in->at == in->end)
            return fail(in, ends_early);
        if (!read_character(in, &point))
            return false;
    }
    return true;
}

/*
 * Members
 */

/* Compares what the names mean: "a" and "\u0061" are the same. */
static bool same_name(struct reader a, struct reader b)
{
    uint32_t from_a, from_b;

    while (a.at < a.end && b.at < b.end)
        if (!read_character(&a, &from_a) || !read_character(&b, &from_b) ||
            from_a != from_b)
            return false;
    return a.at == a.end && b.at == b.end;
}

/* FNV-1a. Only names with the same hash are compared: to compare each with each
 * takes long when they are long and begin alike. */
static uint64_t hash_name(struct reader text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    uint32_t point;

    while (text.at < text.end && read_character(&text, &point))
        hash = (hash ^ point) * UINT64_C(1099511628211);
    return hash;
}

static bool keep_name(struct scan *scan, struct reader text)
{
    struct member_name name = {text, hash_name(text),
                               scan->levels[scan->depth - 1]};

    for (size_t i = 0; i < scan->name_count; i++) {
        const struct member_name *other = &scan->names[i];

        if (other->object == name.object && other->hash == name.hash &&
            same_name(other->text, text))
            return fail(&scan->in, "A member name is repeated.");
    }
    if (scan->name_count == JSON_MAX_MEMBERS)
        return fail(&scan->in, "The body has more than 64 members.");
    scan->names[scan->name_count++] = name;
    return true;
}

/* A member's name and the colon. */
static bool read_name(struct scan *scan)
{
    struct reader *in = &scan->in;
    struct reader text = {0};

    skip_space(in);
    if (!take(in, '"'))
        return fail(in, in->at == in->end
                            ? ends_early
                            : "A member must begin with its name in quotes.");
    text.at = in->at;
    if (!read_string(in))
        return false;
    text.end = in->at - 1; /* before the closing quote */
    skip_space(in);
    if (!take(in, ':'))
        return fail(in, in->at == in->end
                            ? ends_early
                            : "A colon is missing after a member's name.");
    return keep_name(scan, text);
}

/*
 * Values
 */

static bool read_digits(struct reader *in)
{
    const char *start = in->at;

    while (in->at < in->end && *in->at >= '0' && *in->at <= '9')
        in->at++;
    return in->at > start || fail(in, "A number lacks a digit.");
}

static bool read_number(struct reader *in)
{
    const char *start = in->at;

    (void)take(in, '-'); /* there or not */
    if (take(in, '0')) {
        if (in->at < in->end && *in->at >= '0' && *in->at <= '9')
            return fail(in, "A number must not begin with 0.");
    } else if (!read_digits(in)) {
        return false;
    }
    if (take(in, '.') && !read_digits(in))
        return false;
    if (take(in, 'e') || take(in, 'E')) {
        (void)(take(in, '+') || take(in, '-')); /* there or not */
        if (!read_digits(in))
            return false;
    }
    return in->at - start <= JSON_MAX_NUMBER ||
           fail(in, "A number has more than 63 characters.");
}

static bool read_word(struct reader *in, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(in->end - in->at) < len || memcmp(in->at, word, len) != 0)
        return fail(in, "A word without quotes is not true, false or null.");
    in->at += len;
    return true;
}

/* The bracket that would close the array or object at hand. */
static char closing_bracket(const struct scan *scan)
{
    return scan->levels[scan->depth - 1] > 0 ? '}' : ']';
}

/* Begins an element of an array, or a member of an object by its name. */
static bool begin_item(struct scan *scan)
{
    scan->wants_value = true;
    return closing_bracket(scan) == ']' || read_name(scan);
}

static bool open_level(struct scan *scan, unsigned object)
{
    struct reader *in = &scan->in;

    if (scan->depth == JSON_MAX_DEPTH)
        return fail(in, "Arrays and objects are more than 32 deep.");
    scan->levels[scan->depth++] = object;
    in->at++; /* the bracket */
    skip_space(in);
    if (in->at < in->end && *in->at == closing_bracket(scan))
        return true; /* it is empty */
    return begin_item(scan);
}

/* A simple value, or the bracket that opens an array or object. */
static bool read_value(struct scan *scan)
{
    struct reader *in = &scan->in;

    scan->wants_value = false;
    if (in->at == in->end)
        return fail(in, ends_early);
    switch (*in->at) {
    case '{':
        return open_level(scan, ++scan->object_count);
    case '[':
        return open_level(scan, 0);
    case '"':
        in->at++;
        return read_string(in);
    case 't':
        return read_word(in, "true");
    case 'f':
        return read_word(in, "false");
    case 'n':
        return read_word(in, "null");
    default:
        if (*in->at != '-' && (*in->at < '0' || *in->at > '9'))
            return fail(in, "A value is missing, or is not JSON.");
        return read_number(in);
    }
}

/* What follows a value: a comma and one more, or the end of what it is in. */
static bool read_end(struct scan *scan)
{
    struct reader *in = &scan->in;

    if (take(in, ','))
        return begin_item(scan);
    if (!take(in, closing_bracket(scan)))
        return fail(in, in->at == in->end
                            ? ends_early
                            : "A comma or a closing bracket is missing.");
    scan->depth--;
    return true;
}

/* Without recursion: `levels` remembers what the call stack would. */
static bool read_document(struct scan *scan)
{
    struct reader *in = &scan->in;

    skip_space(in);
    if (in->at == in->end || *in->at != '{')
        return fail(in, "The body must be one JSON object.");
    scan->wants_value = true;
    do {
        skip_space(in);
        if (!(scan->wants_value ? read_value(scan) : read_end(scan)))
            return false;
    } while (scan->depth > 0);
    skip_space(in);
    return in->at == in->end || fail(in, "Something follows the JSON object.");
}

/* After the scan, so that names were compared as they were sent. A backslash
 * stands only in strings, and the byte after it belongs to it. */
static void replace_nul(char *text, size_t len)
{
    static const char nul[] = "\\u0000";

    for (size_t i = 0; i + sizeof nul - 1 <= len; i++) {
        if (text[i] != '\\')
            continue;
        if (memcmp(text + i, nul, sizeof nul - 1) == 0)
            text[i + 5] = '1';
        i++;
    }
}

enum todo_err json_check(char *text, size_t len, struct problem *problem)
{
    struct scan scan = {.in = {text, len > 0 ? text + len : text, NULL}};

    if (!read_document(&scan)) {
        problem->detail = scan.in.wrong;
        return TODO_ERR_JSON;
    }
    replace_nul(text, len);
    return TODO_OK;
}

enum todo_err json_parse(char *text, size_t len, struct problem *problem,
                         cJSON **object)
{
    enum todo_err err = json_check(text, len, problem);
    cJSON *parsed;

    if (err)
        return err;
    parsed = cJSON_ParseWithLength(text, len);
    if (!parsed) /* the text is good, so memory ran out */
        return TODO_ERR_NO_MEMORY;
    *object = parsed;
    return TODO_OK;
}
