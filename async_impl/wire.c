/*
 * async_impl/wire.c - llhttp's callbacks gather a head and a body.
 *
 * llhttp sets no limit on anything, so everything is counted here. It stops
 * (HPE_PAUSED) when a head or a request is whole: what is to be done then is
 * not its business.
 */
#include "wire.h"

#include <string.h>

static struct wire *wire_of(llhttp_t *parser)
{
    return parser->data;
}

static int refuse(struct wire *wire, enum todo_err err, const char *detail)
{
    wire->err = err;
    wire->detail = detail;
    return HPE_USER;
}

static int keep(struct wire *wire, const char *at, size_t len)
{
    if (wire->head.len + len > HTTP_PARSER_HEAD)
        return refuse(wire, TODO_ERR_HEAD_TOO_LARGE, NULL);
    buf_put(&wire->head, at, len);
    return wire->head.failed ? refuse(wire, TODO_ERR_INTERNAL, NULL) : HPE_OK;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct wire *wire = wire_of(parser);

    if (!http_is_method(llhttp_method_name((llhttp_method_t)parser->method)))
        return refuse(wire, TODO_ERR_MALFORMED, NULL);
    wire->target_len += len;
    return keep(wire, at, len);
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    struct wire *wire = wire_of(parser);

    if (wire->head_done) /* of a trailer */
        return refuse(wire, TODO_ERR_MALFORMED, http_bad_body);
    if (wire->in_value || wire->field_count == 0) {
        wire->in_value = false;
        if (wire->field_count++ < HTTP_MAX_FIELDS)
            wire->marks[wire->field_count - 1].name = (uint32_t)wire->head.len;
    }
    return keep(wire, at, len);
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    struct wire *wire = wire_of(parser);
    bool begins = !wire->in_value;
    int rc;

    if (wire->head_done) /* of a trailer: its name was refused */
        return HPE_USER;
    if (begins && wire->field_count <= HTTP_MAX_FIELDS)
        wire->marks[wire->field_count - 1].value = (uint32_t)wire->head.len;
    wire->in_value = true;
    rc = keep(wire, at, len);
    if (wire->field_count <= HTTP_MAX_FIELDS)
        wire->marks[wire->field_count - 1].end = (uint32_t)wire->head.len;
    return rc;
}

static int on_headers_complete(llhttp_t *parser)
{
    struct wire *wire = wire_of(parser);

    wire->head_done = true;
    if (!(parser->flags & F_CHUNKED) && parser->content_length == 0)
        return HPE_OK; /* the whole request: on_message_complete is next */
    wire->event = WIRE_HEAD;
    return HPE_PAUSED;
}

static int on_chunk_extension(llhttp_t *parser, const char *at, size_t len)
{
    (void)at;
    (void)len;
    return refuse(wire_of(parser), TODO_ERR_MALFORMED, http_bad_body);
}

/* A chunk says its size first: one that is too large is not waited for. */
static int on_chunk_header(llhttp_t *parser)
{
    struct wire *wire = wire_of(parser);

    return parser->content_length > HTTP_MAX_BODY - wire->body.len
               ? refuse(wire, TODO_ERR_BODY_TOO_LARGE, NULL)
               : HPE_OK;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct wire *wire = wire_of(parser);

    if (wire->body.len + len > HTTP_MAX_BODY)
        return refuse(wire, TODO_ERR_BODY_TOO_LARGE, NULL);
    buf_put(&wire->body, at, len);
    return wire->body.failed ? refuse(wire, TODO_ERR_INTERNAL, NULL) : HPE_OK;
}

static int on_message_complete(llhttp_t *parser)
{
    wire_of(parser)->event = WIRE_DONE;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_header_field,
    .on_header_value = on_header_value,
    .on_headers_complete = on_headers_complete,
    .on_chunk_extension_name = on_chunk_extension,
    .on_chunk_header = on_chunk_header,
    .on_body = on_body,
    .on_message_complete = on_message_complete,
};

void wire_init(struct wire *wire) /* LOOP */
{
    *wire = (struct wire){0};
    llhttp_init(&wire->parser, HTTP_REQUEST, &settings);
    wire->parser.data = wire;
}

void wire_release(struct wire *wire) /* LOOP */
{
    buf_release(&wire->head);
    buf_wipe(&wire->body);
}

static bool is_about_framing(llhttp_errno_t result)
{
    return result == HPE_INVALID_CONTENT_LENGTH ||
           result == HPE_UNEXPECTED_CONTENT_LENGTH ||
           result == HPE_INVALID_TRANSFER_ENCODING;
}

/* llhttp gave up by itself. If that was for how the body is framed, it is said
 * in the words of the rules, as the other server says it. Not so for other
 * reasons: how much llhttp tells of a broken field depends on how the bytes
 * were cut. */
