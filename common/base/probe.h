/*
 * common/base/probe.h - marks where a wait begins and where it ends.
 * Threads: any.
 * Blocks:  probe_stand, at a closed gate.
 * Owns:    the marks of the last minutes.
 *
 * A probe is a place in the program that can be watched from outside. Each says
 * which request it is about; the thread it happens on is noted by itself.
 *
 *   probe_begin, probe_end     a request is known; its answer is on its way
 *   probe_enter, probe_leave   the thread works for it; no longer
 *   probe_stand                the thread stands still, and the request with it
 *   probe_park                 the request is put aside; the thread goes on
 *   probe_go                   what was waited for is there
 *
 * A trace (--trace, or the word `trace` at the gates) shows the marks as a
 * table, a line each. A gate (gates.h) holds whoever comes to a probe_stand.
 *
 * Built without TODO_PROBES, as the preset `release` is, all of it is empty.
 */
#ifndef TODO_COMMON_PROBE_H
#define TODO_COMMON_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The number of work that comes again and again, whether anybody waits for it
 * or not: it makes no marks, and no gate holds it. */
#define PROBE_UNSEEN UINT32_MAX

#ifdef TODO_PROBES

/* Notes marks from now on, if there is a file for them (`trace`) or a folder
 * for the socket of the gates; both may be NULL. `program` names the socket.
 * From main, before other threads start. On failure writes one line to `why`.
 */
bool probe_start(const char *trace, const char *gates, const char *program,
                 char *why, size_t size);

/* Opens all gates for good and writes the file of --trace. From main, when no
 * request is left. False, with errno, when the file cannot be written. */
bool probe_stop(void);

/* The request has the number that its id ends in. Labels are kept by pointer:
 * they must outlive the process. Each costs nothing to speak of while nobody
 * watches, and half a microsecond when somebody does. Of the query the
 * first bytes are copied; NULL, and 0, if there is none. */
void probe_begin(uint32_t request, const char *operation, const char *query,
                 size_t len);
void probe_end(uint32_t request);

/* From here on the thread works for this request. Gives the one it worked for
 * before (0: none), for probe_leave. */
uint32_t probe_enter(uint32_t request);
void probe_leave(uint32_t before);

/* The request that the calling thread works for; 0: none. */
uint32_t probe_request(void);

/* A wait for `label` begins. Where a gate of that name is held, probe_stand
 * returns when the gate lets it. */
void probe_stand(uint32_t request, const char *label);
void probe_park(uint32_t request, const char *label);
void probe_go(uint32_t request, const char *label);

/* Writes the marks, oldest first: nanoseconds (CLOCK_MONOTONIC), thread,
 * request, verb, label; behind the label of a `begin` the query, if there is
 * one, with a dot for each byte that is not to be shown on a terminal. Holds
 * nobody up while it writes. */
void probe_write(FILE *out);

/* A gate holds the request. Called by gates.c. */
void probe_held(uint32_t request, const char *label);

#else

static inline bool probe_start(const char *trace, const char *gates,
                               const char *program, char *why, size_t size)
{
    (void)trace;
    (void)gates;
    (void)program;
    (void)why;
    (void)size;
    return true;
}

static inline bool probe_stop(void)
{
    return true;
}

static inline void probe_begin(uint32_t request, const char *operation,
                               const char *query, size_t len)
{
    (void)request;
    (void)operation;
    (void)query;
    (void)len;
}

static inline void probe_end(uint32_t request)
{
    (void)request;
}

static inline uint32_t probe_enter(uint32_t request)
{
    return request;
}

static inline void probe_leave(uint32_t before)
{
    (void)before;
}

static inline uint32_t probe_request(void)
{
    return 0;
}

static inline void probe_stand(uint32_t request, const char *label)
{
    (void)request;
    (void)label;
}

static inline void probe_park(uint32_t request, const char *label)
{
    (void)request;
    (void)label;
}

static inline void probe_go(uint32_t request, const char *label)
{
    (void)request;
    (void)label;
}

#endif
#endif
