/*
 * tests/support/folder.h - a fresh folder for what a test leaves on the disk.
 * Threads: any.
 * Blocks:  on the disk.
 * Owns:    nothing; the caller removes it.
 */
#ifndef TODO_TESTS_FOLDER_H
#define TODO_TESTS_FOLDER_H

enum { FOLDER_MAX = 256 };

/* Makes a folder in TMPDIR or /tmp. Fails the running test when it cannot. */
void folder_make(char path[FOLDER_MAX]);

/* Removes the folder and the files in it. Accepts one that is not there. */
void folder_remove(const char *path);

#endif
