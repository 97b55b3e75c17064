/*
 * tests/load/report.h - says what came of a load, and whether to believe it.
 * Threads: one.
 * Blocks:  on standard output.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_REPORT_H
#define TODO_TESTS_REPORT_H

#include "load.h"

/* Writes it. False when memory runs out. */
bool report_write(const struct load_order *order,
                  const struct load_result *result);

/* Whether all that was planned was sent, and was given what it asked for. */
bool report_is_good(const struct load_result *result);

#endif
