/*
 * common/base/error.h - everything that can go wrong, and what a client is
 * told.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_ERROR_H
#define TODO_COMMON_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"

enum todo_err {
    TODO_OK = 0,
    /* the request */
    TODO_ERR_MALFORMED,       /* 400: not HTTP as we accept it */
    TODO_ERR_HOST,            /* 400: no usable Host */
    TODO_ERR_JSON,            /* 400: the body is not strict JSON */
    TODO_ERR_CONDITION,       /* 400: If-Match or If-None-Match unreadable */
    TODO_ERR_PARTIAL_PUT,     /* 400: Content-Range on PUT */
    TODO_ERR_NO_TOKEN,        /* 401: none was sent */
    TODO_ERR_BAD_TOKEN,       /* 401: not ours, or not any more */
    TODO_ERR_CREDENTIALS,     /* 401: no such name and password */
    TODO_ERR_NO_PATH,         /* 404: no such path */
    TODO_ERR_NO_TODO,         /* 404: no such todo */
    TODO_ERR_METHOD,          /* 405 */
    TODO_ERR_BODY_TIMEOUT,    /* 408 */
    TODO_ERR_NAME_TAKEN,      /* 409 */
    TODO_ERR_LENGTH_REQUIRED, /* 411 */
    TODO_ERR_PRECONDITION,    /* 412 */
    TODO_ERR_BODY_TOO_LARGE,  /* 413 */
    TODO_ERR_TARGET_TOO_LONG, /* 414 */
    TODO_ERR_MEDIA_TYPE,      /* 415 */
    TODO_ERR_CODING,          /* 415: Content-Encoding other than identity */
    TODO_ERR_EXPECTATION,     /* 417 */
    TODO_ERR_MISDIRECTED,     /* 421: a Host that is not served */
    TODO_ERR_INVALID,         /* 422: the faults say what */
    TODO_ERR_TOO_MANY,        /* 429: more than --rate-limit allows */
    TODO_ERR_HEAD_TOO_LARGE,  /* 431 */
    TODO_ERR_HTTP_VERSION,    /* 505 */
    TODO_ERR_GONE,            /* 499, in the log alone: the client has left */
    /* the server */
    TODO_ERR_INTERNAL,         /* 500: no memory, or a fault of ours */
    TODO_ERR_UPSTREAM,         /* 502: the upstream's answer is of no use */
    TODO_ERR_BUSY,             /* 503: a queue or pool is full */
    TODO_ERR_NO_MEMORY,        /* 503: for JSON, or a password's hash */
    TODO_ERR_NO_UPSTREAM,      /* 503: there is none */
    TODO_ERR_STOPPING,         /* 503: shutting down */
    TODO_ERR_SLOW_QUERY,       /* 503: a search or a count ran out of time */
    TODO_ERR_LOCKED,           /* 503: another program holds the database */
    TODO_ERR_UNAVAILABLE,      /* 503: the database cannot be read or written */
    TODO_ERR_UPSTREAM_TIMEOUT, /* 504: the upstream took too long */
    TODO_ERR_DISK_FULL,        /* 507 */
    TODO_ERR_COUNT
};

struct error_info {
    int status;         /* HTTP status code */
    bool ours;          /* no fault of the request */
    bool closes;        /* the connection is of no use afterwards */
    const char *slug;   /* the last part of the problem's type */
    const char *title;  /* RFC 9457 "title": the same for each occurrence */
    const char *detail; /* RFC 9457 "detail" when nothing better is known */
};

/* Never NULL for a value of the enum but TODO_OK. */
const struct error_info *error_info(enum todo_err err);

/* The reason phrase for a status code (RFC 9110 section 15); "" if unknown. */
const char *error_reason(int status);

/* What a problem document says beyond its status: one sentence, and for 422
 * every fault, rendered as the members of a JSON array. */
struct problem {
    const char *detail; /* a literal, or NULL for the error's own sentence */
    size_t fault_count;
    struct buf faults;
};

enum { PROBLEM_MAX_FAULTS = 100 }; /* further faults are not listed */

/* Adds {"pointer": "/member", "detail": …}; the name is escaped for JSON
 * Pointer (RFC 6901) and JSON. Copies everything. Both give TODO_ERR_INVALID,
 * so that a check can end with `return problem_…`. */
enum todo_err problem_add_member(struct problem *problem, const char *member,
                                 const char *detail);

/* Adds {"parameter": name, "detail": …}; as above. */
enum todo_err problem_add_parameter(struct problem *problem, const char *name,
                                    size_t len, const char *detail);

/* Frees the faults. Accepts {0} and a second call. */
void problem_release(struct problem *problem);

#endif
