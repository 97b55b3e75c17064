/*
 * common/todo/conditions.c - versions that a request names, against the one
 * there is.
 */
#include "common/todo/conditions.h"

static bool is_among(const int64_t *versions, int count, int64_t version)
{
    for (int i = 0; i < count; i++)
        if (versions[i] == version)
            return true;
    return false;
}

enum todo_err conditions_check(const struct conditions *conditions,
                               int64_t version)
{
    if (conditions->has_match && !conditions->match_any &&
        !is_among(conditions->match, conditions->match_count, version))
        return TODO_ERR_PRECONDITION;
    if (conditions_unmodified(conditions, version))
        return TODO_ERR_PRECONDITION;
    return TODO_OK;
}

bool conditions_unmodified(const struct conditions *conditions, int64_t version)
{
    return conditions->none_match_any ||
           is_among(conditions->none_match, conditions->none_match_count,
                    version);
}
