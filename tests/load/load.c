#include "load.h"

#include <assert.h>
#include <stdio.h>
#include <sys/resource.h>

#include <uv.h>

#include "alarm.h"
#include "common/base/container_of.h"
#include "conn.h"
#include "link.h"

struct load {
    uv_loop_t loop;
    struct alarm alarm;
    struct sockaddr_in to;
    struct mix mix;
    struct plan plan;
    int64_t deadline_us;
    int64_t began_us, took_us;

    /* Connections. All have the same patience, and their requests began one
     * after the other: so the first that is under way gives up first. */
    struct link under_way, free;
    int open, max_open, opened;

    struct samples samples;
    bool failed; /* memory ran out: the samples are not whole */
};

static struct conn *conn_of(struct link *link)
{
    return container_of(link, struct conn, link);
}

static int64_t now_us(const struct load *load)
{
    return alarm_now_us() - load->began_us;
}

/*
 * One request
 */

static void note(struct load *load, size_t index, enum fate fate)
{
    struct sample *sample = &load->samples.all[index];

    sample->fate = fate;
    sample->finished_us = now_us(load);
}

static conn_end on_end;

/* One that is free, or else a new one; or NULL. */
static struct conn *take_conn(struct load *load)
{
    struct conn *conn;

    if (!link_is_alone(&load->free)) {
        conn = conn_of(load->free.before);
        link_take(&conn->link);
        return conn;
    }
    conn = load->open < load->max_open ? conn_new(&load->loop, on_end) : NULL;
    if (conn) {
        conn->owner = load;
        load->open++;
        load->opened++;
    }
    return conn;
}

/* Whether the request that was noted last is under way now. */
static bool begin(struct load *load, int operation, int64_t give_up_us)
{
    struct conn *conn = take_conn(load);

    if (!conn)
        return false;
    conn->request_len = mix_write(&load->mix, operation, conn->request);
    if (!conn_ask(conn, &load->to)) {
        load->open--;
        return false;
    }
    conn->sample = load->samples.count - 1;
    conn->give_up_us = give_up_us;
    link_append(&load->under_way, &conn->link);
    return true;
}

/* What is not sent stays under way in the plan: in a closed loop that client
 * has left, and does not try again and again. */
static void send_one(struct load *load, int64_t from_us)
{
    struct sample sample = {.from_us = from_us,
                            .started_us = now_us(load),
                            .operation = mix_next(&load->mix)};

    if (!samples_add(&load->samples, &sample))
        load->failed = true;
    else if (!begin(load, sample.operation, from_us + load->deadline_us))
        note(load, load->samples.count - 1, FATE_UNSENT);
}

static void give_up_the_late(struct load *load)
{
    while (!link_is_alone(&load->under_way)) {
        struct conn *conn = conn_of(load->under_way.after);

        if (conn->give_up_us > now_us(load))
            return;
        link_take(&conn->link);
        load->open--;
        note(load, conn->sample, FATE_STALLED);
        plan_finished(&load->plan);
        conn_close(conn);
    }
}

/*
 * All of them
 */

static void close_all(struct link *row)
{
    while (!link_is_alone(row)) {
        struct conn *conn = conn_of(row->after);

        link_take(&conn->link);
        conn_close(conn);
    }
}

static void stop(struct load *load)
{
    load->took_us = now_us(load);
    close_all(&load->free);
    close_all(&load->under_way);
    alarm_close(&load->alarm);
}

/* Sends what is due, gives up what is too late, and sees to it that it is
 * called again in time. */
static void go_on(struct load *load)
{
    int64_t from_us, wake_us;

    give_up_the_late(load);
    while (!load->failed && plan_next(&load->plan, now_us(load), &from_us))
        send_one(load, from_us);
    wake_us = plan_wake_us(&load->plan);
    if (!link_is_alone(&load->under_way)) {
        int64_t late_us = conn_of(load->under_way.after)->give_up_us;

        wake_us = late_us < wake_us ? late_us : wake_us;
    }
    if (wake_us == PLAN_NEVER || load->failed)
        stop(load);
    else
        alarm_set(&load->alarm, load->began_us + wake_us);
}

static void on_ring(struct alarm *alarm)
{
    go_on(container_of(alarm, struct load, alarm));
}

static void on_end(struct conn *conn, enum fate fate, bool is_free)
{
    struct load *load = conn->owner;

    link_take(&conn->link);
    if (is_free)
        link_append(&load->free, &conn->link);
    else
        load->open--;
    if (fate == FATE_UNDER_WAY) /* it was free, and nothing was asked */
        return;
    note(load, conn->sample, fate);
    if (fate == FATE_ANSWERED)
        load->samples.all[conn->sample].status = conn->answer.status;
    if (fate != FATE_UNSENT)
        plan_finished(&load->plan);
    go_on(load);
}

/*
 * From beginning to end
 */

/* Of all that the process does: while it runs a load, it does nothing else. */
static int64_t busy_us(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage); /* it knows itself (POSIX) */
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static bool prepare(struct load *load, const struct load_order *order)
{
    int rc = uv_loop_init(&load->loop);

    if (rc == 0)
        rc = alarm_init(&load->alarm, &load->loop, on_ring);
    if (rc != 0)
        (void)fprintf(stderr, "todo-load: no loop: %s\n", uv_strerror(rc));
    load->to = order->to;
    load->mix = order->mix;
    load->plan = order->plan;
    load->deadline_us = order->deadline_us;
    load->max_open = order->max_connections;
    link_init(&load->under_way);
    link_init(&load->free);
    return rc == 0;
}

bool load_run(const struct load_order *order, struct load_result *result)
{
    struct load load = {0};
    int64_t busy_before_us = busy_us();
    int rc;

    *result = (struct load_result){0};
    if (!prepare(&load, order))
        return false;
    load.began_us = alarm_now_us();
    go_on(&load);
    (void)uv_run(&load.loop, UV_RUN_DEFAULT); /* until nothing is left in it */
    result->took_us = load.took_us;
    result->busy_us = busy_us() - busy_before_us;
    result->planned = plan_total(&load.plan);
    result->samples = load.samples;
    result->connections = load.opened;
    rc = uv_loop_close(&load.loop);
    assert(rc == 0); /* all handles are closed */
    (void)rc;
    if (load.failed)
        (void)fputs("todo-load: out of memory\n", stderr);
    return !load.failed;
}

void load_release(struct load_result *result)
{
    samples_release(&result->samples);
}
