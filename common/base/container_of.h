/*
 * common/base/container_of.h - from a member back to the struct that holds it.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A library hands a callback the handle that we gave it. The handle lies inside
 * a struct of ours, so the struct is found without a cast from void *.
 */
#ifndef TODO_COMMON_CONTAINER_OF_H
#define TODO_COMMON_CONTAINER_OF_H

#include <stddef.h>

#define container_of(pointer, type, member)                                    \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
