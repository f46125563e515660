/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes OpenMetrics 1.0.0 text, or the older Prometheus format 0.0.4, which differs
 * in the names and metadata of counters. Independent of the metrics (metrics.h).
 */
#ifndef EXITSTAT_OPENMETRICS_H
#define EXITSTAT_OPENMETRICS_H

#include "util.h"

enum om_format { OM_PROMETHEUS, OM_OPENMETRICS, OM_NR_FORMATS };

enum om_type { OM_COUNTER, OM_GAUGE, OM_INFO };

/* @name lacks _total and _info, which depend on the type. */
struct om_family {
	const char *name;
	enum om_type type;
	const char *unit;	/* the end of @name, or NULL */
	const char *help;
};

/* A label with an empty value is omitted; the format treats both alike. */
struct om_label {
	const char *name;
	const char *value;
};

struct om {
	struct buf *out;
	enum om_format format;
	uint64_t stamp_ns;	/* timestamp of all samples (wall clock); 0: none */
	const struct om_family *family;
	uint64_t samples;
};

/* For the header Content-Type. */
const char *om_content_type(enum om_format format);

/*
 * Starts a family. Its metadata is written with its first sample, so that a family
 * without samples leaves no trace.
 */
void om_family(struct om *m, const struct om_family *family);
void om_u64(struct om *m, const struct om_label *labels, size_t nr,
	    uint64_t value);
void om_i64(struct om *m, const struct om_label *labels, size_t nr,
	    int64_t value);
/* Writes a sample in seconds, with all digits. */
void om_ns(struct om *m, const struct om_label *labels, size_t nr,
	   uint64_t ns);
/* Ends the text. */
void om_end(struct om *m);

#endif
