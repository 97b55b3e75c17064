/*
 * common/base/buf.h - bytes that grow; every answer is written into one.
 * Threads: its owner's; no lock inside.
 * Blocks:  never.
 * Owns:    the bytes.
 *
 * Appending cannot fail half-way in secret: when memory runs out, `failed` is
 * set, later appends do nothing, and the sender asks once, at the end.
 */
#ifndef TODO_COMMON_BUF_H
#define TODO_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data; /* not NUL-terminated; NULL while empty */
    size_t len;
    size_t cap;
    bool failed; /* memory ran out: the content is not whole */
};

/* Appends `len` bytes. */
void buf_put(struct buf *buf, const void *bytes, size_t len);

/* Appends a C string. */
void buf_puts(struct buf *buf, const char *text);

/* Appends formatted text (printf(3)). For rare text: it is slow. */
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends a decimal number. */
void buf_put_int(struct buf *buf, int64_t number);

/* Appends a JSON string with its quotes (RFC 8259 section 7). The bytes are
 * UTF-8 already; only the quote, the backslash and controls are escaped. */
void buf_put_json(struct buf *buf, const char *text, size_t len);

/* The same without the quotes: a part of a string. */
void buf_put_json_text(struct buf *buf, const char *text, size_t len);

/* Appends text for HTML (escapes & < > " '). */
void buf_put_html(struct buf *buf, const char *text, size_t len);

/* Forgets the content, keeps the memory. Clears `failed`. */
void buf_clear(struct buf *buf);

/* Frees the memory. Accepts {0} and a second call. */
void buf_release(struct buf *buf);

/* Likewise, and overwrites the content first: it may have a password. */
void buf_wipe(struct buf *buf);

#endif
