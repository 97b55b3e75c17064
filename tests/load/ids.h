/*
 * tests/load/ids.h - which todos there are to ask for.
 * Threads: one.
 * Blocks:  until the server has answered, or for a minute.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_IDS_H
#define TODO_TESTS_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "mix.h"

/* Asks the server of the mix for its first todos, and gives their ids to the
 * mix. They lie in *ids: free it behind the mix. False, with a message, when
 * there is none. */
bool ids_learn(struct mix *mix, int64_t **ids);

#endif
