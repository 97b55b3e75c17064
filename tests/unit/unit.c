#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

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

static int blocks_left;
static int blocks_alive;

static void *scarce_malloc(size_t size)
{
    if (blocks_left == 0)
        return NULL;
    blocks_left--;
    blocks_alive++;
    return malloc(size);
}

static void counting_free(void *block)
{
    if (block)
        blocks_alive--;
    free(block);
}

void unit_scarce_json(int blocks)
{
    cJSON_Hooks hooks = {scarce_malloc, counting_free};

    blocks_left = blocks;
    blocks_alive = 0;
    cJSON_InitHooks(&hooks);
}

void unit_plenty_json(void)
{
    cJSON_InitHooks(NULL);
}

int unit_json_blocks(void)
{
    return blocks_alive;
}
