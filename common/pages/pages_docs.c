/*
 * common/pages/pages_docs.c - GET /docs: the API to read, and with a viewer to
 * try.
 */
#include <stdio.h>
#include <string.h>

#include "common/http/http_rules.h"
#include "common/pages/openapi_facts.h"
#include "common/pages/pages_html.h"
#include "common/todo/account.h"
#include "common/todo/json_check.h"
#include "common/todo/list_query.h"
#include "common/todo/route.h"
#include "common/todo/todo.h"

static void begin_section(struct buf *out, const char *id, const char *title)
{
    pages_put(out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n",
              id, id, title);
}

/* A table that can be scrolled by itself when the screen is narrow. */
static void begin_table(struct buf *out, const char *section, const char *head)
{
    pages_put(out,
              "<div class=\"wide dense\" tabindex=\"0\" role=\"group\" "
              "aria-labelledby=\"%s\">\n<table>\n<thead><tr>",
              section);
    buf_puts(out, head);
    buf_puts(out, "</tr></thead>\n<tbody>\n");
}

static void end_table(struct buf *out)
{
    buf_puts(out, "</tbody>\n</table>\n</div>\n");
}

/* A command to begin with. A server that takes any port does not know it yet.
 */
static void put_command(struct buf *out, const struct config *config)
{
    char port[16] = "PORT";

    if (config->port > 0)
        (void)snprintf(port, sizeof port, "%d", config->port);
    buf_puts(out, "<pre><code>curl -i --json '{\"title\": \"Buy milk\"}' ");
    if (config->public_url)
        pages_put(out, "%s/todos</code></pre>\n", config->public_url);
    else
        pages_put(out, "http://127.0.0.1:%s/todos</code></pre>\n", port);
}

static void put_viewer(struct buf *out, const struct config *config,
                       bool viewer)
{
    begin_section(out, "try", "Try it");
    if (viewer)
        buf_puts(out, "<div id=\"viewer\"></div>\n"
                      "<noscript><p>The viewer needs JavaScript; what follows "
                      "does not.</p></noscript>\n");
    else
        buf_printf(out,
                   "<p>Here every operation can be tried once "
                   "<code>./learn test --web</code> has installed a viewer. "
                   "Until then%s:</p>\n",
                   config->port > 0 || config->public_url
                       ? ""
                       : ", with the port of this server");
    if (!viewer)
        put_command(out, config);
    buf_puts(out, "</section>\n");
}

static void put_parameters(struct buf *out, enum operation op)
{
    const char *before = "<dt>Takes</dt><dd>";

    for (int i = 0; i < PARAM_COUNT; i++) {
        const struct openapi_parameter *parameter = &openapi_parameters[i];

        if (!openapi_takes(op, (enum openapi_parameter_id)i))
            continue;
        buf_puts(out, before);
        pages_put(out, "<a href=\"#parameter-%s\"><code>%s</code></a>",
                  parameter->name, parameter->name);
        before = ", ";
    }
    if (routes[op].takes_body) {
        buf_puts(out, before);
        buf_puts(out, strcmp(openapi_tag(op), "users") == 0
                          ? "<a href=\"#user\">a name and a password</a> in "
                            "JSON"
                          : "<a href=\"#todo\">a todo</a> in JSON");
        before = ", ";
    }
    if (*before == ',')
        buf_puts(out, "</dd>\n");
}

static void put_successes(struct buf *out, enum operation op)
{
    const struct openapi_success *success = NULL;

    buf_puts(out, "<dt>Answers</dt><dd>");
    while ((success = openapi_next_success(op, success)) != NULL) {
        pages_put(out, "<b>%d</b> %s ", success->status, success->description);
        for (int i = 0; i < HEADER_COUNT; i++)
            if (success->headers & 1U << i)
                pages_put(out, "<code>%s</code> ", openapi_headers[i].name);
    }
    buf_puts(out, "</dd>\n");
}

static bool every_operation_fails(enum todo_err err)
{
    for (int i = 0; i < OP_SHOW_OPTIONS; i++)
        if (!openapi_fails((enum operation)i, err))
            return false;
    return true;
}

/* The errors of this operation, or with OP_COUNT those that all have, which are
 * not told again for each. */
