/*
 * sync_impl/reminders.h - tells what is due when its time has come.
 * Threads: main.
 * Blocks:  reminders_wait, reminders_free.
 * Owns:    a thread that waits for the clock.
 */
#ifndef TODO_SYNC_REMINDERS_H
#define TODO_SYNC_REMINDERS_H

#include <stdbool.h>
#include <stdint.h>

struct keeper;
struct reminders;

/* Begins to look for what is due. NULL when there is no memory or thread for
 * it. Free with reminders_free, before the keeper. */
struct reminders *reminders_new(struct keeper *keeper);

/* Ends the thread, and waits for that. Accepts NULL. */
void reminders_free(struct reminders *reminders);

/* Looks no more, and fires nothing that is not being written already. */
void reminders_stop(struct reminders *reminders);

/* Waits until nothing is being written any more, or until the time
 * (clock_mono_us). Gives whether nothing is. */
bool reminders_wait(struct reminders *reminders, int64_t until_us);

#endif
