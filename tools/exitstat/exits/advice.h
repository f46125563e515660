/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of exits beyond their meaning: advice.def, by reason. */
#ifndef EXITSTAT_ADVICE_H
#define EXITSTAT_ADVICE_H

#include "exits/reasons.h"

/* Texts in whole sentences, or "". */
struct advice {
	const char *causes;
	const char *cost;
	const char *guest;	/* how each of the three avoids it */
	const char *vmm;
	const char *host;
};

/* Of a reason, with its class's words where it has none of its own. */
struct advice advice_of(const struct reason *r);
/* Its own words only. */
struct advice advice_own(const struct reason *r);
struct advice advice_of_class(enum reason_class class);

#endif
