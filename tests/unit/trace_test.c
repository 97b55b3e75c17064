/*
 * tests/unit/trace_test.c - marks of threads that come in between each other
 * for one request.
 */
#include "exercises/runner/trace.h"
#include "tests/unit/unit.h"

/* A loop puts a request aside for a hash thread, which begins before the loop
 * has left the request: a thread that leaves takes its own work along. */
static const char begun_early[] = "10 loop 1 begin create_user\n"
                                  "10 loop 1 enter -\n"
                                  "20 loop 1 park hash.wait\n"
                                  "30 hash-1 1 enter -\n"
                                  "40 loop 1 leave -\n"
                                  "90 hash-1 1 leave -\n";

static void read_marks(struct trace *trace, const char *marks)
{
    FILE *file = tmpfile();

    assert_non_null(file);
    assert_true(fputs(marks, file) >= 0);
    rewind(file);
    assert_true(trace_read(trace, file));
    assert_int_equal(fclose(file), 0);
}

static const struct lane *lane_of(const struct trace *trace, uint32_t request)
{
    for (size_t i = 0; i < trace->count; i++)
        if (trace->lanes[i].request == request)
            return &trace->lanes[i];
    fail_msg("there is no lane of request %u", request);
    return NULL;
}

static void work_that_begins_early_is_not_ended_by_another_thread(void **state)
{
    struct trace trace;
    const struct lane *lane;

    (void)state;
    read_marks(&trace, begun_early);
    lane = lane_of(&trace, 1);
    assert_true(lane_is(lane, 25, SPAN_PARKED));
    assert_true(lane_is(lane, 35, SPAN_WORKS));
    assert_true(lane_is(lane, 60, SPAN_WORKS));
    assert_non_null(lane_now(lane));
    assert_int_equal(lane_now(lane)->kind, SPAN_PARKED);
    trace_release(&trace);
}

static void a_mark_may_say_what_a_request_looks_for(void **state)
{
    struct trace trace;

    (void)state;
    read_marks(&trace, "10 loop 1 begin list_todos ?completed=true\n"
                       "20 loop 2 begin list_todos\n");
    assert_string_equal(lane_of(&trace, 1)->name, "list_todos");
    assert_string_equal(lane_of(&trace, 1)->query, "?completed=true");
    assert_string_equal(lane_of(&trace, 2)->query, "");
    trace_release(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(work_that_begins_early_is_not_ended_by_another_thread),
        cmocka_unit_test(a_mark_may_say_what_a_request_looks_for),
    };

    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
