#define _GNU_SOURCE /* NOLINT: pthread_setname_np, gettid; here alone */
#include "common/base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/thread.h"

enum {
    QUEUE_SIZE = 128 * 1024, /* bytes; there are two such halves */
    GATHERED = 32 * 1024,    /* bytes for which the thread stops waiting */
    GATHER_MS = 10,          /* and how long it waits for them */
    LINE_SIZE = 1024,        /* longer lines are cut */
    PATH_SHOWN = 256         /* bytes of a request's path */
};

/* Two halves: callers fill one while the thread writes the other, so nobody
 * holds the lock while standard error is slow. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a first line, or enough, or time to stop */
    pthread_cond_t ended;   /* the thread has */
    pthread_t thread;

    /* guarded by lock */
    bool running; /* the thread will take what is put here */
    bool stopping;
    char half[2][QUEUE_SIZE];
    int filling; /* which half */
    size_t len;  /* bytes in it */
    size_t dropped;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_int highest_level = LOG_INFO;
static _Thread_local char thread_name[16] = "-";

/* One line while it is made, on its thread's stack. */
struct line {
    size_t len;
    char bytes[LINE_SIZE];
};

/* Waits until standard error has taken everything. When it never will (a pipe
 * without a reader, a full disk), the rest is lost: there is nobody to tell. */
static void write_all(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return;
        bytes += written;
        len -= (size_t)written;
    }
}

static void line_put(struct line *line, const char *bytes, size_t len)
{
    size_t room = sizeof(line->bytes) - 1 - line->len; /* 1: the newline */

    if (len > room)
        len = room;
    memcpy(line->bytes + line->len, bytes, len);
    line->len += len;
}

static void line_puts(struct line *line, const char *text)
{
    line_put(line, text, strlen(text));
}

/* Text at the left of a column. */
static void line_put_left(struct line *line, const char *text, size_t width)
{
    static const char blanks[] = "                ";
    size_t len = strlen(text);

    line_put(line, text, len);
    if (len < width)
        line_put(line, blanks, width - len);
}

/* A number at the right of a column, whose left is filled with `fill`. By hand,
 * because snprintf(3) would be half of what a request's line costs. */
static void line_put_number(struct line *line, int64_t number, size_t width,
                            char fill)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 : (uint64_t)number;

    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    while (sizeof(digits) - at < width)
        digits[--at] = fill;
    line_put(line, digits + at, sizeof(digits) - at);
}

/* A line is one line of ASCII, whatever it was made from. */
static void line_clean(struct line *line, size_t from)
{
    for (size_t at = from; at < line->len; at++)
        if (line->bytes[at] < ' ' || line->bytes[at] > '~')
            line->bytes[at] = '?';
}

/* "2026-11-23T06:56:17.123Z INFO  reader-1 store: " */
static void line_begin(struct line *line, enum log_level level,
                       const char *where)
{
    static const char *const names[] = {" ERROR ", " WARN  ", " INFO  ",
                                        " DEBUG "};

    clock_format_rfc3339(clock_wall_ms(), line->bytes);
    line->len = CLOCK_RFC3339_SIZE - 1;
    line_puts(line, names[level]);
    line_put_left(line, thread_name, 8);
    line_puts(line, " ");
    line_puts(line, where);
    line_puts(line, ": ");
}

/* Hands the line to the thread. After one was dropped, all are until the thread
 * comes: so it knows where in the text they are missing. */
static void line_end(struct line *line)
{
    line->bytes[line->len++] = '\n';

    pthread_mutex_lock(&queue.lock);
    if (!queue.running) {
        pthread_mutex_unlock(&queue.lock);
        write_all(line->bytes, line->len);
        return;
    }
    if (queue.dropped > 0 || line->len > QUEUE_SIZE - queue.len) {
        queue.dropped++;
    } else {
        size_t before = queue.len;
        memcpy(queue.half[queue.filling] + before, line->bytes, line->len);
        queue.len += line->len;
        if (before == 0 || (before < GATHERED && queue.len >= GATHERED))
            pthread_cond_signal(&queue.changed);
    }
    pthread_mutex_unlock(&queue.lock);
}

static void write_dropped(size_t dropped)
{
    struct line line;

    line_begin(&line, LOG_WARN, "log");
    line_put_number(&line, (int64_t)dropped, 0, ' ');
    line_puts(&line, " lines dropped here: standard error was not read\n");
    write_all(line.bytes, line.len);
}

/* Waits for a line, and then a little for more: to be woken and to write once
 * for each made a busy loop's requests two thirds dearer. Caller holds lock. */
