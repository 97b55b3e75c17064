/* exercises/runner/columns.c - see columns.h. */
#include "columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int columns_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

bool columns_colour(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no && *no) && term &&
           strcmp(term, "dumb") != 0;
}

static void print_line(const struct columns *columns, const char *line)
{
    bool waits = strstr(line, "WAITS:") != NULL;
    bool has_room = waits && line[0] == ' ';

    if (waits && columns->colour)
        (void)printf("\033[1;33m");
    (void)printf("%s%s", has_room ? ">" : "", line + has_room);
    if (waits && columns->colour)
        (void)printf("\033[0m");
}

void columns_print(const struct columns *columns, const char *left,
                   const char *right)
{
    int used = 0;

    if (left) {
        print_line(columns, left);
        used = (int)strlen(left);
    }
    if (columns->left > 0) {
        (void)printf("%*s |", columns->left - used, "");
        if (right && *right) {
            (void)printf(" ");
            print_line(columns, right);
        }
    }
    (void)printf("\n");
}
