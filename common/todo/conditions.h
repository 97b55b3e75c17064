/*
 * common/todo/conditions.h - may a request go ahead, given the version of its
 * todo?
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; conditions are a value.
 */
#ifndef TODO_COMMON_CONDITIONS_H
#define TODO_COMMON_CONDITIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

enum { CONDITIONS_MAX_TAGS = 16 };

/* What If-Match and If-None-Match ask of one todo (RFC 9110 section 13). */
struct conditions {
    bool has_match;      /* If-Match was sent */
    bool match_any;      /* … and is * */
    bool none_match_any; /* If-None-Match is * */
    int match_count;     /* versions of this todo that If-Match names */
    int none_match_count;
    int64_t match[CONDITIONS_MAX_TAGS];
    int64_t none_match[CONDITIONS_MAX_TAGS];
};

/* Whether a write to this todo may go ahead: TODO_OK or TODO_ERR_PRECONDITION.
 * If-Match compares strongly: with what is kept, not with what is meant. */
enum todo_err conditions_check(const struct conditions *conditions,
                               int64_t version);

/* Whether a read can be answered by 304: If-None-Match names this version. */
bool conditions_unmodified(const struct conditions *conditions,
                           int64_t version);

#endif
