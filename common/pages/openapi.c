#include "common/pages/openapi.h"

#include <string.h>

#include "common/base/error.h"
#include "common/base/url.h"
#include "common/pages/openapi_facts.h"
#include "common/pages/openapi_put.h"
#include "common/todo/list_query.h"
#include "common/todo/route.h"

static const char about[] =
    "A list of todos, served by two programs that wait in two ways and answer "
    "alike.\n\n"
    "Every GET has its HEAD. OPTIONS answers 204 with Allow, on every path. "
    "An unknown, repeated or bad parameter is a 422 on every operation, and "
    "changes nothing. An error is always a problem document (RFC 9457).\n\n"
    "A server that runs with --auth asks for a token, which POST /tokens "
    "gives, and shows each user their own todos. Without --auth there is one "
    "owner, and a token is not looked at.";

static void put_info(const char *public_url, struct buf *out)
{
    openapi_put(out,
                "'openapi': '3.1.0',"
                "'info': {'title': 'Two ways to wait: todos',"
                "'version': '" TODO_VERSION "', 'description': %s,",
                about);
    openapi_put(out, "'contact': {'name': 'Two ways to wait'},"
                     "'license': {'name': 'MIT', 'identifier': 'MIT'}},");
    /* Relative to the document (OpenAPI 3.1, "Relative References in URLs"):
     * one document for every host and port, and below any path of a proxy. */
    openapi_put(out, "'servers': [{'url': %s, 'description': %s}],",
                public_url ? public_url : ".",
                public_url ? "Where the server is found."
                           : "The server that sent this document.");
    openapi_put(out, "'security': [], 'tags': [");
    openapi_put(out, "{'name': 'todos', 'description': 'The todos.'},"
                     "{'name': 'users', 'description': 'Who has todos.'},");
    openapi_put(out, "{'name': 'server', 'description': %s}],",
                "The server itself: is it well, and what can it do?");
}

static void put_parameters(struct buf *out, enum operation op)
{
    openapi_put(out, "'parameters': [");
    for (int i = 0; i < PARAM_COUNT; i++)
        if (openapi_takes(op, (enum openapi_parameter_id)i)) {
            openapi_put(out, "{'$ref': '#/components/parameters/");
            buf_puts(out, openapi_parameters[i].name);
            openapi_put(out, "'},");
        }
    openapi_put(out, "],");
}

static void put_body(struct buf *out, enum operation op)
{
    static const char whole[] =
        "{'schema': {'$ref': '#/components/schemas/TodoWhole'},"
        "'example': {'title': 'Buy milk', 'order': 10}},";
    static const char account[] =
        "{'schema': {'$ref': '#/components/schemas/Account'},"
        "'example': {'name': 'ada', 'password': 'a long and secret one'}},";
    static const char patch[] =
        "{'schema': {'$ref': '#/components/schemas/TodoPatch'},"
        "'example': {'completed': true}},";

    if (!routes[op].takes_body)
        return;
    openapi_put(out, "'requestBody': {'required': true, 'content': {");
    if (op == OP_PATCH_TODO) {
        openapi_put(out, "'application/merge-patch+json': ");
        openapi_put(out, patch);
    }
    openapi_put(out, "'application/json': ");
    if (op == OP_CREATE_USER || op == OP_CREATE_TOKEN)
        openapi_put(out, account);
    else
        openapi_put(out, op == OP_PATCH_TODO ? patch : whole);
    openapi_put(out, "}},");
}

/* Every answer has X-Request-Id. */
static void put_headers(struct buf *out, unsigned headers)
{
    headers |= 1U << HEADER_REQUEST_ID;
    openapi_put(out, "'headers': {");
    for (int i = 0; i < HEADER_COUNT; i++)
        if (headers & 1U << i) {
            openapi_put(out, "%s: {'$ref': '#/components/headers/",
                        openapi_headers[i].name);
            buf_puts(out, openapi_headers[i].name);
            openapi_put(out, "'},");
        }
    openapi_put(out, "},");
}

static void put_success(struct buf *out, const struct openapi_success *success)
{
    openapi_put(out, "'%d': {'description': %s,", success->status,
                success->description);
    put_headers(out, success->headers);
    if (success->schema) {
        openapi_put(out,
                    "'content': {%s: {'schema': {'$ref': "
                    "'#/components/schemas/",
                    success->media_type);
        buf_puts(out, success->schema);
        openapi_put(out, "'}}},");
    }
    openapi_put(out, "},");
}

