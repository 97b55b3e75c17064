#include "events.h"

#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "wire.h"

enum { SENT_MAX = 512 };

void events_open(struct api *api, const char *field)
{
    char request[SENT_MAX];

    (void)snprintf(request, sizeof request,
                   "GET /todos/events HTTP/1.1\r\n" HOST "%s\r\n", field);
    expect_status(wire_stream(api, request), 200);
}

void events_resume(struct api *api, long long last_id)
{
    char field[64];

    (void)snprintf(field, sizeof field, "Last-Event-ID: %lld\r\n", last_id);
    events_open(api, field);
}

long long events_expect(struct api *api, const char *name, const char *data)
{
    struct stream_event event;

    if (!stream_event(&api->stream, &event))
        fail_answer(&api->answer, "an event \"%s\", but none came", name);
    if (strcmp(event.name, name) != 0 ||
        (data && strcmp(event.data, data) != 0))
        fail_answer(&api->answer, "event: %s, data: %s; not %s, %s", name,
                    data ? data : "any", event.name, event.data);
    return event.id;
}

void events_write_data(const struct answer *answer, long long id,
                       char data[EVENTS_DATA_MAX])
{
    const char *url = strstr(answer->http.body, "\"url\":");

    if (!url)
        fail_answer(answer, "a todo with its url");
    (void)snprintf(data, EVENTS_DATA_MAX,
                   "%.*s\"url\":\"http://localhost/todos/%lld\"}",
                   (int)(url - answer->http.body), answer->http.body, id);
}
