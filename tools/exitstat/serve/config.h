/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of exitstat serve. */
#ifndef EXITSTAT_SERVE_CONFIG_H
#define EXITSTAT_SERVE_CONFIG_H

#include "clock.h"
#include "source/source.h"

/* 3948 is "EXIT" on a telephone keypad. */
#define SERVE_PORT		13948
#define SERVE_MAX_LISTEN	8

struct serve_config {
	struct source *source;
	const struct clock *clock;
	uint64_t interval_ns;	/* maximum time between reads of the source */
	bool per_vcpu;
	size_t max_vms;
	uint64_t keep_ns;
	const char *textfile;	/* NULL: HTTP endpoint */
	bool once;
	/* of the endpoint; NULL: not set */
	const char *listen[SERVE_MAX_LISTEN];
	size_t nr_listen;	/* 0: loopback */
	const char *tls_cert, *tls_key, *auth_file;
};

#endif
