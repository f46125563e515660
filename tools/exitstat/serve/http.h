/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The endpoint of exitstat serve. Everything happens in the caller's thread,
 * within serve_http_run(). http.c is the one file that knows
 * libmicrohttpd; a tool that is built without it has nohttp.c.
 */
#ifndef EXITSTAT_SERVE_HTTP_H
#define EXITSTAT_SERVE_HTTP_H

#include "lib/loop.h"
#include "serve/data.h"

struct serve_http;

/*
 * Listens, and has @l wait for clients. 0, or -errno with a line in @err. @d
 * must outlive it, and @l is not to wait after it.
 */
int serve_http_open(struct serve_http **out, struct serve_data *d,
		    struct loop *l, struct errbuf *err);
/* When serve_http_run() is due, whoever is ready. */
uint64_t serve_http_wait_until_ns(const struct serve_http *h);
/* Serves whoever is ready, and closes who took too long. */
void serve_http_run(struct serve_http *h);
void serve_http_close(struct serve_http *h);

#endif
