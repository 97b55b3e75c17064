/*
 * tests/unit/resolver_test.c - an upstream whose name is told late, or anew.
 *
 * In place of the C library's, getaddrinfo(3) is ours here: it answers what the
 * case says, when the case says so. And a minute is over when the case says so.
 * There is one resolver for a process: each case goes on where the one before
 * it ended.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/base/log.h"
#include "common/base/resolver.h"
#include "common/todo/suggestion.h"
#include "tests/unit/stub.h"
#include "tests/unit/unit.h"

enum {
    CALLS = 100,
    MANY = 20, /* addresses, more than are kept */
    KEPT = 8,
    AT_ONCE_MS = 50,
    PATIENCE_MS = 30000
};

static const char answer[] = "HTTP/1.1 200 OK\r\n"
                             "Content-Length: 16\r\n"
                             "\r\n"
                             "{\"title\":\"milk\"}";

static sem_t may_answer; /* the name server */
static sem_t asleep;     /* the resolver has told what it found */
static sem_t minute_over;
static atomic_int asked;
static atomic_bool asked_elsewhere; /* than on the resolver's thread */
static atomic_long slept_s;
static const char *told; /* the first address; NULL: the name server fails */
static int told_count;
static struct sockaddr_in addresses[MANY];
static struct addrinfo found[MANY];

static struct stub upstream;
static char url[64];

/* These stand in for those of the C library, and have its names. */
int getaddrinfo(const char *name, const char *service,
                const struct addrinfo *req, struct addrinfo **pai)
{
    (void)service, (void)req;
    atomic_fetch_add(&asked, 1);
    if (strcmp(log_thread_name(), "resolver") != 0 ||
        strcasecmp(name, "upstream.test") != 0)
        atomic_store(&asked_elsewhere, true);
    sem_wait(&may_answer);
    if (!told)
        return EAI_AGAIN;
    for (int i = 0; i < told_count; i++) {
        addresses[i].sin_family = AF_INET;
        (void)inet_pton(AF_INET, i > 0 ? "192.0.2.1" : told,
                        &addresses[i].sin_addr);
        found[i] = (struct addrinfo){
            .ai_addr = (void *)&addresses[i],
            .ai_next = i + 1 < told_count ? &found[i + 1] : NULL};
    }
    *pai = found;
    return 0;
}

void freeaddrinfo(struct addrinfo *ai)
{
    (void)ai;
}

int clock_nanosleep(clockid_t clock_id, int flags, const struct timespec *req,
                    struct timespec *rem)
{
    (void)clock_id, (void)flags, (void)rem;
    atomic_store(&slept_s, (long)req->tv_sec);
    sem_post(&asleep);
    sem_wait(&minute_over);
    return 0;
}

/* The name server says this now, and the resolver has told it. */
static void tell(const char *address, int count)
{
    told = address;
    told_count = count;
    sem_post(&may_answer);
    sem_wait(&asleep);
}

/* Two addresses are known of the name, and this one is the first. */
static void expect_first(const char *address)
{
    struct curl_slist *hosts;
    char line[64];

    (void)snprintf(line, sizeof line, "*%s:%s,192.0.2.1",
                   strrchr(upstream.url, ':'), address);
    assert_int_equal(resolver_hosts(&hosts), TODO_OK);
    assert_string_equal(hosts->data, line);
    curl_slist_free_all(hosts);
}

static void expect_nothing_to_look_up(const char *address_url)
{
    struct curl_slist *hosts;

    assert_true(resolver_start(address_url, PATIENCE_MS));
    assert_int_equal(resolver_hosts(&hosts), TODO_OK);
    assert_null(hosts);
    assert_int_equal(atomic_load(&asked), 0);
}

static void an_address_is_not_looked_up(void **state)
{
    (void)state;
    expect_nothing_to_look_up(NULL);
    expect_nothing_to_look_up("http://127.0.0.1:80/");
    expect_nothing_to_look_up("http://[::1]/");
}

/* The start waits for a moment, and calls do not: there is one look-up for all
 * of them. */
static void while_no_address_is_known_calls_fail_at_once(void **state)
{
    struct suggestion_call call;

    (void)state;
    assert_true(resolver_start(url, AT_ONCE_MS));
    assert_true(suggestion_call_init(&call, url));
    for (int i = 0; i < CALLS; i++)
        assert_int_equal(suggestion_call_begin(&call, PATIENCE_MS),
                         TODO_ERR_UPSTREAM);
    suggestion_call_release(&call);
    assert_in_range(atomic_load(&asked), 0, 1);
}

static void a_look_up_that_fails_is_soon_made_again(void **state)
{
    (void)state;
    tell(NULL, 0);
    assert_int_equal(atomic_load(&asked), 1);
    assert_int_equal(atomic_load(&slept_s), RESOLVER_RETRY_S);
    sem_post(&minute_over);
    tell("127.0.0.1", 2);
    assert_int_equal(atomic_load(&asked), 2);
    assert_int_equal(atomic_load(&slept_s), RESOLVER_AGAIN_S);
    expect_first("127.0.0.1");
}

/* A real transfer; libcurl looks up nothing. */
static void calls_go_to_the_address_that_was_found(void **state)
{
    struct suggestion_call call;
    struct buf array = {0};

    (void)state;
    stub_serve(&upstream, answer, strlen(answer));
    assert_true(suggestion_call_init(&call, url));
    assert_int_equal(suggestion_call_begin(&call, PATIENCE_MS), TODO_OK);
    assert_int_equal(
        suggestion_call_end(&call, curl_easy_perform(call.easy), &array),
        TODO_OK);
    assert_int_equal(pthread_join(upstream.thread, NULL), 0);
    suggestion_call_release(&call);
    buf_release(&array);
    assert_int_equal(atomic_load(&asked), 2);
    assert_false(atomic_load(&asked_elsewhere));
}

static void a_name_that_moves_is_followed(void **state)
{
    (void)state;
    sem_post(&minute_over);
    tell("127.0.0.2", 2);
    expect_first("127.0.0.2");
}

static void what_was_found_is_kept_while_the_name_server_fails(void **state)
{
    (void)state;
    sem_post(&minute_over);
    tell(NULL, 0);
    expect_first("127.0.0.2");
}

static void no_more_addresses_are_kept_than_there_is_room_for(void **state)
{
    struct curl_slist *hosts;
    int count = 1;

    (void)state;
    sem_post(&minute_over);
    tell("127.0.0.3", MANY);
    assert_int_equal(resolver_hosts(&hosts), TODO_OK);
    for (const char *at = hosts->data; *at; at++)
        count += *at == ',';
    assert_int_equal(count, KEPT);
    curl_slist_free_all(hosts);
}

static int setup(void **state)
{
    (void)state;
    stub_listen(&upstream);
    (void)snprintf(url, sizeof url, "http://Upstream.Test%s/",
                   strrchr(upstream.url, ':'));
    return sem_init(&may_answer, 0, 0) | sem_init(&asleep, 0, 0) |
           sem_init(&minute_over, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_not_looked_up),
        cmocka_unit_test(while_no_address_is_known_calls_fail_at_once),
        cmocka_unit_test(a_look_up_that_fails_is_soon_made_again),
        cmocka_unit_test(calls_go_to_the_address_that_was_found),
        cmocka_unit_test(a_name_that_moves_is_followed),
        cmocka_unit_test(what_was_found_is_kept_while_the_name_server_fails),
        cmocka_unit_test(no_more_addresses_are_kept_than_there_is_room_for),
    };

    return cmocka_run_group_tests_name("resolver", tests, setup, NULL);
}
