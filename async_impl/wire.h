/*
 * async_impl/wire.h - how bytes become a request.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    the text of head and body.
 *
 * The loop is handed whatever has arrived: half a line, or three requests. So
 * the parser keeps its place between two calls, and what it has read so far
 * stands here, not on a stack.
 */
#ifndef TODO_ASYNC_WIRE_H
#define TODO_ASYNC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <llhttp.h>

#include "common/base/buf.h"
#include "common/base/error.h"
#include "common/http/http_rules.h"

enum wire_event {
    WIRE_MORE, /* all bytes are taken; the request goes on */
    WIRE_HEAD, /* the head is whole and a body follows */
    WIRE_DONE, /* the request is whole */
    WIRE_BAD   /* wire->err and wire->detail say why */
};

struct wire {
    llhttp_t parser;
    enum wire_event event; /* what the last bytes brought */
    enum todo_err err;
    const char *detail; /* more about err, or NULL */
    bool head_done;
    bool in_value;
    bool lines_done; /* the empty line behind the head has come */
    bool empty_line; /* one has come before the request */
    bool begun;      /* a line that is not empty has come */
    char last;       /* byte that was read */
    char word;       /* the first byte of the last one that was read */
    size_t line_len; /* of the line under way */
    struct buf head; /* target, names and values, one behind the other */
    struct buf body;
    size_t target_len;
    size_t field_count; /* all that came; the first ones have marks */
    struct {
        uint32_t name, value, end; /* offsets in `head` */
    } marks[HTTP_MAX_FIELDS];
};

/* Begins a request. Release with wire_release. */
void wire_init(struct wire *wire);

/* Frees the text of head and body. Accepts {0} and a second call. */
void wire_release(struct wire *wire);

/* Reads on. `*taken` of the `len` bytes belong to this request; the others are
 * for later. Call again after WIRE_MORE with new bytes, after WIRE_HEAD with
 * the bytes not taken. */
enum wire_event wire_feed(struct wire *wire, const char *bytes, size_t len,
                          size_t *taken);

/* The head, or as much as was read of it. It borrows from the wire. */
void wire_head(const struct wire *wire, struct http_head *head);

#endif
