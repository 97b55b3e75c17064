/*
 * common/base/utf8.h - UTF-8 as RFC 3629 has it: no overlong forms, no
 * surrogates.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_COMMON_UTF8_H
#define TODO_COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes the character has that begins with `lead`: 1 to 4, or 0 when
 * no character begins so. */
size_t utf8_length(unsigned char lead);

/* Reads the first character of `text`. Returns its length in bytes, or 0 when
 * the bytes there are no whole, well-formed character. */
size_t utf8_decode(const char *text, size_t len, uint32_t *point);

#endif
