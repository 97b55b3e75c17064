#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "raw.h"
#include "tests/support/patience.h"

static void *must_have(void *memory)
{
    if (!memory) {
        (void)fputs("raw: out of memory\n", stderr);
        abort(); /* as in raw.c */
    }
    return memory;
}

/* Receives until `len` bytes are there. */
static bool need(struct raw *raw, size_t len, long long deadline)
{
    while (raw->len < len)
        if (!raw_fill(raw, deadline))
            return false;
    return true;
}

/* Where `mark` starts in what was received; NUL bytes do not end the search. */
static bool find(const struct raw *raw, const char *mark, size_t *at)
{
    size_t len = strlen(mark);

    for (size_t i = 0; i + len <= raw->len; i++)
        if (memcmp(raw->buf + i, mark, len) == 0) {
            *at = i;
            return true;
        }
    return false;
}

/* Moves one head, with its empty line, into the answer. */
static bool read_head(struct raw *raw, struct raw_answer *answer,
                      long long deadline)
{
    size_t len;

    while (!find(raw, "\r\n\r\n", &len))
        if (!raw_fill(raw, deadline))
            return false;
    len += 4;
    answer->head = must_have(calloc(len + 1, 1));
    memcpy(answer->head, raw->buf, len);
    raw_take(raw, len);
    return true;
}

static void append(struct raw_answer *answer, const char *bytes, size_t len)
{
    answer->body = must_have(realloc(answer->body, answer->body_len + len + 1));
    memcpy(answer->body + answer->body_len, bytes, len);
    answer->body_len += len;
    answer->body[answer->body_len] = '\0';
}

static bool read_line(struct raw *raw, char *line, size_t size,
                      long long deadline)
{
    size_t len;

    while (!find(raw, "\r\n", &len))
        if (raw->len > size || !raw_fill(raw, deadline))
            return false;
    if (len >= size)
        return false;
    memcpy(line, raw->buf, len);
    line[len] = '\0';
    raw_take(raw, len + 2);
    return true;
}

static bool read_chunks(struct raw *raw, struct raw_answer *answer,
                        long long deadline)
{
    for (;;) {
        char line[64];
        char *end;

        if (!read_line(raw, line, sizeof line, deadline))
            return false;
        size_t size = strtoul(line, &end, 16);

        if (end == line || *end != '\0' || size > RAW_CEILING ||
            !need(raw, size + 2, deadline))
            return false;
        append(answer, raw->buf, size);
        bool ended = memcmp(raw->buf + size, "\r\n", 2) == 0;

        raw_take(raw, size + 2);
        if (!ended || size == 0)
            return ended;
    }
}

static bool read_body(struct raw *raw, struct raw_answer *answer,
                      long long deadline)
{
    char value[64];

    if (raw_answer_field(answer, "Transfer-Encoding", value, sizeof value))
        return strcasecmp(value, "chunked") == 0 &&
               read_chunks(raw, answer, deadline);

    size_t len;

    if (raw_answer_field(answer, "Content-Length", value, sizeof value)) {
        len = strtoul(value, NULL, 10);
        if (len > RAW_CEILING || !need(raw, len, deadline))
            return false;
    } else { /* it lasts until the peer closes */
        while (raw_fill(raw, deadline))
            ;
        if (!raw->eof && !raw->reset)
            return false;
        len = raw->len;
    }
    append(answer, raw->buf, len);
    raw_take(raw, len);
    return true;
}

static bool has_no_body(int status, bool to_head)
{
    return to_head || status == 204 || status == 304;
}

static bool head_says_close(const struct raw_answer *answer)
{
    char value[64];

    if (raw_answer_field(answer, "Connection", value, sizeof value))
        return strcasecmp(value, "close") == 0;
    return strncmp(answer->head, "HTTP/1.0", 8) == 0;
}

/* The number in the status line, or 0 when that is none of HTTP/1. */
static int status_of(const char *head)
{
    bool is_http = strncmp(head, "HTTP/1.0 ", 9) == 0 ||
                   strncmp(head, "HTTP/1.1 ", 9) == 0;

    return is_http ? (int)strtol(head + 9, NULL, 10) : 0;
}

/* Reads the head of the answer, past those of 100 Continue and its like. Gives
 * the status, or 0. */
static int read_last_head(struct raw *raw, struct raw_answer *answer,
                          long long deadline)
{
    int status;

    *answer = (struct raw_answer){0};
    do {
        raw_answer_release(answer);
        if (!read_head(raw, answer, deadline))
            return 0;
        status = status_of(answer->head);
    } while (status >= 100 && status < 200 && status != 101);
    answer->closes = head_says_close(answer);
    append(answer, "", 0);
    return status;
}

bool raw_read_head(struct raw *raw, struct raw_answer *answer)
{
    answer->status = read_last_head(raw, answer, now_ms() + RAW_TIMEOUT_MS);
    return answer->status != 0;
}

bool raw_read_answer(struct raw *raw, struct raw_answer *answer, bool to_head)
{
    long long deadline = now_ms() + RAW_TIMEOUT_MS;
    int status = read_last_head(raw, answer, deadline);

    if (status == 0)
        return false;
    if (!has_no_body(status, to_head) && !read_body(raw, answer, deadline))
        return false;
    answer->status = status;
    return true;
}

bool raw_answer_field(const struct raw_answer *answer, const char *name,
                      char *out, size_t size)
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

void raw_answer_release(struct raw_answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct raw_answer){0};
}
