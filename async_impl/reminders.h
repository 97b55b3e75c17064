/*
 * async_impl/reminders.h - tells what is due when its time has come.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    a timer.
 */
#ifndef TODO_ASYNC_REMINDERS_H
#define TODO_ASYNC_REMINDERS_H

#include <stdbool.h>

struct reminders;
struct server;

/* Begins to look for what is due. NULL when memory runs out. */
struct reminders *reminders_new(struct server *server);

/* Looks no more, and fires nothing that is not being written already: when that
 * is done, it calls server_leave. */
void reminders_stop(struct reminders *reminders);

/* Whether nothing is being written any more. Accepts NULL. */
bool reminders_are_done(const struct reminders *reminders);

/* Ends; the keeper's threads have ended, too. Frees itself when the loop has
 * closed its handle. Accepts NULL. */
void reminders_close(struct reminders *reminders);

#endif
