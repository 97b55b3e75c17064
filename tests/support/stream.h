/*
 * tests/support/stream.h - reads an answer that comes in pieces: events, lines.
 * Threads: its owner's.
 * Blocks:  until the next line, at most RAW_TIMEOUT_MS.
 * Owns:    the connection, and the text that came and is not yet asked for.
 *
 * It reads the chunked coding strictly, and a body that lasts until the server
 * closes. What it hands out ends where the next call begins.
 */
#ifndef TODO_TESTS_STREAM_H
#define TODO_TESTS_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support/raw.h"

enum { STREAM_NAME_SIZE = 32 };

enum stream_end {
    STREAM_OPEN,  /* more may come */
    STREAM_WHOLE, /* the last chunk, or EOF where that is the end */
    STREAM_CUT,   /* EOF or reset in the middle */
    STREAM_WRONG  /* it breaks its own coding */
};

struct stream {
    struct raw raw;
    struct raw_answer answer; /* its head; for an error, its body too */
    bool chunked;
    bool in_chunk; /* a chunk has begun, of which `left` bytes are to come */
    size_t left;
    bool ends; /* it is the empty one */
    enum stream_end end;
    char *text;     /* decoded, always ends in NUL */
    size_t len;     /* of it */
    size_t at;      /* up to here it has been handed out */
    int heartbeats; /* comments passed over by stream_event */
};

/* One event of text/event-stream. `data` is lent until the next call. */
struct stream_event {
    char name[STREAM_NAME_SIZE];
    long long id; /* -1 when it has none */
    const char *data;
};

/* Connects, sends `GET path` with these lines in its head ("" or "Name:
 * value\r\n"), and reads the head. Gives the status, 0 when none came. Close
 * what it opened whatever it gives. */
int stream_open(struct stream *stream, int port, const char *path,
                const char *fields);

/* The same on a connection on which the request has been sent. */
int stream_begin(struct stream *stream);

/* Opens /todos/events, behind the change `last_id` unless that is -1. */
int stream_open_events(struct stream *stream, int port, long long last_id);

/* The next line without its newline, lent; NULL when none came. */
const char *stream_line(struct stream *stream);

/* The next event; comments before it are counted. False when none came. */
bool stream_event(struct stream *stream, struct stream_event *event);

/* The next comment has come; events before it fail the running test. */
void stream_expect_heartbeat(struct stream *stream);

/* Closes by FIN. Accepts {0} and twice. */
void stream_close(struct stream *stream);

#endif
