#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/utf8.h"
#include "common/todo/json_check.h"

void fuzz_must(bool kept, const char *promise)
{
    if (kept)
        return;
    (void)fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

char *fuzz_copy(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1);

    if (!copy)
        abort();
    if (size > 0)
        memcpy(copy, data, size);
    return copy;
}

bool fuzz_is_strict_json(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct problem problem = {0};
    bool strict = json_check(text, size, &problem) == TODO_OK;

    free(text);
    return strict;
}

static bool is_utf8(const char *text, size_t len)
{
    uint32_t point;

    while (len > 0) {
        size_t n = utf8_decode(text, len, &point);

        if (n == 0)
            return false;
        text += n;
        len -= n;
    }
    return true;
}

void fuzz_must_be_faults(const struct buf *faults, size_t count)
{
    struct buf array = {0};
    cJSON *json;

    buf_puts(&array, "[");
    buf_put(&array, faults->data, faults->len);
    buf_puts(&array, "]");
    fuzz_must(!faults->failed && !array.failed, "there is memory");
    fuzz_must(is_utf8(array.data, array.len), "faults are UTF-8");
    json = cJSON_ParseWithLength(array.data, array.len);
    fuzz_must(cJSON_IsArray(json), "faults are JSON");
    fuzz_must((size_t)cJSON_GetArraySize(json) == count, "faults are counted");
    cJSON_Delete(json);
    buf_release(&array);
}
