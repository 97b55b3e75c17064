#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "tests/cmocka_all.h"

enum { LETTERS_MAX = 128 * 1024 };

#define NEXT_REQUEST "GET /healthz HTTP/1.1\r\n" HOST "\r\n"

static char *text_of(const char *bytes, size_t len)
{
    char *text = calloc(1, len + 1);

    if (!text)
        abort();
    memcpy(text, bytes, len);
    return text;
}

/* The base that the server must see: http:// and the Host of the request. */
static char *base_of(const char *request)
{
    char base[300];
    const char *host = strstr(request, "\r\nHost: ");

    host = host ? host + strlen("\r\nHost: ") : "";
    (void)snprintf(base, sizeof base, "http://%.*s", (int)strcspn(host, "\r\n"),
                   host);
    return text_of(base, strlen(base));
}

/* True for the first line of a request that needs a token; its method may have
 * been sent before. */
static bool needs_token(const char *line, size_t len)
{
    char text[LINK_MAX];
    const char *version;

    (void)snprintf(text, sizeof text, "%.*s", (int)len, line);
    version = strstr(text, " HTTP/1.");
    return version && strcmp(version + strlen(" HTTP/1.x"), "\r\n") == 0 &&
           (strstr(text, " /todos") || strstr(text, " /suggestions"));
}

/* The bytes as they are sent, with the token where it is needed. Gives: free
 * with free(3). */
static char *with_tokens(const struct api *api, const char *bytes, size_t len,
                         size_t *new_len)
{
    const char *token = http_token(api->http);
    char *text = NULL;
    FILE *out = open_memstream(&text, new_len);

    if (!out)
        abort();
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t line = end ? (size_t)(end - bytes) + 1 : len;

        (void)fwrite(bytes, 1, line, out);
        if (token && needs_token(bytes, line))
            (void)fprintf(out, "Authorization: Bearer %s\r\n", token);
        bytes += line;
        len -= line;
    }
    if (fclose(out) != 0)
        abort(); /* no memory for what was written */
    return text;
}

void wire_open_bytes(struct api *api, const void *bytes, size_t len)
{
    char *text = with_tokens(api, bytes, len, &len);
    bool reads =
        strncmp(text, "GET ", 4) == 0 || strncmp(text, "HEAD ", 5) == 0;
    struct http_answer nothing = {.sent = text,
                                  .base = base_of(text),
                                  .head = text_of("", 0),
                                  .body = text_of("", 0)};
    char host[256];
    int port;

    raw_close(&api->raw);
    (void)api_take(api, nothing);
    http_address(api->http, reads ? "GET" : "POST", host, &port);
    raw_open(&api->raw, host, port);
    (void)raw_send(&api->raw, text, len); /* it may close before the end */
}

void wire_open(struct api *api, const char *text)
{
    wire_open_bytes(api, text, strlen(text));
}

void wire_send(struct api *api, const char *text)
{
    size_t len;
    char *bytes = with_tokens(api, text, strlen(text), &len);

    (void)raw_send(&api->raw, bytes, len);
    free(bytes);
}

void wire_dribble(struct api *api, const char *text)
{
    size_t len;
    char *bytes = with_tokens(api, text, strlen(text), &len);
    bool sent = raw_send_dribble(&api->raw, bytes);

    free(bytes);
    if (!sent)
        fail_answer(&api->answer, "the server reads on");
}

const struct answer *wire_next(struct api *api, const char *method)
{
    struct raw_answer got;
    struct http_answer answer = {
        .sent = text_of(api->answer.http.sent, strlen(api->answer.http.sent)),
        .base = text_of(api->answer.http.base, strlen(api->answer.http.base))};

    (void)raw_read_answer(&api->raw, &got, strcmp(method, "HEAD") == 0);
    answer.status = got.status;
    answer.head = got.head ? got.head : text_of("", 0);
    answer.body = got.body ? got.body : text_of("", 0);
    answer.body_len = got.body_len;
    if (got.status == 0)
        (void)snprintf(answer.error, sizeof answer.error, "%s",
                       api->raw.reset ? "the server reset the connection"
                       : api->raw.eof ? "the server closed"
                                      : "nothing came in time");
    return api_take(api, answer);
}

