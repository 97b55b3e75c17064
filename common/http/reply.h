/*
 * common/http/reply.h - builds a whole response, head and body, in one buffer.
 * Threads: its owner's.
 * Blocks:  never.
 * Owns:    the buffer and the faults.
 *
 * One buffer, because it is then sent by one write: a head and a body sent by
 * two writes cost a client 40 ms of Nagle's algorithm and delayed ACK.
 */
#ifndef TODO_COMMON_REPLY_H
#define TODO_COMMON_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/error.h"
#include "common/http/http_rules.h"
#include "common/todo/list_query.h"
#include "common/todo/todo.h"

enum {
    REPLY_ID_SIZE = 18,                   /* a request id and its NUL */
    REPLY_BASE_SIZE = HTTP_MAX_HOST + 16, /* "http://" Host, and its NUL */

    /* What a client sends behind its last answer is read and dropped, for so
     * long and up to so many bytes. A reset would take the answer along, and a
     * client whose body of a MiB is refused is to hear so. */
    REPLY_DROP_MS = 1000,
    REPLY_DROP_MAX = 4 * 1024 * 1024,

    /* What the kernel keeps of a stream for a client that does not read. */
    REPLY_KERNEL_MAX = 64 * 1024
};

struct reply {
    /* what the request asked for, set by http_request_accept */
    bool head_only;             /* HEAD: send the head alone */
    bool chunked;               /* a stream says by itself where it ends */
    bool until_close;           /* or only the end of the connection says it */
    bool keep_alive;            /* the connection stays after this answer */
    bool http_1_0;              /* staying must then be said */
    const char *server;         /* our name for the Server field */
    const char *cors;           /* the origin to allow, or NULL */
    bool cors_varies;           /* the answer depends on the request's Origin */
    const char *path;           /* of the route table, for Allow; or NULL */
    bool patch;                 /* the request is a PATCH */
    char id[REPLY_ID_SIZE];     /* the request id */
    uint32_t number;            /* its last half: the probes' name for it */
    char base[REPLY_BASE_SIZE]; /* what URLs of ours begin with */

    /* what the handlers say */
    struct problem problem; /* more about an error, if there is one */

    /* the outcome */
    int status;      /* 0 until a reply_… has run */
    struct buf body; /* scratch: the body before the head is known */
    struct buf out;  /* the whole response */
};

/* Each of these writes the response. They fail only when memory runs out:
 * TODO_ERR_INTERNAL; then reply_error still works. */

/* 200, ETag, the todo. */
enum todo_err reply_todo(struct reply *reply, const struct todo *todo);

/* 201, ETag, Location, the todo. */
enum todo_err reply_created(struct reply *reply, const struct todo *todo);

/* 201, the user. */
enum todo_err reply_user(struct reply *reply, const char *name,
                         int64_t created_at);

/* 200, the token, which no cache may keep. */
enum todo_err reply_token(struct reply *reply, const char *token);

/* 304, ETag. */
enum todo_err reply_not_modified(struct reply *reply, const struct todo *todo);

/* 200, Link when `next` is not NULL. `todos` holds a JSON array. */
enum todo_err reply_page(struct reply *reply, const struct buf *todos,
                         const struct list_query *query,
                         const struct list_place *next);

/* 200, the numbers. */
enum todo_err reply_stats(struct reply *reply, const struct todo_stats *stats);

/* 204. */
enum todo_err reply_no_content(struct reply *reply);

/* 204, Allow, Accept-Patch where PATCH is allowed, and what a CORS preflight
 * asks for (Fetch standard, "CORS protocol"), where --cors-origin permits it.
 */
enum todo_err reply_options(struct reply *reply, bool preflight);

/* 200 with any body. */
enum todo_err reply_text(struct reply *reply, const char *content_type,
                         const char *text, size_t len);

/* A body that is made while it is sent: first its head, alone (200); then
 * pieces, each in the place of what `out` held, or (add) behind it; the end is
 * added to the last one. It is told by the chunked coding (RFC 9112 section
 * 7.1), or to HTTP/1.0 by closing. When the request was HEAD, send the head and
 * no more. The head tells caches to keep nothing, and a reverse proxy to pass
 * on each piece as it comes (X-Accel-Buffering, a field of nginx's). */
enum todo_err reply_stream(struct reply *reply, const char *content_type);
enum todo_err reply_piece(struct reply *reply, const char *bytes, size_t len);
enum todo_err reply_add_piece(struct reply *reply, const char *bytes,
                              size_t len);
enum todo_err reply_stream_end(struct reply *reply);

/* Appends a chunk, or with `chunked` false the bytes alone; nothing for none.
 */
void reply_put_chunk(struct buf *out, bool chunked, const char *bytes,
                     size_t len);

/* The problem document (RFC 9457) for the error and reply->problem. Without
 * memory even for that, `out` stays empty and the connection must close. */
void reply_error(struct reply *reply, enum todo_err err);

/* Frees all. Accepts {0} and a second call. */
void reply_release(struct reply *reply);

#endif
