#include "expect.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/cmocka_all.h"

enum { SHOWN_MAX = 1500 };

/*
 * Telling what went wrong
 */

/* Bytes as text that a terminal can show. */
static void show(FILE *out, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && i < SHOWN_MAX; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        if (byte == '\n' || isprint(byte) || byte >= 0x80)
            (void)fputc(byte, out);
        else if (byte != '\r')
            (void)fprintf(out, "\\x%02x", byte);
    }
    if (len > SHOWN_MAX)
        (void)fprintf(out, " ... (%zu bytes)", len);
}

static void show_answer(FILE *out, const struct http_answer *answer)
{
    (void)fprintf(out, "\n--- sent to %s\n", answer->base);
    show(out, answer->sent, strlen(answer->sent));
    (void)fputs("\n--- answered\n", out);
    if (answer->status == 0)
        (void)fprintf(out, "no whole answer: %s\n", answer->error);
    show(out, answer->head, strlen(answer->head));
    show(out, answer->body, answer->body_len);
}

void fail_answer(const struct answer *answer, const char *expected, ...)
{
    static char message[8192]; /* the long jump would leak one from malloc */
    FILE *out = fmemopen(message, sizeof message, "w");
    va_list args;

    if (!out)
        abort();
    show_answer(out, &answer->http);
    (void)fputs("\n--- expected\n", out);
    va_start(args, expected);
    (void)vfprintf(out, expected, args);
    va_end(args);
    (void)fclose(out); /* a full buffer only cuts the message */
    message[sizeof message - 1] = '\0';
    fail_msg("%s", message);
    abort(); /* not reached; cmocka does not say so to the compiler */
}

/*
 * Status and fields
 */

void expect_status(const struct answer *answer, int status)
{
    if (answer->http.status != status)
        fail_answer(answer, "status %d", status);
}

void expect_field(const struct answer *answer, const char *name,
                  const char *value)
{
    char got[LINK_MAX];

    if (!http_field(&answer->http, name, got, sizeof got) ||
        strcmp(got, value) != 0)
        fail_answer(answer, "%s: %s", name, value);
}

void expect_no_field(const struct answer *answer, const char *name)
{
    char got[LINK_MAX];

    if (http_field(&answer->http, name, got, sizeof got))
        fail_answer(answer, "no field %s", name);
}

void expect_html(const struct answer *answer)
{
    char type[128] = "";

    expect_status(answer, 200);
    (void)http_field(&answer->http, "Content-Type", type, sizeof type);
    if (strncmp(type, "text/html", strlen("text/html")) != 0)
        fail_answer(answer, "Content-Type: text/html");
}

/* Each line of `some` is one of `all`, but for what differs by nature. */
static const char *missing_line(const char *some, const char *all)
{
    static char line[LINK_MAX + 4];

    for (; *some; some = strstr(some, "\r\n") + 2) {
        size_t len = strcspn(some, "\r\n");

        (void)snprintf(line, sizeof line, "%.*s\r\n", (int)len, some);
        if (strncasecmp(line, "Date:", 5) != 0 &&
            strncasecmp(line, "X-Request-Id:", 13) != 0 && !strstr(all, line))
            return line;
    }
    return NULL;
}

void expect_same_head(const struct answer *answer, const char *other_head)
{
    const char *line = missing_line(other_head, answer->http.head);

    if (line)
        fail_answer(answer, "as for GET: %s", line);
    line = missing_line(answer->http.head, other_head);
    if (line)
        fail_answer(answer, "not, as GET has none: %s", line);
}

void expect_etag(const struct answer *answer, char etag[ETAG_MAX])
{
    if (!http_field(&answer->http, "ETag", etag, ETAG_MAX))
        fail_answer(answer, "an ETag");
}

/*
 * Members of the JSON in the body
 */

static const cJSON *member(const struct answer *answer, const cJSON *object,
                           const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    if (!item)
        fail_answer(answer, "JSON with a member %s", name);
    return item;
}

const char *expect_text(const struct answer *answer, const char *name)
{
    const cJSON *item = member(answer, answer->json, name);

    if (!cJSON_IsString(item))
        fail_answer(answer, "a string as %s", name);
    return item->valuestring;
}

static bool same_scalar(const cJSON *a, const cJSON *b)
{
    if (cJSON_IsString(a) && cJSON_IsString(b))
        return strcmp(a->valuestring, b->valuestring) == 0;
    if (cJSON_IsNumber(a) && cJSON_IsNumber(b))
        return a->valuedouble == b->valuedouble;
    return (a->type & 0xff) == (b->type & 0xff);
}

