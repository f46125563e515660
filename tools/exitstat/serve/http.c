// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements http.h with libmicrohttpd, with one externally polled daemon per
 * address.
 *
 * A connection serves one request and is closed after CONNECTION_NS at the latest.
 * If there are more than CONNECTIONS, the oldest is closed. So slow clients cannot
 * block others. Connections are closed by shutdown(), which libmicrohttpd handles
 * like a disconnect by the client.
 */
#include <err.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/sysroot.h"
#include "serve/auth.h"
#include "serve/http.h"
#include "serve/listen.h"

#define CONNECTIONS	256
#define CONNECTION_NS	(10 * NSEC_PER_SEC)
#define MEMORY		(size_t)(16 * 1024)	/* per connection, for headers */
/* limits of libmicrohttpd, in case ours fail */
#define HARD_LIMIT	(CONNECTIONS + 64)
#define HARD_TIMEOUT_S	20

struct connection {
	struct connection *next, **prev;	/* in order of age */
	int fd;
	uint64_t end_ns;
	bool cut;
};

struct serve_http {
	struct serve_data *data;
	struct serve_auth *auth;	/* NULL: no authentication */
	struct buf cert, key;
	struct serve_socket sockets[SERVE_MAX_LISTEN];
	struct MHD_Daemon *daemons[SERVE_MAX_LISTEN];
	size_t nr_sockets, nr;
	struct connection *first, **last;
	char log[256];
};

/* ---- connections ---- */

static void cut(struct connection *c, uint64_t *counter)
{
	c->cut = true;
	shutdown(c->fd, SHUT_RDWR);
	++*counter;
}

static struct connection *oldest(const struct serve_http *h)
{
	struct connection *c = h->first;

	while (c && c->cut)
		c = c->next;
	return c;
}

static void cut_late(struct serve_http *h)
{
	struct connection *c;
	uint64_t now = serve_now_ns(h->data);

	while ((c = oldest(h)) && c->end_ns <= now)
		cut(c, &h->data->self.http.cut_late);
}

