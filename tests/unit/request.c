#include "tests/unit/request.h"

#include <string.h>

#include "tests/unit/unit.h"

const struct config request_config = {
    .program = "todo-test", .host = "127.0.0.1", .port = 8080};

struct http_text request_text(const char *word)
{
    return (struct http_text){word, strlen(word)};
}

void request_add(struct http_request *request, const char *name,
                 const char *value)
{
    struct http_head *head = &request->head;

    assert_true(head->field_count < HTTP_MAX_FIELDS);
    head->fields[head->field_count++] =
        (struct http_field){request_text(name), request_text(value)};
}

void request_drop(struct http_request *request, const char *name)
{
    struct http_head *head = &request->head;
    size_t kept = 0;

    for (size_t i = 0; i < head->field_count; i++)
        if (!http_text_is(head->fields[i].name, name))
            head->fields[kept++] = head->fields[i];
    head->field_count = kept;
}

void request_set(struct http_request *request, const char *name,
                 const char *value)
{
    request_drop(request, name);
    request_add(request, name, value);
}

void request_begin(struct http_request *request, const char *method,
                   const char *path)
{
    *request = (struct http_request){0};
    request->head.method = method;
    request->head.path = request_text(path);
    request->head.major = request->head.minor = 1;
    request_add(request, "Host", "localhost:80");
}

void request_begin_patch(struct http_request *request)
{
    request_begin(request, "PATCH", "/todos/1");
    request_add(request, "Content-Type", "application/json");
    request_add(request, "Content-Length", "2");
}

enum todo_err request_accept(struct http_request *request)
{
    struct reply reply = {0};
    enum todo_err err = http_request_accept(request, &request_config, &reply);

    reply_release(&reply);
    return err;
}
