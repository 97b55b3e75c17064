#include "common/base/buf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/wipe.h"

enum { FIRST_CAP = 256 };

/* Makes room for `more` bytes. False, and `failed`, when there is none. */
static bool reserve(struct buf *buf, size_t more)
{
    size_t cap = buf->cap > 0 ? buf->cap : FIRST_CAP;
    char *data;

    if (buf->failed)
        return false;
    if (more <= buf->cap - buf->len)
        return true;
    if (more > SIZE_MAX / 4 - buf->len) { /* so that doubling cannot wrap */
        buf->failed = true;
        return false;
    }
    while (cap - buf->len < more)
        cap *= 2;
    data = realloc(buf->data, cap);
    if (!data) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->cap = cap;
    return true;
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    if (len == 0 || !reserve(buf, len))
        return;
    memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_put(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0 || !reserve(buf, (size_t)len + 1)) { /* 1 for its NUL */
        buf->failed = true;
        return;
    }
    va_start(args, format);
    (void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

void buf_put_int(struct buf *buf, int64_t number)
{
    char digits[20]; /* of 9223372036854775808, and a sign */
    size_t at = sizeof digits;
    /* Negated as unsigned: -INT64_MIN is no int64_t. */
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        digits[--at] = '-';
    buf_put(buf, digits + at, sizeof digits - at);
}

/* Appends the escape of a character that may not stand in a JSON string. */
static void put_json_escape(struct buf *buf, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char letters[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
        ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    const char shortest[] = {'\\', letters[c]};
    const char longest[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

    if (letters[c] != '\0')
        buf_put(buf, shortest, sizeof shortest);
    else
        buf_put(buf, longest, sizeof longest);
}

void buf_put_json_text(struct buf *buf, const char *text, size_t len)
{
    size_t done = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_put(buf, text + done, i - done);
        put_json_escape(buf, c);
        done = i + 1;
    }
    buf_put(buf, text + done, len - done);
}

void buf_put_json(struct buf *buf, const char *text, size_t len)
{
    buf_put(buf, "\"", 1);
    buf_put_json_text(buf, text, len);
    buf_put(buf, "\"", 1);
}

static const char *html_escape(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void buf_put_html(struct buf *buf, const char *text, size_t len)
{
    size_t done = 0;

    for (size_t i = 0; i < len; i++) {
        const char *escape = html_escape(text[i]);

        if (!escape)
            continue;
        buf_put(buf, text + done, i - done);
        buf_puts(buf, escape);
        done = i + 1;
    }
    buf_put(buf, text + done, len - done);
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

void buf_release(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

void buf_wipe(struct buf *buf)
{
    wipe(buf->data, buf->len);
    buf_release(buf);
}
