#include "common/pages/pages_html.h"

#include <stdarg.h>
#include <string.h>

void pages_put(struct buf *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        const char *text;

        buf_put(out, format, plain);
        format += plain;
        if (*format == '%' && *++format == 's') {
            text = va_arg(args, const char *);
            buf_put_html(out, text, strlen(text));
        } else if (*format == 'd') {
            buf_put_int(out, va_arg(args, int));
        }
        format += *format != '\0';
    }
    va_end(args);
}

/* The program's name is a class: style.css gives each server its colour. */
void pages_begin(struct buf *out, const char *program, const char *title,
                 const char *policy, const char *head)
{
    pages_put(out,
              "<!DOCTYPE html>\n"
              "<html lang=\"en\" class=\"%s\">\n"
              "<head>\n"
              "<meta charset=\"utf-8\">\n"
              "<title>%s</title>\n"
              "<meta name=\"viewport\" content=\"width=device-width\">\n"
              "<meta name=\"color-scheme\" content=\"light dark\">\n"
              "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n",
              program, title, policy);
    pages_put(out,
              "<link rel=\"icon\" href=\"data:image/svg+xml,"
              "&lt;svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>"
              "&lt;circle cx='4' cy='4' r='4' fill='%s'/>"
              "&lt;path d='M2 4l1.5 1.5L6 2.7' fill='none' stroke='white'/>"
              "&lt;/svg>\">\n",
              strcmp(program, "todo-sync") == 0 ? "blue" : "green");
    buf_puts(out, "<link rel=\"stylesheet\" href=\"./docs/style.css\">\n");
    buf_puts(out, head);
    buf_puts(out, "</head>\n<body>\n");
}

void pages_end(struct buf *out)
{
    buf_puts(out, "</body>\n</html>\n");
}
