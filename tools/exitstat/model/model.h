/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of a recording for report and plot: cells by vCPU, phase and reason, their
 * sums, exits over time, and findings about them. Pure arithmetic: the same recording
 * always has the same model. Times are those of bins.h.
 */
#ifndef EXITSTAT_MODEL_H
#define EXITSTAT_MODEL_H

#include "model/bins.h"
#include "model/cells.h"

/* The longest name that fits a table; a recording may have longer ones. */
#define MODEL_NAME_MAX		48

struct model_reason {
	const struct rec_reason *info;
	char name[MODEL_NAME_MAX + 1];	/* as printed by all writers */
	const struct model_cell *sum;
	uint32_t colour;
};

struct model_phase {
	const char *name;
	uint64_t begin_ns;
	uint64_t end_ns;
	const struct model_cell *sum;
};

/* Cells and their sums. */
struct model_sums {
	struct model_cells cells;
	struct model_cells by_phase_reason;
	struct model_cells by_phase;
	struct model_cells by_reason;
	struct model_cells by_vcpu;
	struct model_cells all;
};

enum model_shape { MODEL_STEADY, MODEL_UNEVEN, MODEL_BURSTS };

/* A point is a peak if its rate is above this multiple of the median. */
#define MODEL_PEAK_FACTOR	3
/* The pattern is steady below this coefficient of variation, without peaks. */
#define MODEL_STEADY_CV		0.5

struct model_shape_facts {
	enum model_shape shape;
	double mean;		/* exits/s from the first to the last exit */
	double median;		/* exits/s, over points with exits */
	double cv;		/* standard deviation / mean, weighted by time */
	double highest;		/* exits/s */
	size_t highest_point;
	size_t peaks;
	uint64_t peak_exits;
};

/* Details are for the whole recording: they have no phase. */
struct model_value {
	size_t reason;
	uint64_t value;
	bool other;			/* sum over all values without a place */
	uint64_t count;
	bool at_least;			/* "other" may have exits of this value */
};

struct model_groups {
	bool has_time, has_histogram;
	uint64_t tsc_khz;
	size_t *order;			/* reasons, most expensive first */
	size_t nr_costs;		/* number of reasons with time */
	struct model_value *values;	/* by reason, most frequent first */
	size_t nr_values, cap_values;
};

/* Handler times over time. */
struct model_latency {
	size_t nr_cols;		/* columns of points, see bins_first(); 0: not loaded */
	struct model_cells cells; /* by column (as phase) and reason */
};

struct model {
	struct recording *rec;
	struct model_reason *reasons;	/* by index of recording.reasons */
	size_t *order;			/* reasons, most frequent first */
	size_t nr_seen;			/* number of reasons with exits */
	struct model_phase *phases;
	size_t nr_phases;
	const struct model_cell **vcpus; /* by index of recording.vcpus */
	const struct model_cell *all;
	struct model_sums sums;
	struct bins bins;		/* the timeline */
	uint64_t total;			/* all exits */
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

/* The cell of a reason in a phase. */
const struct model_cell *model_in_phase(const struct model *m, size_t phase,
					size_t reason);
/*
 * The sum over all phases with this name; "" means the whole recording. @reason may be
 * MODEL_ALL.
 */
bool model_has_phase(const struct model *m, const char *name);
uint64_t model_exits_in(const struct model *m, const char *name,
			int32_t reason);
uint64_t model_ns_in(const struct model *m, const char *name);
/* The time from the first to the last interval with exits. */
static inline uint64_t model_active_ns(const struct model *m)
{
	return m->all->last_ns - m->all->first_ns;
}

/* Unaccounted attempts; negative if there are more outcomes than attempts. */
static inline int64_t model_unaccounted(const struct model *m)
{
	const uint64_t *n = m->all->entries;

	return (int64_t)(n[MODEL_ATTEMPTS] - m->total - n[MODEL_ENTRY_FAILED] -
			 n[MODEL_ENTRY_EMULATED]);
}

/* For loaders of rows: the cell of a row, see struct model_key. */
struct model_cell *model_cell_of(struct model *m, int64_t sample, int64_t vcpu,
				 int64_t reason);

double model_rate(uint64_t exits, uint64_t ns);
/* The share of all exits, in per cent. */
double model_share(const struct model *m, uint64_t exits);
double model_point_rate(const struct model_point *p);
bool model_is_peak(const struct model *m, const struct model_point *p);
/* A short description: "guest NAME, 2 vCPUs", "3 VMs, 8 vCPUs". */
void model_guest_text(const struct model *m, char *out, size_t size);
/* The machine type, "" if unknown. */
const char *model_machine(const struct model *m);
/* The ISA of the recorded codes ("vmx", ...); "" if unknown. */
const char *model_isa(const struct model *m);

#endif
