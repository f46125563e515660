/* SPDX-License-Identifier: GPL-2.0-only */
/* Deadlines of a periodic timer: they do not drift, and missed ones are counted. */
#ifndef EXITSTAT_TICKER_H
#define EXITSTAT_TICKER_H

#include <stdint.h>

struct ticker {
	uint64_t next_ns;	/* the next deadline */
	uint64_t interval_ns;
};

void ticker_start(struct ticker *t, uint64_t now_ns, uint64_t interval_ns);
/*
 * Finish the deadline next_ns at @now_ns, late or not: advance to the first
 * deadline after @now_ns and return the number of deadlines skipped.
 */
uint64_t ticker_advance(struct ticker *t, uint64_t now_ns);

#endif
