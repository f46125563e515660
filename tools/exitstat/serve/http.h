/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The endpoint of exitstat serve. It runs in the caller's thread, in
 * serve_http_run(). Only http.c uses libmicrohttpd; a build without it uses
 * nohttp.c.
 */
#ifndef EXITSTAT_SERVE_HTTP_H
#define EXITSTAT_SERVE_HTTP_H

#include "lib/loop.h"
#include "serve/data.h"

struct serve_http;

/*
 * Listen, and add the sockets to @l. Returns 0, or -errno with a line in @err. @d
 * must outlive the endpoint, and @l must not wait after serve_http_close().
 */
int serve_http_open(struct serve_http **out, struct serve_data *d,
		    struct loop *l, struct errbuf *err);
/* Deadline of the next serve_http_run(), even if no client is ready. */
uint64_t serve_http_wait_until_ns(const struct serve_http *h);
/* Serve ready clients, and close connections that are too slow. */
void serve_http_run(struct serve_http *h);
void serve_http_close(struct serve_http *h);

#endif
