/*
 * exercises/runner/bench.c - measures both servers on this machine, and writes
 * a page of it.
 *
 * The servers take turns, so that a noisy minute hits both, and of the rounds
 * the median is told.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/setup/config_value.h"
#include "others.h"
#include "runner.h"

enum {
    CLIENTS = 16,    /* of the closed loops */
    OPEN_RATE = 500, /* a second, of the mix */
    HELD_RATE = 200,
    HELD_CLIENTS = 10,
    LONG_SECONDS = 5 /* of the open loops, and of those that are held */
};

/*
 * The measurements
 */

static void say(const char *what)
{
    (void)printf("  %s ...\n", what);
    (void)fflush(stdout);
}

static int by_rate(const void *one, const void *other)
{
    double a = ((const struct lab_cell *)one)->rate;
    double b = ((const struct lab_cell *)other)->rate;

    return (a > b) - (a < b);
}

/* The round of the median rate stands for all. */
static bool measure_row(struct lab *lab, struct bench_row *row, int seconds)
{
    struct lab_cell rounds[ROOMS][BENCH_ROUNDS];

    say(row->title);
    for (int round = 0; round < BENCH_ROUNDS; round++)
        for (enum room room = 0; room < ROOMS; room++) {
            const struct lab_load load = {room,    row->mix, 0,
                                          CLIENTS, seconds,  0};

            if (!lab_measure(lab, &load, &rounds[room][round]))
                return false;
        }
    for (enum room room = 0; room < ROOMS; room++) {
        qsort(rounds[room], BENCH_ROUNDS, sizeof rounds[room][0], by_rate);
        row->cells[room] = rounds[room][BENCH_ROUNDS / 2];
    }
    return true;
}

static bool measure_rows(struct lab *lab, struct bench *bench)
{
    static const struct bench_row rows[BENCH_ROWS] = {
        {.title = "an answer that waits for nothing", .mix = "health=1"},
        {.title = "one todo", .mix = "read=1"},
        {.title = "a page of 20", .mix = "page=1"},
        {.title = "a new todo, on the disk", .mix = "create=1"}};

    for (int i = 0; i < BENCH_ROWS; i++) {
        bench->rows[i] = rows[i];
        if (!measure_row(lab, &bench->rows[i], bench->seconds))
            return false;
    }
    return true;
}

static bool measure_crowds(struct lab *lab, struct bench *bench)
{
    static const int crowds[BENCH_CROWDS] = {8, 64, 256};

    say("what another server has to say first");
    for (int i = 0; i < BENCH_CROWDS; i++) {
        bench->crowds[i] = crowds[i];
        for (enum room room = 0; room < ROOMS; room++) {
            const struct lab_load load = {room,      "suggest=1",    0,
                                          crowds[i], bench->seconds, 0};

            if (!lab_measure(lab, &load, &bench->asked[room][i]))
                return false;
        }
    }
    return true;
}

static bool measure_mix(struct lab *lab, struct bench *bench)
{
    say("a mix, as people come");
    for (enum room room = 0; room < ROOMS; room++) {
        const struct lab_load load = {
            room, "read=8,page=1,create=1", OPEN_RATE, 0, LONG_SECONDS, 0};

        if (!lab_run(lab, &load, &bench->mixed[room]))
            return false;
    }
    return true;
}

static bool measure_held(struct lab *lab, struct bench *bench)
{
    static const struct lab_load loads[BENCH_LOOPS] = {
        {ASYNC, "health=1", HELD_RATE, 0, LONG_SECONDS, 0},
        {ASYNC, "health=1", 0, HELD_CLIENTS, LONG_SECONDS, 0}};

    say("a server that stands still for a second");
    for (int loop = 0; loop < BENCH_LOOPS; loop++)
        if (!lab_run_held(lab, &loads[loop], &bench->held[loop]))
            return false;
    return true;
}

/*
 * The verb
 */

struct told {
    const char *out, *servers;
    int seconds;
    const char *commit;
};

static bool read_told(struct told *told, int argc, char **argv)
{
    static const struct config_rule seconds = {CONFIG_INT, 1, 10};
    bool good = argc % 2 == 1;

    for (int i = 1; good && i < argc; i += 2) {
        if (strcmp(argv[i], "--out") == 0)
            told->out = argv[i + 1];
        else if (strcmp(argv[i], "--commit") == 0)
            told->commit = argv[i + 1];
        else if (strcmp(argv[i], "--bin") == 0)
            told->servers = argv[i + 1];
        else
            good = strcmp(argv[i], "--seconds") == 0 &&
                   config_value_read(&seconds, argv[i + 1], &told->seconds);
    }
    if (!good)
        (void)fprintf(stderr,
                      "usage: learn bench [--seconds N] [--out FOLDER], N "
                      "from 1 to 10 for each rate\n");
    return good;
}

/* Better now than after two minutes: can the page be written? */
static bool find_place(const char *folder, char path[600])
{
    FILE *file;

    (void)mkdir(folder, 0777); /* or it is there */
    (void)snprintf(path, 600, "%s/index.html", folder);
    file = fopen(path, "w");
    if (file && fclose(file) == 0)
        return true;
    perror(path);
    return false;
}

static bool measure_all(struct lab *lab, struct bench *bench)
{
    (void)printf("Measuring takes about %d s; use the machine for nothing "
                 "else.\n",
                 bench->seconds *
                         (2 * BENCH_ROWS * BENCH_ROUNDS + 2 * BENCH_CROWDS) +
                     4 * LONG_SECONDS);
    (void)fflush(stdout);
    return measure_rows(lab, bench) && measure_crowds(lab, bench) &&
           measure_mix(lab, bench) && measure_held(lab, bench);
}

int bench_command(int argc, char **argv)
{
    struct told told = {.out = "build/bench", .servers = bin_dir, .seconds = 2};
    static struct bench bench;
    struct lab lab = {0};
    char path[600];
    bool good;

    if (!read_told(&told, argc, argv))
        return 2;
    bench.seconds = told.seconds;
    bench.commit = told.commit;
    if (!find_place(told.out, path))
        return 1;
    bench.others_percent = others_look();
    good = lab_start(&lab, told.servers) && measure_all(&lab, &bench);
    good = lab_stop(&lab) && good && bench_write(&bench, path);
    if (good)
        others_say(bench.others_percent);
    if (good)
        (void)printf("The page is there; a browser opens it from the disk: "
                     "%s\n",
                     path);
    for (int i = 0; i < 2; i++) {
        load_release(&bench.mixed[i]);
        load_release(&bench.held[i]);
    }
    return good ? 0 : 1;
}
