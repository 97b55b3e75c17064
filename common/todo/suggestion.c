#include "common/todo/suggestion.h"

#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/log.h"
#include "common/base/resolver.h"
#include "common/todo/json_check.h"
#include "common/todo/todo.h"

/* libcurl hands over bytes as they come. To take fewer than it has ends the
 * transfer with CURLE_WRITE_ERROR. */
static size_t on_bytes(char *bytes, size_t one, size_t len, void *arg)
{
    struct suggestion_call *call = arg;

    (void)one; /* always 1 */
    if (call->body.len + len > SUGGESTION_MAX_BODY)
        return 0;
    buf_put(&call->body, bytes, len);
    return call->body.failed ? 0 : len;
}

/* Which parts are asked for makes no difference any more, and all of them may
 * fail. */
bool suggestion_prepare(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

bool suggestion_call_init(struct suggestion_call *call, const char *url)
{
    CURL *easy = curl_easy_init();

    *call = (struct suggestion_call){.easy = easy};
    return easy && curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                            (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L) == CURLE_OK;
}

void suggestion_call_release(struct suggestion_call *call)
{
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->hosts);
    buf_release(&call->body);
    *call = (struct suggestion_call){0};
}

enum todo_err suggestion_call_begin(struct suggestion_call *call,
                                    int64_t within_ms)
{
    struct curl_slist *hosts;
    enum todo_err err = resolver_hosts(&hosts);

    buf_clear(&call->body);
    if (err)
        return err;
    (void)curl_easy_setopt(call->easy, CURLOPT_RESOLVE, hosts); /* taken */
    curl_slist_free_all(call->hosts);
    call->hosts = hosts;
    /* 0 would mean: no limit. A number is always taken. */
    (void)curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS,
                           within_ms > 0 ? (long)within_ms : 1L);
    return TODO_OK;
}

/* The title that the answer suggests; NULL when it makes none, or a bad one. It
 * lives in the JSON. */
static const char *find_title(const cJSON *json)
{
    const cJSON *title = cJSON_GetObjectItemCaseSensitive(json, "title");

    return cJSON_IsString(title) && !todo_title_fault(title->valuestring)
               ? title->valuestring
               : NULL;
}

static enum todo_err read_answer(struct buf *body, struct buf *array)
{
    struct problem problem = {0};
    enum todo_err err = TODO_ERR_UPSTREAM;
    cJSON *json = NULL;
    const char *title;

    if (json_parse(body->data, body->len, &problem, &json) ==
        TODO_ERR_NO_MEMORY)
        return TODO_ERR_INTERNAL;
    title = find_title(json);
    if (title) {
        buf_puts(array, array->len > 0 ? ",{\"title\":" : "[{\"title\":");
        buf_put_json(array, title, strlen(title));
        buf_puts(array, "}");
        err = array->failed ? TODO_ERR_INTERNAL : TODO_OK;
    }
    cJSON_Delete(json);
    return err;
}

enum todo_err suggestion_call_end(struct suggestion_call *call, CURLcode code,
                                  struct buf *array)
{
    long status = 0;
    enum todo_err err = TODO_ERR_UPSTREAM;

    if (call->body.failed || code == CURLE_OUT_OF_MEMORY)
        return TODO_ERR_INTERNAL;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return TODO_ERR_UPSTREAM_TIMEOUT;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status >= 200 && status < 300)
        err = read_answer(&call->body, array);
    if (err)
        log_warn("upstream", "%s, status %ld, %zu bytes",
                 code == CURLE_OK ? "an answer of no use"
                                  : curl_easy_strerror(code),
                 status, call->body.len);
    return err;
}
