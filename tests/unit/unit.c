#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

void *unit_alloc(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (!memory)
        fail_msg("no memory");
    return memory;
}

char *unit_copy(const void *bytes, size_t len)
{
    char *copy = unit_alloc(len);

    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

void unit_assert_buf(const struct buf *buf, const char *want)
{
    assert_false(buf->failed);
    if (buf->len != strlen(want) ||
        (buf->len > 0 && memcmp(buf->data, want, buf->len) != 0))
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
