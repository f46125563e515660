// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in for page.c in a tool that is built without uPlot: says so.
 */
#include <errno.h>

#include "html/html.h"

int html_write(const struct html_page *page, FILE *out, struct errbuf *err)
{
	json_decref(page->facts);
	json_decref(page->extra);
	(void)out;
	return err_set(err, -ENOTSUP,
		       "this exitstat was built without uPlot, so it cannot write HTML (run scripts/build/uplot, which needs npm, and rebuild; or draw it with plot)");
}
