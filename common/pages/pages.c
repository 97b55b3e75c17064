#include "common/pages/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/pages/openapi.h"
#include "common/pages/pages_html.h"

/* The viewer is Swagger UI, as npm's swagger-ui-dist brings it. Nothing but
 * these names is ever read or served. */
static const char *const file_names[PAGE_COUNT] = {
    [PAGE_STYLE] = "style.css",
    [PAGE_LIVE_SCRIPT] = "live.js",
    [PAGE_WAITING_SCRIPT] = "waiting.js",
    [PAGE_START_VIEWER] = "start-viewer.js",
    [PAGE_VIEWER_SCRIPT] = "swagger-ui-bundle.js",
    [PAGE_VIEWER_STYLE] = "swagger-ui.css",
};

static const char *const content_types[PAGE_COUNT] = {
    [PAGE_HOME] = "text/html; charset=utf-8",
    [PAGE_DOCS] = "text/html; charset=utf-8",
    [PAGE_LIVE] = "text/html; charset=utf-8",
    [PAGE_WAITING] = "text/html; charset=utf-8",
    [PAGE_OPENAPI] = "application/json",
    [PAGE_OK] = "application/json",
    [PAGE_STYLE] = "text/css; charset=utf-8",
    [PAGE_LIVE_SCRIPT] = "text/javascript; charset=utf-8",
    [PAGE_WAITING_SCRIPT] = "text/javascript; charset=utf-8",
    [PAGE_START_VIEWER] = "text/javascript; charset=utf-8",
    [PAGE_VIEWER_SCRIPT] = "text/javascript; charset=utf-8",
    [PAGE_VIEWER_STYLE] = "text/css; charset=utf-8",
};

/* Appends `left` bytes of the file, all or nothing. */
static bool read_bytes(int fd, size_t left, struct buf *out)
{
    char chunk[16384];

    while (left > 0) {
        size_t want = left < sizeof chunk ? left : sizeof chunk;
        ssize_t got = read(fd, chunk, want);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            buf_clear(out);
            return false;
        }
        buf_put(out, chunk, (size_t)got);
        left -= (size_t)got;
    }
    return true;
}

static bool read_file(int dir, const char *name, struct buf *out)
{
    /* Without O_NONBLOCK a pipe of that name would keep us here for ever. */
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat info;
    bool done = false;

    if (fd < 0)
        return false;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
        info.st_size <= PAGES_MAX_FILE)
        done = read_bytes(fd, (size_t)info.st_size, out);
    (void)close(fd); /* it was only read */
    return done;
}

/* Reads the viewer's files, all or none. Returns whether there is a viewer. */
static bool load_viewer(struct pages *pages, const char *folder)
{
    int dir = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool found = dir >= 0;

    for (int i = PAGE_VIEWER_SCRIPT; i <= PAGE_VIEWER_STYLE; i++)
        found = found && read_file(dir, file_names[i], &pages->page[i].text);
    if (dir >= 0)
        (void)close(dir); /* it was only read */
    if (found) {
        buf_puts(&pages->page[PAGE_START_VIEWER].text, pages_start_viewer);
        return true;
    }
    if (folder)
        log_warn("pages", "no viewer in %s: /docs is plain", folder);
    buf_release(&pages->page[PAGE_VIEWER_SCRIPT].text);
    return false;
}

static void put_lines(struct buf *out, const char *const *lines)
{
    for (; *lines; lines++)
        buf_puts(out, *lines);
}

enum todo_err pages_load(struct pages *pages, const struct config *config,
                         const struct pages_room *room)
{
    struct page *page = pages->page;
    bool viewer;

    *pages = (struct pages){0};
    viewer = load_viewer(pages, config->docs_dir);
    pages_write_home(&page[PAGE_HOME].text, config, room);
    pages_write_docs(&page[PAGE_DOCS].text, config, viewer);
    pages_write_live(&page[PAGE_LIVE].text, config, room);
    pages_write_waiting(&page[PAGE_WAITING].text, config, room);
    openapi_write(config->public_url, config->auth, &page[PAGE_OPENAPI].text);
    buf_puts(&page[PAGE_OK].text, "{\"status\":\"ok\"}");
    buf_puts(&page[PAGE_STYLE].text, pages_style);
    buf_puts(&page[PAGE_STYLE].text, pages_live_style);
    buf_puts(&page[PAGE_STYLE].text, pages_waiting_style);
    put_lines(&page[PAGE_LIVE_SCRIPT].text, pages_live_script);
    put_lines(&page[PAGE_WAITING_SCRIPT].text, pages_waiting_script);
    for (int i = 0; i < PAGE_COUNT; i++) {
        page[i].content_type = content_types[i];
        if (page[i].text.failed)
            return TODO_ERR_INTERNAL;
    }
    return TODO_OK;
}

const struct page *pages_file(const struct pages *pages, const char *name,
                              size_t len)
{
    for (int i = PAGE_STYLE; i < PAGE_COUNT; i++)
        if (strlen(file_names[i]) == len &&
            memcmp(file_names[i], name, len) == 0)
            return pages->page[i].text.len > 0 ? &pages->page[i] : NULL;
    return NULL;
}

static const struct page *page_of(const struct pages *pages,
                                  const struct route_match *route)
{
    switch ((int)route->op) {
    case OP_SHOW_HOME:
        return &pages->page[PAGE_HOME];
    case OP_SHOW_DOCS:
        return &pages->page[PAGE_DOCS];
    case OP_SHOW_LIVE:
        return &pages->page[PAGE_LIVE];
    case OP_SHOW_WAITING:
        return &pages->page[PAGE_WAITING];
    case OP_SHOW_OPENAPI:
        return &pages->page[PAGE_OPENAPI];
    case OP_SHOW_DOCS_FILE:
        return pages_file(pages, route->file, route->file_len);
    case OP_CHECK_HEALTH:
    case OP_CHECK_READY:
        return &pages->page[PAGE_OK];
    default:
        return NULL;
    }
}

enum todo_err pages_reply(const struct pages *pages,
                          const struct http_request *request,
                          struct reply *reply)
{
    const struct page *page = page_of(pages, &request->route);

    if (request->route.op == OP_SHOW_OPTIONS)
        return reply_options(reply, request->preflight);
    if (!page)
        return TODO_ERR_NO_PATH;
    return reply_text(reply, page->content_type, page->text.data,
                      page->text.len);
}

void pages_release(struct pages *pages)
{
    for (int i = 0; i < PAGE_COUNT; i++)
        buf_release(&pages->page[i].text);
    *pages = (struct pages){0};
}
