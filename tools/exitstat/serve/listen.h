/* SPDX-License-Identifier: GPL-2.0-only */
/* Sockets that exitstat serve listens on, from what a user typed. */
#ifndef EXITSTAT_SERVE_LISTEN_H
#define EXITSTAT_SERVE_LISTEN_H

#include "serve/config.h"

struct serve_socket {
	int fd;
	bool loopback;
	char name[64];		/* "127.0.0.1:13948", "[::1]:13948" */
};

/*
 * ADDR:PORT, [ADDR]:PORT or only PORT, which is loopback's. 0, or -EINVAL
 * with a line in @err. @addr is "" for a PORT alone.
 */
int serve_listen_parse(const char *text, char addr[64], char port[8],
		       struct errbuf *err);

/*
 * Opens the sockets of @cfg, at most SERVE_MAX_LISTEN, into @out. Of loopback's
 * two families, one may be missing. 0, or -errno with a line in @err and
 * nothing open.
 */
int serve_listen_open(const struct serve_config *cfg, struct serve_socket *out,
		      size_t *nr, struct errbuf *err);
void serve_listen_close(struct serve_socket *sockets, size_t nr);

#endif
