#include "common/pages/openapi_facts.h"

#include <string.h>

#include "common/todo/list_query.h"

#define BIT(n) (1U << (n))
#define CHANGES                                                                \
    (BIT(OP_REPLACE_TODO) | BIT(OP_PATCH_TODO) | BIT(OP_DELETE_TODO))

const struct openapi_parameter openapi_parameters[PARAM_COUNT] = {
    [PARAM_ID] = {"id", "path", TYPE_INTEGER, 0, 0, "The todo's id.",
                  BIT(OP_READ_TODO) | CHANGES},
    [PARAM_FILE] = {"file", "path", TYPE_TEXT, 0, 0, "A file of the viewer.",
                    BIT(OP_SHOW_DOCS_FILE)},
    [PARAM_COMPLETED] = {"completed", "query", TYPE_BOOLEAN, 0, 0,
                         "Only todos that are (not) completed.",
                         BIT(OP_LIST_TODOS) | BIT(OP_CLEAR_TODOS)},
    [PARAM_OVERDUE] = {"overdue", "query", TYPE_BOOLEAN, 0, 0,
                       "Only todos that are (not) overdue: not completed, and "
                       "their due_at has passed.",
                       BIT(OP_LIST_TODOS)},
    [PARAM_Q] = {"q", "query", TYPE_TEXT, 0, 0,
                 "Only todos whose title contains this text; A to Z match "
                 "a to z, and no character is special.",
                 BIT(OP_LIST_TODOS)},
    [PARAM_SORT] = {"sort", "query", TYPE_SORT, 0, 0,
                    "The member to sort by, with - before it from high to "
                    "low. Null comes last either way.",
                    BIT(OP_LIST_TODOS)},
    [PARAM_LIMIT] = {"limit", "query", TYPE_INTEGER, LIST_LIMIT_MAX,
                     LIST_LIMIT_DEFAULT, "How many todos a page has at most.",
                     BIT(OP_LIST_TODOS)},
    [PARAM_AFTER] = {"after", "query", TYPE_TEXT, 0, 0,
                     "Where the page begins: taken from the Link of the "
                     "page before, with the same sort and filters.",
                     BIT(OP_LIST_TODOS)},
    [PARAM_HOW_MANY] = {"count", "query", TYPE_INTEGER, LIST_SUGGESTIONS_MAX, 1,
                        "How many titles.", BIT(OP_SUGGEST_TITLES)},
    [PARAM_IF_MATCH] = {"If-Match", "header", TYPE_TEXT, 0, 0,
                        "Go ahead only if the todo's ETag is one of these "
                        "(up to 16), or with * if the todo exists.",
                        CHANGES},
    [PARAM_LAST_EVENT_ID] = {"Last-Event-ID", "header", TYPE_TEXT, 0, 0,
                             "Go on behind this event. Without it the stream "
                             "begins with what happens next.",
                             BIT(OP_STREAM_EVENTS)},
    [PARAM_IF_NONE_MATCH] = {"If-None-Match", "header", TYPE_TEXT, 0, 0,
                             "Go ahead only if the todo's ETag is none of "
                             "these (up to 16), or with * if there is no "
                             "such todo. A read then answers 304.",
                             BIT(OP_READ_TODO) | CHANGES},
};

const struct openapi_header openapi_headers[HEADER_COUNT] = {
    [HEADER_REQUEST_ID] = {"X-Request-Id",
                           "Names this request; the server's log has it too.",
                           "3f9a1c72-0000002a"},
    [HEADER_ETAG] = {"ETag", "Changes with every change of the todo.",
                     "\"17-3\""},
    [HEADER_LOCATION] = {"Location", "The new todo's URL.", "{base}/todos/17"},
    [HEADER_LINK] = {"Link", "The next page (RFC 8288), while there is one.",
                     "<{base}/todos?limit=20&after=AQAB>; rel=\"next\""},
    [HEADER_ALLOW] = {"Allow", "The methods of this path.",
                      "GET, HEAD, OPTIONS"},
    [HEADER_RETRY_AFTER] = {"Retry-After", "Seconds to wait before a new try.",
                            "1"},
    [HEADER_ACCEPT_PATCH] = {"Accept-Patch",
                             "What a PATCH may be; on the answer to a PATCH.",
                             "application/merge-patch+json, application/json"},
    [HEADER_ACCEPT_ENCODING] = {"Accept-Encoding",
                                "How a body may be encoded, when it was that.",
                                "identity"},
    [HEADER_AUTHENTICATE] = {"WWW-Authenticate",
                             "How to say who you are (RFC 6750).",
                             "Bearer error=\"invalid_token\""},
};

