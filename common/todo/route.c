/*
 * common/todo/route.c - the table of operations, and how a path finds its row.
 */
#include "common/todo/route.h"

#include <string.h>

const struct route routes[OP_SHOW_OPTIONS] = {
    [OP_LIST_TODOS] = {OP_LIST_TODOS, "GET", "/todos", "list_todos",
                       "One page of todos.", "disk", .owned = true},
    [OP_CREATE_TODO] = {OP_CREATE_TODO, "POST", "/todos", "create_todo",
                        "Create a todo.", "lock, disk", .takes_body = true,
                        .owned = true},
    [OP_CLEAR_TODOS] = {OP_CLEAR_TODOS, "DELETE", "/todos", "clear_todos",
                        "Delete all todos, or all that are (not) completed.",
                        "lock, disk", .owned = true},
    /* These three before {id}, which would take any last segment. */
    [OP_STREAM_EVENTS] = {OP_STREAM_EVENTS, "GET", "/todos/events",
                          "stream_events",
                          "What happens to the todos, as it happens.",
                          "an event that may never come", .owned = true},
    [OP_EXPORT_TODOS] = {OP_EXPORT_TODOS, "GET", "/todos/export",
                         "export_todos", "All todos, one a line, by id.",
                         "disk, a slow reader", .owned = true},
    [OP_COUNT_TODOS] = {OP_COUNT_TODOS, "GET", "/todos/stats", "count_todos",
                        "How many todos there are: open, completed, overdue.",
                        "each other, disk", .owned = true},
    [OP_READ_TODO] = {OP_READ_TODO, "GET", "/todos/{id}", "read_todo",
                      "Read a todo.", "disk", .owned = true},
    [OP_REPLACE_TODO] = {OP_REPLACE_TODO, "PUT", "/todos/{id}", "replace_todo",
                         "Replace a todo: what the body omits gets its "
                         "default.",
                         "lock, disk", .takes_body = true, .owned = true},
    [OP_PATCH_TODO] = {OP_PATCH_TODO, "PATCH", "/todos/{id}", "patch_todo",
                       "Change a todo by a JSON merge patch (RFC 7396).",
                       "lock, disk", .takes_body = true, .owned = true},
    [OP_DELETE_TODO] = {OP_DELETE_TODO, "DELETE", "/todos/{id}", "delete_todo",
                        "Delete a todo.", "lock, disk", .owned = true},
    [OP_SUGGEST_TITLES] = {OP_SUGGEST_TITLES, "GET", "/suggestions",
                           "suggest_titles",
                           "Titles for todos, each from one call to another "
                           "server.",
                           "upstream", .owned = true},
    [OP_CREATE_USER] = {OP_CREATE_USER, "POST", "/users", "create_user",
                        "Create a user.", "CPU, lock, disk",
                        .takes_body = true},
    [OP_CREATE_TOKEN] = {OP_CREATE_TOKEN, "POST", "/tokens", "create_token",
                         "Log in: a token that says for 15 minutes who "
                         "a client is.",
                         "disk, CPU", .takes_body = true},
    [OP_SHOW_OPENAPI] = {OP_SHOW_OPENAPI, "GET", "/openapi.json",
                         "show_openapi", "This API as an OpenAPI document.",
                         "nothing", .owned = false},
    [OP_SHOW_DOCS] = {OP_SHOW_DOCS, "GET", "/docs", "show_docs",
                      "This API as a page.", "nothing", .owned = false},
    [OP_SHOW_DOCS_FILE] = {OP_SHOW_DOCS_FILE, "GET", "/docs/{file}",
                           "show_docs_file", "A file of that page.", "nothing",
                           .owned = false},
    [OP_SHOW_LIVE] = {OP_SHOW_LIVE, "GET", "/live", "show_live",
                      "The todos as a page that moves as they change.",
                      "nothing", .owned = false},
    [OP_SHOW_WAITING] = {OP_SHOW_WAITING, "GET", "/waiting", "show_waiting",
                         "What waits for what in this server, as a page that "
                         "moves.",
                         "nothing", .owned = false},
    [OP_CHECK_HEALTH] = {OP_CHECK_HEALTH, "GET", "/healthz", "check_health",
                         "Whether the process answers.", "nothing",
                         .unlimited = true},
    [OP_CHECK_READY] = {OP_CHECK_READY, "GET", "/readyz", "check_ready",
                        "Whether the database answers.", "disk",
                        .unlimited = true},
    [OP_SHOW_METRICS] = {OP_SHOW_METRICS, "GET", "/metrics", "show_metrics",
                         "What the server has done and does, in the text "
                         "format of Prometheus.",
                         "nothing", .unlimited = true},
    [OP_SHOW_HOME] = {OP_SHOW_HOME, "GET", "/", "show_home",
                      "Which server this is, and how it waits.", "nothing",
                      .owned = false},
};

