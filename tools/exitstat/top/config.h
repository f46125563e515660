/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of exitstat top. */
#ifndef EXITSTAT_TOP_CONFIG_H
#define EXITSTAT_TOP_CONFIG_H

#include "source/source.h"
#include "top/rows.h"

enum top_output { TOP_SCREEN, TOP_TEXT_OUT, TOP_JSON_OUT };

struct top_config {
	struct source *source;
	const char *source_why;
	const struct clock *clock;
	enum top_output output;
	uint64_t interval_ns;
	uint64_t count;		/* samples to take, 0: no limit */
	const char *record_file;	/* NULL: named after the time of day */
	int width;		/* of printed text */
	bool ascii;
	/* initial view */
	enum top_level level;
	const char *vm;		/* name, pid or uuid; or NULL */
	const char *reason;	/* or NULL */
	int64_t vcpu;		/* or -1 */
	const char *sort;	/* column, or NULL */
	const char *filter;	/* or NULL */
	bool reverse, destroyed;
	bool total;		/* print one line per sample: the sum of all rows */
};

#endif