static const struct openapi_success successes[] = {
    {OP_LIST_TODOS, 200, "A page of todos.", "application/json", "TodoPage",
     BIT(HEADER_LINK)},
    {OP_CREATE_TODO, 201, "The new todo.", "application/json", "Todo",
     BIT(HEADER_LOCATION) | BIT(HEADER_ETAG)},
    {OP_CLEAR_TODOS, 204, "They are deleted.", NULL, NULL, 0},
    {OP_STREAM_EVENTS, 200,
     "Events created, updated, deleted, cleared, due, reset and bye, without "
     "end.",
     "text/event-stream", "Text", 0},
    {OP_EXPORT_TODOS, 200, "The todos, one JSON object a line.",
     "application/x-ndjson", "Text", 0},
    {OP_COUNT_TODOS, 200, "The numbers, all of one moment.", "application/json",
     "Stats", 0},
    {OP_READ_TODO, 200, "The todo.", "application/json", "Todo",
     BIT(HEADER_ETAG)},
    {OP_READ_TODO, 304, "The todo is one that If-None-Match names.", NULL, NULL,
     BIT(HEADER_ETAG)},
    {OP_REPLACE_TODO, 200, "The todo as it is now.", "application/json", "Todo",
     BIT(HEADER_ETAG)},
    {OP_PATCH_TODO, 200, "The todo as it is now.", "application/json", "Todo",
     BIT(HEADER_ETAG)},
    {OP_DELETE_TODO, 204, "The todo is deleted.", NULL, NULL, 0},
    {OP_SUGGEST_TITLES, 200, "The titles.", "application/json", "Suggestions",
     0},
    {OP_CREATE_USER, 201, "The new user.", "application/json", "User", 0},
    {OP_CREATE_TOKEN, 200, "The token.", "application/json", "Token", 0},
    {OP_SHOW_OPENAPI, 200, "This document.", "application/json", "Document", 0},
    {OP_SHOW_DOCS, 200, "The page.", "text/html", "Text", 0},
    {OP_SHOW_DOCS_FILE, 200, "The file.", "text/*", "Text", 0},
    {OP_SHOW_LIVE, 200, "The page.", "text/html", "Text", 0},
    {OP_SHOW_WAITING, 200, "The page.", "text/html", "Text", 0},
    {OP_CHECK_HEALTH, 200, "The process answers.", "application/json", "Status",
     0},
    {OP_CHECK_READY, 200, "The database answers.", "application/json", "Status",
     0},
    {OP_SHOW_METRICS, 200,
     "The numbers, in the text format of Prometheus (0.0.4).", "text/plain",
     "Text", 0},
    {OP_SHOW_HOME, 200, "The page.", "text/html", "Text", 0},
};

const struct openapi_success *
openapi_next_success(enum operation op, const struct openapi_success *after)
{
    const struct openapi_success *end =
        successes + sizeof successes / sizeof *successes;

    for (after = after ? after + 1 : successes; after < end; after++)
        if (after->op == op)
            return after;
    return NULL;
}

bool openapi_takes(enum operation op, enum openapi_parameter_id parameter)
{
    return (openapi_parameters[parameter].operations & BIT(op)) != 0;
}

static bool touches_database(enum operation op)
{
    return op == OP_CHECK_READY || strcmp(openapi_tag(op), "todos") == 0 ||
           strcmp(openapi_tag(op), "users") == 0;
}

