/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording as report and plot need it: cells by vCPU, phase and reason, their
 * sums, exits over time, and what can be said about them. Pure arithmetic: the
 * same recording always gives the same model. Times are as in bins.h.
 */
#ifndef EXITSTAT_MODEL_H
#define EXITSTAT_MODEL_H

#include "model/bins.h"
#include "model/cells.h"

/* What a table has room for; the recording may be anybody's. */
#define MODEL_NAME_MAX		48

struct model_reason {
	const struct rec_reason *info;
	char name[MODEL_NAME_MAX + 1];	/* of it, as all writers have it */
	const struct model_cell *sum;
	uint32_t colour;
};

struct model_phase {
	const char *name;
	uint64_t begin_ns;
	uint64_t end_ns;
	const struct model_cell *sum;
};

/* Cells, and what they add up to. */
struct model_sums {
	struct model_cells cells;
	struct model_cells by_phase_reason;
	struct model_cells by_phase;
	struct model_cells by_reason;
	struct model_cells by_vcpu;
	struct model_cells all;
};

enum model_shape { MODEL_STEADY, MODEL_UNEVEN, MODEL_BURSTS };

/* A point is a peak when its rate is above this many medians. */
#define MODEL_PEAK_FACTOR	3
/* Below this coefficient of variation, and without a peak: steady. */
#define MODEL_STEADY_CV		0.5

struct model_shape_facts {
	enum model_shape shape;
	double mean;		/* exits/s while there were any */
	double median;		/* of the points with exits, exits/s */
	double cv;		/* standard deviation / mean, by time */
	double highest;		/* exits/s */
	size_t highest_point;
	size_t peaks;
	uint64_t peak_exits;
};

/* Details are of the whole recording: they have no phase. */
struct model_value {
	size_t reason;
	uint64_t value;
	bool other;			/* all values without a place */
	uint64_t count;
};

struct model_groups {
	bool has_time, has_histogram;
	uint64_t tsc_khz;
	size_t *order;			/* of reasons, most expensive first */
	size_t nr_costs;		/* of them with any time */
	struct model_value *values;	/* by reason, most frequent first */
	size_t nr_values, cap_values;
};

/* Handler times over time. */
struct model_latency {
	size_t nr_cols;		/* of points, see bins_first(); 0: not loaded */
	struct model_cells cells; /* of a column, as "phase", and a reason */
};

struct model {
	struct recording *rec;
	struct model_reason *reasons;	/* index: recording.reasons */
	size_t *order;			/* of reasons, most exits first */
	size_t nr_seen;			/* of them with any exits */
	struct model_phase *phases;
	size_t nr_phases;
	const struct model_cell **vcpus; /* index: recording.vcpus */
	const struct model_cell *all;
	struct model_sums sums;
	struct bins bins;		/* the time line */
	uint64_t total;			/* exits of all */
	uint64_t end_ns;
	uint64_t missed;
	struct model_shape_facts shape;
	bool has_accounting;
	struct model_groups groups;
	struct model_latency latency;
};

/* The i-th most frequent reason. */
static inline const struct model_reason *model_ranked(const struct model *m,
						      size_t i)
{
	return &m->reasons[m->order[i]];
}

/* What a phase has of a reason. */
const struct model_cell *model_in_phase(const struct model *m, size_t phase,
					size_t reason);
/*
 * Phases by name: several may have the same one, and "" is the whole recording.
 * @reason may be MODEL_ALL.
 */
bool model_has_phase(const struct model *m, const char *name);
uint64_t model_exits_in(const struct model *m, const char *name,
			int32_t reason);
uint64_t model_ns_in(const struct model *m, const char *name);
/* From the first to the last interval with exits. */
static inline uint64_t model_active_ns(const struct model *m)
{
	return m->all->last_ns - m->all->first_ns;
}

/* Entries that no exit and no failure accounts for; below 0: the reverse. */
static inline int64_t model_unaccounted(const struct model *m)
{
	const uint64_t *n = m->all->entries;

	return (int64_t)(n[MODEL_ATTEMPTS] - m->total - n[MODEL_ENTRY_FAILED] -
			 n[MODEL_ENTRY_EMULATED]);
}

/* For those that load rows: the cell that a row is of, see struct model_key. */
struct model_cell *model_cell_of(struct model *m, int64_t sample, int64_t vcpu,
				 int64_t reason);

double model_rate(uint64_t exits, uint64_t ns);
/* Percent of all exits. */
double model_share(const struct model *m, uint64_t exits);
double model_point_rate(const struct model_point *p);
bool model_is_peak(const struct model *m, const struct model_point *p);
/* What runs, in a few words: "guest NAME, 2 vCPUs", "3 VMs, 8 vCPUs". */
void model_guest_text(const struct model *m, char *out, size_t size);
/* The machine type, "" when not known. */
const char *model_machine(const struct model *m);
/* "vmx", ...: of which the recorded codes are; "" when not known. */
const char *model_isa(const struct model *m);

#endif
