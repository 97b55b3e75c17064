/*
 * tests/unit/suggestion_names_test.c - an upstream whose name is not told.
 *
 * libcurl looks names up by getaddrinfo(3), in a thread of its own. Here that
 * is ours: it answers when the case is over. Who waits for it meanwhile finds
 * that it gave up.
 */
#include <netdb.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>

#include "common/suggestion.h"
#include "tests/unit/unit.h"

enum { GIVE_UP_S = 60, LOOK_UP_MS = 50, PATIENCE_MS = 30000 };

static sem_t asked, over, left;
static atomic_bool gave_up;

/* In place of the C library's. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int getaddrinfo(const char *node, const char *service,
                const struct addrinfo *hints, struct addrinfo **found)
{
    struct timespec until;

    (void)node, (void)service, (void)hints, (void)found;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += GIVE_UP_S;
    sem_post(&asked);
    if (sem_timedwait(&over, &until) != 0)
        atomic_store(&gave_up, true);
    sem_post(&left);
    return EAI_AGAIN;
}

static void begin(struct suggestion_call *call, int64_t within_ms)
{
    const struct config config = {.upstream = "http://nobody.test/"};

    assert_true(suggestion_call_init(call, &config));
    suggestion_call_begin(call, within_ms);
}

/* Nobody has waited for the name; and its thread is done with it. */
static void end(struct suggestion_call *call)
{
    suggestion_call_release(call);
    assert_false(atomic_load(&gave_up));
    sem_post(&over);
    sem_wait(&left);
}

static void a_look_up_outlasts_no_deadline(void **state)
{
    struct suggestion_call call;
    struct buf array = {0};

    (void)state;
    begin(&call, LOOK_UP_MS);
    assert_int_equal(
        suggestion_call_end(&call, curl_easy_perform(call.easy), &array),
        TODO_ERR_UPSTREAM_TIMEOUT);
    end(&call);
}

static void a_call_that_is_taken_back_waits_for_no_look_up(void **state)
{
    struct suggestion_call call;
    CURLM *multi = curl_multi_init();
    int running;

    (void)state;
    assert_true(multi != NULL);
    begin(&call, PATIENCE_MS);
    assert_int_equal(curl_multi_add_handle(multi, call.easy), CURLM_OK);
    assert_int_equal(curl_multi_perform(multi, &running), CURLM_OK);
    sem_wait(&asked);
    assert_int_equal(curl_multi_remove_handle(multi, call.easy), CURLM_OK);
    end(&call);
    curl_multi_cleanup(multi);
}

static int reset(void **state)
{
    (void)state;
    sem_init(&asked, 0, 0);
    sem_init(&over, 0, 0);
    sem_init(&left, 0, 0);
    atomic_store(&gave_up, false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_look_up_outlasts_no_deadline, reset),
        cmocka_unit_test_setup(a_call_that_is_taken_back_waits_for_no_look_up,
                               reset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
