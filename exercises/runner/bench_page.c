/*
 * exercises/runner/bench_page.c - what was measured, as a page that needs
 * nothing but itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <sqlite3.h>
#include <uv.h>

#include "bench.h"
#include "common/base/buf.h"
#include "common/base/clock.h"
#include "tests/load/plot.h"

static void put_style(struct buf *out)
{
    char *text = read_text("exercises/runner/page/style.css");

    buf_puts(out, text ? text : "");
    buf_puts(out, "main { max-width: 61.25rem; margin: 0 auto; padding: 2.5rem "
                  "1.5rem 4rem; }\n"
                  "svg { width: 100%; height: auto; }\n"
                  "td, thead th + th { font-variant-numeric: tabular-nums; }\n"
                  ".not { border-left: 4px solid var(--wait); padding-left: "
                  "1rem; max-width: 43rem; }\n");
    free(text);
}

/* Beside each number: what nobody may take from it. */
static void put_not(struct buf *out, const char *text)
{
    buf_printf(out, "<p class=\"not\"><b>What this does not show:</b> %s</p>\n",
               text);
}

/*
 * Where and with what
 */

/* What /proc/cpuinfo calls the processor, where there is such a file. */
static void put_processor(struct buf *out)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "r");
    const char *name = NULL;

    while (file && !name && fgets(line, sizeof line, file))
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':'))
            name = strchr(line, ':') + 2;
    if (name)
        buf_put_html(out, name, strcspn(name, "\n"));
    else
        buf_puts(out, "a processor that does not say its name");
    if (file)
        (void)fclose(file); /* only read from */
}

static void put_machine(struct buf *out)
{
    struct utsname system;

    buf_puts(out, "<tr><th scope=\"row\">machine<td>");
    put_processor(out);
    buf_printf(out, "; %ld processors", sysconf(_SC_NPROCESSORS_ONLN));
    if (uname(&system) == 0)
        buf_printf(out, "; %s %s", system.sysname, system.release);
}

static void put_facts(struct buf *out, const struct bench *bench)
{
    char date[CLOCK_RFC3339_SIZE];

    clock_format_rfc3339(clock_wall_ms(), date);
    buf_printf(out, "<table>\n<tr><th scope=\"row\">date<td>%s\n", date);
    put_machine(out);
    if (bench->others_percent >= 0)
        buf_printf(out,
                   "\n<tr><th scope=\"row\">other programs<td>used %d %% of "
                   "the processors when it began\n",
                   bench->others_percent);
    buf_printf(out,
               "\n<tr><th scope=\"row\">versions<td>libuv %s, SQLite %s, "
               "libcurl %s; compiler %s\n",
               uv_version_string(), sqlite3_libversion(),
               curl_version_info(CURLVERSION_NOW)->version, __VERSION__);
    if (bench->commit) {
        buf_puts(out, "<tr><th scope=\"row\">sources<td>");
        buf_put_html(out, bench->commit, strlen(bench->commit));
    }
    buf_printf(out,
               "\n<tr><th scope=\"row\">command<td><code>./learn bench "
               "--seconds %d</code>\n</table>\n",
               bench->seconds);
}

/*
 * Tables
 */

static void put_cell(struct buf *out, const struct lab_cell *cell)
{
    buf_printf(out, "<td>%.0f<td>%.2f<td>%.2f<td>%d %%\n", cell->rate,
               (double)cell->p50_us / 1000, (double)cell->p99_us / 1000,
               cell->busy_percent);
}

static void put_rows(struct buf *out, const struct bench *bench)
{
    buf_printf(out,
               "<h2>One thing after the other</h2>\n"
               "<p>A closed loop of 16 clients: each asks, waits for its "
               "answer, and asks again. The median of %d rounds of %d "
               "s.</p>\n<div class=\"wide\"><table>\n<thead><tr><th>what is "
               "asked for<th>server<th>answers a second<th>p50 ms<th>p99 ms"
               "<th>generator busy<tbody>\n",
               BENCH_ROUNDS, bench->seconds);
    for (int i = 0; i < BENCH_ROWS; i++)
        for (enum room room = 0; room < ROOMS; room++) {
            buf_printf(out, "<tr><td>%s<td>%s", bench->rows[i].title,
                       lab_servers[room]);
            put_cell(out, &bench->rows[i].cells[room]);
        }
    buf_puts(out, "</table></div>\n");
    put_not(out, "how long an answer takes when more is asked than can be "
                 "served, as 16 clients never ask more than 16 things at "
                 "once. And generator and server share the processors: where "
                 "the generator is busy at 80 % or more, the rate may be its "
                 "own.");
}

