/*
 * common/pages/openapi_facts.h - what the API document says beyond the route
 * table.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * Parameters, successes and possible errors of each operation, for the document
 * and for the page, which therefore say the same.
 */
#ifndef TODO_COMMON_OPENAPI_FACTS_H
#define TODO_COMMON_OPENAPI_FACTS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/todo/route.h"

enum openapi_parameter_id {
    PARAM_ID,
    PARAM_FILE,
    PARAM_COMPLETED,
    PARAM_OVERDUE,
    PARAM_Q,
    PARAM_SORT,
    PARAM_LIMIT,
    PARAM_AFTER,
    PARAM_HOW_MANY,
    PARAM_IF_MATCH,
    PARAM_LAST_EVENT_ID,
    PARAM_IF_NONE_MATCH,
    PARAM_COUNT
};

enum openapi_type { TYPE_TEXT, TYPE_BOOLEAN, TYPE_INTEGER, TYPE_SORT };

struct openapi_parameter {
    const char *name;
    const char *in; /* "path", "query" or "header" */
    enum openapi_type type;
    int max;       /* of an integer, which begins at 1; 0: no limit */
    int otherwise; /* an integer that is not given; 0: it must be, or is none */
    const char *description;
    unsigned operations; /* which take it: bits 1 << enum operation */
};

extern const struct openapi_parameter openapi_parameters[PARAM_COUNT];

enum openapi_header_id {
    HEADER_REQUEST_ID,
    HEADER_ETAG,
    HEADER_LOCATION,
    HEADER_LINK,
    HEADER_ALLOW,
    HEADER_RETRY_AFTER,
    HEADER_ACCEPT_PATCH,
    HEADER_ACCEPT_ENCODING,
    HEADER_AUTHENTICATE,
    HEADER_COUNT
};

struct openapi_header {
    const char *name;
    const char *description;
    const char *example; /* {base} stands for what our URLs begin with */
};

extern const struct openapi_header openapi_headers[HEADER_COUNT];

/* How an operation answers when nothing goes wrong. */
struct openapi_success {
    enum operation op;
    int status;
    const char *description;
    const char *media_type; /* NULL: no body */
    const char *schema;     /* of components/schemas */
    unsigned headers;       /* beside X-Request-Id: bits 1 << header id */
};

/* Gives the operation's successes one by one: begin with `after` NULL, go on
 * with what was given. NULL when there are no more. */
const struct openapi_success *
openapi_next_success(enum operation op, const struct openapi_success *after);

/* Whether the operation takes the parameter. */
bool openapi_takes(enum operation op, enum openapi_parameter_id parameter);

/* Whether the operation may end in this error. */
bool openapi_fails(enum operation op, enum todo_err err);

/* The least status above `after` that stands for one of the operation's errors;
 * 0 when there is none. With OP_COUNT: of any operation's. */
int openapi_next_status(enum operation op, int after);

/* "todos", "users" or "server": what the operation is about. */
const char *openapi_tag(enum operation op);

#endif
