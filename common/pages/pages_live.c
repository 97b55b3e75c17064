/*
 * common/pages/pages_live.c - GET /live: the todos, and what happens to them as
 * it happens. What moves on it is pages/live.js.
 */
#include "common/pages/pages_html.h"

const char pages_live_style[] =
    ":root { --news: color-mix(in srgb, var(--accent) 16%, transparent); }\n"
    "input, button { font: inherit; color: inherit; }\n"
    ":is(input, button):focus-visible {\n"
    "  outline: 3px solid var(--accent); outline-offset: 2px;\n"
    "}\n"
    ".line {\n"
    "  display: flex; flex-wrap: wrap; gap: .25rem 2rem;\n"
    "  align-items: center;\n"
    "  margin: 1.75rem 0; padding: .9rem 1.25rem; background: var(--card);\n"
    "  border: 1px solid var(--line); border-radius: 8px;\n"
    "}\n"
    ".line p { margin: 0; max-width: none; }\n"
    ".line .room { flex-basis: 100%; color: var(--soft); }\n"
    "#state { font-weight: 600; min-width: 9.5rem; }\n"
    "#state::before {\n"
    "  content: ''; display: inline-block; width: .7em; height: .7em;\n"
    "  margin-right: .5em; border: 2px solid var(--soft);\n"
    "  border-radius: 50%; vertical-align: -.05em;\n"
    "}\n"
    "#state.on::before {\n"
    "  background: var(--accent); border-color: var(--accent);\n"
    "}\n"
    "#number { font-variant-numeric: tabular-nums; }\n"
    ".live { display: grid; grid-template-columns: 1fr 17rem; gap: 0 3rem; }\n"
    ".live > * { min-width: 0; }\n"
    ".live h2 { margin: 0 0 .5rem; font-size: 1rem; line-height: inherit; }\n"
    ".live ul, .live ol { list-style: none; margin: 0; padding: 0; }\n"
    ".live li { overflow-wrap: anywhere; }\n"
    "#add { display: flex; flex-wrap: wrap; gap: .5rem; margin: 0; }\n"
    "#add label { flex-basis: 100%; font-weight: 600; }\n"
    "#add input {\n"
    "  flex: 1; min-width: 8rem; padding: .5rem .75rem;\n"
    "  background: var(--card); border: 1px solid var(--soft);\n"
    "  border-radius: 8px;\n"
    "}\n"
    "#add button {\n"
    "  padding: .5rem 1.4rem; font-weight: 600; border: 0;\n"
    "  background: var(--accent); color: var(--card); border-radius: 8px;\n"
    "}\n"
    "#login {\n"
    "  display: none; grid-template-columns: auto 1fr; gap: .5rem 1rem;\n"
    "  align-items: center; max-width: 26rem; margin: 1.75rem 0;\n"
    "}\n"
    ".out #login { display: grid; }\n"
    ".out :is(#add, #todos, .none, .line, section + section) {\n"
    "  display: none;\n"
    "}\n"
    "#login p { grid-column: 2; display: flex; gap: .5rem; margin: 0; }\n"
    "#login input {\n"
    "  min-width: 0; padding: .5rem .75rem; background: var(--card);\n"
    "  border: 1px solid var(--soft); border-radius: 8px;\n"
    "}\n"
    "#login button {\n"
    "  padding: .5rem 1.4rem; font-weight: 600; background: none;\n"
    "  border: 1px solid var(--accent); border-radius: 8px;\n"
    "}\n"
    "#login button:first-of-type {\n"
    "  background: var(--accent); color: var(--card);\n"
    "}\n"
    "#said { min-height: 1.6em; margin: .5rem 0; color: var(--b); }\n"
    "#todos li {\n"
    "  display: flex; align-items: center; gap: 1rem;\n"
    "  padding: .25rem .25rem .25rem .75rem;\n"
    "  border-bottom: 1px solid var(--line);\n"
    "}\n"
    "#todos label {\n"
    "  flex: 1; min-width: 0; display: flex; gap: .75rem; padding: .3rem 0;\n"
    "  white-space: pre-wrap;\n"
    "}\n"
    "#todos input {\n"
    "  flex: none; width: 1.2rem; height: 1.2rem; margin: .2rem 0 0;\n"
    "  accent-color: var(--accent);\n"
    "}\n"
    "#todos :checked + span {\n"
    "  color: var(--soft); text-decoration: line-through;\n"
    "}\n"
    "#todos button {\n"
    "  padding: .2rem .6rem; font-size: .9rem; color: var(--soft);\n"
    "  background: none; border: 1px solid transparent; border-radius: 6px;\n"
    "}\n"
    "#todos button:hover { color: var(--ink); border-color: var(--soft); }\n"
    ":is(#todos:not(:empty), #todos[aria-busy='true']) + .none {\n"
    "  display: none;\n"
    "}\n"
    ".none { color: var(--soft); margin: .5rem 0; }\n"
    "#events { color: var(--soft); font-size: .9rem; }\n"
    "#events li {\n"
    "  display: grid; grid-template-columns: auto 1fr; gap: .6rem;\n"
    "  padding: .2rem 0;\n"
    "}\n"
    "#events b {\n"
    "  min-width: 1.6rem;\n"
    "  color: var(--accent); font-variant-numeric: tabular-nums;\n"
    "}\n"
    "@media (max-width: 48rem) {\n"
    "  .live { grid-template-columns: 1fr; gap: 2rem; }\n"
    "}\n";

