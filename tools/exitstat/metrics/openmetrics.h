/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of OpenMetrics 1.0.0, and of the Prometheus format 0.0.4 before it,
 * which differs in the names of counters and in what is told about them.
 * Pure: nothing here knows which metrics there are (metrics.h).
 */
#ifndef EXITSTAT_OPENMETRICS_H
#define EXITSTAT_OPENMETRICS_H

#include "util.h"

enum om_format { OM_PROMETHEUS, OM_OPENMETRICS, OM_NR_FORMATS };

enum om_type { OM_COUNTER, OM_GAUGE, OM_INFO };

/* @name is without _total and _info, which the type adds. */
struct om_family {
	const char *name;
	enum om_type type;
	const char *unit;	/* the end of @name, or NULL */
	const char *help;
};

/* One with an empty value is left out, as the format takes it for absent. */
struct om_label {
	const char *name;
	const char *value;
};

struct om {
	struct buf *out;
	enum om_format format;
	uint64_t stamp_ns;	/* wall clock of all samples; 0: when read */
	const struct om_family *family;
	uint64_t samples;
};

/* For the header Content-Type. */
const char *om_content_type(enum om_format format);

/*
 * What follows is of this family. It is announced by its first sample, so
 * that one without samples leaves no trace.
 */
void om_family(struct om *m, const struct om_family *family);
void om_u64(struct om *m, const struct om_label *labels, size_t nr,
	    uint64_t value);
void om_i64(struct om *m, const struct om_label *labels, size_t nr,
	    int64_t value);
/* In seconds, with all digits. */
void om_ns(struct om *m, const struct om_label *labels, size_t nr,
	   uint64_t ns);
/* Nothing may follow. */
void om_end(struct om *m);

#endif
