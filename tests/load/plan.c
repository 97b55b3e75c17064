#include "plan.h"

enum { SECOND_US = 1000000 };

static bool is_open(const struct plan *plan)
{
    return plan->rate > 0;
}

/* In an open loop the time of a request follows from its number alone. */
static int64_t due_us(const struct plan *plan)
{
    return plan->sent * SECOND_US / plan->rate;
}

/* In a closed loop it has come as soon as one of the clients is free. */
static int64_t next_us(const struct plan *plan, int64_t now_us)
{
    if (is_open(plan))
        return due_us(plan);
    return plan->under_way < plan->clients ? now_us : PLAN_NEVER;
}

static bool is_over(const struct plan *plan, int64_t at_us)
{
    return plan->sent == plan->requests || at_us >= plan->until_us;
}

bool plan_next(struct plan *plan, int64_t now_us, int64_t *from_us)
{
    int64_t at_us = next_us(plan, now_us);

    if (at_us > now_us || is_over(plan, at_us))
        return false;
    plan->sent++;
    plan->under_way++;
    *from_us = at_us;
    return true;
}

void plan_finished(struct plan *plan)
{
    plan->under_way--;
}

int64_t plan_wake_us(const struct plan *plan)
{
    if (!is_open(plan) || is_over(plan, due_us(plan)))
        return PLAN_NEVER;
    return due_us(plan);
}

int64_t plan_total(const struct plan *plan)
{
    int64_t in_time;

    if (!is_open(plan))
        return plan->sent;
    in_time = (plan->until_us * plan->rate + SECOND_US - 1) / SECOND_US;
    return in_time < plan->requests ? in_time : plan->requests;
}
