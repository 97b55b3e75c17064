/*
 * common/process.h - what a process arranges before it serves anyone.
 * Callers: main.c of both rooms.         Threads: main, before others start.
 * Blocks:  never.                        Owns: nothing.
 */
#ifndef TODO_COMMON_PROCESS_H
#define TODO_COMMON_PROCESS_H

/* Closes the descriptors that the parent left open beside the first three,
 * readies libcurl, which has to be done before there are threads, and
 * ignores SIGPIPE (a client that left would end the server by it) and SIGXFSZ
 * (a file at its size limit would), and raises the soft limit of open
 * descriptors to the hard one (setrlimit(2)). */
void process_prepare(void);

#endif
