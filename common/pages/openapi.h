/*
 * common/pages/openapi.h - the API as an OpenAPI 3.1 document.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_OPENAPI_H
#define TODO_COMMON_OPENAPI_H

#include <stdbool.h>

#include "common/base/buf.h"

/* Appends the document. It is made of the tables that the servers run on
 * (routes, todo_fields, list_sort_names, error_info), so it says what they do;
 * and nothing in it depends on the server, its port or the time. `public_url`
 * is what our URLs begin with, or NULL when that differs from client to client.
 */
void openapi_write(const char *public_url, bool auth, struct buf *out);

/* Appends the members of components/schemas; URLs in examples begin with
 * `base`. Used by openapi_write. */
void openapi_write_schemas(const char *base, struct buf *out);

#endif
