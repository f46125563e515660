/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a recording's time is divided: which phase a sample is in, samples joined
 * to points of a time line, and points put into the columns of a chart.
 *
 * Interval k of a recording lies between the ends of samples k - 1 and k. Times
 * are ns since the end of the first sample, which is taken just before the
 * command starts.
 */
#ifndef EXITSTAT_MODEL_BINS_H
#define EXITSTAT_MODEL_BINS_H

#include "exits/states.h"
#include "recording/reader.h"

/*
 * The time line. One point per sample, except that samples closer together
 * than a quarter of the interval (a phase began) are joined: a rate over a
 * few microseconds says nothing.
 */
struct model_point {
	uint64_t begin_ns;
	uint64_t end_ns;
	int phase;		/* index, or -1: before the first */
	/* the model's */
	uint64_t total;
	uint64_t *by_reason;
	double ns[KES_NR_STATES];	/* of all vCPUs */
};

struct bins {
	struct model_point *points;
	size_t nr;
	size_t *point_of;	/* index: recording.samples */
	int *phase_of;
};

/* A time of the recording as ns since the end of its first sample. */
uint64_t bins_rel_ns(const struct recording *r, uint64_t at_ns);
/* The interval of a sample; the first has no length. */
uint64_t bins_begin_ns(const struct recording *r, size_t sample);
uint64_t bins_end_ns(const struct recording *r, size_t sample);

/* Points without counts. */
void bins_make(struct bins *b, const struct recording *r);
void bins_free(struct bins *b);

/*
 * Neighbours in columns, as many in each as can be the same: column @col has
 * those from bins_first(col) up to before bins_first(col + 1).
 */
static inline size_t bins_first(const struct bins *b, size_t nr_cols,
				size_t col)
{
	return col * b->nr / nr_cols;
}

static inline size_t bins_column(const struct bins *b, size_t nr_cols,
				 size_t point)
{
	return ((point + 1) * nr_cols - 1) / b->nr;
}

/*
 * Columns of equal width instead, from 0 to @span_s: @fn gets each point as
 * often as it has a part in a column, with its share there.
 */
typedef void (*bins_fn)(void *arg, size_t col, const struct model_point *p,
			double share);
void bins_share(const struct bins *b, double span_s, size_t nr_cols, bins_fn fn,
		void *arg);

#endif
