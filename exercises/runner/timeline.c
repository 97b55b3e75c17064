/*
 * exercises/runner/timeline.c - plays a scenario against both servers and draws
 *                               what each thread and each request did.
 *
 * All of it comes from the servers' own marks (--trace).
 */
#include "timeline.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child.h"
#include "folder.h"
#include "runner.h"
#include "tests/support/steer.h"

enum { PATH_SIZE = 512 };

static const char *const servers[TAKES] = {"todo-sync", "todo-async"};

static bool puts_aside(const struct take *take)
{
    for (size_t i = 0; i < take->trace.count; i++)
        if (lane_was_parked(&take->trace.lanes[i]))
            return true;
    return false;
}

bool timeline_shows(const struct take *take, const struct lane *lane)
{
    return lane->count > 0 && (lane->request == 0 || puts_aside(take));
}

void timeline_lane_name(const struct lane *lane, char *name, size_t size)
{
    if (lane->request == 0)
        (void)snprintf(name, size, "%s", lane->name);
    else
        (void)snprintf(name, size, "#%u %s", lane->request, lane->name);
}

/* --- what happened while a gate was closed -------------------------------- */

static void find_hold(struct take *take)
{
    for (size_t i = 0; i < take->trace.count; i++) {
        const struct lane *lane = &take->trace.lanes[i];

        for (size_t j = 0; j < lane->count; j++) {
            const struct span *span = &lane->spans[j];

            if (!span->what.held ||
                span->to - span->from <= take->held_to - take->held_from)
                continue;
            take->held_from = span->from;
            take->held_to = span->to;
        }
    }
}

int timeline_standing(const struct take *take)
{
    int count = 0;

    for (size_t i = 0; i < take->trace.count; i++)
        if (take->trace.lanes[i].request == 0 &&
            lane_is(&take->trace.lanes[i], take->held_to - 1, SPAN_STANDS))
            count++;
    return count;
}

int timeline_answered(const struct take *take)
{
    int count = 0;

    for (size_t i = 0; i < take->trace.count; i++) {
        int64_t ended = take->trace.lanes[i].ended;

        count += ended > take->held_from && ended < take->held_to;
    }
    return count;
}

/* --- who waited for one thing --------------------------------------------- */

static bool lane_waited(const struct lane *lane, const char *wait)
{
    for (size_t i = 0; i < lane->count; i++)
        if (strcmp(lane->spans[i].what.label, wait) == 0)
            return true;
    return false;
}

void timeline_fact(const struct take *take, const char *wait,
                   char fact[TIMELINE_FACT])
{
    int requests = 0, waited = 0, threads = 0;
    char many[16];

    for (size_t i = 0; i < take->trace.count; i++) {
        const struct lane *lane = &take->trace.lanes[i];

        requests += lane->request > 0;
        waited += lane->request > 0 && lane_waited(lane, wait);
        threads += lane->request == 0 && lane_waited(lane, wait);
    }
    (void)snprintf(many, sizeof many, threads ? "%d" : "no", threads);
    (void)snprintf(fact, TIMELINE_FACT,
                   "%d of %d requests wait for it; %s %s still", waited,
                   requests, many,
                   threads > 1 ? "threads stand" : "thread stands");
}

/* --- recording ------------------------------------------------------------ */

static bool read_trace(struct take *take, const char *path)
{
    FILE *marks = fopen(path, "r");
    bool good = marks && trace_read(&take->trace, marks);

    if (!marks)
        perror(path);
    else
        (void)fclose(marks); /* it was only read from */
    find_hold(take);
    return good;
}

/* Plays the scenario against one server, from its start to its end. */
static bool record(struct take *take, const struct scenario *scenario,
                   const char *dir)
{
    char db[PATH_SIZE + 32], marks[PATH_SIZE + 32], gates[STEER_PATH_SIZE];
    const struct server_options options = {.bin_dir = bin_dir,
                                           .dir = dir,
                                           .db = db,
                                           .trace = marks,
                                           .threads = scenario->threads,
                                           .hash_jobs = scenario->hash_jobs};
    struct child server = {0};
    bool good;

    (void)snprintf(db, sizeof db, "%s/%s.db", dir, take->server);
    (void)snprintf(marks, sizeof marks, "%s/%s.trace", dir, take->server);
    good = server_start(&server, take->server, &options) &&
           steer_path(gates, dir, take->server, (long)server.pid) &&
           scenario->play(&server, gates);
    return children_stop(&server, 1) && good && read_trace(take, marks);
}

static bool record_both(struct timeline *timeline,
                        const struct scenario *scenario)
{
    char dir[PATH_SIZE];
    const struct server_options muse_options = {.dir = dir};
    struct child muse = {0};
    bool good;

    children_init();
    if (!folder_of_our_own(dir, sizeof dir))
        return false;
    good = !scenario->delay ||
           upstream_start(&muse, &muse_options, scenario->delay);
    timeline->scenario = scenario->name;
    timeline->title = scenario->title;
    timeline->wait = scenario->wait;
    for (int i = 0; i < TAKES && good; i++) {
        const struct trace *trace = &timeline->takes[i].trace;

        timeline->takes[i].server = servers[i];
        good = record(&timeline->takes[i], scenario, dir);
        if (trace->to - trace->from > timeline->length)
            timeline->length = trace->to - trace->from;
    }
    good = children_stop(&muse, 1) && good;
    folder_clear(dir);
    return good;
}

/* --- telling -------------------------------------------------------------- */

static bool write_file(const struct timeline *timeline, const char *folder,
                       const char *ending,
                       void draw(const struct timeline *, FILE *))
{
    char path[PATH_SIZE];
    FILE *file;
    bool good;

    (void)snprintf(path, sizeof path, "%s/%s.%s", folder, timeline->scenario,
                   ending);
    file = fopen(path, "w");
    if (!file) {
        perror(path);
        return false;
    }
    draw(timeline, file);
    good = !ferror(file);
    good = fclose(file) == 0 && good;
    if (good)
        (void)printf("%s\n", path);
    else
        perror(path);
    return good;
}

static bool tell(const struct timeline *timeline, const char *folder)
{
    timeline_text(timeline, stdout);
    (void)printf("\n");
    if (mkdir(folder, 0777) != 0 && access(folder, W_OK) != 0) {
        perror(folder);
        return false;
    }
    return write_file(timeline, folder, "svg", timeline_svg) &&
           write_file(timeline, folder, "txt", timeline_text) &&
           write_file(timeline, folder, "json", timeline_chrome);
}

static void list_scenarios(const char *unknown)
{
    if (unknown)
        (void)fprintf(stderr, "learn: there is no scenario %s; there are\n",
                      unknown);
    else
        (void)fprintf(stderr, "learn: timeline takes a scenario:\n");
    for (int i = 0; scenarios[i]; i++)
        (void)fprintf(stderr, "  %-8s %s\n", scenarios[i]->name,
                      scenarios[i]->title);
}

int timeline_command(int argc, char **argv)
{
    const char *folder = "build/timeline";
    const char *name = argc == 2 ? argv[1] : NULL;
    const struct scenario *scenario;
    struct timeline timeline = {0};
    bool good;

    if (argc == 4 && strcmp(argv[1], "--out") == 0) {
        folder = argv[2];
        name = argv[3];
    }
    scenario = name ? scenario_find(name) : NULL;
    if (!scenario) {
        list_scenarios(name);
        return 2;
    }
    good = record_both(&timeline, scenario) && tell(&timeline, folder);
    for (int i = 0; i < TAKES; i++)
        trace_release(&timeline.takes[i].trace);
    return good ? 0 : 1;
}