static void put_failures(struct buf *out, enum operation op)
{
    const char *before =
        op == OP_COUNT ? "<dt>Each may fail</dt><dd>" : "<dt>Or fails</dt><dd>";

    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        enum todo_err err = (enum todo_err)i;
        const struct error_info *info = error_info(err);
        bool every = every_operation_fails(err);

        if (op == OP_COUNT ? !every : every || !openapi_fails(op, err))
            continue;
        buf_puts(out, before);
        pages_put(out, "<a href=\"#problem-%s\">%d %s</a>", info->slug,
                  info->status, info->title);
        before = ", ";
    }
    if (*before == ',')
        buf_puts(out, "</dd>\n");
}

static void put_operations(struct buf *out)
{
    begin_section(out, "operations", "Operations");
    buf_puts(out, "<p>Every <code>GET</code> has its <code>HEAD</code>. "
                  "<code>OPTIONS</code> answers 204 with <code>Allow</code> on "
                  "every path.</p>\n"
                  "<article><dl>\n");
    put_failures(out, OP_COUNT);
    buf_puts(out, "</dl></article>\n");
    for (int i = 0; i < OP_SHOW_OPTIONS; i++) {
        const struct route *route = &routes[i];

        pages_put(out,
                  "<article id=\"%s\">\n<h3><b class=\"%s\">%s</b> "
                  "<code>%s</code></h3>\n<p>%s</p>\n<dl>\n",
                  route->name, route->method, route->method, route->path,
                  route->summary);
        put_parameters(out, route->op);
        if (route->owned)
            buf_puts(out, "<dt>With --auth</dt><dd>needs a token, which "
                          "<a href=\"#create_token\">POST /tokens</a> "
                          "gives</dd>\n");
        put_successes(out, route->op);
        put_failures(out, route->op);
        pages_put(out, "<dt>Waits for</dt><dd>%s</dd>\n</dl>\n</article>\n",
                  route->waits);
    }
    buf_puts(out, "</section>\n");
}

/* What may stand in a parameter. */
static void put_parameter_rule(struct buf *out,
                               const struct openapi_parameter *parameter)
{
    switch (parameter->type) {
    case TYPE_TEXT:
        buf_puts(out, "text");
        break;
    case TYPE_BOOLEAN:
        buf_puts(out, "<code>true</code> or <code>false</code>");
        break;
    case TYPE_SORT:
        for (int i = 0; i < LIST_SORT_COUNT; i++)
            pages_put(out, "<code>%s</code> ", list_sort_names[i]);
        break;
    case TYPE_INTEGER:
        buf_puts(out, "an integer from 1");
        if (parameter->max > 0)
            pages_put(out, " to %d", parameter->max);
        if (parameter->otherwise > 0)
            pages_put(out, "; %d when it is not given", parameter->otherwise);
        break;
    }
}

static void put_parameter_table(struct buf *out)
{
    begin_section(out, "parameters", "Parameters");
    begin_table(out, "parameters",
                "<th>Name</th><th>In</th><th>Value</th><th>Meaning</th>");
    for (int i = 0; i < PARAM_COUNT; i++) {
        const struct openapi_parameter *parameter = &openapi_parameters[i];

        pages_put(out,
                  "<tr id=\"parameter-%s\"><td><code>%s</code></td><td>%s</td>"
                  "<td>",
                  parameter->name, parameter->name, parameter->in);
        put_parameter_rule(out, parameter);
        pages_put(out, "</td><td>%s</td></tr>\n", parameter->description);
    }
    end_table(out);
    buf_puts(out, "</section>\n");
}

static const char *type_name(enum todo_type type)
{
    switch (type) {
    case TODO_INTEGER:
        return "integer";
    case TODO_STRING:
        return "text";
    case TODO_BOOLEAN:
        return "true or false";
    case TODO_TIME:
        return "date and time";
    case TODO_URL:
        return "URL";
    }
    return "";
}

static const char *field_rule(const struct todo_field *field)
{
    if (field->read_only)
        return "given by the server; ignored when sent";
    if (field->required)
        return "required in POST and PUT";
    return field->nullable ? "null when left out" : "false when left out";
}

static void put_todo(struct buf *out)
{
    begin_section(out, "todo", "The todo");
    pages_put(
        out,
        "<p>A body is one JSON object of at most %d bytes and %d members, "
        "at most %d deep. A member that is not in this table is a 422. "
        "POST and PUT give a whole todo; in a PATCH what is left out "
        "stays, and what is null gets its default.</p>\n",
        HTTP_MAX_BODY, JSON_MAX_MEMBERS, JSON_MAX_DEPTH);
    begin_table(out, "todo",
                "<th>Member</th><th>Type</th><th>Rule</th><th>Meaning</th>");
    for (int i = 0; i < TODO_FIELD_COUNT; i++) {
        const struct todo_field *field = &todo_fields[i];

        pages_put(out,
                  "<tr><td><code>%s</code></td><td>%s%s</td><td>%s</td>"
                  "<td>%s</td></tr>\n",
                  field->name, type_name(field->type),
                  field->nullable ? ", or null" : "", field_rule(field),
                  field->description);
    }
    end_table(out);
    buf_puts(out, "</section>\n");
}

