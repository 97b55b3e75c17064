/*
 * Level 5: many clients at once. All of them start at the same moment; what is
 * judged is what they were answered and what stands in the end, never how long
 * it took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"

enum { ROUNDS = 10, EACH = 25 };

static long long id_of(const struct http_answer *answer)
{
    cJSON *json = cJSON_Parse(answer->body);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(json, "id");
    long long number = id ? (long long)id->valuedouble : 0;

    cJSON_Delete(json);
    return number;
}

/*
 * One of many wins
 */

/* All send the same conditional write; each with a body of its own. */
struct race {
    const char *method;
    char target[64];
    char field[128];
    int status[CROWD];
};

static void run_in_race(struct http *http, int number, void *arg)
{
    struct race *race = arg;
    char body[32];
    bool deletes = strcmp(race->method, "DELETE") == 0;
    struct http_answer answer;

    (void)snprintf(body, sizeof body, "{\"title\":\"w%d\"}", number);
    answer = crowd_ask(http, race->method, race->target, race->field,
                       deletes ? NULL : body);
    race->status[number] = answer.status;
    http_answer_release(&answer);
}

static int count_status(const struct race *race, int status)
{
    int count = 0;

    for (int i = 0; i < CROWD; i++)
        count += race->status[i] == status;
    return count;
}

/* Creates a todo and lets all write to it with its ETag. */
static struct race hold_race(struct api *api, const char *method)
{
    const struct answer *answer = api_post(api, "{'title':'start'}");
    long long id = expect_todo(answer, 201);
    struct race race = {.method = method};
    char etag[ETAG_MAX];

    expect_etag(answer, etag);
    (void)snprintf(race.target, sizeof race.target, "/todos/%lld", id);
    (void)snprintf(race.field, sizeof race.field, "If-Match: %s", etag);
    crowd_run(api, run_in_race, &race);
    return race;
}

static void check_one_wins(struct api *api, const char *method)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct race race = hold_race(api, method);
        const struct answer *answer = api_get(api, race.target);

        (void)expect_todo(answer, 200);
        if (count_status(&race, 200) != 1 ||
            count_status(&race, 412) != CROWD - 1)
            fail_answer(answer, "one 200 and %d times 412, not %d and %d",
                        CROWD - 1, count_status(&race, 200),
                        count_status(&race, 412));
        for (int i = 0; i < CROWD; i++) {
            char title[32];

            (void)snprintf(title, sizeof title, "'w%d'", i);
            if (race.status[i] == 200)
                expect_member(answer, "title", title);
        }
    }
}

static void one_of_many_puts_with_one_etag_wins(void **state)
{
    check_one_wins(*state, "PUT");
}

static void one_of_many_patches_with_one_etag_wins(void **state)
{
    check_one_wins(*state, "PATCH");
}

static void one_of_many_deletes_wins(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct race race = hold_race(*state, "DELETE");
        const struct answer *answer = api_get(*state, race.target);

        expect_problem(answer, 404);
        if (count_status(&race, 204) != 1 ||
            count_status(&race, 404) != CROWD - 1)
            fail_answer(answer, "one 204 and %d times 404, not %d and %d",
                        CROWD - 1, count_status(&race, 204),
                        count_status(&race, 404));
    }
}

/*
 * None is lost, none is double
 */

struct creation {
    long long ids[CROWD * EACH];
    bool unread[CROWD]; /* an answered todo could not be read */
};

static void create_and_read(struct http *http, int number, void *arg)
{
    struct creation *creation = arg;

    for (int i = 0; i < EACH; i++) {
        long long *id = &creation->ids[number * EACH + i];
        char target[64];
        struct http_answer answer =
            crowd_ask(http, "POST", "/todos", NULL, "{\"title\":\"a\"}");

        *id = id_of(&answer);
        http_answer_release(&answer);
        (void)snprintf(target, sizeof target, "/todos/%lld", *id);
        answer = crowd_ask(http, "GET", target, NULL, NULL);
        creation->unread[number] |=
            answer.status != 200 || id_of(&answer) != *id;
        http_answer_release(&answer);
    }
}

