/*
 * common/todo/todo.h - what a todo is: its fields, their rules, a change to it.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; a todo is a value.
 *
 * One table describes the fields. Parsing, validation and the JSON schema in
 * the OpenAPI document all walk it, so they cannot disagree.
 */
#ifndef TODO_COMMON_TODO_H
#define TODO_COMMON_TODO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/error.h"

enum {
    TODO_TITLE_MAX = 200,                     /* Unicode code points */
    TODO_TITLE_SIZE = 4 * TODO_TITLE_MAX + 1, /* in UTF-8, with NUL */
    TODO_ETAG_SIZE = 48                       /* "<id>-<version>" */
};
#define TODO_ORDER_MAX INT64_C(9007199254740991) /* 2^53 - 1 */

struct todo {
    int64_t id;
    int64_t version;    /* counts the changes; the second half of the ETag */
    int64_t created_at; /* milliseconds since 1970 UTC, as all times here */
    int64_t updated_at;
    int64_t order;  /* meaningless unless has_order */
    int64_t due_at; /* meaningless unless has_due_at */
    bool completed;
    bool has_order;
    bool has_due_at;
    char title[TODO_TITLE_SIZE];
};

enum todo_field_id {
    TODO_FIELD_ID,
    TODO_FIELD_TITLE,
    TODO_FIELD_COMPLETED,
    TODO_FIELD_ORDER,
    TODO_FIELD_DUE_AT,
    TODO_FIELD_CREATED_AT,
    TODO_FIELD_UPDATED_AT,
    TODO_FIELD_URL,
    TODO_FIELD_COUNT
};

enum todo_type { TODO_INTEGER, TODO_STRING, TODO_BOOLEAN, TODO_TIME, TODO_URL };

struct todo_field {
    const char *name;
    const char *description; /* one sentence, for people */
    enum todo_type type;
    bool read_only; /* given by the server; accepted from clients, ignored */
    bool required;  /* must be there, and not null, in POST and PUT */
    bool nullable;
};

/* The members in the order in which they are written. */
extern const struct todo_field todo_fields[TODO_FIELD_COUNT];

/* What is wrong with a title, such as "must have 1 to 200 characters"; NULL
 * when nothing is. */
const char *todo_title_fault(const char *title);

/* How many todos an owner has. */
struct todo_stats {
    int64_t total, open, completed;
    int64_t overdue; /* open, and their due_at has passed */
};

/* What a body asks for: values, and which of them it named. */
struct todo_draft {
    struct todo values;
    bool named[TODO_FIELD_COUNT];
};

/* How what a body does not name is to be read. */
enum todo_draft_kind {
    TODO_DRAFT_WHOLE, /* POST, PUT: what is missing gets its default */
    TODO_DRAFT_PATCH  /* PATCH: what is missing stays (RFC 7396) */
};

/* Reads a body. It is scanned by json_check (which may rewrite it), then parsed
 * by cJSON, then checked member by member against the table.
 * TODO_ERR_JSON, TODO_ERR_INVALID with every fault in `problem`, or
 * TODO_ERR_NO_MEMORY. */
enum todo_err todo_draft_parse(struct todo_draft *draft,
                               enum todo_draft_kind kind, char *body,
                               size_t body_len, struct problem *problem);

/* Writes the draft over `todo`: every writable field of a WHOLE draft, the
 * named ones of a PATCH. Returns whether that changed anything. */
bool todo_draft_apply(const struct todo_draft *draft, enum todo_draft_kind kind,
                      struct todo *todo);

/* Writes the entity tag with its quotes: "17-3" (RFC 9110 section 8.8.3). */
void todo_etag(const struct todo *todo, char out[TODO_ETAG_SIZE]);

/* Appends the todo as a JSON object whose url is `base`/todos/<id>. With base
 * NULL the object has no url (so the log of changes keeps it). */
void todo_write_json(const struct todo *todo, const char *base,
                     struct buf *out);

#endif