const struct answer *wire_ask(struct api *api, const char *text)
{
    char method[16] = "";

    wire_open(api, text);
    (void)sscanf(text, "%15s", method);
    return wire_next(api, method);
}

const struct answer *wire_ask_line(struct api *api, const char *method,
                                   const char *target, const char *fields)
{
    char request[LINK_MAX];

    (void)snprintf(request, sizeof request, "%s %s HTTP/1.1\r\n" HOST "%s\r\n",
                   method, target, fields);
    return wire_ask(api, request);
}

const struct answer *wire_stream(struct api *api, const char *request)
{
    size_t len;
    char *text = with_tokens(api, request, strlen(request), &len);
    struct http_answer answer = {
        .sent = text, .base = base_of(text), .body = text_of("", 0)};
    struct stream *stream = &api->stream;
    char host[256];
    int port;

    stream_close(stream);
    http_address(api->http, "GET", host, &port);
    raw_open(&stream->raw, host, port);
    (void)raw_send_text(&stream->raw, text); /* what comes back tells */
    answer.status = stream_begin(stream);
    answer.head = text_of(answer.status ? stream->answer.head : "",
                          answer.status ? strlen(stream->answer.head) : 0);
    return api_take(api, answer);
}

void wire_expect_end(struct api *api)
{
    if (!raw_read_eof(&api->raw))
        fail_answer(&api->answer, "the server closes after this answer");
    if (api->raw.len > 0)
        fail_answer(&api->answer, "no bytes after this answer, not %s",
                    api->raw.buf);
}

void wire_expect_no_body(struct api *api)
{
    char connection[64] = "";

    (void)http_field(&api->answer.http, "Connection", connection,
                     sizeof connection);
    if (strcmp(connection, "close") == 0) {
        wire_expect_end(api);
        return;
    }
    wire_send(api, NEXT_REQUEST);
    if (wire_next(api, "GET")->http.status != 200)
        fail_answer(&api->answer, "the answer to a GET /healthz sent behind it,"
                                  " as there is no body before it");
}

void wire_expect_head_as_get(struct api *api, const char *target)
{
    const struct answer *answer = wire_ask_line(api, "GET", target, "");
    int status = answer->http.status;
    char head[LINK_MAX * 2];

    (void)snprintf(head, sizeof head, "%s", answer->http.head);
    answer = wire_ask_line(api, "HEAD", target, "");
    expect_status(answer, status);
    expect_same_head(answer, head);
    wire_expect_no_body(api);
}

void wire_expect_closing(struct api *api, const char *text, int status)
{
    wire_open(api, text);
    wire_send(api, NEXT_REQUEST);
    expect_problem(wire_next(api, "POST"), status);
    expect_field(&api->answer, "Connection", "close");
    wire_expect_end(api);
}

/* The newest answer says so. */
static bool is_refusal(const struct api *api)
{
    int status = api->answer.http.status;

    return status == 501 || status == 505 || (status >= 400 && status <= 499) ||
           (status == 0 && (api->raw.eof || api->raw.reset));
}

void wire_expect_refusal_bytes(struct api *api, const void *bytes, size_t len)
{
    wire_open_bytes(api, bytes, len);
    (void)wire_next(api, "POST");
    if (!is_refusal(api))
        fail_answer(&api->answer, "any 4xx, 501, 505, or a close");
    expect_status(api_get(api, "/healthz"), 200);
}

void wire_expect_refusal(struct api *api, const char *text)
{
    wire_expect_refusal_bytes(api, text, strlen(text));
}

void wire_expect_served_or_refused(struct api *api, const char *text)
{
    wire_open(api, text);
    if (wire_next(api, "GET")->http.status != 200 && !is_refusal(api))
        fail_answer(&api->answer, "200, or any 4xx, 501, 505, or a close");
    expect_status(api_get(api, "/healthz"), 200);
}

const char *letters(size_t count)
{
    static char text[LETTERS_MAX + 1];

    assert_true(count <= LETTERS_MAX);
    memset(text, 'a', count);
    text[count] = '\0';
    return text;
}
