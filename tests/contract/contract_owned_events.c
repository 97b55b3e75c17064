/*
 * Level 10: no stream tells a change of another user, nor does one that
 * resumes.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "events.h"
#include "expect.h"
#include "theirs.h"
#include "wire.h"

enum { FEW = 3 };

/* The next event is about a todo with this title, or has this data. */
static long long expect_event(struct api *api, const char *name,
                              const char *text)
{
    struct stream_event event;

    if (!stream_event(&api->stream, &event))
        fail_answer(&api->answer, "an event \"%s\", but none came", name);
    if (strcmp(event.name, name) != 0 || !strstr(event.data, text))
        fail_answer(&api->answer, "event: %s with %s; not %s, %s", name, text,
                    event.name, event.data);
    return event.id;
}

/* One of each kind. */
static void change_all_kinds(struct api *api)
{
    long long id = api_create(api, "{'title':'theirs'}");

    (void)expect_todo(api_put(api, id, "{'title':'theirs','order':1}"), 200);
    (void)expect_todo(api_patch(api, id, "{'completed':true}"), 200);
    expect_status(api_delete_todo(api, id), 204);
    (void)api_create(api, "{'title':'theirs'}");
    expect_status(api_delete(api, "/todos?completed=false"), 204);
    (void)api_create(api, "{'title':'theirs'}");
    expect_status(api_delete(api, "/todos"), 204);
}

/* Makes another user, and follows its changes. The case goes on as that. */
static void follow_as_theirs(struct api *api, struct user *theirs)
{
    user_make(api, theirs);
    as_theirs(api, theirs);
    events_open(api, "");
}

/* That nothing comes is known by what comes next. */
static void changes_of_another_are_no_events(void **state)
{
    struct api *api = *state;
    struct user theirs;

    user_make(api, &theirs);
    events_open(api, "");
    as_theirs(api, &theirs);
    change_all_kinds(api);
    as_mine(api);
    (void)api_create(api, "{'title':'mine'}");
    (void)expect_event(api, "created", "\"mine\"");
}

static void each_stream_tells_the_changes_of_its_user(void **state)
{
    struct api *api = *state;
    struct user theirs;

    follow_as_theirs(api, &theirs);
    for (int i = 0; i < FEW; i++) {
        char body[64];
        char text[64];

        as_mine(api);
        (void)api_create(api, "{'title':'mine'}");
        as_theirs(api, &theirs);
        (void)snprintf(body, sizeof body, "{'title':'theirs %d'}", i);
        (void)snprintf(text, sizeof text, "\"theirs %d\"", i);
        (void)api_create(api, body);
        (void)expect_event(api, "created", text);
    }
}

static void resuming_tells_no_change_of_another(void **state)
{
    struct api *api = *state;
    struct user theirs;
    long long seen;

    user_make(api, &theirs);
    events_open(api, "");
    (void)api_create(api, "{'title':'first'}");
    seen = expect_event(api, "created", "\"first\"");
    as_theirs(api, &theirs);
    change_all_kinds(api);
    as_mine(api);
    (void)api_create(api, "{'title':'second'}");
    as_theirs(api, &theirs);
    change_all_kinds(api);
    as_mine(api);
    events_resume(api, seen);
    assert_true(expect_event(api, "created", "\"second\"") > seen);
    (void)api_create(api, "{'title':'third'}");
    (void)expect_event(api, "created", "\"third\"");
}

/* A number that another saw is as good: it says how far, not whose. */
static void resuming_behind_the_change_of_another_has_no_gap(void **state)
{
    struct api *api = *state;
    struct user theirs;
    long long seen;

    follow_as_theirs(api, &theirs);
    (void)api_create(api, "{'title':'theirs'}");
    seen = expect_event(api, "created", "\"theirs\"");
    as_mine(api);
    (void)api_create(api, "{'title':'mine'}");
    events_resume(api, seen);
    (void)expect_event(api, "created", "\"mine\"");
}

static void resuming_from_the_future_is_a_reset_for_every_user(void **state)
{
    struct api *api = *state;
    struct user theirs;

    (void)make_theirs(api, &theirs, "{'title':'theirs'}");
    events_open(api, "Last-Event-ID: 9007199254740991\r\n");
    (void)expect_event(api, "reset", "{\"id\":");
    (void)api_create(api, "{'title':'mine'}");
    (void)expect_event(api, "created", "\"mine\"");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(changes_of_another_are_no_events),
    cmocka_unit_test(each_stream_tells_the_changes_of_its_user),
    cmocka_unit_test(resuming_tells_no_change_of_another),
    cmocka_unit_test(resuming_behind_the_change_of_another_has_no_gap),
    cmocka_unit_test(resuming_from_the_future_is_a_reset_for_every_user),
};

const struct group owned_events_group =
    GROUP(LEVEL_ACCOUNTS, "events of an owner", cases);
