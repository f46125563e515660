/* SPDX-License-Identifier: GPL-2.0-only */
/* The main loop of exitstat serve: clients and periodic reads. */
#ifndef EXITSTAT_SERVE_RUN_H
#define EXITSTAT_SERVE_RUN_H

#include "serve/config.h"

/* Run until SIGINT, SIGTERM or SIGHUP. Returns 0, or -errno with a line in @err. */
int serve_run(const struct serve_config *cfg, struct errbuf *err);

#endif