static int compare_ids(const void *a, const void *b)
{
    long long x = *(const long long *)a;
    long long y = *(const long long *)b;

    return (x > y) - (x < y);
}

static void creates_at_once_have_ids_of_their_own(void **state)
{
    struct creation creation = {0};
    const struct answer *answer;

    crowd_run(*state, create_and_read, &creation);
    qsort(creation.ids, sizeof creation.ids / sizeof creation.ids[0],
          sizeof creation.ids[0], compare_ids);
    answer = api_get(*state, "/todos?limit=1000");
    if (expect_todos(answer) != CROWD * EACH)
        fail_answer(answer, "%d todos", CROWD * EACH);
    for (int i = 0; i < CROWD * EACH; i++) {
        const cJSON *todo = cJSON_GetArrayItem(answer->json, i);
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(todo, "id");

        if ((long long)id->valuedouble != creation.ids[i])
            fail_answer(answer, "the ids as they were answered, each once");
    }
}

static void each_client_reads_what_it_was_answered(void **state)
{
    struct creation creation = {0};

    crowd_run(*state, create_and_read, &creation);
    for (int i = 0; i < CROWD; i++)
        assert_false(creation.unread[i]);
}

/* Each number has a member of its own to change. */
struct merge {
    char target[64];
    int failed[CROWD];
};

static void patch_one_member(struct http *http, int number, void *arg)
{
    static const char *const patches[] = {
        "{\"title\":\"b\"}", "{\"completed\":true}", "{\"order\":7}",
        "{\"due_at\":\"2030-01-01T00:00:00Z\"}"};
    struct merge *merge = arg;
    struct http_answer answer =
        crowd_ask(http, "PATCH", merge->target, NULL, patches[number % 4]);

    merge->failed[number] += answer.status != 200;
    http_answer_release(&answer);
}

static void patches_of_different_members_at_once_all_stay(void **state)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct merge merge = {0};
        long long id = api_create(*state, "{'title':'a'}");
        const struct answer *answer;

        (void)snprintf(merge.target, sizeof merge.target, "/todos/%lld", id);
        crowd_run(*state, patch_one_member, &merge);
        for (int i = 0; i < CROWD; i++)
            assert_int_equal(merge.failed[i], 0);
        answer = api_get_todo(*state, id);
        (void)expect_todo(answer, 200);
        expect_member(answer, "title", "'b'");
        expect_member(answer, "completed", "true");
        expect_member(answer, "order", "7");
        expect_member(answer, "due_at", "'2030-01-01T00:00:00.000Z'");
    }
}

/* Each client reads a todo of its own, again and again, and must get the
 * answer to its own question. */
struct crossing {
    char targets[CROWD][64];
    long long ids[CROWD];
    int foreign[CROWD];
};

static void read_own_todo(struct http *http, int number, void *arg)
{
    struct crossing *crossing = arg;

    for (int i = 0; i < EACH; i++) {
        struct http_answer answer =
            crowd_ask(http, "GET", crossing->targets[number], NULL, NULL);

        crossing->foreign[number] += id_of(&answer) != crossing->ids[number];
        http_answer_release(&answer);
    }
}

static void answers_do_not_cross(void **state)
{
    struct crossing crossing = {0};

    for (int i = 0; i < CROWD; i++) {
        crossing.ids[i] = api_create(*state, "{'title':'a'}");
        (void)snprintf(crossing.targets[i], sizeof crossing.targets[i],
                       "/todos/%lld", crossing.ids[i]);
    }
    crowd_run(*state, read_own_todo, &crossing);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(crossing.foreign[i], 0);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(one_of_many_puts_with_one_etag_wins),
    cmocka_unit_test(one_of_many_patches_with_one_etag_wins),
    cmocka_unit_test(one_of_many_deletes_wins),
    cmocka_unit_test(creates_at_once_have_ids_of_their_own),
    cmocka_unit_test(each_client_reads_what_it_was_answered),
    cmocka_unit_test(patches_of_different_members_at_once_all_stay),
    cmocka_unit_test(answers_do_not_cross),
};

const struct group races_group = GROUP(LEVEL_CONDITIONS, "races", cases);
