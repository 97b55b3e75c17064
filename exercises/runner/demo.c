/*
 * exercises/runner/demo.c - one todo, two servers: written here, read there.
 *
 * What it prints is what went over the wire: libcurl hands over every byte that
 * it sends and receives.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "child.h"
#include "runner.h"

struct exchange {
    char shown[16384]; /* both directions, each line behind "> " or "< " */
    size_t shown_len;
    char body[8192]; /* the answer's; NUL-terminated */
    size_t body_len;
    long status;
};

/* Adds one line of the wire, without its CR and LF, behind its direction. What
 * does not fit is left out. */
static void show_line(struct exchange *ex, char direction, const char *line,
                      size_t len)
{
    size_t room = sizeof(ex->shown) - ex->shown_len;
    int wrote = snprintf(ex->shown + ex->shown_len, room, "    %c%s%.*s\n",
                         direction, len > 0 ? " " : "", (int)len, line);

    if (wrote > 0 && (size_t)wrote < room)
        ex->shown_len += (size_t)wrote;
    ex->shown[ex->shown_len] = '\0';
}

static void show(struct exchange *ex, char direction, const char *bytes,
                 size_t len)
{
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t line = end ? (size_t)(end - bytes) : len;
        size_t used = end ? line + 1 : len;

        if (line > 0 && bytes[line - 1] == '\r')
            line--;
        show_line(ex, direction, bytes, line);
        bytes += used;
        len -= used;
    }
}

static int on_wire(CURL *curl, curl_infotype type, char *bytes, size_t len,
                   void *arg)
{
    struct exchange *ex = arg;

    (void)curl;
    if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT)
        show(ex, '>', bytes, len);
    if (type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN)
        show(ex, '<', bytes, len);
    return 0;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct exchange *ex = arg;
    size_t len = size * count;

    if (len >= sizeof(ex->body) - ex->body_len)
        return 0; /* makes libcurl fail: no todo is that long */
    memcpy(ex->body + ex->body_len, bytes, len);
    ex->body_len += len;
    ex->body[ex->body_len] = '\0';
    return len;
}

/* Sends a POST of `json`, or a GET when it is NULL, and prints the exchange.
 * False, with a message, when no whole answer came. */
static bool exchange_run(struct exchange *ex, const char *url, const char *json)
{
    struct curl_slist *fields = curl_slist_append(NULL, "Accept:");
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_OUT_OF_MEMORY;

    if (curl && fields) {
        curl_easy_setopt(curl, CURLOPT_URL, url);
        curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* never through one */
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
        curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, on_wire);
        curl_easy_setopt(curl, CURLOPT_DEBUGDATA, ex);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, ex);
        if (json) {
            curl_slist_append(fields, "Content-Type: application/json");
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json);
        }
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
        code = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ex->status);
    }
    curl_slist_free_all(fields);
    curl_easy_cleanup(curl);
    if (code != CURLE_OK)
        (void)fprintf(stderr, "learn: %s: %s\n", url, curl_easy_strerror(code));
    (void)printf("%s\n", ex->shown);
    return code == CURLE_OK;
}

/* Both bodies are the same up to `url`, which names the server asked. */
static bool same_todo(const char *a, const char *b)
{
    const char *url = strstr(a, "\"url\":");

    return url && strncmp(a, b, (size_t)(url - a)) == 0;
}

static bool demo_run(struct exchange *written, struct exchange *read,
                     const struct child *writer, const struct child *reader)
{
    const char *json = "{\"title\": \"Written on one, read on the other\"}";
    char url[512];
    const char *path;

    (void)printf("Create a todo on %s:\n\n", writer->name);
    (void)snprintf(url, sizeof(url), "%s/todos", writer->url);
    if (!exchange_run(written, url, json))
        return false;
    if (written->status == 401) { /* TODO_AUTH=yes */
        (void)printf("The servers run with --auth: \"Users\" in README.md says "
                     "how to get a token.\n\n");
        return true;
    }
    path = strstr(written->body, "/todos/");
    if (written->status != 201 || !path) {
        (void)fprintf(stderr, "learn: %s did not create it\n", writer->name);
        return false;
    }

    (void)printf("Read it from %s:\n\n", reader->name);
    (void)snprintf(url, sizeof(url), "%s%.*s", reader->url,
                   (int)strcspn(path, "\""), path);
    if (!exchange_run(read, url, NULL))
        return false;
    if (read->status != 200 || !same_todo(written->body, read->body)) {
        (void)fprintf(stderr, "learn: %s gave another todo\n", reader->name);
        return false;
    }
    return true;
}

bool demo_show(const struct child *writer, const struct child *reader)
{
    struct exchange *both = calloc(2, sizeof(*both));
    bool good = both && demo_run(&both[0], &both[1], writer, reader);

    free(both);
    return good;
}
