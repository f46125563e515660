/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The main loop of exitstat top: takes samples, keys and signals, shows each
 * sample on the screen or prints it (batch.c), and can record (record.c).
 * cmd/top.c parses the options.
 */
#ifndef EXITSTAT_TOP_RUN_H
#define EXITSTAT_TOP_RUN_H

#include "top/config.h"

/*
 * Returns 0, or -errno with a line in @err; -EPIPE: the reader has closed the pipe.
 * *@note is a message for the user at the end, or "".
 */
int top_run(const struct top_config *cfg, struct errbuf *note,
	    struct errbuf *err);

#endif
