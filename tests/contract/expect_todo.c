#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"

static const double ORDER_MAX = 9007199254740991.0; /* 2^53 - 1 */

/* RFC 3339 in UTC with milliseconds: a 0 stands for any digit. */
static bool is_time(const cJSON *item)
{
    const char *shape = "0000-00-00T00:00:00.000Z";
    const char *at;

    if (!cJSON_IsString(item))
        return false;
    for (at = item->valuestring; *at && *shape; at++, shape++)
        if (*shape == '0' ? !isdigit((unsigned char)*at) : *at != *shape)
            return false;
    return *at == *shape;
}

void expect_time(const struct answer *answer, const char *name)
{
    if (!is_time(cJSON_GetObjectItemCaseSensitive(answer->json, name)))
        fail_answer(answer, "%s: YYYY-MM-DDThh:mm:ss.mmmZ", name);
}

static bool is_integer(const cJSON *item)
{
    return cJSON_IsNumber(item) && fabs(item->valuedouble) <= ORDER_MAX &&
           floor(item->valuedouble) == item->valuedouble;
}

static const cJSON *of(const cJSON *todo, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(todo, name);
}

static void check_types(const struct answer *answer, const cJSON *todo)
{
    const cJSON *id = of(todo, "id");
    const cJSON *due = of(todo, "due_at");
    const cJSON *order = of(todo, "order");

    if (!is_integer(id) || id->valuedouble < 1)
        fail_answer(answer, "id: an integer from 1");
    if (!cJSON_IsString(of(todo, "title")))
        fail_answer(answer, "title: a string");
    if (!cJSON_IsBool(of(todo, "completed")))
        fail_answer(answer, "completed: a boolean");
    if (!cJSON_IsNull(order) && !is_integer(order))
        fail_answer(answer, "order: null or an integer");
    if (!cJSON_IsNull(due) && !is_time(due))
        fail_answer(answer, "due_at: null or YYYY-MM-DDThh:mm:ss.mmmZ");
    if (!is_time(of(todo, "created_at")) || !is_time(of(todo, "updated_at")))
        fail_answer(answer,
                    "created_at and updated_at: YYYY-MM-DDThh:mm:ss.mmmZ");
}

/* The url begins with the base of the server asked and ends the todo. */
static void check_url(const struct answer *answer, const cJSON *todo)
{
    const cJSON *url = of(todo, "url");
    char wanted[LINK_MAX];

    (void)snprintf(wanted, sizeof wanted, "%s/todos/%.0f", answer->http.base,
                   of(todo, "id")->valuedouble);
    if (!cJSON_IsString(url) || strcmp(url->valuestring, wanted) != 0)
        fail_answer(answer, "url: \"%s\"", wanted);
    if (url->next)
        fail_answer(answer, "url as the last member of a todo");
}

static void check_todo(const struct answer *answer, const cJSON *todo)
{
    if (!cJSON_IsObject(todo) || cJSON_GetArraySize(todo) != 8)
        fail_answer(answer, "a todo: id, title, completed, order, due_at, "
                            "created_at, updated_at, url");
    check_types(answer, todo);
    check_url(answer, todo);
}

/* Strong, and made of the id and a number: "<id>-<version>". */
static void check_etag(const struct answer *answer, double id)
{
    char etag[ETAG_MAX];
    char start[ETAG_MAX];
    size_t len;

    expect_etag(answer, etag);
    len = (size_t)snprintf(start, sizeof start, "\"%.0f-", id);
    if (strncmp(etag, start, len) != 0 ||
        strspn(etag + len, "0123456789") == 0 ||
        strcmp(etag + len + strspn(etag + len, "0123456789"), "\"") != 0)
        fail_answer(answer, "ETag: %s<version>\"", start);
}

long long expect_todo(const struct answer *answer, int status)
{
    double id;

    expect_status(answer, status);
    expect_field(answer, "Content-Type", "application/json");
    check_todo(answer, answer->json);
    id = of(answer->json, "id")->valuedouble;
    check_etag(answer, id);
    if (status == 201)
        expect_field(answer, "Location", expect_text(answer, "url"));
    return (long long)id;
}

int expect_todos(const struct answer *answer)
{
    const cJSON *todo;

    expect_status(answer, 200);
    expect_field(answer, "Content-Type", "application/json");
    if (!cJSON_IsArray(answer->json))
        fail_answer(answer, "a bare JSON array");
    cJSON_ArrayForEach(todo, answer->json) check_todo(answer, todo);
    return cJSON_GetArraySize(answer->json);
}

void expect_titles(const struct answer *answer, const char *titles)
{
    char got[LINK_MAX] = "";
    size_t len = 0;
    const cJSON *todo;

    (void)expect_todos(answer); /* how many: the comparison below says */
    cJSON_ArrayForEach(todo, answer->json)
    {
        if (len < sizeof got)
            len += (size_t)snprintf(got + len, sizeof got - len, "%s%s",
                                    len ? " " : "",
                                    of(todo, "title")->valuestring);
    }
    if (strcmp(got, titles) != 0)
        fail_answer(answer, "the titles %s in this order, not %s",
                    *titles ? titles : "(none)", *got ? got : "(none)");
}

bool expect_next_page(const struct answer *answer, char target[LINK_MAX])
{
    const char *const end = ">; rel=\"next\"";
    size_t base_len = strlen(answer->http.base);
    char link[LINK_MAX];
    char *close;

    if (!http_field(&answer->http, "Link", link, sizeof link))
        return false;
    close = strstr(link, end);
    if (link[0] != '<' || !close || close[strlen(end)] != '\0' ||
        strncmp(link + 1, answer->http.base, base_len) != 0)
        fail_answer(answer, "Link: <%s/todos?...%s", answer->http.base, end);
    *close = '\0';
    (void)snprintf(target, LINK_MAX, "%s", link + 1 + base_len);
    return true;
}
