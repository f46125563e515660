/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a recording has beyond counts, as report and plot need it: time by
 * vCPU and by reason, handler times as histograms, returns to user space, and
 * details. Like the model of which it is a part, pure arithmetic.
 */
#ifndef EXITSTAT_MODEL_GROUPS_H
#define EXITSTAT_MODEL_GROUPS_H

#include "recording/reader.h"

/* Where a vCPU thread's time goes: the guest, then the columns of "time". */
enum model_state {
	MODEL_GUEST, MODEL_HANDLER, MODEL_USERSPACE, MODEL_HALT_POLL,
	MODEL_HALT_BLOCK, MODEL_PREEMPTED, MODEL_NR_STATES
};

struct model_vcpu_time {
	uint64_t elapsed_ns;
	uint64_t ns[MODEL_NR_STATES];
};

struct model_cost {
	uint64_t ns[MODEL_NR_STATES];	/* [MODEL_GUEST] is 0 */
	uint64_t max_ns;		/* handler time, 0: not known */
	uint64_t bucket[REC_NR_BUCKETS];
	uint64_t timed;			/* exits in the buckets */
};

struct model_user {
	uint32_t code;			/* KVM_EXIT_* */
	uint64_t count;
};

struct model_value {
	size_t reason;
	uint64_t value;
	bool other;			/* all values without a place */
	uint64_t count;
};

struct model_groups {
	bool has_time, has_histogram;
	uint64_t tsc_khz;
	struct model_vcpu_time all;	/* sum of all vCPUs */
	struct model_vcpu_time *vcpus;	/* index: recording.vcpus */
	struct model_cost *costs;	/* index: recording.reasons */
	size_t *order;			/* of costs, the dearest first */
	size_t nr_costs;		/* of them with any time */
	double *point_ns;		/* [point * MODEL_NR_STATES + state] */
	struct model_user *users;	/* most frequent first */
	size_t nr_users, cap_users;
	struct model_value *values;	/* by reason, most frequent first */
	size_t nr_values, cap_values;
};

/* Handler times over time, of the reasons with the most cost. */
struct model_latency {
	size_t *reasons;
	size_t nr;
	size_t nr_cols;			/* of points, see bins_first() */
	double *n;	/* [(reason * nr_cols + col) * REC_NR_BUCKETS + bucket] */
	double most;			/* in one cell */
	int lowest, highest;		/* buckets with any */
};

struct model;

int model_groups_load(struct model *m, struct errbuf *err);
void model_groups_free(struct model_groups *g);

/* 0, or -ENODATA with a line in @err: there are no times of this run. */
int model_need_time(const struct model *m, struct errbuf *err);

/* What exits cost the host: handling here and in user space, no waiting. */
static inline uint64_t model_cost_ns(const struct model_cost *c)
{
	return c->ns[MODEL_HANDLER] + c->ns[MODEL_USERSPACE];
}

int model_latency_load(struct model_latency *l, struct model *m,
		       size_t nr_reasons, size_t max_cols,
		       struct errbuf *err);
void model_latency_free(struct model_latency *l);

const char *model_state_name(enum model_state state);
/* 0xRRGGBB; can be told apart with any colour vision. */
uint32_t model_state_colour(enum model_state state);
/* Handler time that @share (0 to 1) of the exits do not exceed, interpolated. */
uint64_t model_percentile_ns(const struct model_groups *g,
			     const struct model_cost *c, double share);
/* The least handler time of bucket @b. */
double model_bucket_ns(const struct model_groups *g, int b);

#endif
