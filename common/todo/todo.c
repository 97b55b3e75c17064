#include "common/todo/todo.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/utf8.h"

const struct todo_field todo_fields[TODO_FIELD_COUNT] = {
    [TODO_FIELD_ID] = {.name = "id",
                       .description =
                           "Given by the server, and never given again.",
                       .type = TODO_INTEGER,
                       .read_only = true},
    [TODO_FIELD_TITLE] =
        {.name = "title",
         .description = "What is to be done: 1 to 200 characters, not only "
                        "white space, no control characters.",
         .type = TODO_STRING,
         .required = true},
    [TODO_FIELD_COMPLETED] = {.name = "completed",
                              .description = "Whether it is done.",
                              .type = TODO_BOOLEAN},
    [TODO_FIELD_ORDER] = {.name = "order",
                          .description = "Its place in the client's own order.",
                          .type = TODO_INTEGER,
                          .nullable = true},
    [TODO_FIELD_DUE_AT] =
        {.name = "due_at",
         .description = "When it is to be done: RFC 3339 with any offset in, "
                        "UTC with milliseconds out.",
         .type = TODO_TIME,
         .nullable = true},
    [TODO_FIELD_CREATED_AT] = {.name = "created_at",
                               .description = "When it was created.",
                               .type = TODO_TIME,
                               .read_only = true},
    [TODO_FIELD_UPDATED_AT] = {.name = "updated_at",
                               .description = "When it last changed.",
                               .type = TODO_TIME,
                               .read_only = true},
    [TODO_FIELD_URL] = {.name = "url",
                        .description = "Where it is found.",
                        .type = TODO_URL,
                        .read_only = true},
};

/* Unicode's property White_Space. */
static bool is_white_space(uint32_t point)
{
    switch (point) {
    case 0x20:
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
        return true;
    default:
        return (point >= 0x09 && point <= 0x0D) ||
               (point >= 0x2000 && point <= 0x200A);
    }
}

const char *todo_title_fault(const char *title)
{
    size_t rest = strlen(title);
    size_t count = 0;
    bool blank = true;

    for (; rest > 0; count++) {
        uint32_t point;
        size_t n = utf8_decode(title, rest, &point);

        if (n == 0)
            return "must be UTF-8";
        if (point < 0x20 || point == 0x7F)
            return "must not have control characters";
        blank = blank && is_white_space(point);
        title += n;
        rest -= n;
    }
    if (count == 0 || count > TODO_TITLE_MAX)
        return "must have 1 to 200 characters";
    return blank ? "must not be only white space" : NULL;
}

/* Copies a number that may be absent; returns whether it was another. */
static bool set_number(bool *has, int64_t *number, bool new_has,
                       int64_t new_number)
{
    bool changed = *has != new_has || (new_has && *number != new_number);

    *has = new_has;
    *number = new_number;
    return changed;
}

/* Copies one field; returns whether it was another. */
static bool set_field(struct todo *todo, const struct todo *from,
                      enum todo_field_id id)
{
    bool changed = false;

    switch (id) {
    case TODO_FIELD_TITLE:
        changed = strcmp(todo->title, from->title) != 0;
        memcpy(todo->title, from->title, sizeof todo->title);
        break;
    case TODO_FIELD_COMPLETED:
        changed = todo->completed != from->completed;
        todo->completed = from->completed;
        break;
    case TODO_FIELD_ORDER:
        changed = set_number(&todo->has_order, &todo->order, from->has_order,
                             from->order);
        break;
    case TODO_FIELD_DUE_AT:
        changed = set_number(&todo->has_due_at, &todo->due_at, from->has_due_at,
                             from->due_at);
        break;
    case TODO_FIELD_ID:
    case TODO_FIELD_CREATED_AT:
    case TODO_FIELD_UPDATED_AT:
    case TODO_FIELD_URL:
    case TODO_FIELD_COUNT:
        break; /* the server's own */
    }
    return changed;
}

bool todo_draft_apply(const struct todo_draft *draft, enum todo_draft_kind kind,
                      struct todo *todo)
{
    bool changed = false;

    for (enum todo_field_id id = 0; id < TODO_FIELD_COUNT; id++)
        if (kind == TODO_DRAFT_WHOLE || draft->named[id])
            changed |= set_field(todo, &draft->values, id);
    return changed;
}

void todo_etag(const struct todo *todo, char out[TODO_ETAG_SIZE])
{
    (void)snprintf(out, TODO_ETAG_SIZE, "\"%" PRId64 "-%" PRId64 "\"", todo->id,
                   todo->version);
}
