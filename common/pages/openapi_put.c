#include "common/pages/openapi_put.h"

#include <stdarg.h>
#include <string.h>

/* A comma at the end was written here: one inside a string has a quote behind
 * it. */
static void put_bracket(struct buf *out, char bracket)
{
    if (out->len > 0 && out->data[out->len - 1] == ',')
        out->len--;
    buf_put(out, &bracket, 1);
}

void openapi_put(struct buf *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "'}]%");
        const char *text;

        buf_put(out, format, plain);
        format += plain;
        if (*format == '\'') {
            buf_put(out, "\"", 1);
        } else if (*format == '}' || *format == ']') {
            put_bracket(out, *format);
        } else if (*format == '%' && *++format == 's') {
            text = va_arg(args, const char *);
            buf_put_json(out, text, strlen(text));
        } else if (*format == 'd') {
            buf_put_int(out, va_arg(args, int));
        }
        format += *format != '\0';
    }
    va_end(args);
}
