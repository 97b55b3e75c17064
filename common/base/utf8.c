#include "common/base/utf8.h"

size_t utf8_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2) /* a later byte, or an overlong form of ASCII */
        return 0;
    if (lead < 0xE0)
        return 2;
    if (lead < 0xF0)
        return 3;
    return lead < 0xF5 ? 4 : 0; /* F5 and up lie beyond U+10FFFF */
}

size_t utf8_decode(const char *text, size_t len, uint32_t *point)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = len > 0 ? utf8_length((unsigned char)text[0]) : 0;
    uint32_t value;

    if (n == 0 || n > len)
        return 0;
    value = (unsigned char)text[0];
    if (n > 1)
        value &= 0x7FU >> n; /* the bits after the length mark */
    for (size_t i = 1; i < n; i++) {
        unsigned char byte = (unsigned char)text[i];

        if ((byte & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (byte & 0x3F);
    }
    if (value < smallest[n] || value > 0x10FFFF ||
        (value >= 0xD800 && value <= 0xDFFF))
        return 0;
    *point = value;
    return n;
}
