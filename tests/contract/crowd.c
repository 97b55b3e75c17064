#include "crowd.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"

struct member {
    struct http *http;
    int number;
    pthread_barrier_t *start;
    crowd_act *act;
    void *arg;
};

static void *live(void *arg)
{
    struct member *member = arg;

    (void)pthread_barrier_wait(member->start); /* fails for none or all */
    member->act(member->http, member->number, member->arg);
    return NULL;
}

void crowd_run(const struct api *api, crowd_act *act, void *arg)
{
    struct member members[CROWD];
    pthread_t threads[CROWD];
    pthread_barrier_t start;

    if (pthread_barrier_init(&start, NULL, CROWD) != 0)
        abort();
    for (int i = 0; i < CROWD; i++) {
        members[i] =
            (struct member){http_clone(api->http), i, &start, act, arg};
        if (pthread_create(&threads[i], NULL, live, &members[i]) != 0)
            abort(); /* those who wait at the barrier cannot be sent home */
    }
    for (int i = 0; i < CROWD; i++) {
        (void)pthread_join(threads[i], NULL);
        http_free(members[i].http);
    }
    (void)pthread_barrier_destroy(&start);
}

struct http_answer crowd_ask(struct http *http, const char *method,
                             const char *target, const char *field,
                             const char *body)
{
    const char *fields[] = {"Content-Type: application/json", field, NULL};
    struct http_request request = {.method = method,
                                   .target = target,
                                   .fields = fields,
                                   .body = body,
                                   .body_len = body ? strlen(body) : 0};

    return http_ask(http, &request);
}

struct creation {
    int count;
    int failed[CROWD];
};

static void create_every_eighth(struct http *http, int number, void *arg)
{
    struct creation *creation = arg;

    for (int i = number; i < creation->count; i += CROWD) {
        char body[64];
        struct http_answer answer;

        (void)snprintf(body, sizeof body, "{\"title\":\"%d\",\"completed\":%s}",
                       i, i % 2 ? "true" : "false");
        answer = crowd_ask(http, "POST", "/todos", NULL, body);
        creation->failed[number] += answer.status != 201;
        http_answer_release(&answer);
    }
}

void crowd_create(struct api *api, int count)
{
    struct creation creation = {.count = count};

    crowd_run(api, create_every_eighth, &creation);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(creation.failed[i], 0);
}