static bool writes(enum operation op)
{
    return touches_database(op) && strcmp(routes[op].method, "GET") != 0;
}

bool openapi_fails(enum operation op, enum todo_err err)
{
    switch (err) {
    case TODO_OK:
    case TODO_ERR_GONE: /* nobody is told */
    case TODO_ERR_COUNT:
        return false;
    case TODO_ERR_JSON:
    case TODO_ERR_LENGTH_REQUIRED:
    case TODO_ERR_MEDIA_TYPE:
    case TODO_ERR_CODING:
        return routes[op].takes_body;
    case TODO_ERR_PARTIAL_PUT:
        return op == OP_REPLACE_TODO;
    case TODO_ERR_CONDITION:
        return openapi_takes(op, PARAM_IF_NONE_MATCH);
    case TODO_ERR_NO_TOKEN:
    case TODO_ERR_BAD_TOKEN:
        return routes[op].owned;
    case TODO_ERR_CREDENTIALS:
        return op == OP_CREATE_TOKEN;
    case TODO_ERR_NAME_TAKEN:
        return op == OP_CREATE_USER;
    case TODO_ERR_TOO_MANY:
        return !routes[op].unlimited;
    case TODO_ERR_NO_MEMORY:
        return routes[op].takes_body || routes[op].owned; /* JSON is read */
    case TODO_ERR_NO_PATH:
        return op == OP_SHOW_DOCS_FILE;
    case TODO_ERR_NO_TODO:
        return openapi_takes(op, PARAM_ID);
    case TODO_ERR_PRECONDITION:
        return openapi_takes(op, PARAM_IF_MATCH);
    case TODO_ERR_SLOW_QUERY:
        return op == OP_LIST_TODOS || op == OP_COUNT_TODOS;
    case TODO_ERR_UPSTREAM:
    case TODO_ERR_NO_UPSTREAM:
    case TODO_ERR_UPSTREAM_TIMEOUT:
        return op == OP_SUGGEST_TITLES;
    case TODO_ERR_LOCKED:
    case TODO_ERR_UNAVAILABLE:
        return touches_database(op);
    case TODO_ERR_DISK_FULL:
        return writes(op);
    case TODO_ERR_MALFORMED:
    case TODO_ERR_HOST:
    case TODO_ERR_METHOD:
    case TODO_ERR_BODY_TIMEOUT:
    case TODO_ERR_BODY_TOO_LARGE:
    case TODO_ERR_TARGET_TOO_LONG:
    case TODO_ERR_EXPECTATION:
    case TODO_ERR_MISDIRECTED:
    case TODO_ERR_INVALID: /* a parameter that does not exist, for one */
    case TODO_ERR_HEAD_TOO_LARGE:
    case TODO_ERR_HTTP_VERSION:
    case TODO_ERR_INTERNAL:
    case TODO_ERR_BUSY:
    case TODO_ERR_STOPPING:
        return true;
    }
    return false;
}

static bool any_fails(enum operation op, enum todo_err err)
{
    bool fails = false;

    if (op != OP_COUNT)
        return openapi_fails(op, err);
    for (int i = 0; i < OP_SHOW_OPTIONS; i++)
        fails = fails || openapi_fails((enum operation)i, err);
    return fails;
}

int openapi_next_status(enum operation op, int after)
{
    int least = 0;

    for (int i = TODO_OK + 1; i < TODO_ERR_COUNT; i++) {
        int status = error_info((enum todo_err)i)->status;

        if (any_fails(op, (enum todo_err)i) && status > after &&
            (least == 0 || status < least))
            least = status;
    }
    return least;
}

const char *openapi_tag(enum operation op)
{
    if (op == OP_CREATE_USER || op == OP_CREATE_TOKEN)
        return "users";
    return strncmp(routes[op].path, "/todos", strlen("/todos")) == 0 ? "todos"
                                                                     : "server";
}
