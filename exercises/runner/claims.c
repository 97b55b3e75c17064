/*
 * exercises/runner/claims.c - what people say, measured on this machine. Each
 * verdict is computed (claims_judge.c).
 */
#include "claims.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "lab.h"
#include "others.h"
#include "runner.h"

enum { SECONDS = 3, MIXED = 5, WIDTH = 76 };

#define MIX "read=8,page=1,create=1"

void claims_say(const char *what)
{
    (void)fprintf(stderr, "  %s ...\n", what);
}

/*
 * Loads
 */

static bool rate_of(struct lab *lab, enum room room, const char *mix,
                    int clients, double *rate)
{
    const struct lab_load load = {room, mix, 0, clients, SECONDS, 0};
    struct lab_cell cell;
    bool good = lab_measure(lab, &load, &cell);

    if (good)
        *rate = cell.rate;
    return good;
}

static bool measure_rates(struct claims_numbers *numbers, struct lab *lab)
{
    bool good = true;

    claims_say("another server, and CRUD");
    for (enum room room = 0; good && room < ROOMS; room++)
        good =
            rate_of(lab, room, "suggest=1", 64, &numbers->asked_few[room]) &&
            rate_of(lab, room, "suggest=1", 256, &numbers->asked_many[room]) &&
            rate_of(lab, room, MIX, 16, &numbers->crud[room]);
    return good;
}

static bool measure_tail(struct claims_numbers *numbers, struct lab *lab)
{
    claims_say("latency");
    for (enum room room = 0; room < ROOMS; room++) {
        const struct lab_load load = {room, MIX, 200, 0, MIXED, 0};
        struct lab_cell cell;

        if (!lab_measure(lab, &load, &cell))
            return false;
        numbers->mix_p99_us[room] = cell.p99_us;
    }
    return true;
}

/* First what it can do, then twice that. */
static bool measure_overload(struct claims_numbers *numbers, struct lab *lab)
{
    claims_say("overload");
    for (enum room room = 0; room < ROOMS; room++) {
        struct lab_load twice = {room, "create=1", 0, 0, SECONDS, 2};
        struct lab_cell cell;
        double can;

        if (!rate_of(lab, room, "create=1", 64, &can))
            return false;
        twice.rate = 2 * (int)can + 1;
        if (!lab_measure(lab, &twice, &cell))
            return false;
        numbers->kept[room] = can > 0 ? cell.rate / can : 0;
    }
    return true;
}

/*
 * Sign-ins
 */

static bool is_login(const struct sample *sample)
{
    return strcmp(mix_name(sample->operation), "login") == 0;
}

/* The share of sign-ins that came to their end, and the p99 of all else. */
static bool take_apart(struct claims_numbers *numbers, enum room room,
                       const struct samples *samples)
{
    struct samples beside = {0};
    struct times times = {0};
    size_t logins = 0, good_logins = 0;
    bool good = true;

    for (size_t i = 0; good && i < samples->count; i++) {
        const struct sample *sample = &samples->all[i];

        logins += is_login(sample);
        good_logins += is_login(sample) && sample_is_good(sample);
        good = is_login(sample) || samples_add(&beside, sample);
    }
    good = good && times_of_latency(&times, &beside);
    if (good && logins > 0) {
        numbers->login_share[room] = (double)good_logins / (double)logins;
        numbers->beside_p99_us[room] = times_percentile(&times, 99);
    }
    times_release(&times);
    samples_release(&beside);
    return good;
}

static bool measure_logins(struct claims_numbers *numbers, const char *bin)
{
    struct lab lab = {.auth = true};
    bool good = lab_start(&lab, bin);

    claims_say("sign-ins");
    for (enum room room = 0; good && room < ROOMS; room++) {
        const struct lab_load load = {room, "login=1,health=9", 200, 0, MIXED,
                                      0};
        struct load_result result;

        good = lab_run(&lab, &load, &result);
        if (good) {
            good = take_apart(numbers, room, &result.samples);
            load_release(&result);
        }
    }
    return lab_stop(&lab) && good;
}

