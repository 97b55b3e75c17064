#include "token.h"

#include <string.h>

const char token_alphabet[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *token_part(const char *token, int number, size_t *len)
{
    for (; number > 0 && token; number--) {
        token = strchr(token, '.');
        if (token)
            token++;
    }
    *len = token ? strcspn(token, ".") : 0;
    return token;
}

cJSON *token_json(const char *token, int number)
{
    char bytes[1024];
    size_t count = 0;
    size_t len;
    const char *part = token_part(token, number, &len);
    unsigned bits = 0;

    for (size_t i = 0; i < len && count < sizeof bytes; i++) {
        const char *found = strchr(token_alphabet, part[i]);

        if (!found)
            return NULL;
        bits = (bits << 6 | (unsigned)(found - token_alphabet)) & 0xffffU;
        if (i % 4 > 0) /* 6, 4 or 2 bits of it end a byte */
            bytes[count++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xffU);
    }
    return cJSON_ParseWithLength(bytes, count);
}
