// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces page.c in a build without uPlot: reports that there is no HTML output.
 */
#include <errno.h>

#include "html/html.h"

int html_write(const struct html_page *page, FILE *out, struct errbuf *err)
{
	json_decref(page->facts);
	json_decref(page->extra);
	(void)out;
	return err_set(err, -ENOTSUP,
		       "HTML is not supported: this exitstat was built without uPlot (run scripts/build/uplot, which requires npm, and rebuild; or use plot)");
}