static void put_todos(struct buf *out)
{
    buf_puts(out,
             "<section aria-label=\"Todos\">\n"
             "<form id=\"add\">\n<label for=\"title\">A new todo</label>\n"
             "<input id=\"title\" autocomplete=\"off\" required>\n"
             "<button>Add</button>\n</form>\n"
             "<p id=\"said\" role=\"status\"></p>\n"
             "<ul id=\"todos\" aria-label=\"Todos\" aria-busy=\"true\"></ul>\n"
             "<p class=\"none\">There are no todos.</p>\n"
             "<template id=\"item\"><li>"
             "<label><input type=\"checkbox\"><span></span></label>"
             "<button type=\"button\">Delete</button></li></template>\n"
             "</section>\n");
}

static void put_events(struct buf *out)
{
    buf_puts(out, "<section aria-labelledby=\"happened\">\n"
                  "<h2 id=\"happened\">What happened</h2>\n"
                  "<div role=\"log\" aria-live=\"polite\" "
                  "aria-labelledby=\"happened\">"
                  "<ol id=\"events\"></ol></div>\n"
                  "</section>\n");
}

/* The first button is that of the Enter key. */
static void put_login(struct buf *out)
{
    buf_puts(out, "<form id=\"login\">\n"
                  "<label for=\"name\">Name</label>\n"
                  "<input id=\"name\" autocomplete=\"username\" required>\n"
                  "<label for=\"password\">Password</label>\n"
                  "<input id=\"password\" type=\"password\" "
                  "autocomplete=\"current-password\" required>\n"
                  "<p><button>Sign in</button>\n"
                  "<button id=\"join\">Create a user</button></p>\n</form>\n");
}

void pages_write_live(struct buf *out, const struct config *config,
                      const struct pages_room *room)
{
    const char *program = config->program;

    pages_begin(out, program, "Live",
                "default-src 'none'; script-src 'self'; style-src 'self'; "
                "img-src data:; connect-src 'self'; base-uri 'none'; "
                "form-action 'none'",
                "<script defer src=\"./docs/live.js\"></script>\n");
    buf_puts(out, config->auth ? "<main class=\"out\">\n" : "<main>\n");
    pages_put(
        out,
        "<header>\n<p class=\"course\"><a href=\"./\">%s</a></p>\n"
        "<h1>Live</h1>\n"
        "<p class=\"how\">The todos, as they change. Open a second window "
        "here, or on the other server with the same database: what is "
        "done in one appears in the other.</p>\n</header>\n",
        program);
    buf_puts(out,
             "<noscript><p>This page needs JavaScript. Without it: "
             "<code>curl -N</code> and the address of "
             "<a href=\"./todos/events\">the stream</a>.</p></noscript>\n");
    if (config->auth)
        put_login(out);
    pages_put(out,
              "<div class=\"line\">\n"
              "<p id=\"state\" role=\"status\">connecting…</p>\n"
              "<p>Last event: <b id=\"number\">none yet</b></p>\n"
              "<p class=\"room\">%s</p>\n</div>\n<div class=\"live\">\n",
              room->how_it_streams);
    put_todos(out);
    put_events(out);
    buf_puts(out, "</div>\n<footer><p>A window keeps one connection for its "
                  "stream, and a browser opens at most six to one server: the "
                  "seventh window waits for another to close.</p></footer>\n"
                  "</main>\n");
    pages_end(out);
}
