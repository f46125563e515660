/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of exported metrics, and writing the values of counters and of exitstat
 * serve itself as text.
 */
#ifndef EXITSTAT_METRICS_H
#define EXITSTAT_METRICS_H

#include "metrics/counters.h"
#include "metrics/openmetrics.h"

enum metrics_id {
	/* for VMs; up to METRICS_HOST_EXITS in the order of the table in metrics.c */
	METRICS_EXITS, METRICS_REFLECTED, METRICS_FASTPATH, METRICS_USERSPACE,
	METRICS_RECEIVED, METRICS_BUS_LOCK, METRICS_ENCLAVE, METRICS_FORCED,
	METRICS_RETURNS, METRICS_HANDLER_TIME, METRICS_TIME, METRICS_ATTEMPTS, METRICS_FAILED,
	METRICS_EMULATED, METRICS_UNACCOUNTED, METRICS_VM, METRICS_RUNNING,
	METRICS_VCPUS,
	METRICS_HOST_EXITS,
	/* for exitstat serve itself */
	METRICS_UP, METRICS_BUILD, METRICS_SOURCE, METRICS_GROUP, METRICS_READS,
	METRICS_READ_ERRORS, METRICS_READ_TIME, METRICS_LAST_READ,
	METRICS_SNAPSHOT, METRICS_VMS, METRICS_UNREADABLE, METRICS_LOST,
	METRICS_RESETS, METRICS_RESTARTS, METRICS_REQUESTS, METRICS_CONNECTIONS,
	METRICS_CUT, METRICS_CPU, METRICS_MEMORY, METRICS_START,
	METRICS_NR
};

/* Index: enum metrics_id. */
extern const struct om_family metrics_families[METRICS_NR];

/* HTTP statuses with a counter. */
#define METRICS_NR_CODES 4
extern const unsigned int metrics_codes[METRICS_NR_CODES];

struct metrics_http {
	uint64_t requests[METRICS_NR_CODES];	/* index: metrics_codes */
	uint64_t connections;	/* open now */
	uint64_t cut_late, cut_crowded;
};

struct metrics_self {
	bool up;		/* the last read of the source succeeded */
	const char *source;
	uint64_t reads, read_errors;
	uint64_t read_ns, last_read_ns;
	uint64_t snapshot_bytes;
	uint64_t unreadable;	/* VMs that the source cannot read */
	uint64_t start_ns;	/* wall clock */
	bool has_http;
	struct metrics_http http;
};

/*
 * Writes the metrics; of VMs only if @self is NULL. Values that cannot be read or are
 * not counted are omitted; old values are not repeated.
 */
void metrics_write(struct om *out, const struct counters *all,
		   const struct metrics_self *self);

#endif
