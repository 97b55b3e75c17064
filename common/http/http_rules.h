/*
 * common/http/http_rules.h - may this request head pass? One verdict, two
 * servers.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * civetweb and llhttp read the same bytes differently where HTTP is abused: one
 * takes the first of two Content-Lengths, the other refuses. So neither is
 * asked. Each server hands over the plain list of fields, and is told here how
 * the body is framed, whether the connection may stay, and what is refused.
 */
#ifndef TODO_COMMON_HTTP_RULES_H
#define TODO_COMMON_HTTP_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

enum {
    HTTP_MAX_HEAD = 16 * 1024,   /* bytes of request line and fields */
    HTTP_MAX_TARGET = 8 * 1024,  /* bytes of the request target */
    HTTP_MAX_FIELDS = 64,        /* as many or more are refused */
    HTTP_MAX_BODY = 64 * 1024,   /* bytes of the body, chunked coding removed */
    HTTP_MAX_HOST = 255,         /* bytes of the Host field */
    HTTP_PARSER_HEAD = 32 * 1024 /* where the parsers themselves give up */
};

struct http_text {
    const char *at; /* not NUL-terminated; not NULL, even when len is 0 */
    size_t len;
};

struct http_field {
    struct http_text name;
    struct http_text value; /* without white space around it */
};

/* A head as the parser of either server read it. Borrowed text. */
struct http_head {
    const char *method;     /* NUL-terminated */
    struct http_text path;  /* the target up to '?' */
    struct http_text query; /* what follows '?'; at is NULL without '?' */
    int major, minor;       /* HTTP version */
    bool broken;            /* what the parser passed over makes it malformed */
    size_t field_count;     /* all that came, also those not kept in `fields` */
    struct http_field fields[HTTP_MAX_FIELDS];
};

/* What an acceptable head means. */
struct http_meaning {
    bool keep_alive; /* the connection may stay after the answer */
    bool has_length; /* Content-Length was sent */
    bool chunked;    /* Transfer-Encoding: chunked */
    uint64_t content_length;
    struct http_text host; /* len 0: HTTP/1.0 without Host */
};

/* What is said of a head that was late, and of a length or a body that a parser
 * gave up on: the same words, whichever server noticed it. */
extern const char http_late_head[], http_bad_length[], http_bad_body[];

/* Judges a head: framing, size, target, Host, in this order. Sources: RFC 9112
 * sections 2.3, 3.2, 6 and 7; RFC 9110 section 7.2.
 * TODO_ERR_MALFORMED, TODO_ERR_HTTP_VERSION, TODO_ERR_HEAD_TOO_LARGE,
 * TODO_ERR_TARGET_TOO_LONG, TODO_ERR_HOST; problem->detail says why. */
enum todo_err http_rules_check(const struct http_head *head,
                               struct http_meaning *meaning,
                               struct problem *problem);

/* The first part of it: where does the body end? For a head that a parser gave
 * up on because of that, to say it in the same words.
 * TODO_ERR_MALFORMED. */
enum todo_err http_rules_framing(const struct http_head *head,
                                 struct http_meaning *meaning,
                                 struct problem *problem);

/* Whether it is a method that we know of. civetweb and llhttp each know some
 * that the other one does not, and each version more; to both servers, methods
 * beyond these are malformed. A known one may still be 405. */
bool http_is_method(const char *method);

/* The value of the first field of that name (ASCII case ignored); NULL when
 * there is none. */
const struct http_text *http_head_field(const struct http_head *head,
                                        const char *name);

/* How many fields bear that name. */
size_t http_head_count(const struct http_head *head, const char *name);

/* The text without blanks around it (RFC 9110 section 5.6.3, OWS). */
struct http_text http_text_trim(struct http_text text);

/* Whether the text equals the word, ASCII case ignored. */
bool http_text_is(struct http_text text, const char *word);

/* Cuts the next element off a comma-separated list (RFC 9110 section 5.6.1),
 * without the white space around it. Commas inside quotes do not separate.
 * Returns false when nothing is left. */
bool http_list_next(struct http_text *list, struct http_text *element);

#endif
