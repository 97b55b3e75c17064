/*
 * tests/fuzz/fuzz_wire.c - bytes as a connection of todo-async brings them.
 *
 * The first line of an input says in which pieces the rest arrives: each of its
 * bytes is a length, '1' for one byte, '2' for two and so on, again and again.
 * Whatever the pieces, the same bytes make the same requests: what was read is
 * compared with what is read when all arrives at once. A chunked body is judged
 * by todo-sync in its own way (common/http/http_chunks.h), and both must agree
 * on it.
 */
#include <stdlib.h>
#include <string.h>

#include "async_impl/wire.h"
#include "common/http/http_chunks.h"
#include "common/http/http_request.h"
#include "tests/fuzz/fuzz.h"

/* It serves what most of the corpus names as Host. */
static const struct config config = {.program = "fuzz",
                                     .host = "127.0.0.1",
                                     .port = 80,
                                     .allowed_hosts = "h,.h.example"};

/* A connection, and all that was understood of it. */
struct talk {
    struct wire wire;
    bool reading;  /* a request has begun */
    bool accepted; /* its head has passed */
    bool stays;    /* another may follow it */
    bool over;     /* nothing more is read */
    bool chunked;  /* the body under way is, and is judged twice */
    struct http_chunks chunks;
    struct buf told;
};

static void tell_text(struct talk *talk, const char *name,
                      struct http_text text)
{
    buf_printf(&talk->told, "%s %zu ", name, text.len);
    buf_put(&talk->told, text.at, text.len);
    buf_puts(&talk->told, "\n");
}

static void tell_head(struct talk *talk, const struct http_head *head)
{
    fuzz_must(head->method != NULL, "a head has a method");
    buf_printf(&talk->told, "%s %d.%d, %zu fields\n", head->method, head->major,
               head->minor, head->field_count);
    tell_text(talk, "path", head->path);
    tell_text(talk, head->query.at ? "query" : "no query", head->query);
    for (size_t i = 0; i < head->field_count && i < HTTP_MAX_FIELDS; i++) {
        tell_text(talk, "name", head->fields[i].name);
        tell_text(talk, "value", head->fields[i].value);
    }
}

/* A head is whole: it is judged as the server judges it. */
static void judge(struct talk *talk)
{
    struct http_request request = {0};
    struct reply reply = {0};
    enum todo_err err;

    wire_head(&talk->wire, &request.head);
    tell_head(talk, &request.head);
    err = http_request_accept(&request, &config, &reply);
    fuzz_must_be_faults(&reply.problem.faults, reply.problem.fault_count);
    buf_printf(&talk->told, "verdict %d, stays %d\n", (int)err,
               reply.keep_alive);
    fuzz_must(!err || !http_request_has_body(&request) || !reply.keep_alive,
              "no body is left behind on a connection that stays");
    fuzz_must(err || request.meaning.chunked ==
                         ((talk->wire.parser.flags & F_CHUNKED) != 0),
              "rules and parser agree whether a body is chunked");
    talk->accepted = !err;
    talk->chunked = !err && request.meaning.chunked;
    talk->chunks = (struct http_chunks){0};
    talk->stays = reply.keep_alive;
    reply_release(&reply);
}

static void end_request(struct talk *talk)
{
    if (!talk->accepted)
        judge(talk);
    tell_text(talk, "body",
              (struct http_text){talk->wire.body.data, talk->wire.body.len});
    wire_release(&talk->wire);
    talk->reading = talk->accepted = false;
    talk->over = !talk->stays;
}

/* What llhttp made of these bytes of a body, the other reader must make of
 * them. It may refuse a body a few bytes sooner. */
static void judge_chunks(struct talk *talk, const char *bytes, size_t len,
                         enum wire_event event, size_t taken)
{
    const struct http_chunks *chunks = &talk->chunks;
    size_t also = http_chunks_feed(&talk->chunks, bytes, len);