static void put_responses(struct buf *out, enum operation op)
{
    const struct openapi_success *success = NULL;
    int status = 0;

    openapi_put(out, "'responses': {");
    while ((success = openapi_next_success(op, success)) != NULL)
        put_success(out, success);
    while ((status = openapi_next_status(op, status)) != 0)
        openapi_put(out, "'%d': {'$ref': '#/components/responses/%d'},", status,
                    status);
    openapi_put(out, "},");
}

/* Without --auth a token may be sent, and is not looked at. */
static void put_security(struct buf *out, enum operation op, bool auth)
{
    if (routes[op].owned)
        openapi_put(out, auth ? "'security': [{'token': []}],"
                              : "'security': [{}, {'token': []}],");
}

static void put_operation(struct buf *out, const struct route *route, bool auth)
{
    char method[16] = {0};

    for (size_t i = 0; route->method[i] && i < sizeof method - 1; i++)
        method[i] = (char)(route->method[i] | 0x20); /* lower case */
    openapi_put(out, "%s: {'operationId': %s, 'tags': [%s], 'summary': %s,",
                method, route->name, openapi_tag(route->op), route->summary);
    openapi_put(out, "'description': 'Waits for: ");
    buf_puts(out, route->waits);
    openapi_put(out, ".',");
    put_security(out, route->op, auth);
    put_parameters(out, route->op);
    put_body(out, route->op);
    put_responses(out, route->op);
    openapi_put(out, "},");
}

/* Rows with one path follow each other in the table. */
static void put_paths(bool auth, struct buf *out)
{
    openapi_put(out, "'paths': {");
    for (int i = 0; i < OP_SHOW_OPTIONS; i++) {
        if (i == 0 || strcmp(routes[i].path, routes[i - 1].path) != 0)
            openapi_put(out, "%s: {", routes[i].path);
        put_operation(out, &routes[i], auth);
        if (i + 1 == OP_SHOW_OPTIONS ||
            strcmp(routes[i].path, routes[i + 1].path) != 0)
            openapi_put(out, "},");
    }
    openapi_put(out, "},");
}

static void put_sort_names(struct buf *out)
{
    openapi_put(out, "'default': 'id', 'enum': [");
    for (int i = 0; i < LIST_SORT_COUNT; i++) {
        openapi_put(out, "%s, '-", list_sort_names[i]);
        buf_puts(out, list_sort_names[i]);
        openapi_put(out, "',");
    }
    openapi_put(out, "],");
}

static void put_parameter_schema(struct buf *out,
                                 const struct openapi_parameter *parameter)
{
    switch (parameter->type) {
    case TYPE_TEXT:
        openapi_put(out, "'type': 'string',");
        break;
    case TYPE_BOOLEAN:
        openapi_put(out, "'type': 'boolean',");
        break;
    case TYPE_SORT:
        openapi_put(out, "'type': 'string',");
        put_sort_names(out);
        break;
    case TYPE_INTEGER:
        openapi_put(out, "'type': 'integer', 'minimum': 1,");
        if (parameter->max > 0)
            openapi_put(out, "'maximum': %d,", parameter->max);
        else
            openapi_put(out, "'format': 'int64',");
        if (parameter->otherwise > 0)
            openapi_put(out, "'default': %d,", parameter->otherwise);
        break;
    }
}

static void put_parameter_components(struct buf *out)
{
    openapi_put(out, "'parameters': {");
    for (int i = 0; i < PARAM_COUNT; i++) {
        const struct openapi_parameter *parameter = &openapi_parameters[i];

        openapi_put(out, "%s: {'name': %s, 'in': %s, 'description': %s,",
                    parameter->name, parameter->name, parameter->in,
                    parameter->description);
        if (strcmp(parameter->in, "path") == 0)
            openapi_put(out, "'required': true,");
        openapi_put(out, "'schema': {");
        put_parameter_schema(out, parameter);
        openapi_put(out, "}},");
    }
    openapi_put(out, "},");
}

/* {base} becomes the base. */
static void put_header_example(const char *base, const char *example,
                               struct buf *out)
{
    static const char stands[] = "{base}";
    const char *at = strstr(example, stands);