static void *begin_connection(struct serve_http *h, struct MHD_Connection *mc)
{
	struct metrics_http *n = &h->data->self.http;
	struct connection *c = xcalloc(1, sizeof(*c));

	c->fd = MHD_get_connection_info(mc, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd;
	c->end_ns = serve_now_ns(h->data) + CONNECTION_NS;
	c->prev = h->last;
	*h->last = c;
	h->last = &c->next;
	if (++n->connections > CONNECTIONS)
		cut(oldest(h), &n->cut_crowded);
	return c;
}

static void end_connection(struct serve_http *h, struct connection *c)
{
	*c->prev = c->next;
	if (c->next)
		c->next->prev = c->prev;
	else
		h->last = c->prev;
	h->data->self.http.connections--;
	free(c);
}

static void on_connection(void *arg, struct MHD_Connection *mc, void **context,
			  enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*context = begin_connection(arg, mc);
	else if (*context)
		end_connection(arg, *context);
}

/* ---- requests ---- */

static void count_request(struct serve_http *h, unsigned int code)
{
	for (size_t i = 0; i < METRICS_NR_CODES; i++)
		if (metrics_codes[i] == code)
			h->data->self.http.requests[i]++;
}

/* The response takes ownership of @text. */
static enum MHD_Result respond(struct serve_http *h, struct MHD_Connection *mc,
			       unsigned int code, struct buf *text,
			       const char *type)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		text->len, text->data, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result rc;

	if (!r) {
		buf_free(text);
		return MHD_NO;
	}
	count_request(h, code);
	MHD_add_response_header(r, "Content-Type", type);
	MHD_add_response_header(r, "Connection", "close");
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	if (code == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r, "Allow", "GET, HEAD");
	if (code == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(r, "WWW-Authenticate",
					"Basic realm=\"exitstat\", charset=\"UTF-8\"");
	rc = MHD_queue_response(mc, code, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result respond_line(struct serve_http *h,
				    struct MHD_Connection *mc,
				    unsigned int code, const char *line)
{
	struct buf b = { 0 };

	buf_printf(&b, "%s\n", line);
	return respond(h, mc, code, &b, "text/plain; charset=utf-8");
}

static bool may_read(const struct serve_http *h, struct MHD_Connection *mc)
{
	char *password = NULL, *name;
	bool ok;

	if (!h->auth)
		return true;
	name = MHD_basic_auth_get_username_password(mc, &password);
	ok = name && password && serve_auth_check(h->auth, name, password);
	if (password)
		explicit_bzero(password, strlen(password));
	MHD_free(password);
	MHD_free(name);
	return ok;
}

/* OpenMetrics if the client accepts it; q-values are ignored. */
static enum om_format format_for(struct MHD_Connection *mc)
{
	const char *accept = MHD_lookup_connection_value(mc, MHD_HEADER_KIND,
							 "Accept");

	return accept && strcasestr(accept, "application/openmetrics-text") ?
		OM_OPENMETRICS : OM_PROMETHEUS;
}

static enum MHD_Result send_metrics(struct serve_http *h,
				    struct MHD_Connection *mc)
{
	enum om_format format = format_for(mc);
	struct buf text = { 0 };

	serve_data_refresh(h->data);
	serve_data_text(h->data, format, &text);
	return respond(h, mc, MHD_HTTP_OK, &text, om_content_type(format));
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *mc,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_size, void **request)
{
	struct serve_http *h = arg;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)request;
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return respond_line(h, mc, MHD_HTTP_METHOD_NOT_ALLOWED,
			   "only GET and HEAD are allowed");
	if (!may_read(h, mc))
		return respond_line(h, mc, MHD_HTTP_UNAUTHORIZED,
			   "name and password required");
	if (!strcmp(url, "/metrics"))
		return send_metrics(h, mc);
	if (!strcmp(url, "/"))
		return respond_line(h, mc, MHD_HTTP_OK,
			   "exitstat " EXITSTAT_VERSION ": the VM exits of the KVM guests of this host are at /metrics");
	return respond_line(h, mc, MHD_HTTP_NOT_FOUND, "not found; the metrics are at /metrics");
}

/* ---- start and end ---- */

/* Keep the last line, which has the reason why a daemon did not start. */
__attribute__((format(printf, 2, 0)))
static void on_log(void *arg, const char *format, va_list ap)
{
	struct serve_http *h = arg;

	vsnprintf(h->log, sizeof(h->log), format, ap);
	h->log[strcspn(h->log, "\n")] = '\0';
}

static int load(const char *path, struct buf *out, struct errbuf *err)
{
	int rc = sysroot_read("", path, out);

	if (!rc && (!out->len || strlen(out->data) != out->len))
		rc = -EINVAL;
	return rc ? err_set(err, rc, "%s: %s", path, strerror(-rc)) : 0;
}

static int load_files(struct serve_http *h, struct errbuf *err)
{
	const struct serve_config *cfg = h->data->cfg;
	int rc = 0;

	if (cfg->auth_file)
		rc = serve_auth_load(&h->auth, cfg->auth_file, err);
	if (!rc && cfg->tls_cert && MHD_is_feature_supported(MHD_FEATURE_TLS)
				    != MHD_YES)
		rc = err_set(err, -ENOTSUP,
			     "TLS is not supported by this libmicrohttpd (use a proxy, see docs/fleet.md)");
	if (!rc && cfg->tls_cert)
		rc = load(cfg->tls_cert, &h->cert, err);
	if (!rc && cfg->tls_key)
		rc = load(cfg->tls_key, &h->key, err);
	return rc;
}

static int start(struct serve_http *h, size_t i, struct errbuf *err)
{
	const struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, h->cert.data },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, h->key.data },
		{ MHD_OPTION_END, 0, NULL },
	};
	const struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	bool with_tls = h->cert.data;

	h->daemons[i] = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ERROR_LOG | (with_tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, on_request, h,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, h,
		MHD_OPTION_LISTEN_SOCKET, h->sockets[i].fd,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)HARD_LIMIT,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)HARD_TIMEOUT_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
		MHD_OPTION_ARRAY, with_tls ? tls : none,
		MHD_OPTION_END);
	if (!h->daemons[i])
		return err_set(err, -EINVAL, "%s: cannot serve: %s%s",
			       h->sockets[i].name,
			       *h->log ? h->log : strerror(errno),
			       with_tls ? " (are --tls-cert and --tls-key a PEM certificate and its key?)" : "");
	h->nr++;
	return 0;
}

