/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two sides, A and B, each of one run or several, compared: for the whole and
 * for each boot phase how many exits, by reason and by class, and what is known
 * of time and of returns to user space. Pure arithmetic on models.
 *
 * What a side cannot tell is unavailable and never 0. A phase that a run never
 * reached is unavailable in this run.
 */
#ifndef EXITSTAT_DIFF_H
#define EXITSTAT_DIFF_H

#include "diff/grid.h"

/* The whole recording, or a phase. */
struct diff_scope {
	char name[64];			/* "" is the whole */
	struct diff_row exits;
	struct diff_row takes;		/* ns */
	struct diff_table reasons;	/* none when the isa differs */
	struct diff_table classes;
};

struct diff {
	struct diff_side side[DIFF_SIDES];
	const char *isa[DIFF_SIDES];
	bool same_isa;
	bool repeated;			/* both sides have several runs */
	struct diff_scope whole;
	struct diff_scope *phases;	/* in their order */
	size_t nr_phases;
	struct diff_table users;	/* returns to user space */
	struct diff_table costs;	/* ns by reason or class */
	struct diff_row cost;		/* ns, of all exits */
	struct diff_table states;	/* ns of all vCPUs by state */
};

/* -EINVAL with a line in @err: the runs of a side are of different isa. */
int diff_make(struct diff *d, const struct diff_side sides[DIFF_SIDES],
	      struct errbuf *err);
void diff_free(struct diff *d);

/* NULL when no run has this phase. "" is the whole. */
const struct diff_scope *diff_find(const struct diff *d, const char *phase);
/* What a reason of a recording is called in the tables. */
void diff_key(const struct diff *d, const struct model *m, size_t reason,
	      bool by_class, char *out, size_t size);
/* Reasons, or classes where reasons cannot be compared. */
const struct diff_table *diff_best(const struct diff *d,
				   const struct diff_scope *s);
/*
 * May it be said that this changed? With several runs on both sides only if the
 * interval leaves out 0.
 */
bool diff_tells(const struct diff *d, const struct diff_row *r);
/* Nothing differs: every count of every phase. */
bool diff_is_same(const struct diff *d);

/* B / A; NAN if there is none. */
double diff_ratio(const struct diff_row *r);
/* "A", "B" */
const char *diff_side_name(enum diff_which side);
const char *diff_kind_name(enum diff_kind kind);

#endif
