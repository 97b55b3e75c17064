#include "api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "expect.h"

static void answer_release(struct answer *answer)
{
    cJSON_Delete(answer->json);
    http_answer_release(&answer->http);
    *answer = (struct answer){0};
}

bool api_open(struct api *api, const char *url, const char *read_url)
{
    *api = (struct api){.raw = {.fd = -1}, .stream = {.raw = {.fd = -1}}};
    api->http = http_new(url, read_url);
    return api->http;
}

void api_tidy(struct api *api)
{
    raw_close(&api->raw);
    stream_close(&api->stream);
    answer_release(&api->answer);
    api_use_token(api, api->token);
}

void api_use_token(struct api *api, const char *token)
{
    http_use_token(api->http, token);
}

void api_close(struct api *api)
{
    api_tidy(api);
    http_free(api->http);
    api->http = NULL;
}

const struct answer *api_take(struct api *api, struct http_answer answer)
{
    answer_release(&api->answer);
    api->answer.http = answer;
    if (answer.body)
        api->answer.json = cJSON_ParseWithOpts(answer.body, NULL, 1);
    return &api->answer;
}

const struct answer *api_ask(struct api *api,
                             const struct http_request *request)
{
    return api_take(api, http_ask(api->http, request));
}

char *api_quoted(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        abort();
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

static const char *type_of_body(const char *method)
{
    if (strcmp(method, "PATCH") == 0)
        return "Content-Type: application/merge-patch+json";
    return "Content-Type: application/json";
}

const struct answer *api_send(struct api *api, const char *method,
                              const char *target, const char *field,
                              const char *body)
{
    const char *fields[3] = {0};
    size_t count = 0;
    struct http_request request = {
        .method = method, .target = target, .fields = fields};
    char *bytes = NULL;
    const struct answer *answer;

    if (field)
        fields[count++] = field;
    if (body) {
        if (!field || strncasecmp(field, "Content-Type", 12) != 0)
            fields[count] = type_of_body(method);
        bytes = api_quoted(body);
        request.body = bytes;
        request.body_len = strlen(bytes);
    }
    answer = api_ask(api, &request);
    free(bytes);
    return answer;
}

const struct answer *api_get(struct api *api, const char *target)
{
    return api_send(api, "GET", target, NULL, NULL);
}

const struct answer *api_delete(struct api *api, const char *target)
{
    return api_send(api, "DELETE", target, NULL, NULL);
}

const struct answer *api_post(struct api *api, const char *body)
{
    return api_send(api, "POST", "/todos", NULL, body);
}

const struct answer *api_post_bytes(struct api *api, const void *bytes,
                                    size_t len)
{
    const char *fields[] = {type_of_body("POST"), NULL};
    struct http_request request = {.method = "POST",
                                   .target = "/todos",
                                   .fields = fields,
                                   .body = bytes,
                                   .body_len = len};

    return api_ask(api, &request);
}

const char *api_path(struct api *api, long long id)
{
    (void)snprintf(api->path, sizeof api->path, "/todos/%lld", id);
    return api->path;
}

const struct answer *api_get_todo(struct api *api, long long id)
{
    return api_get(api, api_path(api, id));
}

const struct answer *api_delete_todo(struct api *api, long long id)
{
    return api_delete(api, api_path(api, id));
}

const struct answer *api_put(struct api *api, long long id, const char *body)
{
    return api_send(api, "PUT", api_path(api, id), NULL, body);
}

const struct answer *api_patch(struct api *api, long long id, const char *body)
{
    return api_send(api, "PATCH", api_path(api, id), NULL, body);
}

long long api_create(struct api *api, const char *body)
{
    return expect_todo(api_post(api, body), 201);
}