/* Warn if others can read the metrics: exit rates reveal what a guest does. */
static void announce(const struct serve_http *h)
{
	const struct serve_config *cfg = h->data->cfg;

	for (size_t i = 0; i < h->nr; i++) {
		warnx("http%s://%s/metrics", cfg->tls_cert ? "s" : "",
		      h->sockets[i].name);
		if (!h->sockets[i].loopback)
			warnx("warning: %s is reachable from other machines%s%s",
			      h->sockets[i].name,
			      cfg->auth_file ? "" : ", without a password (--auth-file)",
			      cfg->tls_cert ? "" : ", in clear text (--tls-cert)");
	}
	if (!cfg->auth_file)
		warnx("warning: readable by all users of this host, and by guests with QEMU's user networking (see --auth-file)");
}

static void wait_for_clients(const struct serve_http *h, struct loop *l)
{
	for (size_t i = 0; i < h->nr; i++)
		loop_add(l, MHD_get_daemon_info(h->daemons[i],
						MHD_DAEMON_INFO_EPOLL_FD)
				->epoll_fd, NULL, NULL);
}

int serve_http_open(struct serve_http **out, struct serve_data *d,
		    struct loop *l, struct errbuf *err)
{
	struct serve_http *h = xcalloc(1, sizeof(*h));
	int rc;

	h->data = d;
	h->last = &h->first;
	rc = load_files(h, err);
	if (!rc)
		rc = serve_listen_open(d->cfg, h->sockets, &h->nr_sockets, err);
	for (size_t i = 0; !rc && i < h->nr_sockets; i++)
		rc = start(h, i, err);
	if (rc) {
		serve_http_close(h);
		return rc;
	}
	wait_for_clients(h, l);
	announce(h);
	*out = h;
	return 0;
}

uint64_t serve_http_wait_until_ns(const struct serve_http *h)
{
	const struct connection *c = oldest(h);
	uint64_t now = serve_now_ns(h->data), until_ns = LOOP_NEVER;
	MHD_UNSIGNED_LONG_LONG ms;

	if (c)
		until_ns = c->end_ns;
	for (size_t i = 0; i < h->nr; i++)
		if (MHD_get_timeout(h->daemons[i], &ms) == MHD_YES &&
		    now + ms * NSEC_PER_MSEC < until_ns)
			until_ns = now + ms * NSEC_PER_MSEC;
	return until_ns;
}

void serve_http_run(struct serve_http *h)
{
	cut_late(h);
	for (size_t i = 0; i < h->nr; i++)
		MHD_run(h->daemons[i]);
}

/* MHD_stop_daemon() closes the daemon's socket. */
void serve_http_close(struct serve_http *h)
{
	for (size_t i = 0; i < h->nr; i++)
		MHD_stop_daemon(h->daemons[i]);
	serve_listen_close(h->sockets + h->nr, h->nr_sockets - h->nr);
	serve_auth_free(h->auth);
	if (h->key.data)
		explicit_bzero(h->key.data, h->key.len);
	buf_free(&h->key);
	buf_free(&h->cert);
	free(h);
}
