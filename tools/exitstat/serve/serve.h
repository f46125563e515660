/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exitstat serve: what it reads and tells (data.c), and the loop around
 * it (run.c). The endpoint is http.h's.
 */
#ifndef EXITSTAT_SERVE_H
#define EXITSTAT_SERVE_H

#include "clock.h"
#include "metrics/metrics.h"
#include "snapshot/snapshot.h"
#include "source/source.h"

/* "EXIT" on the keys of a telephone. */
#define SERVE_PORT		13948
#define SERVE_MAX_LISTEN	8

struct serve_config {
	struct source *source;
	const struct clock *clock;
	uint64_t interval_ns;	/* reads the source at least so often */
	bool per_vcpu;
	size_t max_vms;
	uint64_t keep_ns;
	const char *textfile;	/* NULL: an endpoint */
	bool once;
	/* of the endpoint; NULL is none */
	const char *listen[SERVE_MAX_LISTEN];
	size_t nr_listen;	/* 0: loopback */
	const char *tls_cert, *tls_key, *auth_file;
};

/* ---- what is told ---- */

struct serve_data {
	const struct serve_config *cfg;
	struct meter meter;
	struct snapshot snap;
	struct buf bytes;
	struct metrics_self self;
	uint64_t read_ns;	/* monotonic, of the last read; 0: none */
	struct errbuf said;	/* why the source could not be read */
};

void serve_data_open(struct serve_data *d, const struct serve_config *cfg);
/* Reads the source, or notes that it cannot be read, and says so once. */
void serve_data_read(struct serve_data *d);
/* As above, unless that was just done: many clients are no reason to. */
void serve_data_refresh(struct serve_data *d);
void serve_data_text(struct serve_data *d, enum om_format format,
		     struct buf *out);
void serve_data_close(struct serve_data *d);
uint64_t serve_now_ns(const struct serve_data *d);

/* Until SIGINT, SIGTERM or SIGHUP. 0, or -errno with a line in @err. */
int serve_run(const struct serve_config *cfg, struct errbuf *err);

#endif
