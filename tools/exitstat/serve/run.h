/* SPDX-License-Identifier: GPL-2.0-only */
/* exitstat serve as it runs: clients and the time of the next read. */
#ifndef EXITSTAT_SERVE_RUN_H
#define EXITSTAT_SERVE_RUN_H

#include "serve/config.h"

/* Until SIGINT, SIGTERM or SIGHUP. 0, or -errno with a line in @err. */
int serve_run(const struct serve_config *cfg, struct errbuf *err);

#endif
