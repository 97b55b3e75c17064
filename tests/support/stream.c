#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

/*
 * Opening and closing
 */

int stream_begin(struct stream *stream)
{
    struct raw_answer *answer = &stream->answer;
    char value[64] = "";

    stream->end = STREAM_OPEN;
    if (!raw_read_head(&stream->raw, answer))
        return 0;
    stream->chunked =
        raw_answer_field(answer, "Transfer-Encoding", value, sizeof value) &&
        strcasecmp(value, "chunked") == 0;
    return answer->status;
}

int stream_open(struct stream *stream, int port, const char *path,
                const char *fields)
{
    char request[512];

    *stream = (struct stream){.raw = {.fd = -1}};
    (void)snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path,
                   fields);
    if (!raw_try_open(&stream->raw, "127.0.0.1", port) ||
        !raw_send_text(&stream->raw, request))
        return 0;
    return stream_begin(stream);
}

int stream_open_events(struct stream *stream, int port, long long last_id)
{
    char field[64] = "";

    if (last_id >= 0)
        (void)snprintf(field, sizeof field, "Last-Event-ID: %lld\r\n", last_id);
    return stream_open(stream, port, "/todos/events", field);
}

void stream_close(struct stream *stream)
{
    raw_close(&stream->raw);
    raw_answer_release(&stream->answer);
    free(stream->text);
    *stream = (struct stream){.raw = {.fd = -1}};
}

/*
 * The coding
 */

/* Moves `len` bytes from what was received to the text. */
static void move(struct stream *stream, size_t len)
{
    char *text = realloc(stream->text, stream->len + len + 1);

    if (!text)
        abort(); /* callers may be threads, where cmocka cannot fail a test */
    stream->text = text;
    memcpy(text + stream->len, stream->raw.buf, len);
    stream->len += len;
    text[stream->len] = '\0';
    raw_take(&stream->raw, len);
}

/* Takes the line before a chunk. False when it is not whole yet, or wrong. */
static bool take_chunk_size(struct stream *stream)
{
    struct raw *raw = &stream->raw;
    size_t digits = strspn(raw->buf, "0123456789abcdefABCDEF");

    if (!strstr(raw->buf, "\r\n"))
        return false;
    if (digits == 0 || digits > 8 ||
        strncmp(raw->buf + digits, "\r\n", 2) != 0) {
        stream->end = STREAM_WRONG;
        return false;
    }
    stream->left = strtoul(raw->buf, NULL, 16);
    stream->in_chunk = true;
    stream->ends = stream->left == 0;
    raw_take(raw, digits + 2);
    return true;
}

/* Takes what has come of a chunk; behind it is an empty line. False when that
 * has not come yet, or ends the stream. */
static bool take_chunk(struct stream *stream)
{
    struct raw *raw = &stream->raw;
    size_t here = raw->len < stream->left ? raw->len : stream->left;

    move(stream, here);
    stream->left -= here;
    if (stream->left > 0 || raw->len < 2)
        return false;
    if (strncmp(raw->buf, "\r\n", 2) != 0)
        stream->end = STREAM_WRONG;
    else if (stream->ends)
        stream->end = STREAM_WHOLE;
    raw_take(raw, 2);
    stream->in_chunk = false;
    return stream->end == STREAM_OPEN;
}

static void decode(struct stream *stream)
{
    if (!stream->chunked)
        move(stream, stream->raw.len);
    else
        while (stream->in_chunk ? take_chunk(stream) : take_chunk_size(stream))
            ;
}

/* Receives something more. */
static bool more(struct stream *stream, long long deadline)
{
    if (stream->end != STREAM_OPEN)
        return false;
    size_t had = stream->len;

    decode(stream);
    if (stream->len > had || stream->end != STREAM_OPEN)
        return true;
    if (raw_fill(&stream->raw, deadline))
        return true;
    if (stream->raw.eof && !stream->chunked)
        stream->end = STREAM_WHOLE;
    else if (stream->raw.eof || stream->raw.reset)
        stream->end = STREAM_CUT;
    return false;
}

/*
 * Lines and events
 */

/* Forgets what was handed out, when that is the greater part. */
static void forget(struct stream *stream)
{
    if (stream->at == 0 || stream->at < stream->len - stream->at)
        return;
    stream->len -= stream->at;
    memmove(stream->text, stream->text + stream->at, stream->len + 1);
    stream->at = 0;
}

/* As stream_line, but what was handed out before stays where it is. */
static const char *next_line(struct stream *stream)
{
    long long deadline = now_ms() + RAW_TIMEOUT_MS;
    size_t from = stream->at; /* no line ends between `at` and here */
    char *line;
    char *end;

    while (!stream->text || !(end = strchr(stream->text + from, '\n'))) {
        from = stream->len;
        if (!more(stream, deadline))
            return NULL;
    }
    line = stream->text + stream->at;
    *end = '\0';
    stream->at = (size_t)(end + 1 - stream->text);
    return line;
}

const char *stream_line(struct stream *stream)
{
    forget(stream);
    return next_line(stream);
}

/* The value of a line "name: value"; NULL when it is another. */
static const char *value_of(const char *line, const char *name)
{
    size_t len = strlen(name);

    if (strncmp(line, name, len) != 0 || strncmp(line + len, ": ", 2) != 0)
        return NULL;
    return line + len + 2;
}

bool stream_event(struct stream *stream, struct stream_event *event)
{
    static const char *const none = "";
    const char *line;
    size_t data_at = 0; /* the text may move while it grows */

    *event = (struct stream_event){.id = -1, .data = none};
    forget(stream);
    while ((line = next_line(stream))) {
        const char *value;

        if (line[0] == '\0' && event->name[0] != '\0')
            break;
        if (line[0] == ':')
            stream->heartbeats++;
        else if ((value = value_of(line, "event")))
            (void)snprintf(event->name, sizeof event->name, "%s", value);
        else if ((value = value_of(line, "id")))
            event->id = strtoll(value, NULL, 10);
        else if ((value = value_of(line, "data")))
            data_at = (size_t)(value - stream->text);
    }
    if (line && data_at > 0)
        event->data = stream->text + data_at;
    return line;
}

void stream_expect_heartbeat(struct stream *stream)
{
    const char *line;

    do
        line = stream_line(stream);
    while (line && line[0] == '\0');
    if (!line || line[0] != ':')
        fail_msg("a heartbeat is due, which is a comment; what came is %s",
                 line ? line : "the end of the stream");
    stream->heartbeats++;
}
