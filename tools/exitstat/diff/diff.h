/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compares two sides, A and B, each of one or more runs: exits by reason and by
 * class, for the whole run and for each boot phase, and for the whole run also
 * times and returns to user space. Pure arithmetic on models.
 *
 * A value that a side does not have is unavailable, never 0. A phase that a run
 * did not reach is unavailable in this run.
 */
#ifndef EXITSTAT_DIFF_H
#define EXITSTAT_DIFF_H

#include "diff/grid.h"

/* The whole recording, or a phase. */
struct diff_scope {
	char name[64];			/* "" is the whole recording */
	struct diff_row exits;
	struct diff_row takes;		/* ns */
	struct diff_table reasons;	/* empty if the isa differs */
	struct diff_table classes;
};

struct diff {
	struct diff_side side[DIFF_SIDES];
	const char *isa[DIFF_SIDES];
	bool same_isa;
	bool repeated;			/* both sides have several runs */
	struct diff_scope whole;
	struct diff_scope *phases;	/* in order of time */
	size_t nr_phases;
	struct diff_table users;	/* returns to user space */
	struct diff_table costs;	/* ns by reason or class */
	struct diff_row cost;		/* ns, of all exits */
	struct diff_table states;	/* ns of all vCPUs by state */
};

/* Return 0, or -EINVAL with a line in @err: the isa differs within a side. */
int diff_make(struct diff *d, const struct diff_side sides[DIFF_SIDES],
	      struct errbuf *err);
void diff_free(struct diff *d);

/* NULL if no run has this phase. "" is the whole recording. */
const struct diff_scope *diff_find(const struct diff *d, const char *phase);
/* The row name of a reason of a recording. */
void diff_key(const struct diff *d, const struct model *m, size_t reason,
	      bool by_class, char *out, size_t size);
/* Table of reasons, or of classes if reasons cannot be compared. */
const struct diff_table *diff_best(const struct diff *d,
				   const struct diff_scope *s);
/*
 * Is the row a change to report? With several runs on both sides, only if the
 * 95 % interval of the change excludes 0.
 */
bool diff_is_change(const struct diff *d, const struct diff_row *r);
/* Are all counts of all phases equal? */
bool diff_is_same(const struct diff *d);

/* B / A; NAN if A is 0. */
double diff_ratio(const struct diff_row *r);
/* "A", "B" */
const char *diff_side_name(enum diff_which side);
const char *diff_kind_name(enum diff_kind kind);

#endif
