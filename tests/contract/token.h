/*
 * tests/contract/token.h - looks into a JWT (RFC 7519).
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_CONTRACT_TOKEN_H
#define TODO_CONTRACT_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

/* The 64 characters of base64url, by their value (RFC 4648, section 5). */
extern const char token_alphabet[65];

/* The text of one of the parts between the dots, numbered from 0, and its
 * length; NULL when there are not so many. */
const char *token_part(const char *token, int number, size_t *len);

/* The JSON in a part. Gives: free with cJSON_Delete; NULL when it has none. */
cJSON *token_json(const char *token, int number);

#endif
