/*
 * common/http/http_chunks.c - one step for each byte, but for those of the
 * data.
 */
#include "common/http/http_chunks.h"

#include "common/http/http_rules.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* A digit of a size, or behind at least one of them the end of the line. */
static enum todo_err read_size(struct http_chunks *chunks, char c)
{
    int digit = hex_value(c);

    if (digit >= 0) {
        if (chunks->left > UINT64_MAX >> 4)
            return TODO_ERR_MALFORMED; /* it would wrap around */
        chunks->left = chunks->left << 4 | (unsigned int)digit;
        chunks->next = CHUNKS_SIZE_MORE;
        return TODO_OK;
    }
    if (c != '\r' || chunks->next == CHUNKS_SIZE)
        return TODO_ERR_MALFORMED;
    chunks->next = CHUNKS_SIZE_LF;
    return TODO_OK;
}

/* A size is known. 0 is that of the last chunk, which has no data. */
static enum todo_err begin_chunk(struct http_chunks *chunks)
{
    if (chunks->left > HTTP_MAX_BODY - chunks->body_len)
        return TODO_ERR_BODY_TOO_LARGE;
    chunks->body_len += (size_t)chunks->left;
    chunks->next = chunks->left > 0 ? CHUNKS_DATA : CHUNKS_LAST_CR;
    return TODO_OK;
}

/* A byte that says where something ends. */
static enum todo_err read_mark(struct http_chunks *chunks, char c)
{
    bool is_cr =
        chunks->next == CHUNKS_DATA_CR || chunks->next == CHUNKS_LAST_CR;

    if (chunks->next == CHUNKS_SIZE || chunks->next == CHUNKS_SIZE_MORE)
        return read_size(chunks, c);
    if (c != (is_cr ? '\r' : '\n'))
        return TODO_ERR_MALFORMED;
    if (chunks->next == CHUNKS_SIZE_LF)
        return begin_chunk(chunks);
    if (chunks->next == CHUNKS_DATA_LF)
        chunks->next = CHUNKS_SIZE; /* left is 0 again */
    else
        chunks->next++; /* from CR to LF, and from the last LF to nothing */
    return TODO_OK;
}

size_t http_chunks_feed(struct http_chunks *chunks, const char *bytes,
                        size_t len)
{
    size_t i = 0;

    while (i < len && !chunks->err && chunks->next != CHUNKS_NOTHING) {
        if (chunks->next == CHUNKS_DATA) {
            size_t part = len - i < chunks->left ? len - i : chunks->left;

            i += part;
            chunks->left -= part;
            if (chunks->left == 0)
                chunks->next = CHUNKS_DATA_CR;
        } else {
            chunks->err = read_mark(chunks, bytes[i]);
            i += !chunks->err;
        }
    }
    return i;
}

bool http_chunks_are_whole(const struct http_chunks *chunks)
{
    return !chunks->err && chunks->next == CHUNKS_NOTHING;
}
