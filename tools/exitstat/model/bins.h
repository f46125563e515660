/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Divides the time of a recording: samples into phases, samples into points of a
 * timeline, points into the columns of a chart.
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
 * The timeline has one point per sample. Samples closer than a quarter of the
 * interval (a phase began) are merged, because a rate over a few microseconds is
 * meaningless.
 */
struct model_point {
	uint64_t begin_ns;
	uint64_t end_ns;
	int phase;		/* index, or -1: before the first */
	/* filled by the model */
	uint64_t total;
	uint64_t *by_reason;
	double ns[KES_NR_STATES];	/* sum over all vCPUs */
};

struct bins {
	struct model_point *points;
	size_t nr;
	size_t *point_of;	/* by index of recording.samples */
	int *phase_of;
};

/* A time of the recording as ns since the end of its first sample. */
uint64_t bins_rel_ns(const struct recording *r, uint64_t at_ns);
/* The interval of a sample; the first has no length. */
uint64_t bins_begin_ns(const struct recording *r, size_t sample);
uint64_t bins_end_ns(const struct recording *r, size_t sample);

/* Makes the points, without counts. */
void bins_make(struct bins *b, const struct recording *r);
void bins_free(struct bins *b);

/*
 * Distributes neighbouring points evenly to columns: column @col has those from
 * bins_first(col) to bins_first(col + 1) - 1.
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
 * Columns of equal width, from 0 to @span_s: calls @fn for each column that a point
 * overlaps, with the share of the point.
 */
typedef void (*bins_fn)(void *arg, size_t col, const struct model_point *p,
			double share);
void bins_share(const struct bins *b, double span_s, size_t nr_cols, bins_fn fn,
		void *arg);

#endif
