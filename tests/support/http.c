#include "http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

enum { ANSWER_TIMEOUT_S = 120, ANSWER_CEILING = 64 * 1024 * 1024 };

struct place {
    char base[300];
    char host[256];
    int port;
};

struct http {
    CURL *curl;
    struct place writes;
    struct place reads;
    char token[HTTP_TOKEN_MAX]; /* "": none */
};

static void *must_have(void *memory)
{
    if (!memory) {
        (void)fputs("http: out of memory\n", stderr);
        abort();
    }
    return memory;
}

static char *copy(const char *text)
{
    return must_have(strdup(text));
}

/*
 * Opening and closing
 */

/* Reads http://host[:port][/] and nothing else. */
static bool place_parse(struct place *place, const char *url)
{
    const char *host = url + strlen("http://");
    char *rest;
    size_t len;
    long port = 80;

    if (strncmp(url, "http://", strlen("http://")) != 0)
        return false;
    len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    if (len == 0 || len >= sizeof place->host || len > strlen(host))
        return false;
    (void)snprintf(place->host, sizeof place->host, "%.*s", (int)len, host);

    len += strlen("http://");
    if (url[len] == ':') {
        port = strtol(url + len + 1, &rest, 10);
        len = (size_t)(rest - url);
    }
    place->port = (int)port;
    (void)snprintf(place->base, sizeof place->base, "%.*s", (int)len, url);
    return port > 0 && port < 65536 &&
           (url[len] == '\0' || strcmp(url + len, "/") == 0);
}

struct http *http_new(const char *url, const char *read_url)
{
    struct http *http = must_have(calloc(1, sizeof *http));

    if (place_parse(&http->writes, url) &&
        place_parse(&http->reads, read_url ? read_url : url) &&
        curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        http->curl = curl_easy_init();
    if (http->curl)
        return http;
    free(http);
    return NULL;
}

struct http *http_clone(const struct http *http)
{
    struct http *clone =
        must_have(http_new(http->writes.base, http->reads.base));

    http_use_token(clone, http->token);
    return clone;
}

void http_use_token(struct http *http, const char *token)
{
    (void)snprintf(http->token, sizeof http->token, "%s", token ? token : "");
}

const char *http_token(const struct http *http)
{
    return http->token[0] ? http->token : NULL;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->curl);
    curl_global_cleanup(); /* counts: the last client's call cleans up */
    free(http);
}

static const struct place *place_for(const struct http *http,
                                     const char *method)
{
    bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

    return reads ? &http->reads : &http->writes;
}

const char *http_base(const struct http *http, const char *method)
{
    return place_for(http, method)->base;
}

void http_address(const struct http *http, const char *method, char host[256],
                  int *port)
{
    const struct place *place = place_for(http, method);

    (void)snprintf(host, 256, "%s", place->host);
    *port = place->port;
}

/*
 * What was sent, as text
 */

static char *describe(const struct http_request *request)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = must_have(open_memstream(&text, &len));

    (void)fprintf(out, "%s %s\r\n", request->method, request->target);
    for (size_t i = 0; request->fields && request->fields[i]; i++)
        (void)fprintf(out, "%s\r\n", request->fields[i]);
    (void)fputs("\r\n", out);
    if (request->body)
        (void)fwrite(request->body, 1, request->body_len, out);
    if (fclose(out) != 0)
        must_have(NULL);
    return text;
}

/*
 * Asking
 */

static size_t append(char **text, size_t *len, const char *bytes, size_t more)
{
    if (*len + more > ANSWER_CEILING)
        return 0; /* curl then gives up the answer */
    *text = must_have(realloc(*text, *len + more + 1));
    memcpy(*text + *len, bytes, more);
    *len += more;
    (*text)[*len] = '\0';
    return more;
}

