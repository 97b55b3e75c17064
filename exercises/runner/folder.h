/*
 * exercises/runner/folder.h - a folder for the time a verb takes.
 * Threads: the main one.
 * Blocks:  on the disk.
 * Owns:    nothing; the caller clears it.
 */
#ifndef TODO_RUNNER_FOLDER_H
#define TODO_RUNNER_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

/* Makes one in TMPDIR or /tmp; false, with a message, when it cannot. */
bool folder_of_our_own(char *path, size_t size);

/* Removes the files in it, and the folder. */
void folder_clear(const char *path);

#endif
