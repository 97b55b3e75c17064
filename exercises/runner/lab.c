#include "lab.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"
#include "tests/load/ids.h"
#include "tests/support/environment.h"
#include "tests/support/http.h"

enum {
    MILLION = 1000000,
    ROWS_THERE = 1000,
    PATIENCE = 10,       /* seconds for an answer */
    FILLERS = 16,        /* clients that fill a server */
    HOLDER_PATIENCE = 60 /* seconds; it takes three */
};

const char *const lab_servers[ROOMS] = {"todo-sync", "todo-async"};

/*
 * Loads
 */

static struct load_order order_for(const struct lab *lab,
                                   const struct lab_load *load)
{
    struct load_order order = {
        .to = {.sin_family = AF_INET,
               .sin_port = htons((uint16_t)lab->servers[load->room].port),
               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
        .mix = lab->mixes[load->room],
        .plan = {.rate = load->rate,
                 .clients = load->clients,
                 .requests = INT64_MAX,
                 .until_us = load->seconds * (int64_t)MILLION},
        .max_connections = load->clients > 0 ? load->clients : 1000,
        .deadline_us = (load->patience > 0 ? load->patience : PATIENCE) *
                       (int64_t)MILLION};

    (void)mix_read(&order.mix, load->mix); /* it is one of ours */
    return order;
}

/* Between two loads: has somebody pressed Ctrl-C, or has a server ended? */
static bool may_go_on(struct lab *lab)
{
    for (enum room room = 0; room < ROOMS; room++)
        switch (child_await(&lab->servers[room], 0)) {
        case CHILD_LATE: /* it is there */
            break;
        case CHILD_ENDED:
            (void)fprintf(stderr, "learn: %s ended in the middle\n",
                          lab->servers[room].name);
            return false;
        case CHILD_END_ASKED:
            (void)fprintf(stderr, "\nStopped before the end.\n");
            return false;
        }
    return true;
}

bool lab_run(struct lab *lab, const struct lab_load *load,
             struct load_result *result)
{
    struct load_order order = order_for(lab, load);

    return may_go_on(lab) && load_run(&order, result);
}

bool lab_sum_up(const struct load_result *result, struct lab_cell *cell)
{
    struct times times;
    size_t good = 0;

    if (!times_of_latency(&times, &result->samples))
        return false;
    for (size_t i = 0; i < result->samples.count; i++)
        good += sample_is_good(&result->samples.all[i]);
    *cell = (struct lab_cell){
        .rate = (double)good * MILLION / (double)(result->took_us + 1),
        .p50_us = times_percentile(&times, 50),
        .p99_us = times_percentile(&times, 99),
        .busy_percent = (int)(100 * result->busy_us / (result->took_us + 1))};
    times_release(&times);
    return true;
}

bool lab_measure(struct lab *lab, const struct lab_load *load,
                 struct lab_cell *cell)
{
    struct load_result result;
    bool good = lab_run(lab, load, &result);

    if (!good)
        return false;
    good = lab_sum_up(&result, cell);
    load_release(&result);
    return good;
}

static bool start_holding(const struct child *server, struct child *holder)
{
    char script[128];
    const char *const argv[] = {"sh", "-c", script, NULL};
    long pid = (long)server->pid;

    (void)snprintf(script, sizeof script,
                   "sleep 2; kill -STOP %ld; sleep 1; kill -CONT %ld", pid,
                   pid);
    *holder = (struct child){.name = "sh"};
    return child_start(holder, argv);
}

bool lab_run_held(struct lab *lab, const struct lab_load *load,
                  struct load_result *result)
{
    struct lab_load five = *load;
    struct child holder;

    five.seconds = 5;
    return start_holding(&lab->servers[load->room], &holder) &&
           lab_run(lab, &five, result) &&
           child_await(&holder, HOLDER_PATIENCE) == CHILD_ENDED;
}

/*
 * The servers
 */

/* A server has todos, and says which. */
static bool fill(struct lab *lab, enum room room)
{
    const struct lab_load load = {room, "create=1", 0, FILLERS, 60, 0};
    struct load_order order = order_for(lab, &load);
    struct load_result result;

    order.plan.requests = ROWS_THERE;
    if (!load_run(&order, &result))
        return false;
    load_release(&result);
    return ids_learn(&lab->mixes[room], &lab->ids[room]);
}

static bool make_user(const struct child *server)
{
    static const char body[] = MIX_LOGIN;
    static const char *const fields[] = {"Content-Type: application/json",
                                         NULL};
    const struct http_request request = {.method = "POST",
                                         .target = "/users",
                                         .fields = fields,
                                         .body = body,
                                         .body_len = sizeof body - 1};
    struct http *http = http_new(server->url, NULL);
    struct http_answer answer = {0};
    bool good;

    if (http)
        answer = http_ask(http, &request);
    good = answer.status == 201;
    if (!good)
        (void)fprintf(stderr, "learn: %s makes no user: %s\n", server->name,
                      answer.error);
    http_answer_release(&answer);
    http_free(http);
    return good;
}

static bool get_ready(struct lab *lab, enum room room)
{
    (void)snprintf(lab->hosts[room], sizeof lab->hosts[room], "127.0.0.1:%d",
                   lab->servers[room].port);
    lab->mixes[room] =
        (struct mix){.host = lab->hosts[room], .keep_alive = true};
    return lab->auth ? make_user(&lab->servers[room]) : fill(lab, room);
}

bool lab_start(struct lab *lab, const char *bin)
{
    struct server_options options = {
        .bin_dir = bin, .dir = lab->dir, .db = lab->db, .auth = lab->auth};

    children_init();
    if (!folder_of_our_own(lab->dir, sizeof lab->dir) || !environment_clean() ||
        /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
        setenv("TODO_LOG_LEVEL", "warn", 1) != 0 ||
        !upstream_start(&lab->muse, &options, LAB_UPSTREAM_MS))
        return false;
    for (enum room room = 0; room < ROOMS; room++) {
        (void)snprintf(lab->db, sizeof lab->db, "%s/%s.db", lab->dir,
                       lab_servers[room]);
        if (!server_start(&lab->servers[room], lab_servers[room], &options) ||
            !get_ready(lab, room))
            return false;
    }
    return true;
}

/* Whatever became of the holder: a server that stands still would not hear that
 * it has to end. */
bool lab_stop(struct lab *lab)
{
    bool clean;

    for (enum room room = 0; room < ROOMS; room++)
        if (lab->servers[room].pid > 0)
            (void)kill(lab->servers[room].pid, SIGCONT); /* it may have ended */
    clean = children_stop(lab->servers, ROOMS);
    clean = children_stop(&lab->muse, 1) && clean;
    for (enum room room = 0; room < ROOMS; room++)
        free(lab->ids[room]);
    if (lab->dir[0] != '\0')
        folder_clear(lab->dir);
    return clean;
}
