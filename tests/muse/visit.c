/*
 * tests/muse/visit.c - a connection of the muse: it reads a request, lets time
 *                      pass, answers, and reads the next one.
 */
#include <stdlib.h>
#include <string.h>

#include <llhttp.h>

#include "common/base/container_of.h"
#include "muse.h"

enum { READ_SIZE = 4096, PATH_SIZE = 64 };

struct visit {
    struct muse *muse;
    uv_tcp_t tcp;
    uv_timer_t timer;
    int open_handles;
    llhttp_t parser;
    char bytes[READ_SIZE];
    char path[PATH_SIZE];
    size_t path_len;
    bool is_asked;  /* a title is owed */
    bool has_asked; /* before, or now */
    struct muse_answer answer;
    size_t head_len;
    size_t sent; /* bytes of head and bodies */
};

/* Bytes on their way. The next request may be here before libuv tells that the
 * last of them were sent; so each piece has a write of its own. */
struct piece {
    uv_write_t write;
    struct visit *visit;
    bool is_last;
};

static void go_on(struct visit *visit);

static void on_closed(uv_handle_t *handle)
{
    struct visit *visit = handle->data;

    if (--visit->open_handles == 0)
        free(visit);
}

static void leave(struct visit *visit)
{
    if (uv_is_closing((uv_handle_t *)&visit->tcp))
        return;
    if (visit->is_asked)
        visit->muse->left++;
    uv_close((uv_handle_t *)&visit->tcp, on_closed);
    uv_close((uv_handle_t *)&visit->timer, on_closed);
}

/* --- answering ----------------------------------------------------------- */

static size_t whole_len(const struct visit *visit)
{
    return visit->head_len + visit->answer.body_len * visit->answer.repeats;
}

/* The bytes that come next: the rest of the head, or of a body. */
static uv_buf_t next_bytes(const struct visit *visit)
{
    const struct muse_answer *answer = &visit->answer;
    const char *from = answer->head;
    size_t at = visit->sent, len = visit->head_len;

    if (at >= visit->head_len) {
        at = (at - visit->head_len) % answer->body_len;
        from = answer->body;
        len = answer->body_len;
    }
    /* libuv only reads them; its type is older than const. */
    return uv_buf_init((union {
                           const char *in;
                           char *out;
                       }){from + at}
                           .out,
                       answer->drips ? 1 : (unsigned)(len - at));
}

static void on_time(uv_timer_t *timer)
{
    go_on(container_of(timer, struct visit, timer));
}

static void on_written(uv_write_t *write, int status)
{
    struct piece *piece = container_of(write, struct piece, write);
    struct visit *visit = piece->visit;
    bool is_last = piece->is_last;

    free(piece);
    if (status < 0)
        leave(visit);
    else if (is_last)
        return;
    else if (visit->answer.drips)
        uv_timer_start(&visit->timer, on_time, (uint64_t)visit->muse->delay_ms,
                       0);
    else
        go_on(visit);
}

static void finish(struct visit *visit)
{
    visit->muse->answered += visit->is_asked;
    visit->is_asked = false;
    visit->path_len = visit->sent = 0;
    if (visit->answer.closes)
        leave(visit);
}

/* Sends the next bytes. Behind the last ones, the next request may come. */
static void go_on(struct visit *visit)
{
    uv_buf_t bytes = next_bytes(visit);
    struct piece *piece = calloc(1, sizeof *piece);

    visit->sent += bytes.len;
    if (!piece || uv_write(&piece->write, (uv_stream_t *)&visit->tcp, &bytes, 1,
                           on_written) != 0) {
        free(piece);
        leave(visit);
        return;
    }
    piece->visit = visit;
    piece->is_last = visit->sent == whole_len(visit);
    if (piece->is_last)
        finish(visit);
}

/* A title is asked for: takes note. */
static void count(struct muse *muse, struct visit *visit)
{
    long under_way;

    visit->is_asked = true;
    muse->asked++;
    muse->connections += !visit->has_asked;
    visit->has_asked = true;
    under_way = muse->asked - muse->answered - muse->left;
    if (under_way > muse->most)
        muse->most = under_way;
}

static int on_asked(llhttp_t *parser)
{
    struct visit *visit = parser->data;
    bool stats;

    muse_choose(visit->muse, visit->path, visit->path_len, &visit->answer);
    visit->head_len = strlen(visit->answer.head);
    stats = strncmp(visit->path, "/stats", visit->path_len) == 0 &&
            visit->path_len > 1;
    if (!stats)
        count(visit->muse, visit);
    if (!visit->answer.never)
        uv_timer_start(
            &visit->timer, on_time,
            visit->answer.at_once ? 0 : (uint64_t)visit->muse->delay_ms, 0);
    return HPE_OK;
}

/* --- reading ------------------------------------------------------------- */

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct visit *visit = parser->data;

    if (visit->path_len + len > PATH_SIZE)
        return HPE_USER;
    memcpy(visit->path + visit->path_len, at, len);
    visit->path_len += len;
    return HPE_OK;
}

static const llhttp_settings_t settings = {.on_url = on_url,
                                           .on_message_complete = on_asked};

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *bytes)
{
    struct visit *visit = container_of((uv_tcp_t *)handle, struct visit, tcp);

    (void)hint;
    *bytes = uv_buf_init(visit->bytes, READ_SIZE);
}

/* Whoever sends a second request before the first is answered is no client of
 * ours, and is sent away. */
static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct visit *visit = container_of((uv_tcp_t *)stream, struct visit, tcp);

    if (n < 0 || visit->is_asked ||
        llhttp_execute(&visit->parser, bytes->base, (size_t)n) != HPE_OK)
        leave(visit);
}

void muse_on_connection(uv_stream_t *listener, int status)
{
    struct muse *muse =
        container_of((uv_tcp_t *)listener, struct muse, listener);
    struct visit *visit = status == 0 ? calloc(1, sizeof *visit) : NULL;

    if (!visit)
        return;
    visit->muse = muse;
    visit->open_handles = 2;
    visit->tcp.data = visit->timer.data = visit;
    llhttp_init(&visit->parser, HTTP_REQUEST, &settings);
    visit->parser.data = visit;
    uv_timer_init(&muse->loop, &visit->timer);
    uv_tcp_init(&muse->loop, &visit->tcp);
    if (uv_accept(listener, (uv_stream_t *)&visit->tcp) != 0) {
        leave(visit);
        return;
    }
    uv_tcp_nodelay(&visit->tcp, 1);
    uv_read_start((uv_stream_t *)&visit->tcp, on_alloc, on_read);
}

void muse_close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (handle->data) /* of a visit */
        leave(handle->data);
    else if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}
