/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arithmetic of an absolute timer: deadlines never drift, and a missed one
 * is counted.
 */
#ifndef EXITSTAT_TICKER_H
#define EXITSTAT_TICKER_H

#include <stdint.h>

struct ticker {
	uint64_t next_ns;	/* the deadline that comes next */
	uint64_t interval_ns;
};

void ticker_start(struct ticker *t, uint64_t now_ns, uint64_t interval_ns);
/*
 * The deadline next_ns has been served, late or not, at @now_ns: moves on to
 * the first deadline after now and returns how many were skipped over.
 */
uint64_t ticker_advance(struct ticker *t, uint64_t now_ns);

#endif