static void put_user(struct buf *out)
{
    begin_section(out, "user", "The user");
    buf_puts(out,
             "<p>A token is sent as <code>Authorization: Bearer TOKEN</code>. "
             "A server that runs with <code>--auth</code> shows each user "
             "their own todos, and what happens to them. Without it a token "
             "is not looked at.</p>\n");
    begin_table(out, "user", "<th>Member</th><th>Rule</th>");
    for (int i = 0; i < ACCOUNT_FIELD_COUNT; i++)
        pages_put(out, "<tr><td><code>%s</code></td><td>%s</td></tr>\n",
                  account_fields[i].name, account_fields[i].description);
    end_table(out);
    buf_puts(out, "</section>\n");
}

/* The type of a problem document leads to its row here. */
static void put_errors_of(struct buf *out, int status)
{
    pages_put(out, "</tbody>\n<tbody id=\"status-%d\">\n", status);
    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        const struct error_info *info = error_info((enum todo_err)i);

        if (info->status == status)
            pages_put(out,
                      "<tr id=\"problem-%s\"><td>%d</td><td>%s</td>"
                      "<td>%s</td></tr>\n",
                      info->slug, status, info->title, info->detail);
    }
}

static void put_errors(struct buf *out)
{
    int status = 0;

    begin_section(out, "errors", "Errors");
    buf_puts(out, "<p>An error is a problem document "
                  "(<code>application/problem+json</code>, RFC 9457) with "
                  "<code>type</code>, <code>title</code>, <code>status</code>, "
                  "<code>detail</code> and <code>request_id</code>; with 422 "
                  "its <code>errors</code> list every fault.</p>\n");
    begin_table(out, "errors", "<th>Status</th><th>Title</th><th>Detail</th>");
    while ((status = openapi_next_status(OP_COUNT, status)) != 0)
        put_errors_of(out, status);
    end_table(out);
    buf_puts(out, "</section>\n");
}

void pages_write_docs(struct buf *out, const struct config *config, bool viewer)
{
    /* The viewer styles its elements one by one, and keeps icons in itself. */
    pages_begin(out, config->program, "The API",
                viewer ? "default-src 'none'; script-src 'self'; "
                         "style-src 'self' 'unsafe-inline'; "
                         "img-src 'self' data:; connect-src 'self'; "
                         "base-uri 'none'; form-action 'none'"
                       : "default-src 'none'; style-src 'self'; img-src data:; "
                         "base-uri 'none'; form-action 'none'",
                viewer ? "<link rel=\"stylesheet\" "
                         "href=\"./docs/swagger-ui.css\">\n"
                         "<script defer src=\"./docs/swagger-ui-bundle.js\">"
                         "</script>\n"
                         "<script defer src=\"./docs/start-viewer.js\">"
                         "</script>\n"
                       : "");
    pages_put(
        out,
        "<main>\n<header>\n<p class=\"course\"><a href=\"./\">%s</a></p>\n"
        "<h1>The API</h1>\n"
        "<p class=\"how\">Both servers answer alike. The same as a "
        "document: <a href=\"./openapi.json\">openapi.json</a></p>\n",
        config->program);
    buf_puts(out, "</header>\n<nav aria-label=\"On this page\">\n<ul>\n"
                  "<li><a href=\"#try\">Try it</a></li>\n"
                  "<li><a href=\"#operations\">Operations</a></li>\n"
                  "<li><a href=\"#parameters\">Parameters</a></li>\n"
                  "<li><a href=\"#todo\">The todo</a></li>\n"
                  "<li><a href=\"#user\">The user</a></li>\n"
                  "<li><a href=\"#errors\">Errors</a></li>\n</ul>\n</nav>\n");
    put_viewer(out, config, viewer);
    put_operations(out);
    put_parameter_table(out);
    put_todo(out);
    put_user(out);
    put_errors(out);
    buf_puts(out, "</main>\n");
    pages_end(out);
}