static void explain(struct wire *wire, llhttp_errno_t result)
{
    struct http_meaning meaning = {0};
    struct problem problem = {0};
    struct http_head head;

    wire->err = result == HPE_INVALID_VERSION ? TODO_ERR_HTTP_VERSION
                                              : TODO_ERR_MALFORMED;
    if (is_about_framing(result)) {
        wire_head(wire, &head);
        if (http_rules_framing(&head, &meaning, &problem))
            wire->detail = problem.detail;
        else if (meaning.content_length > HTTP_MAX_BODY)
            wire->err = TODO_ERR_BODY_TOO_LARGE;
        else if (result == HPE_INVALID_CONTENT_LENGTH)
            wire->detail = http_bad_length;
    } else if (wire->head_done) {
        wire->detail = http_bad_body;
    }
}

/* llhttp takes a bare LF for the end of the head, a line that begins with a
 * blank for the rest of the line before, any number of blanks between the words
 * of the first line, and any number of empty lines before it, of which one is
 * allowed (RFC 9112 section 2.2). Others read the same bytes otherwise, so we
 * refuse them. */
static bool is_clean(const struct wire *wire, char c)
{
    if ((c == '\n') != (wire->last == '\r'))
        return false;
    if (c == '\t') /* allowed around a value, but civetweb takes none */
        return false;
    if (c == '\n' && !wire->begun && wire->line_len > 0)
        return wire->word == 'H'; /* of HTTP/; there are RTSP/ and ICE/, too */
    if (wire->line_len > 0)
        return wire->begun || c != ' ' || wire->last != ' ';
    return wire->begun ? c != ' ' : c != '\n' || !wire->empty_line;
}

/* llhttp takes a bare LF for the end of the chunks, too. */
static bool ends_cleanly(const struct wire *wire, const char *bytes, size_t len)
{
    if (!(wire->parser.flags & F_CHUNKED))
        return true;
    return len > 1 ? bytes[len - 2] == '\r' : wire->last == '\r';
}

/* Gives how many of the bytes are no head, or a clean one. */
static size_t clean_len(struct wire *wire, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && !wire->lines_done; i++) {
        char c = bytes[i];

        if (!is_clean(wire, c))
            return i;
        if (c == '\n') {
            wire->lines_done = wire->begun && wire->line_len == 0;
            wire->begun = wire->begun || wire->line_len > 0;
            wire->empty_line = !wire->begun;
            wire->line_len = 0;
        } else if (c != '\r') {
            wire->line_len++;
        }
        if (wire->last == ' ')
            wire->word = c;
        wire->last = c;
    }
    return len;
}

enum wire_event wire_feed(struct wire *wire, const char *bytes, size_t len,
                          size_t *taken) /* LOOP */
{
    size_t clean = clean_len(wire, bytes, len);
    llhttp_errno_t result;

    if (wire->event == WIRE_HEAD)
        llhttp_resume(&wire->parser);
    wire->event = WIRE_MORE;
    result = llhttp_execute(&wire->parser, bytes, clean);
    *taken = result == HPE_OK
                 ? clean
                 : (size_t)(llhttp_get_error_pos(&wire->parser) - bytes);
    if (result == HPE_OK && clean < len)
        result = HPE_USER;
    if (wire->event == WIRE_DONE && !ends_cleanly(wire, bytes, *taken))
        result = HPE_USER;
    if (wire->lines_done && *taken > 0)
        wire->last = bytes[*taken - 1];
    if (result != HPE_OK && result != HPE_PAUSED) {
        wire->event = WIRE_BAD;
        if (!wire->err)
            explain(wire, result);
    }
    return wire->event;
}

/* What did not fit is not there, though it was counted. */
static struct http_text part(const struct wire *wire, size_t from, size_t to)
{
    if (to > wire->head.len)
        to = wire->head.len;
    if (to <= from)
        return (struct http_text){"", 0};
    return http_text_trim(
        (struct http_text){wire->head.data + from, to - from});
}

void wire_head(const struct wire *wire, struct http_head *head) /* LOOP */
{
    struct http_text target = part(wire, 0, wire->target_len);
    const char *mark = target.len ? memchr(target.at, '?', target.len) : NULL;

    head->method = llhttp_method_name((llhttp_method_t)wire->parser.method);
    head->path = target;
    head->query = (struct http_text){0};
    if (mark) {
        head->path.len = (size_t)(mark - target.at);
        head->query.at = mark + 1;
        head->query.len = target.len - head->path.len - 1;
    }
    head->major = wire->parser.http_major;
    head->minor = wire->parser.http_minor;
    head->broken = false; /* that was refused when it came */
    head->field_count = wire->field_count;
    for (size_t i = 0; i < wire->field_count && i < HTTP_MAX_FIELDS; i++) {
        uint32_t value = wire->marks[i].value;
        /* A field that the parser gave up on may have no value yet. */
        size_t name_end = value ? value : wire->head.len;

        head->fields[i].name = part(wire, wire->marks[i].name, name_end);
        head->fields[i].value = part(wire, name_end, wire->marks[i].end);
    }
}
