// SPDX-License-Identifier: GPL-2.0-only
/* Implements ticker.h. The event loop (loop.h) sets a timer to ticker.next_ns. */
#include "lib/ticker.h"

void ticker_start(struct ticker *t, uint64_t now_ns, uint64_t interval_ns)
{
	t->interval_ns = interval_ns;
	t->next_ns = now_ns + interval_ns;
}

uint64_t ticker_advance(struct ticker *t, uint64_t now_ns)
{
	uint64_t missed = 0;

	t->next_ns += t->interval_ns;
	if (t->next_ns <= now_ns) {
		missed = (now_ns - t->next_ns) / t->interval_ns + 1;
		t->next_ns += missed * t->interval_ns;
	}
	return missed;
}
