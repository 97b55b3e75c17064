/*
 * tests/hostile/requests.h - parts of requests whose framing is at stake.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_HOSTILE_REQUESTS_H
#define TODO_TESTS_HOSTILE_REQUESTS_H

#define POST                                                                   \
    "POST /todos HTTP/1.1\r\nHost: localhost\r\n"                              \
    "Content-Type: application/json\r\n"
#define GET     "GET /healthz HTTP/1.1\r\n"
#define HOST    "Host: localhost\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define END     "\r\n"
#define BODY    "{\"title\":\"smuggled\"}" /* 20 = 0x14 bytes */
#define CHUNK   "14\r\n" BODY "\r\n"
#define LAST    "0\r\n\r\n"
#define HIDDEN  "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"

#endif
