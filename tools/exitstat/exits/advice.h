/* SPDX-License-Identifier: GPL-2.0-only */
/* Causes and cost of exits, and how to avoid them: advice.def, by reason. */
#ifndef EXITSTAT_ADVICE_H
#define EXITSTAT_ADVICE_H

#include "exits/reasons.h"

/* Texts of whole sentences, or "". */
struct advice {
	const char *causes;
	const char *cost;
	const char *guest;	/* how a guest, VMM or host avoids it */
	const char *vmm;
	const char *host;
};

/*
 * For a reason, with the texts of its class where it has none. They name only
 * parameters of its vendor.
 */
struct advice advice_of(const struct reason *r);
/* Only its own texts. */
struct advice advice_own(const struct reason *r);
/* For a class, with parameters of all vendors. */
struct advice advice_of_class(enum reason_class class);

#endif
