// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in for cairo.c in a tool that is built without cairo: says so.
 */
#include <errno.h>

#include "plot/plot.h"

bool plot_can_draw(void)
{
	return false;
}

static int refuse(struct errbuf *err)
{
	return err_set(err, -ENOTSUP,
		       "this exitstat was built without cairo, so it cannot draw files (install libcairo2-dev and rebuild, or plot to the terminal with plot --term)");
}

int plot_draw(const struct model *m, enum plot_chart chart,
	      size_t nr_reasons, enum plot_format format, FILE *out,
	      struct errbuf *err)
{
	(void)m;
	(void)chart;
	(void)nr_reasons;
	(void)format;
	(void)out;
	return refuse(err);
}

int plot_draw_pair(const struct plot_pair *pair, enum plot_format format,
		   FILE *out, struct errbuf *err)
{
	(void)pair;
	(void)format;
	(void)out;
	return refuse(err);
}
