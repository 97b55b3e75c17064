/*
 * sync_impl/keeper.h - how a job finds its transaction.
 * Threads: request threads, and that of the reminders.
 * Blocks:  keeper_read, keeper_search, keeper_write, keeper_free,
 *          keeper_leave_thread (disk).
 * Owns:    the store that writes, and a store for each thread that reads.
 */
#ifndef TODO_SYNC_KEEPER_H
#define TODO_SYNC_KEEPER_H

#include "common/base/error.h"
#include "common/store/store.h"

struct feed;
struct keeper;

/* NULL when memory runs out. Free with keeper_free, when no thread uses it. The
 * feed is rung after each group; it may be NULL. */
struct keeper *keeper_new(struct store_file *file, struct feed *feed);

/* Closes the store that writes. Accepts NULL. Main thread. */
void keeper_free(struct keeper *keeper);

/* Gives the calling thread a store to read with. */
void keeper_enter_thread(struct keeper *keeper);

/* Takes it back: closes it. The last thing that a thread does here. */
void keeper_leave_thread(void);

/* Runs a job that reads, on this thread's store. Waits for the disk. */
enum todo_err keeper_read(struct keeper *keeper, store_work *work, void *job);

/* Runs a job that may read long. It needs no care here: the thread that waits
 * for it serves nobody else. */
enum todo_err keeper_search(struct keeper *keeper, store_work *work, void *job);

/* Runs a job that writes. When it returns TODO_OK, the change is on the disk.
 * Waits for the threads that write before it, and for the disk. */
enum todo_err keeper_write(struct keeper *keeper, store_work *work, void *job);

/* How many threads wait for their turn: another one writes. Any thread. */
int keeper_waiting(struct keeper *keeper);

#endif
