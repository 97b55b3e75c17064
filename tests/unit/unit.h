/*
 * tests/unit/unit.h - what several unit tests need.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing after a return.
 */
#ifndef TODO_TESTS_UNIT_H
#define TODO_TESTS_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "tests/cmocka_all.h"

/* Memory, or the running test fails. Gives: free with free(3). */
void *unit_alloc(size_t size);

/* A copy with nothing behind its last byte, so that AddressSanitizer sees code
 * that reads on. Gives: free with free(3). */
char *unit_copy(const void *bytes, size_t len);

/* The running test fails unless the buffer is whole and holds this text. */
void unit_assert_buf(const struct buf *buf, const char *want);

/* From now on cJSON gets so many blocks of memory, and then none; until the
 * other one is called. */
void unit_scarce_json(int blocks);
void unit_plenty_json(void);

/* How many blocks cJSON has that it got while they were scarce. */
int unit_json_blocks(void);

/* True when `text` stands somewhere in the buffer. */
bool unit_buf_has(const struct buf *buf, const char *text);

#endif
