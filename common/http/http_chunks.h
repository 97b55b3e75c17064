/*
 * common/http/http_chunks.h - where does a chunked body end? To the byte.
 * Threads: any; one per body.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A chunked body (RFC 9112 section 7.1) is a row of chunks, each behind a line
 * with its size, and ends with a chunk of size 0 and an empty line:
 *
 *     4\r\n milk \r\n 0\r\n \r\n
 *
 * Whatever else the RFC allows there is refused: chunk extensions, and trailer
 * fields behind the last chunk. So is what other readers are generous with,
 * such as a line that ends by a bare LF.
 *
 * llhttp tells todo-async all of that. civetweb tells todo-sync nothing: what
 * it passes over differs from version to version. So todo-sync watches the
 * bytes (sync_impl/tap.h) and asks here. Both must come to the same verdict;
 * the fuzz target `wire` compares them.
 */
#ifndef TODO_COMMON_HTTP_CHUNKS_H
#define TODO_COMMON_HTTP_CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

/* What must come next. */
enum http_chunks_next {
    CHUNKS_SIZE, /* the first digit of a size; so {0} begins a body */
    CHUNKS_SIZE_MORE,
    CHUNKS_SIZE_LF,
    CHUNKS_DATA,
    CHUNKS_DATA_CR,
    CHUNKS_DATA_LF,
    CHUNKS_LAST_CR, /* of the empty line at the end */
    CHUNKS_LAST_LF,
    CHUNKS_NOTHING /* the body is whole */
};

/* How far a body has come. Begins as {0}; there is nothing to release. */
struct http_chunks {
    enum http_chunks_next next;
    enum todo_err err; /* set once the body is refused */
    uint64_t left;     /* of this chunk; while a size comes, the size so far */
    size_t body_len;   /* bytes of the body, all chunks announced so far */
};

/* Reads on; gives how many of the bytes belong to the body. These are all of
 * them, unless it ends among them or is refused: then chunks->err is
 * TODO_ERR_MALFORMED, or TODO_ERR_BODY_TOO_LARGE as soon as a chunk is
 * announced that takes the body beyond HTTP_MAX_BODY. */
size_t http_chunks_feed(struct http_chunks *chunks, const char *bytes,
                        size_t len);

/* Whether the whole body has come, up to the last LF. */
bool http_chunks_are_whole(const struct http_chunks *chunks);

#endif
