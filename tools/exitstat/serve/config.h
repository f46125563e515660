/* SPDX-License-Identifier: GPL-2.0-only */
/* What the options of exitstat serve ask for. */
#ifndef EXITSTAT_SERVE_CONFIG_H
#define EXITSTAT_SERVE_CONFIG_H

#include "clock.h"
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

#endif
