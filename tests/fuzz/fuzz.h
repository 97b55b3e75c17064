/*
 * tests/fuzz/fuzz.h - what the fuzz targets share.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing after a return.
 */
#ifndef TODO_TESTS_FUZZ_H
#define TODO_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

/* What a target defines. libFuzzer calls it with inputs it makes up, replay.c
 * with the files of a corpus. It returns 0, or ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with a line on stderr when the promise is broken. Not
 * assert(3): a release build must keep it. */
void fuzz_must(bool kept, const char *promise);

/* A copy that may be written to, with nothing behind its last byte. Gives: free
 * with free(3). */
char *fuzz_copy(const uint8_t *data, size_t size);

/* Does json_check accept these bytes? They are left alone. */
bool fuzz_is_strict_json(const uint8_t *data, size_t size);

/* The faults of a problem are members of a JSON array, `count` of them. */
void fuzz_must_be_faults(const struct buf *faults, size_t count);

#endif
