#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "common/todo/json_check.h"
#include "common/todo/route.h"
#include "common/todo/todo.h"

/*
 * Reading. The readers give what is wrong with a value, or NULL.
 */

static const char *read_title(const cJSON *item, char title[TODO_TITLE_SIZE])
{
    const char *fault;

    if (!cJSON_IsString(item))
        return "must be a string";
    fault = todo_title_fault(item->valuestring);
    if (!fault) /* so it fits */
        memcpy(title, item->valuestring, strlen(item->valuestring) + 1);
    return fault;
}

static const char *read_boolean(const cJSON *item, bool *value)
{
    if (!cJSON_IsBool(item))
        return "must be true or false";
    *value = cJSON_IsTrue(item);
    return NULL;
}

/* cJSON reads every number as a double, as JavaScript does. Up to 2^53 - 1 it
 * holds each integer exactly; 1.0 and 1e2 are integers too. */
static const char *read_integer(const cJSON *item, bool *has, int64_t *value)
{
    double number = item->valuedouble;

    if (!cJSON_IsNumber(item))
        return "must be an integer or null";
    if (!(number >= -(double)TODO_ORDER_MAX &&
          number <= (double)TODO_ORDER_MAX))
        return "must lie between -9007199254740991 and 9007199254740991";
    if ((double)(int64_t)number != number)
        return "must be an integer or null";
    *has = true;
    *value = (int64_t)number;
    return NULL;
}

static const char *read_time(const cJSON *item, bool *has, int64_t *ms)
{
    if (!cJSON_IsString(item))
        return "must be a string with a date and time, or null";
    *has =
        clock_parse_rfc3339(item->valuestring, strlen(item->valuestring), ms);
    return *has ? NULL
                : "must be a date and time (RFC 3339) in the years 0001 to "
                  "9999, such as 2026-11-23T09:30:00Z";
}

static const char *read_value(enum todo_field_id id, const cJSON *item,
                              struct todo *values)
{
    switch (id) {
    case TODO_FIELD_TITLE:
        return read_title(item, values->title);
    case TODO_FIELD_COMPLETED:
        return read_boolean(item, &values->completed);
    case TODO_FIELD_ORDER:
        return read_integer(item, &values->has_order, &values->order);
    case TODO_FIELD_DUE_AT:
        return read_time(item, &values->has_due_at, &values->due_at);
    case TODO_FIELD_ID:
    case TODO_FIELD_CREATED_AT:
    case TODO_FIELD_UPDATED_AT:
    case TODO_FIELD_URL:
    case TODO_FIELD_COUNT:
        break; /* read-only: any value will do */
    }
    return NULL;
}

/* Null takes the default, which the draft's zeros are. */
static const char *read_null(const struct todo_field *field,
                             enum todo_draft_kind kind)
{
    if (field->nullable || field->read_only)
        return NULL;
    if (kind == TODO_DRAFT_PATCH && !field->required)
        return NULL; /* null removes (RFC 7396), so the default comes back */
    return "must not be null";
}

/* TODO_FIELD_COUNT when no field has the name. Names differ by case. */
static enum todo_field_id field_named(const char *name)
{
    enum todo_field_id id = 0;

    while (id < TODO_FIELD_COUNT && strcmp(todo_fields[id].name, name) != 0)
        id++;
    return id;
}

static enum todo_err read_member(struct todo_draft *draft,
                                 enum todo_draft_kind kind, const cJSON *item,
                                 struct problem *problem)
{
    enum todo_field_id id = field_named(item->string);
    const char *fault;

    if (id == TODO_FIELD_COUNT)
        return problem_add_member(problem, item->string,
                                  "is not a member of a todo");
    draft->named[id] = true;
    fault = cJSON_IsNull(item) ? read_null(&todo_fields[id], kind)
                               : read_value(id, item, &draft->values);
    return fault ? problem_add_member(problem, todo_fields[id].name, fault)
                 : TODO_OK;
}

/* Goes on after a fault: the client is told all of them at once. */
static enum todo_err read_members(struct todo_draft *draft,
                                  enum todo_draft_kind kind,
                                  const cJSON *object, struct problem *problem)
{
    enum todo_err err = TODO_OK;

    for (const cJSON *item = object->child; item; item = item->next)
        if (read_member(draft, kind, item, problem))
            err = TODO_ERR_INVALID;
    if (kind == TODO_DRAFT_PATCH)
        return err;
    for (enum todo_field_id id = 0; id < TODO_FIELD_COUNT; id++)
        if (todo_fields[id].required && !draft->named[id])
            err =
                problem_add_member(problem, todo_fields[id].name, "is missing");
    return err;
}

enum todo_err todo_draft_parse(struct todo_draft *draft,
                               enum todo_draft_kind kind, char *body,
                               size_t body_len, struct problem *problem)
{
    cJSON *object;
    enum todo_err err = json_parse(body, body_len, problem, &object);

    if (err)
        return err;
    *draft = (struct todo_draft){0};
    err = read_members(draft, kind, object, problem);
    cJSON_Delete(object);
    return err;
}

/*
 * Writing, without printf and without cJSON: a list has a thousand todos, and
 * this is most of what it costs.
 */

static void put_time(struct buf *out, int64_t ms)
{
    char text[CLOCK_RFC3339_SIZE];

    clock_format_rfc3339(ms, text);
    buf_put(out, "\"", 1);
    buf_put(out, text, sizeof text - 1);
    buf_put(out, "\"", 1);
}

void todo_write_json(const struct todo *todo, const char *base, struct buf *out)
{
    buf_puts(out, "{\"id\":");
    buf_put_int(out, todo->id);
    buf_puts(out, ",\"title\":");
    buf_put_json(out, todo->title, strlen(todo->title));
    buf_puts(out, ",\"completed\":");
    buf_puts(out, todo->completed ? "true" : "false");
    buf_puts(out, ",\"order\":");
    if (todo->has_order)
        buf_put_int(out, todo->order);
    else
        buf_puts(out, "null");
    buf_puts(out, ",\"due_at\":");
    if (todo->has_due_at)
        put_time(out, todo->due_at);
    else
        buf_puts(out, "null");
    buf_puts(out, ",\"created_at\":");
    put_time(out, todo->created_at);
    buf_puts(out, ",\"updated_at\":");
    put_time(out, todo->updated_at);
    if (base) {
        buf_puts(out, ",\"url\":\"");
        buf_put_json_text(out, base, strlen(base));
        route_write_url("", OP_READ_TODO, todo->id, out);
        buf_puts(out, "\"");
    }
    buf_puts(out, "}");
}
