/*
 * tests/support/scrapes.h - asks a server for its metrics, and reads them.
 * Threads: its owner's.
 * Blocks:  until the answer, or talk_patiently's deadline.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_SCRAPES_H
#define TODO_TESTS_SCRAPES_H

#include "tests/support/scrape.h"

/* One scrape of the server at this port. The running test fails unless it is
 * whole and adds up. Release it with scrape_release. */
void scrapes_take(struct scrape *scrape, int port);

/* What one series of it says. */
double scrapes_value(int port, const char *series);

#endif
