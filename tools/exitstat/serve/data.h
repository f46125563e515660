/* SPDX-License-Identifier: GPL-2.0-only */
/* The data of exitstat serve: reads the source, formats the metrics. */
#ifndef EXITSTAT_SERVE_DATA_H
#define EXITSTAT_SERVE_DATA_H

#include "metrics/metrics.h"
#include "serve/config.h"
#include "snapshot/snapshot.h"

struct serve_data {
	const struct serve_config *cfg;
	struct counters counters;
	struct snapshot snap;
	struct buf bytes;
	struct metrics_self self;
	uint64_t read_ns;	/* monotonic, of the last read; 0: none */
	struct errbuf reported;	/* last message about the source */
};

void serve_data_open(struct serve_data *d, const struct serve_config *cfg);
/* Read the source; a failure is stored in the metrics and reported once. */
void serve_data_read(struct serve_data *d);
/* As above, unless the last read is recent. */
void serve_data_refresh(struct serve_data *d);
void serve_data_text(struct serve_data *d, enum om_format format,
		     struct buf *out);
void serve_data_close(struct serve_data *d);
uint64_t serve_now_ns(const struct serve_data *d);

#endif
