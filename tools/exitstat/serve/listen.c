// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements listen.h. Addresses are numeric; host names are not looked up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/listen.h"

int serve_listen_parse(const char *text, char addr[64], char port[8],
		       struct errbuf *err)
{
	const char *colon = strrchr(text, ':');
	const char *digits = colon ? colon + 1 : text;
	size_t len = colon ? (size_t)(colon - text) : 0;
	unsigned char binary[sizeof(struct in6_addr)];
	int family = AF_INET;
	uint64_t n;

	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		family = AF_INET6;
		text++;
		len -= 2;
	}
	if (len >= 64 || parse_u64(digits, 0, 65535, &n) ||
	    !strncmp(digits, "0x", 2))
		goto invalid;
	snprintf(addr, 64, "%.*s", (int)len, text);
	snprintf(port, 8, "%u", (unsigned int)n);
	if (!colon || inet_pton(family, addr, binary) == 1)
		return 0;
invalid:
	return err_set(err, -EINVAL,
		       "%s: not ADDRESS:PORT (127.0.0.1:%u, [::1]:%u) or PORT",
		       text, SERVE_PORT, SERVE_PORT);
}

static bool is_loopback(const struct sockaddr *sa)
{
	const struct sockaddr_in *in = (const void *)sa;
	const struct sockaddr_in6 *in6 = (const void *)sa;

	if (sa->sa_family == AF_INET)
		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
}

/* Name the socket by its actual address; the kernel replaces port 0. */
static void describe(struct serve_socket *s)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	char host[INET6_ADDRSTRLEN + 1] = "?", port[8] = "?";
	bool v6;

	if (getsockname(s->fd, (struct sockaddr *)&sa, &len))
		return;
	v6 = sa.ss_family == AF_INET6;
	getnameinfo((struct sockaddr *)&sa, len, host, sizeof(host), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(s->name, sizeof(s->name), v6 ? "[%s]:%s" : "%s:%s", host,
		 port);
	s->loopback = is_loopback((struct sockaddr *)&sa);
}

static const char *advice(int error)
{
	switch (error) {
	case EADDRINUSE:
		return " (is another exitstat serve running? --listen selects another port)";
	case EADDRNOTAVAIL:
		return " (no interface has this address)";
	case EACCES:
		return " (ports below 1024 require root)";
	default:
		return "";
	}
}

static int open_one(const struct addrinfo *ai, const char *what,
		    struct serve_socket *out, struct errbuf *err)
{
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
			SOCK_NONBLOCK, 0);
	int one = 1, error;

	if (fd < 0)
		return err_set(err, -errno, "%s: %s", what, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, SOMAXCONN)) {
		error = errno;
		close(fd);
		return err_set(err, -error, "%s: cannot listen: %s%s", what,
			       strerror(error), advice(error));
	}
	*out = (struct serve_socket) { .fd = fd };
	describe(out);
	return 0;
}

static int open_address(const char *addr, const char *port,
			struct serve_socket *out, struct errbuf *err)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found;
	char what[80];
	int rc;

	snprintf(what, sizeof(what), strchr(addr, ':') ? "[%s]:%s" : "%s:%s",
		 addr, port);
	rc = getaddrinfo(addr, port, &hints, &found);
	if (rc)
		return err_set(err, -EINVAL, "%s: %s", what, gai_strerror(rc));
	rc = open_one(found, what, out, err);
	freeaddrinfo(found);
	return rc;
}

/* The second socket uses the port of the first, which the kernel may have chosen. */
static int open_loopback(const char *port, struct serve_socket *out, size_t *nr,
			 struct errbuf *err)
{
	static const char *const both[] = { "127.0.0.1", "::1" };
	char same[8];
	int rc = 0;

	snprintf(same, sizeof(same), "%s", port);
	for (size_t i = 0; i < ARRAY_LEN(both); i++) {
		rc = open_address(both[i], same, &out[*nr], err);
		if (rc == -EAFNOSUPPORT || rc == -EADDRNOTAVAIL)
			continue;
		if (rc)
			return rc;
		snprintf(same, sizeof(same), "%s",
			 strrchr(out[*nr].name, ':') + 1);
		++*nr;
	}
	return *nr ? 0 : rc;
}

int serve_listen_open(const struct serve_config *cfg, struct serve_socket *out,
		      size_t *nr, struct errbuf *err)
{
	char addr[64], port[8];
	int rc = 0;

	*nr = 0;
	snprintf(port, sizeof(port), "%u", SERVE_PORT);
	if (!cfg->nr_listen)
		rc = open_loopback(port, out, nr, err);
	for (size_t i = 0; !rc && i < cfg->nr_listen; i++) {
		rc = serve_listen_parse(cfg->listen[i], addr, port, err);
		if (!rc && *nr + 2 > SERVE_MAX_LISTEN)
			rc = err_set(err, -E2BIG, "%s: too many addresses",
				     cfg->listen[i]);
		else if (!rc && !*addr)
			rc = open_loopback(port, out, nr, err);
		else if (!rc)
			rc = open_address(addr, port, &out[*nr], err);
		if (!rc && *addr)
			++*nr;
	}
	if (rc) {
		serve_listen_close(out, *nr);
		*nr = 0;
	}
	return rc;
}

void serve_listen_close(struct serve_socket *sockets, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		close(sockets[i].fd);
}
