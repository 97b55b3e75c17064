/*
 * common/pages/pages_home.c - GET /: which server this is, and how it waits.
 */
#include <string.h>

#include "common/pages/pages_html.h"
#include "common/todo/route.h"

/* The picture's measures, in its own units. */
enum { MOMENT = 22, LANE = 32, BAR = 20, NAMES = 84 };

static const char *moment_class(char moment)
{
    switch (moment) {
    case 'A':
        return "a";
    case 'B':
        return "b";
    case 'C':
        return "c";
    case 'a':
        return "a waits";
    case 'b':
        return "b waits";
    case 'c':
        return "c waits";
    default:
        return "all waits";
    }
}

/* One bar for each run of the same moment. */
static void put_bars(struct buf *out, const char *moments, int top)
{
    int at = 0;

    while (moments[at] != '\0') {
        char moment = moments[at];
        int begin = at;

        while (moments[at] == moment)
            at++;
        if (moment != ' ')
            pages_put(out,
                      "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
                      "height=\"%d\" rx=\"4\"/>\n",
                      moment_class(moment), NAMES + begin * MOMENT, top,
                      (at - begin) * MOMENT - 2, BAR);
    }
}

static void put_picture(struct buf *out, const struct pages_room *room)
{
    int lanes = 0;
    int width;
    size_t moments = 0;
    bool shared = false;

    while (lanes < PAGES_MAX_LANES && room->lanes[lanes].name) {
        size_t len = strlen(room->lanes[lanes++].moments);

        moments = len > moments ? len : moments;
    }
    if (lanes == 0)
        return;
    width = NAMES + (int)moments * MOMENT;
    pages_put(out,
              "<figure>\n<svg width=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
              "aria-labelledby=\"picture\">\n",
              width, width, lanes * LANE);
    for (int i = 0; i < lanes; i++) {
        pages_put(out, "<text x=\"0\" y=\"%d\">%s</text>\n", i * LANE + 15,
                  room->lanes[i].name);
        put_bars(out, room->lanes[i].moments, i * LANE);
        shared = shared || strchr(room->lanes[i].moments, '-');
    }
    buf_puts(out, "</svg>\n<figcaption id=\"picture\">Three requests at once, "
                  "a colour each. Time runs to the right: where a bar is "
                  "solid, the thread works; where it is pale, it stands still");
    buf_puts(out, shared ? ", and where it is grey, for several at once" : "");
    buf_puts(out, ".</figcaption>\n</figure>\n");
}

/* Everything that a browser can show by itself. That is nothing of a stream
 * without end, which /live shows, and of what needs a token (`auth`). */
static void put_links(struct buf *out, bool auth)
{
    buf_puts(out, "<nav aria-label=\"Pages\">\n<ul class=\"cards\">\n");
    for (int i = 0; i < OP_SHOW_OPTIONS; i++) {
        const struct route *route = &routes[i];

        if (strcmp(route->method, "GET") != 0 || strchr(route->path, '{') ||
            route->op == OP_SHOW_HOME || route->op == OP_STREAM_EVENTS ||
            (auth && route->owned))
            continue;
        pages_put(out,
                  "<li><a href=\".%s\"><code>%s</code> "
                  "<span>%s</span></a></li>\n",
                  route->path, route->path, route->summary);
    }
    buf_puts(out, "</ul>\n</nav>\n");
}

static void put_operations(struct buf *out)
{
    buf_puts(out, "<section aria-labelledby=\"operations\">\n"
                  "<h2 id=\"operations\">What each operation waits for</h2>\n"
                  "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
                  "aria-labelledby=\"operations\">\n<table>\n"
                  "<thead><tr><th>Operation</th><th>Waits for</th>"
                  "<th>What it does</th></tr></thead>\n<tbody>\n");
    for (int i = 0; i < OP_SHOW_OPTIONS; i++)
        pages_put(out,
                  "<tr><td><a href=\"./docs#%s\"><b class=\"%s\">%s</b> "
                  "<code>%s</code></a></td><td>%s</td><td>%s</td></tr>\n",
                  routes[i].name, routes[i].method, routes[i].method,
                  routes[i].path, routes[i].waits, routes[i].summary);
    buf_puts(out, "</tbody>\n</table>\n</div>\n"
                  "<p>Besides, every request waits for its client: for its "
                  "bytes to come, and for the answer to be taken.</p>\n"
                  "</section>\n");
}

void pages_write_home(struct buf *out, const struct config *config,
                      const struct pages_room *room)
{
    const char *program = config->program;

    pages_begin(out, program, program,
                "default-src 'none'; style-src 'self'; img-src data:; "
                "base-uri 'none'; form-action 'none'",
                "");
    pages_put(out,
              "<main>\n<header>\n<p class=\"course\">Two ways to wait</p>\n"
              "<h1>%s</h1>\n<p class=\"how\">%s</p>\n",
              program, room->how_it_waits);
    put_picture(out, room);
    buf_puts(out, "</header>\n");
    put_links(out, config->auth);
    put_operations(out);
    buf_puts(out, "<footer><p>The other server answers alike and waits in the "
                  "other way; both can share one database file. To see their "
                  "handlers side by side: "
                  "<code>./learn compare create_todo</code></p></footer>\n"
                  "</main>\n");
    pages_end(out);
}