    openapi_put(out, "'examples': ['");
    if (at) {
        buf_put_json_text(out, example, (size_t)(at - example));
        buf_put_json_text(out, base, strlen(base));
        example = at + strlen(stands);
    }
    buf_put_json_text(out, example, strlen(example));
    openapi_put(out, "']");
}

/* Not every answer that may have one of these does. */
static const unsigned optional_headers = 1U << HEADER_LINK |
                                         1U << HEADER_ACCEPT_PATCH |
                                         1U << HEADER_ACCEPT_ENCODING;

static void put_header_components(const char *base, struct buf *out)
{
    openapi_put(out, "'headers': {");
    for (int i = 0; i < HEADER_COUNT; i++) {
        const struct openapi_header *header = &openapi_headers[i];

        openapi_put(out, "%s: {'description': %s,", header->name,
                    header->description);
        if (!(optional_headers & 1U << i))
            openapi_put(out, "'required': true,");
        openapi_put(out, "'schema': {'type': 'string',");
        put_header_example(base, header->example, out);
        openapi_put(out, "}},");
    }
    openapi_put(out, "},");
}

static void put_example(const char *base, const struct error_info *info,
                        struct buf *out)
{
    openapi_put(out, "%s: {'summary': %s, 'value': {'type': '", info->slug,
                info->title);
    route_write_problem(url_path(base), info, out);
    openapi_put(out, "', 'title': %s, 'status': %d, 'detail': %s,", info->title,
                info->status, info->detail);
    openapi_put(out, "'request_id': %s,",
                openapi_headers[HEADER_REQUEST_ID].example);
    if (info == error_info(TODO_ERR_INVALID))
        openapi_put(out, "'errors': [{'pointer': '/title',"
                         "'detail': 'is missing'}]");
    openapi_put(out, "}},");
}

/* Tells the titles of the errors of a status. */
static void put_titles(struct buf *out, int status)
{
    const char *before = "";

    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        const struct error_info *info = error_info((enum todo_err)i);

        if (info->status != status)
            continue;
        buf_puts(out, before);
        buf_puts(out, info->title);
        before = "; ";
    }
}

/* One answer for each status; the errors that share it are its examples. */
static void put_response_component(const char *base, int status,
                                   struct buf *out)
{
    unsigned headers = 0;

    if (status == error_info(TODO_ERR_METHOD)->status)
        headers = 1U << HEADER_ALLOW;
    if (status == error_info(TODO_ERR_NO_TOKEN)->status)
        headers = 1U << HEADER_AUTHENTICATE;
    if (status == error_info(TODO_ERR_BUSY)->status)
        headers = 1U << HEADER_RETRY_AFTER;
    if (status == error_info(TODO_ERR_MEDIA_TYPE)->status)
        headers = 1U << HEADER_ACCEPT_PATCH | 1U << HEADER_ACCEPT_ENCODING;
    openapi_put(out, "'%d': {'description': '", status);
    put_titles(out, status);
    openapi_put(out, "',");
    put_headers(out, headers);
    openapi_put(out, "'content': {'application/problem+json': {"
                     "'schema': {'$ref': '#/components/schemas/Problem'},"
                     "'examples': {");
    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        const struct error_info *info = error_info((enum todo_err)i);

        if (info->status == status)
            put_example(base, info, out);
    }
    openapi_put(out, "}}}},");
}

void openapi_write(const char *public_url, bool auth, struct buf *out)
{
    const char *base = public_url ? public_url : "http://127.0.0.1:8080";
    int status = 0;

    openapi_put(out, "{");
    put_info(public_url, out);
    put_paths(auth, out);
    openapi_put(out,
                "'components': {'securitySchemes': {'token': {"
                "'type': 'http', 'scheme': 'bearer',"
                "'bearerFormat': 'JWT', 'description': %s}},",
                "What POST /tokens gives; it lasts for 15 minutes.");
    put_parameter_components(out);
    put_header_components(base, out);
    openapi_put(out, "'responses': {");
    while ((status = openapi_next_status(OP_COUNT, status)) != 0)
        put_response_component(base, status, out);
    openapi_put(out, "}, 'schemas': {");
    openapi_write_schemas(base, out);
    openapi_put(out, "}}}\n");
}
