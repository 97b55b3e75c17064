/*
 * common/pages/openapi_schemas.c - the bodies: what is sent, and what is
 * accepted.
 */
#include "common/pages/openapi.h"
#include "common/pages/openapi_put.h"
#include "common/todo/account.h"
#include "common/todo/list_query.h"
#include "common/todo/todo.h"

/* A title as a pattern: no control character, and one that is no space. Spelled
 * out, because many validators do not know \p{White_Space}. */
#define CONTROLS "\\u0000-\\u001F\\u007F"
#define SPACES                                                                 \
    " \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000"
#define TITLE_PATTERN "^[^" CONTROLS "]*[^" CONTROLS SPACES "][^" CONTROLS "]*$"

/* The three ways in which the fields of a todo are described. */
enum shape {
    SHAPE_ANSWER, /* what the server sends */
    SHAPE_WHOLE,  /* the body of POST and PUT */
    SHAPE_PATCH   /* the body of PATCH */
};

static const char *json_type(enum todo_type type)
{
    switch (type) {
    case TODO_INTEGER:
        return "integer";
    case TODO_BOOLEAN:
        return "boolean";
    case TODO_STRING:
    case TODO_TIME:
    case TODO_URL:
        break;
    }
    return "string";
}

static void put_type(struct buf *out, const struct todo_field *field,
                     enum shape shape)
{
    const char *type = json_type(field->type);
    /* In a patch, null means "the default", which a title does not have. */
    bool null = shape == SHAPE_PATCH ? !field->required : field->nullable;

    if (null)
        openapi_put(out, "'type': [%s, 'null'],", type);
    else
        openapi_put(out, "'type': %s,", type);
}

static void put_integer_rules(struct buf *out, const struct todo_field *field)
{
    openapi_put(out, "'format': 'int64', 'minimum': ");
    if (field == &todo_fields[TODO_FIELD_ID]) {
        openapi_put(out, "1,");
        return;
    }
    buf_put_int(out, -TODO_ORDER_MAX);
    openapi_put(out, ", 'maximum': ");
    buf_put_int(out, TODO_ORDER_MAX);
    openapi_put(out, ",");
}

static void put_rules(struct buf *out, const struct todo_field *field,
                      enum shape shape)
{
    switch (field->type) {
    case TODO_INTEGER:
        put_integer_rules(out, field);
        break;
    case TODO_STRING:
        openapi_put(out, "'minLength': 1, 'maxLength': %d, 'pattern': %s,",
                    TODO_TITLE_MAX, TITLE_PATTERN);
        break;
    case TODO_TIME:
        openapi_put(out, "'format': 'date-time',");
        if (shape == SHAPE_ANSWER)
            openapi_put(out, "'pattern': %s,", "[.][0-9]{3}Z$");
        break;
    case TODO_URL:
        openapi_put(out, "'format': 'uri',");
        break;
    case TODO_BOOLEAN:
        break;
    }
}

static void put_field(struct buf *out, const struct todo_field *field,
                      enum shape shape)
{
    openapi_put(out, "%s: {", field->name);
    if (field->read_only)
        openapi_put(out, "'readOnly': true,");
    if (field->read_only && shape != SHAPE_ANSWER) {
        openapi_put(out, "'description': %s},",
                    "Accepted with any value, and ignored.");
        return;
    }
    put_type(out, field, shape);
    put_rules(out, field, shape);
    if (shape == SHAPE_WHOLE && !field->required)
        openapi_put(out,
                    field->nullable ? "'default': null," : "'default': false,");
    openapi_put(out, "'description': %s},", field->description);
}

static void put_fields(struct buf *out, enum shape shape)
{
    openapi_put(out, "'properties': {");
    for (int i = 0; i < TODO_FIELD_COUNT; i++)
        put_field(out, &todo_fields[i], shape);
    openapi_put(out, "},");
}

static void put_todo(const char *base, struct buf *out)
{
    const struct todo example = {.id = 17,
                                 .version = 1,
                                 .title = "Buy milk",
                                 .order = 10,
                                 .has_order = true,
                                 .created_at = 1735689600000,
                                 .updated_at = 1735689600000};

    openapi_put(out, "'Todo': {'type': 'object', 'description': %s,",
                "A todo as the server sends it.");
    openapi_put(out, "'required': [");
    for (int i = 0; i < TODO_FIELD_COUNT; i++)
        openapi_put(out, "%s,", todo_fields[i].name);
    openapi_put(out, "],");
    put_fields(out, SHAPE_ANSWER);
    openapi_put(out, "'examples': [");
    todo_write_json(&example, base, out);
    openapi_put(out, "]},");
}

static void put_requests(struct buf *out)
{
    openapi_put(out, "'TodoWhole': {'type': 'object', 'description': %s,",
                "A whole todo: what is left out gets its default.");
    openapi_put(out, "'required': [");
    for (int i = 0; i < TODO_FIELD_COUNT; i++)
        if (todo_fields[i].required)
            openapi_put(out, "%s,", todo_fields[i].name);
    openapi_put(out, "], 'additionalProperties': false,");
    put_fields(out, SHAPE_WHOLE);
    openapi_put(out, "},");

    openapi_put(out, "'TodoPatch': {'type': 'object', 'description': %s,",
                "A change to a todo (RFC 7396): what is left out stays, what "
                "is null gets its default.");
    openapi_put(out, "'additionalProperties': false,");
    put_fields(out, SHAPE_PATCH);
    openapi_put(out, "},");
}