/* Latencies of two loads, as a table below their plot. */
static void put_tail(struct buf *out, const struct samples *const samples[2],
                     const char *const names[2])
{
    buf_puts(out, "<div class=\"wide\"><table>\n<thead><tr><th><th>p50 ms<th>"
                  "p90 ms<th>p99 ms<th>max ms<th>samples at p99 or above"
                  "<tbody>\n");
    for (int i = 0; i < 2; i++) {
        static const double percents[] = {50, 90, 99, 100};
        struct times times;

        if (!times_of_latency(&times, samples[i])) {
            out->failed = true;
            return;
        }
        buf_printf(out, "<tr><td>%s", names[i]);
        for (int k = 0; k < 4; k++)
            buf_printf(out, "<td>%.2f",
                       (double)times_percentile(&times, percents[k]) / 1000);
        buf_printf(out, "<td>%zu\n", times_behind(&times, 99));
        times_release(&times);
    }
    buf_puts(out, "</table></div>\n");
}

static void put_curves(struct buf *out, const struct load_result results[2],
                       const char *const names[2])
{
    const struct samples *const samples[] = {&results[0].samples,
                                             &results[1].samples};

    plot_begin(out, 1);
    if (!plot_percentiles(out, samples, names, 2, 0))
        out->failed = true;
    plot_end(out);
    put_tail(out, samples, names);
}

/*
 * Plots
 */

static void put_crowds(struct buf *out, const struct bench *bench)
{
    double x[BENCH_CROWDS], y[ROOMS][BENCH_CROWDS];
    const struct plot_line lines[ROOMS] = {
        {lab_servers[SYNC], x, y[SYNC], BENCH_CROWDS, false},
        {lab_servers[ASYNC], x, y[ASYNC], BENCH_CROWDS, false}};
    const struct plot plot = {.title = "Answers a second, by clients",
                              .x = {"clients", false, NULL, 0},
                              .y = {"a second", false, NULL, 0},
                              .lines = lines,
                              .line_count = ROOMS};

    for (int i = 0; i < BENCH_CROWDS; i++) {
        x[i] = bench->crowds[i];
        for (enum room room = 0; room < ROOMS; room++)
            y[room][i] = bench->asked[room][i].rate;
    }
    buf_puts(out, "<h2>What another server has to say first</h2>\n"
                  "<p><code>GET /suggestions</code>, for which each server "
                  "asks an upstream that takes 50 ms. A client that waits 50 "
                  "ms gets 20 answers a second at most.</p>\n");
    plot_begin(out, 1);
    plot_put(out, &plot, 0);
    plot_end(out);
    put_not(out, "that threads are slow: todo-sync has 64 of them, and more "
                 "clients than that wait for one. <code>--threads 256</code> "
                 "would move its ceiling, and costs memory.");
}

static void put_mix(struct buf *out, const struct bench *bench)
{
    buf_puts(out, "<h2>A mix, as people come</h2>\n"
                  "<p>An open loop, 500 a second for 5 s: of ten requests "
                  "eight read a todo, one reads a page, one makes a todo. "
                  "Latency counts from the planned time.</p>\n");
    put_curves(out, bench->mixed, lab_servers);
    put_not(out, "a bad hour. Five seconds have no backup, no neighbour and "
                 "no deployment in them, and 2,500 requests know little of "
                 "one in a thousand.");
}

static void put_held(struct buf *out, const struct bench *bench)
{
    static const char *const loops[] = {"open, 200/s", "closed, 10"};

    buf_puts(out, "<h2>The same pause, by two rulers</h2>\n"
                  "<p>todo-async stands still for one second of five "
                  "(SIGSTOP). Once 200 requests a second are planned, and "
                  "once 10 clients ask in a closed loop.</p>\n");
    put_curves(out, bench->held, loops);
    put_not(out, "two servers: it is the same one. In the closed loop ten "
                 "requests waited, and all that would have come meanwhile "
                 "were never sent.");
}

/*
 * The page
 */

static bool save(const char *path, const struct buf *page)
{
    FILE *file = page->failed ? NULL : fopen(path, "w");
    bool whole = file && fwrite(page->data, 1, page->len, file) == page->len;

    if (file)
        whole = fclose(file) == 0 && whole;
    if (!whole)
        (void)fprintf(stderr, "learn: could not write all of %s\n", path);
    return whole;
}

bool bench_write(const struct bench *bench, const char *path)
{
    struct buf page = {0};
    bool good;

    buf_puts(&page,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
             "<meta charset=\"utf-8\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, "
             "initial-scale=1\">\n<title>Two ways to wait, measured</title>\n"
             "<style>\n");
    put_style(&page);
    buf_puts(&page, "</style>\n</head>\n<body>\n<main>\n<h1>Two ways to wait, "
                    "measured</h1>\n");
    put_facts(&page, bench);
    put_rows(&page, bench);
    put_crowds(&page, bench);
    put_mix(&page, bench);
    put_held(&page, bench);
    buf_puts(&page, "</main>\n</body>\n</html>\n");
    good = save(path, &page);
    buf_release(&page);
    return good;
}
