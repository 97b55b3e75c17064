/*
 * tests/contract/crowd.h - several clients at once.
 * Threads: starts and joins its own.
 * Blocks:  until all clients are done.
 * Owns:    the clients.
 */
#ifndef TODO_CONTRACT_CROWD_H
#define TODO_CONTRACT_CROWD_H

#include "api.h"

enum { CROWD = 8 };

/* What one client of the crowd does. It runs on a thread of its own: it keeps
 * its findings under its number in `arg`, for the main thread to judge. */
typedef void crowd_act(struct http *http, int number, void *arg);

/* Lets CROWD clients act, numbered from 0, all starting at the same moment. */
void crowd_run(const struct api *api, crowd_act *act, void *arg);

/* One request with an optional field and JSON body, on such a thread; bodies
 * here have their real quotes. Gives: release with http_answer_release. */
struct http_answer crowd_ask(struct http *http, const char *method,
                             const char *target, const char *field,
                             const char *body);

/* Creates `count` todos by the whole crowd: titles "0", "1", and so on; every
 * second one, the odd ones, completed. */
void crowd_create(struct api *api, int count);

#endif