void expect_member(const struct answer *answer, const char *name,
                   const char *value)
{
    const cJSON *got = member(answer, answer->json, name);
    char *text = api_quoted(value);
    cJSON *wanted = cJSON_Parse(text);
    bool same = wanted && same_scalar(got, wanted);

    cJSON_Delete(wanted);
    free(text);
    if (!same)
        fail_answer(answer, "%s is %s", name, value);
}

/*
 * Problem documents
 */

static void check_type(const struct answer *answer, const char *type)
{
    expect_field(answer, "Content-Type", type);
    if (!answer->json)
        fail_answer(answer, "a body that is JSON");
}

/* {"pointer": ..., "detail": ...} or {"parameter": ..., "detail": ...} */
static void check_fault(const struct answer *answer, const cJSON *fault)
{
    const cJSON *place = cJSON_GetObjectItemCaseSensitive(fault, "pointer");

    if (!place)
        place = cJSON_GetObjectItemCaseSensitive(fault, "parameter");
    if (!cJSON_IsString(place) || cJSON_GetArraySize(fault) != 2 ||
        !cJSON_IsString(member(answer, fault, "detail")))
        fail_answer(answer, "each error with pointer or parameter, and detail");
}

static void check_faults(const struct answer *answer)
{
    const cJSON *faults = member(answer, answer->json, "errors");
    const cJSON *fault;

    if (!cJSON_IsArray(faults) || cJSON_GetArraySize(faults) == 0)
        fail_answer(answer, "errors: an array of at least one");
    cJSON_ArrayForEach(fault, faults) check_fault(answer, fault);
}

void expect_problem(const struct answer *answer, int status)
{
    bool has_errors = status == 422;

    expect_status(answer, status);
    check_type(answer, "application/problem+json");
    expect_field(answer, "X-Request-Id", expect_text(answer, "request_id"));
    if (!*expect_text(answer, "type") || !*expect_text(answer, "title") ||
        !*expect_text(answer, "detail") || !*expect_text(answer, "request_id"))
        fail_answer(answer, "type, title, detail and request_id not empty");
    if (member(answer, answer->json, "status")->valuedouble != status)
        fail_answer(answer, "the member status %d", status);
    if (has_errors)
        check_faults(answer);
    if (cJSON_GetArraySize(answer->json) != (has_errors ? 6 : 5))
        fail_answer(answer, "type, title, status, detail, request_id%s",
                    has_errors ? ", errors" : "");
}

/* "/title" for a member, "limit" for a parameter. */
static const char *place_of(const cJSON *fault)
{
    const cJSON *place = cJSON_GetObjectItemCaseSensitive(fault, "pointer");

    if (!place)
        place = cJSON_GetObjectItemCaseSensitive(fault, "parameter");
    return place->valuestring;
}

/* True when `word` is one of the words of `list`. */
static bool has_word(const char *list, const char *word, size_t len)
{
    for (; *list; list += strcspn(list, " "), list += strspn(list, " "))
        if (strcspn(list, " ") == len && strncmp(list, word, len) == 0)
            return true;
    return false;
}

void expect_members(const struct answer *answer, const char *names)
{
    int count = 0;
    const cJSON *item;

    if (!cJSON_IsObject(answer->json))
        fail_answer(answer, "a JSON object");
    cJSON_ArrayForEach(item, answer->json)
    {
        if (!has_word(names, item->string, strlen(item->string)))
            fail_answer(answer, "no other members than %s", names);
        count++;
    }
    for (const char *at = names; *at; at += strcspn(at, " "))
        at += strspn(at, " "), count--;
    if (count != 0)
        fail_answer(answer, "the members %s, each once", names);
}

void expect_faults(const struct answer *answer, const char *places)
{
    char found[8192] = "";
    size_t len = 0;
    const cJSON *fault;

    expect_problem(answer, 422);
    cJSON_ArrayForEach(fault, member(answer, answer->json, "errors"))
    {
        const char *place = place_of(fault);

        if (!has_word(places, place, strlen(place)))
            fail_answer(answer, "errors only at %s", places);
        if (len < sizeof found)
            len +=
                (size_t)snprintf(found + len, sizeof found - len, "%s ", place);
    }
    for (const char *at = places; *at; at += strspn(at, " ")) {
        if (!has_word(found, at, strcspn(at, " ")))
            fail_answer(answer, "an error each at %s", places);
        at += strcspn(at, " ");
    }
}
