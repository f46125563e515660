/* SPDX-License-Identifier: GPL-2.0-only */
/* The initial view of top. */
#ifndef EXITSTAT_TOP_START_H
#define EXITSTAT_TOP_START_H

#include "top/config.h"
#include "top/view.h"

/*
 * Set the view that @cfg selects. Returns -ENOENT with a line in @err if there is
 * no such VM, vCPU, reason or column.
 */
int top_view_start(struct top_view *v, const struct top_config *cfg,
		   const struct top_data *d, struct errbuf *err);

#endif