/* curl calls this for each line of each head, interim ones included. */
static size_t on_head_line(char *line, size_t size, size_t count, void *arg)
{
    struct http_answer *answer = arg;
    size_t len = answer->head ? strlen(answer->head) : 0;

    if (strncmp(line, "HTTP/", 5) == 0)
        len = 0; /* a new head replaces the interim one */
    return append(&answer->head, &len, line, size * count);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_answer *answer = arg;

    return append(&answer->body, &answer->body_len, bytes, size * count);
}

static struct curl_slist *with(struct curl_slist *list, const char *line)
{
    return must_have(curl_slist_append(list, line));
}

/* True when the request has a field whose line begins so, in any case. */
static bool has(const struct http_request *request, const char *beginning)
{
    size_t len = strlen(beginning);

    for (size_t i = 0; request->fields && request->fields[i]; i++)
        if (strncasecmp(request->fields[i], beginning, len) == 0)
            return true;
    return false;
}

/* curl adds fields of its own; only those a case names shall be sent, and the
 * token. */
static struct curl_slist *field_list(const struct http_request *request,
                                     const char *token)
{
    struct curl_slist *list = with(NULL, "Accept:");
    char line[HTTP_TOKEN_MAX + 32];

    for (size_t i = 0; request->fields && request->fields[i]; i++)
        list = with(list, request->fields[i]);
    if (!has(request, "Content-Type:"))
        list = with(list, "Content-Type:");
    if (!has(request, "Expect:"))
        list = with(list, "Expect:");
    if (token && !has(request, "Authorization:")) {
        (void)snprintf(line, sizeof line, "Authorization: Bearer %s", token);
        list = with(list, line);
    }
    return list;
}

/* libcurl's options are variadic: numbers must be long. All of them are known
 * to every curl since 7.55, so setting them fails only without memory. */
static void set_request(CURL *curl, const struct http_request *request,
                        const char *url, const struct curl_slist *fields)
{
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_TIMEOUT_S);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
    if (request->body) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)request->body_len);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    if (strcmp(request->method, "HEAD") == 0)
        (void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

struct http_answer http_ask(struct http *http,
                            const struct http_request *request)
{
    struct http_answer answer = {.sent = describe(request)};
    struct curl_slist *fields = field_list(request, http_token(http));
    size_t size = 0;
    char *url = NULL;
    size_t len = 0;
    long status = 0;
    CURLcode code;

    answer.base = copy(http_base(http, request->method));
    append(&url, &len, answer.base, strlen(answer.base));
    append(&url, &len, request->target, strlen(request->target));
    append(&answer.head, &size, "", 0);
    append(&answer.body, &answer.body_len, "", 0);

    curl_easy_reset(http->curl); /* the connections stay open */
    set_request(http->curl, request, url, fields);
    (void)curl_easy_setopt(http->curl, CURLOPT_HEADERFUNCTION, on_head_line);
    (void)curl_easy_setopt(http->curl, CURLOPT_HEADERDATA, &answer);
    (void)curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, &answer);
    code = curl_easy_perform(http->curl);
    if (code == CURLE_OK)
        code = curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    answer.status = (int)status;
    if (code != CURLE_OK)
        (void)snprintf(answer.error, sizeof answer.error, "%s",
                       curl_easy_strerror(code));

    curl_slist_free_all(fields);
    free(url);
    return answer;
}

/*
 * Reading the answer
 */

bool http_field(const struct http_answer *answer, const char *name, char *out,
                size_t size)
{
    size_t name_len = strlen(name);
    const char *line = answer->head;

    while (line && (line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, name_len) != 0 || line[name_len] != ':')
            continue;
        line += name_len + 1;
        line += strspn(line, " \t");
        (void)snprintf(out, size, "%.*s", (int)strcspn(line, "\r\n"), line);
        return true;
    }
    return false;
}

void http_answer_release(struct http_answer *answer)
{
    free(answer->base);
    free(answer->sent);
    free(answer->head);
    free(answer->body);
    *answer = (struct http_answer){0};
}
