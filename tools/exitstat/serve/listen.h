/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets on which exitstat serve listens, from --listen. */
#ifndef EXITSTAT_SERVE_LISTEN_H
#define EXITSTAT_SERVE_LISTEN_H

#include "serve/config.h"

struct serve_socket {
	int fd;
	bool loopback;
	char name[64];		/* "127.0.0.1:13948", "[::1]:13948" */
};

/*
 * Parse ADDR:PORT, [ADDR]:PORT, or PORT, which stands for loopback and sets @addr
 * to "". Returns 0, or -EINVAL with a line in @err.
 */
int serve_listen_parse(const char *text, char addr[64], char port[8],
		       struct errbuf *err);

/*
 * Open the sockets of @cfg, at most SERVE_MAX_LISTEN. For loopback, one of the two
 * address families is enough. Returns 0, or -errno with a line in @err and no open
 * socket.
 */
int serve_listen_open(const struct serve_config *cfg, struct serve_socket *out,
		      size_t *nr, struct errbuf *err);
void serve_listen_close(struct serve_socket *sockets, size_t nr);

#endif