    fuzz_must((event == WIRE_DONE) == http_chunks_are_whole(chunks),
              "to both a body is whole, or to none");
    fuzz_must(event != WIRE_DONE ||
                  (taken == also && talk->wire.body.len == chunks->body_len),
              "to both a body ends at the same byte");
    fuzz_must(event != WIRE_BAD || chunks->err == talk->wire.err,
              "both refuse a body, and for the same reason");
}

/* Reads on; gives how many bytes it took. */
static size_t feed(struct talk *talk, const char *bytes, size_t len)
{
    size_t taken = len + 1;
    enum wire_event event;

    if (!talk->reading)
        wire_init(&talk->wire);
    talk->reading = true;
    event = wire_feed(&talk->wire, bytes, len, &taken);
    if (talk->accepted && talk->chunked)
        judge_chunks(talk, bytes, len, event, taken);
    fuzz_must(taken <= len, "no more is taken than there is");
    fuzz_must(event != WIRE_MORE || taken == len, "more: all is taken");
    fuzz_must(event != WIRE_HEAD || taken > 0, "a head has bytes");
    fuzz_must(talk->wire.head.len <= HTTP_PARSER_HEAD, "a head has a ceiling");
    fuzz_must(talk->wire.body.len <= HTTP_MAX_BODY, "a body has a ceiling");
    switch (event) {
    case WIRE_MORE:
        break;
    case WIRE_HEAD:
        judge(talk);
        talk->over = !talk->accepted;
        break;
    case WIRE_DONE:
        end_request(talk);
        break;
    case WIRE_BAD: /* also of a head that was refused there is one to see */
        wire_head(&talk->wire, &(struct http_head){0});
        fuzz_must(talk->wire.err != TODO_OK, "what is bad has a reason");
        buf_printf(&talk->told, "bad: %d, %s\n", (int)talk->wire.err,
                   talk->wire.detail ? talk->wire.detail : "no detail");
        talk->over = true;
        break;
    }
    return taken;
}

static void arrive(struct talk *talk, const char *bytes, size_t len)
{
    int idle = 0;

    while (len > 0 && !talk->over) {
        size_t taken = feed(talk, bytes, len);

        idle = taken > 0 ? 0 : idle + 1;
        fuzz_must(idle < 2, "bytes are taken sooner or later");
        bytes += taken;
        len -= taken;
    }
}

/* No byte more will come. What was begun is told as far as it came. */
static void finish(struct talk *talk)
{
    if (talk->reading)
        buf_printf(&talk->told, "unfinished: head %d, body %zu\n",
                   talk->wire.head_done, talk->wire.body.len);
    fuzz_must(!talk->told.failed, "there is memory");
    wire_release(&talk->wire);
}

static void arrive_in_pieces(struct talk *talk, const uint8_t *pieces,
                             size_t count, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; len > 0 && count > 0; i = (i + 1) % count) {
        size_t piece = (uint8_t)(pieces[i] - '1') + 1U;
        char *copy;

        if (piece > len)
            piece = len;
        copy = fuzz_copy(bytes, piece); /* gone before the next one comes */
        arrive(talk, copy, piece);
        free(copy);
        bytes += piece;
        len -= piece;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line_end = size > 0 ? memchr(data, '\n', size) : NULL;
    struct talk whole = {0}, split = {0};
    const uint8_t *bytes;
    size_t len;
    char *copy;

    if (!line_end || line_end == data)
        return 0;
    bytes = line_end + 1;
    len = size - (size_t)(bytes - data);
    copy = fuzz_copy(bytes, len);
    arrive(&whole, copy, len);
    finish(&whole);
    free(copy);
    arrive_in_pieces(&split, data, (size_t)(line_end - data), bytes, len);
    finish(&split);
    fuzz_must(
        whole.told.len == split.told.len &&
            (whole.told.len == 0 ||
             memcmp(whole.told.data, split.told.data, whole.told.len) == 0),
        "pieces make no difference");
    buf_release(&whole.told);
    buf_release(&split.told);
    return 0;
}
