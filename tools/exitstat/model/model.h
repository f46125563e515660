/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording as report and plot need it: exits by reason over time, by boot
 * phase and by vCPU, and what can be said about them. Pure arithmetic: the
 * same recording always gives the same model. Times are as in bins.h.
 */
#ifndef EXITSTAT_MODEL_H
#define EXITSTAT_MODEL_H

#include "model/bins.h"
#include "model/groups.h"

struct model_reason {
	const struct rec_reason *info;
	struct rec_counts n;	/* -1: the source does not fill it */
	uint64_t total;
	uint64_t first_ns;	/* begin of the first interval with it */
	uint64_t last_ns;	/* end of the last one */
	uint32_t colour;
};

struct model_phase {
	const char *name;
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t total;
	uint64_t *by_reason;	/* index: recording.reasons */
};

enum model_shape { MODEL_STEADY, MODEL_UNEVEN, MODEL_SPIKES };

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

struct model {
	struct recording *rec;
	struct model_reason *reasons;	/* index: recording.reasons */
	size_t *order;			/* of reasons, most exits first */
	size_t nr_seen;			/* of them with any exits */
	struct model_phase *phases;
	size_t nr_phases;
	struct bins bins;		/* the time line */
	uint64_t *by_vcpu;		/* index: recording.vcpus */
	uint64_t total;
	uint64_t end_ns;
	uint64_t active_begin_ns;	/* first to last interval with exits */
	uint64_t active_end_ns;
	uint64_t missed;
	struct model_shape_facts shape;
	uint64_t closure[3];		/* attempts, entry_failed, emulation */
	bool has_closure;
	struct model_groups groups;
};

int model_load(struct model *m, struct recording *rec, struct errbuf *err);
void model_free(struct model *m);

/* The i-th most frequent reason. */
static inline const struct model_reason *model_ranked(const struct model *m,
						      size_t i)
{
	return &m->reasons[m->order[i]];
}

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
/* A reason's name, as long as a label can be. */
void model_reason_name(const struct rec_reason *r, char *out, size_t size);

#endif