/*
 * The sources
 */

static size_t count_locks(const char *path)
{
    size_t count = 0;
    char *text = read_text(path);

    for (const char *at = text; at && (at = strstr(at, "mutex_lock(")); at++)
        count++;
    free(text);
    return count;
}

static bool count_sources(struct claims_numbers *numbers)
{
    for (enum room room = 0; room < ROOMS; room++) {
        struct counts counts = {0};
        DIR *dir = opendir(room_names[room]);
        struct dirent *entry;
        bool good = dir != NULL;

        /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
        while (good && (entry = readdir(dir))) {
            char path[512];
            size_t len = strlen(entry->d_name);

            if (len < 3 || strcmp(entry->d_name + len - 2, ".c") != 0)
                continue;
            (void)snprintf(path, sizeof path, "%s/%s", room_names[room],
                           entry->d_name);
            good = counts_add_file(&counts, path);
            numbers->locks[room] += count_locks(path);
        }
        if (dir)
            (void)closedir(dir); /* only read from */
        if (!good) {
            (void)fprintf(stderr, "learn: cannot read %s\n", room_names[room]);
            return false;
        }
        numbers->lines[room] = counts.lines;
        numbers->functions[room] = counts.functions;
    }
    return true;
}

/*
 * All of them
 */

bool claims_measure(struct claims_numbers *numbers, const char *bin)
{
    struct lab lab = {0};
    bool good;

    *numbers = (struct claims_numbers){0};
    if (!count_sources(numbers))
        return false;
    /* First what is weighed: loads leave memory behind. */
    good = lab_start(&lab, bin) && claims_weigh(numbers, &lab, bin) &&
           measure_rates(numbers, &lab) && measure_tail(numbers, &lab) &&
           measure_overload(numbers, &lab) && claims_crowd(numbers, &lab);
    return lab_stop(&lab) && good && measure_logins(numbers, bin);
}

/* Prints it, indented, in lines of at most 80 columns. */
static void print_folded(const struct buf *text)
{
    size_t at = 0;

    while (at < text->len) {
        size_t len = text->len - at;

        if (len > WIDTH)
            for (len = WIDTH; len > 0 && text->data[at + len] != ' ';)
                len--;
        (void)printf("    %.*s\n", (int)len, text->data + at);
        at += len + 1;
    }
}

static bool print_claim(int i, const struct claims_numbers *numbers)
{
    static const char *const words[] = {
        [CLAIMS_NO] = "On this machine: no.",
        [CLAIMS_PARTLY] = "On this machine: partly.",
        [CLAIMS_YES] = "On this machine: yes.",
        [CLAIMS_NOT_MEASURED] = "It cannot be measured here."};
    struct buf text = {0};
    bool good;

    (void)printf("%2d  \"%s\"\n", i + 1, claims[i].says);
    claims[i].put_numbers(&text, numbers);
    buf_puts(&text, ".");
    good = !text.failed;
    if (good)
        print_folded(&text);
    buf_release(&text);
    (void)printf("    %s\n", words[claims[i].judge(numbers)]);
    return good;
}

int claims_command(int argc, char **argv)
{
    struct claims_numbers numbers;
    const char *bin = bin_dir;
    int others;
    bool good;

    if (argc == 3 && strcmp(argv[1], "--bin") == 0) {
        bin = argv[2];
    } else if (argc != 1) {
        (void)fprintf(stderr, "usage: learn claims\n");
        return 2;
    }
    (void)fprintf(stderr, "Measuring takes about two minutes; use the machine "
                          "for nothing else.\n");
    others = others_look();
    good = claims_measure(&numbers, bin);
    for (int i = 0; good && i < CLAIMS; i++)
        good = print_claim(i, &numbers);
    if (good)
        others_say(others);
    return good ? 0 : 1;
}
