#include "ids.h"

#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "tests/support/http.h"

static bool said(const char *what)
{
    (void)fprintf(stderr,
                  "todo-load: read and change take todos that exist, "
                  "but %s\n",
                  what);
    return false;
}

static bool take_ids(struct mix *mix, int64_t **ids, const cJSON *todos)
{
    const cJSON *todo;
    int count = cJSON_GetArraySize(todos);

    if (count == 0)
        return said("there is none; --mix create=1 makes some");
    *ids = calloc((size_t)count, sizeof **ids);
    if (!*ids)
        return said("memory has run out");
    mix->ids = *ids;
    cJSON_ArrayForEach(todo, todos)
    {
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(todo, "id");

        if (cJSON_IsNumber(id))
            (*ids)[mix->id_count++] = (int64_t)id->valuedouble;
    }
    return mix->id_count > 0 || said("the server's list has no ids");
}

static bool ask(struct mix *mix, int64_t **ids, struct http *http)
{
    struct http_request request = {.method = "GET",
                                   .target = "/todos?limit=1000"};
    struct http_answer answer = http_ask(http, &request);
    cJSON *todos = NULL;
    bool good;

    if (answer.status == 200)
        todos = cJSON_ParseWithLength(answer.body, answer.body_len);
    if (answer.status == 0)
        good = said(answer.error);
    else if (!cJSON_IsArray(todos))
        good = said("the server does not list its own");
    else
        good = take_ids(mix, ids, todos);
    cJSON_Delete(todos);
    http_answer_release(&answer);
    return good;
}

bool ids_learn(struct mix *mix, int64_t **ids)
{
    char url[80];
    struct http *http;
    bool good;

    (void)snprintf(url, sizeof url, "http://%s", mix->host);
    http = http_new(url, NULL);
    if (!http)
        return said("memory has run out");
    http_use_token(http, mix->token);
    good = ask(mix, ids, http);
    http_free(http);
    return good;
}
