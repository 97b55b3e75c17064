/*
 * tests/contract/events.h - opens the stream that api->stream reads, and says
 * what it must tell.
 * Threads: the main one.
 * Blocks:  until the head of the answer, or the next event.
 * Owns:    nothing; the api owns it.
 */
#ifndef TODO_CONTRACT_EVENTS_H
#define TODO_CONTRACT_EVENTS_H

#include "api.h"

/* GET /todos/events with this line in its head, or "". The case fails unless it
 * is 200. */
void events_open(struct api *api, const char *field);

/* The same, behind the change of this number. */
void events_resume(struct api *api, long long last_id);

enum { EVENTS_DATA_MAX = 4096 };

/* The next event has this name and, unless NULL, this data; gives its id. */
long long events_expect(struct api *api, const char *name, const char *data);

/* What an event must say of the todo in this answer: the same bytes, but the
 * URL begins with the Host that the stream was asked with. */
void events_write_data(const struct answer *answer, long long id,
                       char data[EVENTS_DATA_MAX]);

#endif
