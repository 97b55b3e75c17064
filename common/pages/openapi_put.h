/*
 * common/pages/openapi_put.h - writes JSON that can be read in the source.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_OPENAPI_PUT_H
#define TODO_COMMON_OPENAPI_PUT_H

#include "common/base/buf.h"

/* Appends the format with three changes. Each ' becomes ", so that C needs no
 * backslashes. A comma right before } or ] is dropped, so that every member and
 * element may end with one. %s is a JSON string with its quotes; %d is an int.
 * Nothing else is known after a percent sign. */
void openapi_put(struct buf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