static void wait_for_lines_locked(void)
{
    int late = 0;

    while (queue.len == 0 && !queue.stopping)
        pthread_cond_wait(&queue.changed, &queue.lock);
    struct timespec until = clock_from_now(GATHER_MS);
    while (queue.len < GATHERED && !queue.stopping && !late)
        late = pthread_cond_timedwait(&queue.changed, &queue.lock, &until);
}

/* Takes all that is queued, writes it, and looks again. */
static void *write_queue(void *unused)
{
    (void)unused;
    log_name_thread("log");
    pthread_mutex_lock(&queue.lock);
    for (;;) {
        wait_for_lines_locked();
        if (queue.len == 0)
            break;
        const char *bytes = queue.half[queue.filling];
        size_t len = queue.len;
        size_t dropped = queue.dropped;
        queue.filling = !queue.filling;
        queue.len = 0;
        queue.dropped = 0;
        pthread_mutex_unlock(&queue.lock);

        write_all(bytes, len);
        if (dropped > 0)
            write_dropped(dropped);

        pthread_mutex_lock(&queue.lock);
    }
    queue.running = false;
    pthread_cond_signal(&queue.ended);
    pthread_mutex_unlock(&queue.lock);
    return NULL;
}

/* Conditions whose deadlines no change of the wall clock moves. */
static void init_conditions(void)
{
    clock_cond_init(&queue.changed);
    clock_cond_init(&queue.ended);
}

bool log_start(enum log_level level)
{
    atomic_store(&highest_level, (int)level);
    queue.stopping = false;
    init_conditions();

    /* SIGPIPE must not end the program because the log's reader has left. */
    int failed = thread_start(&queue.thread, write_queue, NULL);
    queue.running = !failed;
    errno = failed;
    return !failed;
}

void log_stop(void)
{
    int late = 0;

    pthread_mutex_lock(&queue.lock);
    bool started = queue.running;
    if (started) {
        struct timespec until =
            clock_from_now(LOG_STOP_SECONDS * INT64_C(1000));
        queue.stopping = true;
        pthread_cond_signal(&queue.changed);
        while (queue.running && !late)
            late = pthread_cond_timedwait(&queue.ended, &queue.lock, &until);
    }
    bool ended = !queue.running;
    pthread_mutex_unlock(&queue.lock);

    if (started && ended) {
        pthread_join(queue.thread, NULL);
        pthread_cond_destroy(&queue.changed);
        pthread_cond_destroy(&queue.ended);
    }
}

void log_name_thread(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (vsnprintf(thread_name, sizeof(thread_name), format, args) < 0)
        thread_name[0] = '\0';
    va_end(args);
#ifdef __linux__
    /* The first thread's name is the program's, for ps(1) and pgrep(1). */
    if (gettid() != getpid())
        pthread_setname_np(pthread_self(), thread_name);
#endif
}

const char *log_thread_name(void)
{
    return thread_name;
}

bool log_wants(enum log_level level)
{
    return (int)level <= atomic_load(&highest_level);
}

static void log_text(enum log_level level, const char *where,
                     const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void log_text(enum log_level level, const char *where,
                     const char *format, va_list args)
{
    struct line line;

    if (!log_wants(level))
        return;
    line_begin(&line, level, where);
    size_t from = line.len;
    size_t room = sizeof(line.bytes) - from; /* the newline replaces the NUL */
    int len = vsnprintf(line.bytes + from, room, format, args);
    if (len > 0)
        line.len += (size_t)len < room ? (size_t)len : room - 1;
    line_clean(&line, from);
    line_end(&line);
}

void log_error(const char *where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_text(LOG_ERROR, where, format, args);
    va_end(args);
}

void log_warn(const char *where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_text(LOG_WARN, where, format, args);
    va_end(args);
}

void log_info(const char *where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_text(LOG_INFO, where, format, args);
    va_end(args);
}

void log_debug(const char *where, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_text(LOG_DEBUG, where, format, args);
    va_end(args);
}

/* NOLINTNEXTLINE(readability-function-size): it is what a line needs */
void log_request(const char *id, const char *method, const char *path,
                 size_t path_len, int status, int64_t microseconds)
{
    struct line line;

    if (!log_wants(LOG_INFO))
        return;
    line_begin(&line, LOG_INFO, "request");
    line_puts(&line, id);
    line_put_number(&line, status, 4, ' ');
    line_put_number(&line, microseconds / 1000, 6, ' ');
    line_puts(&line, ".");
    line_put_number(&line, microseconds % 1000, 3, '0');
    line_puts(&line, " ms ");
    line_puts(&line, method);
    line_puts(&line, " ");
    size_t from = line.len;
    line_put(&line, path, path_len < PATH_SHOWN ? path_len : PATH_SHOWN);
    line_clean(&line, from);
    line_end(&line);
}
