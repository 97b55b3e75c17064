#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

char *unit_copy(const void *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);

    assert_true(copy != NULL);
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

void unit_assert_buf(const struct buf *buf, const char *want)
{
    assert_false(buf->failed);
    if (buf->len != strlen(want) || memcmp(buf->data, want, buf->len) != 0)
        fail_msg("got  %.*s\nwant %s", (int)buf->len,
                 buf->data ? buf->data : "", want);
}

bool unit_buf_has(const struct buf *buf, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i + len <= buf->len; i++)
        if (memcmp(buf->data + i, text, len) == 0)
            return true;
    return false;
}
