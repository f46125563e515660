// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces http.c in a build without libmicrohttpd: reports that there is no
 * endpoint.
 */
#include <errno.h>

#include "serve/http.h"

int serve_http_open(struct serve_http **out, struct serve_data *d,
		    struct loop *l, struct errbuf *err)
{
	(void)out;
	(void)d;
	(void)l;
	return err_set(err, -ENOTSUP,
		       "this exitstat was built without libmicrohttpd (install libmicrohttpd-dev and rebuild, or use --textfile)");
}

uint64_t serve_http_wait_until_ns(const struct serve_http *h)
{
	(void)h;
	return LOOP_NEVER;
}

void serve_http_run(struct serve_http *h)
{
	(void)h;
}

void serve_http_close(struct serve_http *h)
{
	(void)h;
}
