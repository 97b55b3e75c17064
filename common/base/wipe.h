/*
 * common/base/wipe.h - overwrites what may be a password.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A password is needed until it is hashed. Then nothing of it is left in what
 * is ours: the buffer that it was read into, the body, what was parsed. It may
 * be left where we cannot reach: in civetweb's buffer, until the next request
 * of that thread is as long; in the old place of a buffer that grew, as
 * realloc(3) frees that; and in the kernel. To read these one has to read all
 * the memory of the process, and would see the next password anyway. That is
 * why it is accepted: this makes the time shorter in which one can be seen (in
 * a core dump, or swapped to a disk), and it cannot make it nothing.
 */
#ifndef TODO_COMMON_WIPE_H
#define TODO_COMMON_WIPE_H

#include <stddef.h>

/* Overwrites the bytes, also where a compiler would see that nobody reads them
 * any more. `bytes` may be NULL when there are none. */
void wipe(void *bytes, size_t len);

#endif
