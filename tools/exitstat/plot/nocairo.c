// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces cairo.c in a build without cairo, with an error.
 */
#include <errno.h>

#include "plot/plot.h"

int plot_draw(const struct plot_picture *what, enum plot_format format,
	      FILE *out, struct errbuf *err)
{
	(void)what;
	(void)format;
	(void)out;
	return err_set(err, -ENOTSUP,
		       "this exitstat was built without cairo, so it cannot draw files (install libcairo2-dev and rebuild, or plot to the terminal with plot --term)");
}