const char *route_name(enum operation op)
{
    if (op == OP_SHOW_OPTIONS)
        return "show_options";
    return op == OP_NONE ? "none" : routes[op].name;
}

/* A plain decimal from 1 to 2^63-1 without leading zeros. */
static bool parse_id(const char *text, size_t len, int64_t *id)
{
    int64_t value = 0;

    if (len == 0 || text[0] == '0')
        return false;
    for (size_t i = 0; i < len; i++) {
        int digit = text[i] - '0';

        if (digit < 0 || digit > 9 || value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *id = value;
    return true;
}

/* Compares a path with a template, whose last segment may be {…}. Gives where
 * that segment begins, or NULL when there is none or it does not match. */
static const char *template_tail(const char *template, const char *path,
                                 size_t path_len, bool *same)
{
    const char *brace = strchr(template, '{');
    size_t fixed = brace ? (size_t)(brace - template) : strlen(template);

    *same = path_len >= fixed && memcmp(path, template, fixed) == 0;
    if (!brace) {
        *same = *same && path_len == fixed;
        return NULL;
    }
    *same = *same && path_len > fixed &&
            !memchr(path + fixed, '/', path_len - fixed);
    return *same ? path + fixed : NULL;
}

/* Whether the path belongs to this row; fills in {id} or {file}. A todo that
 * cannot exist is told from a path that does not. */
static enum todo_err match_path(const struct route *route, const char *path,
                                size_t path_len, struct route_match *match)
{
    bool same;
    const char *tail = template_tail(route->path, path, path_len, &same);
    size_t tail_len = tail ? path_len - (size_t)(tail - path) : 0;

    if (!same)
        return TODO_ERR_NO_PATH;
    if (tail && strstr(route->path, "{id}"))
        return parse_id(tail, tail_len, &match->id) ? TODO_OK
                                                    : TODO_ERR_NO_TODO;
    match->file = tail;
    match->file_len = tail_len;
    return TODO_OK;
}

bool route_takes(const char *path, const char *method)
{
    if (strcmp(method, "OPTIONS") == 0)
        return true;
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < OP_SHOW_OPTIONS; i++)
        if (strcmp(routes[i].path, path) == 0 &&
            strcmp(routes[i].method, method) == 0)
            return true;
    return false;
}

void route_write_url(const char *base, enum operation op, int64_t id,
                     struct buf *out)
{
    const char *path = routes[op].path;
    size_t fixed = strcspn(path, "{");

    buf_puts(out, base);
    buf_put(out, path, fixed);
    if (strcmp(path + fixed, "{id}") == 0)
        buf_put_int(out, id);
}

void route_write_problem(const char *path, const struct error_info *info,
                         struct buf *out)
{
    route_write_url(path, OP_SHOW_DOCS, 0, out);
    buf_puts(out, "#problem-");
    buf_puts(out, info->slug);
}

void route_write_allow(const char *path, struct buf *out)
{
    static const char *const order[] = {"GET",   "HEAD",   "POST",   "PUT",
                                        "PATCH", "DELETE", "OPTIONS"};
    const char *separator = "";

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (!route_takes(path, order[i]))
            continue;
        buf_puts(out, separator);
        buf_puts(out, order[i]);
        separator = ", ";
    }
}

enum todo_err route_match(struct route_match *match, const char *method,
                          const char *path, size_t path_len)
{
    size_t row = 0;
    enum todo_err err = TODO_ERR_NO_PATH;

    *match = (struct route_match){.op = OP_NONE};
    for (; row < OP_SHOW_OPTIONS; row++) {
        err = match_path(&routes[row], path, path_len, match);
        if (err != TODO_ERR_NO_PATH)
            break;
    }
    if (err == TODO_ERR_NO_PATH)
        return err;
    match->path = routes[row].path;
    match->unlimited = routes[row].unlimited;
    if (strcmp(method, "HEAD") == 0)
        method = "GET"; /* without its body */
    if (strcmp(method, "OPTIONS") == 0) {
        match->op = OP_SHOW_OPTIONS;
        return err;
    }
    /* The rows of one path stand together. */
    for (; row < OP_SHOW_OPTIONS && strcmp(routes[row].path, match->path) == 0;
         row++) {
        if (strcmp(routes[row].method, method) == 0) {
            match->op = routes[row].op;
            return err;
        }
    }
    return err ? err : TODO_ERR_METHOD;
}
