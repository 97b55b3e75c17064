/*
 * common/todo/json_check.h - is this strict JSON? Asked before cJSON sees a
 * byte.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * cJSON accepts much that is not JSON (01, raw newlines, broken UTF-8), cuts
 * strings at U+0000 and recurses, up to 1,000 deep. This scan refuses all of it
 * first, in one pass over the bytes and without recursion.
 */
#ifndef TODO_COMMON_JSON_CHECK_H
#define TODO_COMMON_JSON_CHECK_H

#include <stddef.h>

#include "common/base/error.h"

struct cJSON;

enum {
    JSON_MAX_DEPTH = 32,   /* arrays and objects inside each other */
    JSON_MAX_MEMBERS = 64, /* members of all objects together */
    JSON_MAX_NUMBER = 63   /* characters of a number: what cJSON reads */
};

/* Checks that `text` is one JSON object (RFC 8259) in UTF-8 (RFC 3629) without
 * a byte order mark: well-formed, no lone surrogates, at most JSON_MAX_DEPTH
 * deep and JSON_MAX_MEMBERS members, no member name twice in one object when
 * unescaped. Every \u0000 is rewritten in place to \u0001: both break the same
 * rules, but only the second survives in a C string.
 * TODO_ERR_JSON, with problem->detail saying what is wrong. */
enum todo_err json_check(char *text, size_t len, struct problem *problem);

/* Checks the text likewise, and then has it parsed by cJSON. Gives: free with
 * cJSON_Delete. TODO_ERR_JSON, as above; TODO_ERR_NO_MEMORY. */
enum todo_err json_parse(char *text, size_t len, struct problem *problem,
                         struct cJSON **object);

#endif
