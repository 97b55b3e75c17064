/*
 * tests/unit/request.h - request heads, for what common/http/http_request.h
 * says of them.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_REQUEST_H
#define TODO_TESTS_REQUEST_H

#include "common/http/http_request.h"

/* A server on loopback. */
extern const struct config request_config;

/* Text that is lent. */
struct http_text request_text(const char *word);

/* A head of one field, Host: localhost:80. */
void request_begin(struct http_request *request, const char *method,
                   const char *path);

/* A PATCH that passes. */
void request_begin_patch(struct http_request *request);

/* One more field; all fields of that name gone; one instead of them. */
void request_add(struct http_request *request, const char *name,
                 const char *value);
void request_drop(struct http_request *request, const char *name);
void request_set(struct http_request *request, const char *name,
                 const char *value);

/* What http_request_accept says of it. */
enum todo_err request_accept(struct http_request *request);

#endif