static void put_stats(struct buf *out)
{
    static const struct {
        const char *name, *description;
    } members[] = {{"total", "All todos."},
                   {"open", "Those that are not completed."},
                   {"completed", "Those that are."},
                   {"overdue", "The open ones whose due_at has passed."}};

    openapi_put(out, "'Stats': {'type': 'object', 'required': ['total',"
                     "'open', 'completed', 'overdue'], 'properties': {");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        openapi_put(out,
                    "%s: {'type': 'integer', 'format': 'int64', 'minimum': 0,"
                    "'description': %s},",
                    members[i].name, members[i].description);
    openapi_put(out, "}},");
}

static void put_account_field(struct buf *out,
                              const struct account_field *field)
{
    openapi_put(out, "%s: {'type': 'string', 'description': %s,", field->name,
                field->description);
    if (field->secret)
        openapi_put(out, "'format': 'password', 'writeOnly': true,");
    openapi_put(out, "'minLength': %d, 'maxLength': %d, 'pattern': %s},",
                field->min_chars, field->max_chars, field->pattern);
}

static void put_users(struct buf *out)
{
    openapi_put(out, "'Account': {'type': 'object', 'description': %s,",
                "A name, and the password that proves it.");
    openapi_put(out, "'required': [");
    for (int i = 0; i < ACCOUNT_FIELD_COUNT; i++)
        openapi_put(out, "%s,", account_fields[i].name);
    openapi_put(out, "], 'additionalProperties': false, 'properties': {");
    for (int i = 0; i < ACCOUNT_FIELD_COUNT; i++)
        put_account_field(out, &account_fields[i]);
    openapi_put(out, "}},");

    openapi_put(out, "'User': {'type': 'object', 'required': ['name',"
                     "'created_at'], 'properties': {");
    put_account_field(out, &account_fields[ACCOUNT_NAME]);
    openapi_put(out,
                "'created_at': {'type': 'string', 'format': 'date-time',"
                "'pattern': %s}}},",
                "[.][0-9]{3}Z$");
    openapi_put(out,
                "'Token': {'type': 'object', 'required': ['access_token',"
                "'token_type', 'expires_in'], 'properties': {"
                "'access_token': {'type': 'string', 'description': %s},",
                "To be sent as Authorization: Bearer TOKEN.");
    openapi_put(out,
                "'token_type': {'const': 'bearer'},"
                "'expires_in': {'type': 'integer', 'description': %s}}},",
                "Seconds for which it holds.");
}

static void put_problem(struct buf *out)
{
    openapi_put(out, "'Problem': {'type': 'object', 'description': %s,",
                "Why the request failed (RFC 9457).");
    openapi_put(out, "'required': "
                     "['type', 'title', 'status', 'detail', 'request_id'],"
                     "'properties': {"
                     "'type': {'type': 'string', 'format': 'uri-reference'},"
                     "'title': {'type': 'string'},"
                     "'status': {'type': 'integer'},"
                     "'detail': {'type': 'string'},");
    openapi_put(out, "'request_id': {'type': 'string', 'description': %s},",
                "As in X-Request-Id.");
    openapi_put(out, "'errors': {'type': 'array', 'description': %s,",
                "Every fault, with status 422.");
    openapi_put(out, "'minItems': 1, 'maxItems': %d,", PROBLEM_MAX_FAULTS);
    openapi_put(out, "'items': {'$ref': '#/components/schemas/Fault'}}}},");

    openapi_put(out, "'Fault': {'type': 'object', 'description': %s,",
                "One fault: a member of the body, or a parameter.");
    openapi_put(out, "'required': ['detail'],"
                     "'oneOf': [{'required': ['pointer']},"
                     "{'required': ['parameter']}],"
                     "'properties': {'detail': {'type': 'string'},"
                     "'parameter': {'type': 'string'},");
    openapi_put(out, "'pointer': {'type': 'string', 'description': %s,",
                "Where it is in the body (RFC 6901).");
    openapi_put(out, "'format': 'json-pointer'}}},");
}

void openapi_write_schemas(const char *base, struct buf *out)
{
    put_todo(base, out);
    openapi_put(out, "'TodoPage': {'type': 'array', 'maxItems': %d,",
                LIST_LIMIT_MAX);
    openapi_put(out, "'items': {'$ref': '#/components/schemas/Todo'}},");
    openapi_put(out,
                "'Suggestions': {'type': 'array', 'minItems': 1,"
                "'maxItems': %d, 'items': {'type': 'object',"
                "'required': ['title'], 'properties': {'title': {",
                LIST_SUGGESTIONS_MAX);
    put_rules(out, &todo_fields[TODO_FIELD_TITLE], SHAPE_ANSWER);
    openapi_put(out, "'type': 'string'}}}},");
    put_stats(out);
    put_requests(out);
    put_users(out);
    put_problem(out);
    openapi_put(out, "'Status': {'type': 'object', 'required': ['status'],"
                     "'properties': {'status': {'const': 'ok'}}},"
                     "'Document': {'type': 'object'},"
                     "'Text': {'type': 'string'},");
}
