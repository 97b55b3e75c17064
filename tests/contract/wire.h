/*
 * tests/contract/wire.h - cases that write each byte of a request themselves.
 * Threads: the main one.
 * Blocks:  until the answer.
 * Owns:    nothing; the api owns it.
 *
 * Where the server needs a token, one byte string is added: behind each request
 * line of what a case sends, if the target is one that needs it, comes the
 * field Authorization.
 */
#ifndef TODO_CONTRACT_WIRE_H
#define TODO_CONTRACT_WIRE_H

#include <stddef.h>

#include "api.h"

/* What most heads hold, and a body of 16 bytes. Every server on loopback serves
 * this host: contract_hosts.c. */
#define HOST       "Host: localhost\r\n"
#define JSON       "Content-Type: application/json\r\n"
#define LENGTH(n)  "Content-Length: " #n "\r\n"
#define CHUNKED    "Transfer-Encoding: chunked\r\n"
#define MILK       "{\"title\":\"milk\"}"
#define KIB        ((size_t)1024)
#define POST_TODOS "POST /todos HTTP/1.1\r\n" HOST JSON

/* Opens a connection and sends the bytes on it. */
void wire_open(struct api *api, const char *text);
void wire_open_bytes(struct api *api, const void *bytes, size_t len);

/* Sends more; what the server has closed does not take it, which is fine. */
void wire_send(struct api *api, const char *text);

/* Sends more, a byte at a time. The case fails when the server reads no more.
 */
void wire_dribble(struct api *api, const char *text);

/* Reads the next answer; `method` is that of its request. */
const struct answer *wire_next(struct api *api, const char *method);

/* Opens, sends, reads one answer. */
const struct answer *wire_ask(struct api *api, const char *text);

/* As wire_ask, with a head of this request line, HOST and further fields. */
const struct answer *wire_ask_line(struct api *api, const char *method,
                                   const char *target, const char *fields);

/* Opens, sends, and reads a head: what comes behind it is read from
 * api->stream, while other requests are sent by other connections. */
const struct answer *wire_stream(struct api *api, const char *request);

/* After the newest answer the server closes and sends nothing more. */
void wire_expect_end(struct api *api);

/* The newest answer has no body: what is sent next is the answer to a further
 * request, or the end. libcurl would hide a body where none may be. */
void wire_expect_no_body(struct api *api);

/* HEAD of the target answers as GET does, without the body. */
void wire_expect_head_as_get(struct api *api, const char *target);

/* Opens, sends the text and a whole GET behind it: the first answer is a
 * problem with this status and says Connection: close, and no other follows.*/
void wire_expect_closing(struct api *api, const char *text, int status);

/* As the HTTP library likes: any 4xx, 505, or a close without an answer. The
 * server answers the next client. */
void wire_expect_refusal(struct api *api, const char *text);
void wire_expect_refusal_bytes(struct api *api, const void *bytes, size_t len);

/* The same, or 200. */
void wire_expect_served_or_refused(struct api *api, const char *text);

/* `count` times the letter a, in one static buffer of 128 KiB. */
const char *letters(size_t count);

#endif
