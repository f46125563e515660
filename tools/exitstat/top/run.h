/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exitstat top as it runs: one loop of samples, keys and signals, which shows
 * each sample on the screen or prints it (batch.c), and can record on the
 * side (record.c). The options are cmd/top.c's.
 */
#ifndef EXITSTAT_TOP_RUN_H
#define EXITSTAT_TOP_RUN_H

#include "top/config.h"

/*
 * 0, or -errno with a line in @err; -EPIPE: nobody reads any more. *@note is
 * what a user should know at the end, or "".
 */
int top_run(const struct top_config *cfg, struct errbuf *note,
	    struct errbuf *err);

#endif
