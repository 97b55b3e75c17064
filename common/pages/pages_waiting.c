/*
 * common/pages/pages_waiting.c - GET /waiting: what waits for what in this
 * server, as it changes. What moves on it is pages/waiting.js.
 */
#include "common/pages/pages_html.h"

const char pages_waiting_style[] =
    ".line button {\n"
    "  padding: .2rem 1rem; background: none; border-radius: 8px;\n"
    "  border: 1px solid var(--soft);\n"
    "}\n"
    ".line [aria-pressed='true'] {\n"
    "  background: var(--accent); color: var(--card);\n"
    "}\n"
    ".line #said { flex-basis: 100%; margin: 0; }\n"
    ".line #said:empty { display: none; }\n"
    "#looks { font-variant-numeric: tabular-nums; }\n"
    "#rows { width: 100%; border-collapse: collapse; }\n"
    "#rows :is(th, td) {\n"
    "  padding: .5rem 1rem .5rem 0; text-align: left; vertical-align: top;\n"
    "  font-weight: inherit; border-bottom: 1px solid var(--line);\n"
    "}\n"
    "#rows thead th { color: var(--soft); font-size: .85rem; }\n"
    "#rows [scope='rowgroup'] { padding-top: 2rem; font-weight: 600; }\n"
    "#rows span, #rows code { display: block; overflow-wrap: anywhere; }\n"
    "#rows code { color: var(--soft); font-size: .8rem; }\n"
    "#rows td {\n"
    "  width: 15rem; white-space: pre-line;\n"
    "  font-weight: 600; font-variant-numeric: tabular-nums;\n"
    "}\n"
    "#rows td:last-child { width: 14rem; padding-right: 0; }\n"
    "#rows.old td { color: var(--soft); }\n"
    "#rows svg {\n"
    "  display: block; width: 100%; height: 2rem; background: var(--card);\n"
    "  border: 1px solid var(--line); border-radius: 4px;\n"
    "}\n"
    "#rows path {\n"
    "  fill: none; stroke: var(--accent); stroke-width: 2;\n"
    "  vector-effect: non-scaling-stroke;\n"
    "}\n"
    "@media (max-width: 40rem) {\n"
    "  #rows td { width: 7.2rem; font-size: .9rem; }\n"
    "  #rows td:last-child { width: 4rem; }\n"
    "  #rows :is(th, td) { padding-right: .6rem; }\n"
    "}\n";

/* The script fills it in; a family of the metrics has its part by its type. */
static void put_table(struct buf *out)
{
    static const struct {
        const char *type, *title;
    } parts[] = {{"gauge", "Right now"},
                 {"counter", "Since the look before"},
                 {"histogram", "How long it took, since the look before"}};

    buf_puts(out, "<table id=\"rows\" class=\"old\">\n"
                  "<thead><tr><th scope=\"col\">What</th>"
                  "<th scope=\"col\">How much</th>"
                  "<th scope=\"col\">The last minute</th></tr></thead>\n");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        pages_put(out,
                  "<tbody id=\"%s\"><tr><th scope=\"rowgroup\" colspan=\"3\">"
                  "%s</th></tr></tbody>\n",
                  parts[i].type, parts[i].title);
    buf_puts(
        out,
        "</table>\n<template id=\"row\"><tr><th scope=\"row\">"
        "<span></span><code></code></th><td></td>"
        "<td><svg viewBox=\"0 0 60 24\" preserveAspectRatio=\"none\" "
        "role=\"img\"><title></title><path/></svg></td></tr></template>\n");
}

void pages_write_waiting(struct buf *out, const struct config *config,
                         const struct pages_room *room)
{
    const char *program = config->program;

    pages_begin(out, program, "Waiting",
                "default-src 'none'; script-src 'self'; style-src 'self'; "
                "img-src data:; connect-src 'self'; base-uri 'none'; "
                "form-action 'none'",
                "<script defer src=\"./docs/waiting.js\"></script>\n");
    pages_put(out,
              "<main>\n<header>\n"
              "<p class=\"course\"><a href=\"./\">%s</a></p>\n"
              "<h1>Waiting</h1>\n"
              "<p class=\"how\">What waits for what in this server. The page "
              "asks once a second, and each time it is one of the requests "
              "that it counts.</p>\n</header>\n",
              program);
    buf_puts(out,
             "<noscript><p>This page needs JavaScript. Without it: "
             "<a href=\"./metrics\">the numbers as text</a>.</p></noscript>\n");
    pages_put(out,
              "<div class=\"line\">\n"
              "<p id=\"state\" role=\"status\">connecting…</p>\n"
              "<p>Looks: <b id=\"looks\">none yet</b></p>\n"
              "<button id=\"pause\" type=\"button\" aria-pressed=\"false\">"
              "Pause</button>\n"
              "<p id=\"said\" role=\"status\"></p>\n"
              "<p class=\"room\">%s</p>\n</div>\n",
              room->what_to_watch);
    put_table(out);
    buf_puts(out, "<footer><p>All of it stands in <a href=\"./metrics\">"
                  "<code>/metrics</code></a>, and in the same words.</p>"
                  "</footer>\n</main>\n");
    pages_end(out);
}
