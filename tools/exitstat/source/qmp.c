// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements qmp.h, as a client of QEMU's monitor protocol: greeting, capabilities,
 * list of vCPUs (query-cpus-fast), and their statistics (query-stats, QEMU 7.1).
 * See QEMU's docs/interop/qmp-spec.
 *
 * The peer is not trusted and may never answer: no call waits longer than requested,
 * and the next call continues to wait.
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "source/qmp.h"

#define PATIENCE_NS	(2 * NSEC_PER_SEC)	/* total time for one answer */
#define MAX_MESSAGE	(4 * 1024 * 1024)
#define MAX_CPUS	4096
#define MIN_TURNS	16	/* even after the time limit */

enum step { GREETING, CAPABILITIES, CPUS, STATS };

struct qmp {
	int fd;
	enum step step;
	bool asked;		/* waiting for the answer of this step */
	uint64_t since_ns;
	struct buf in;
	struct scan {
		size_t at, depth;
		bool in_string, escaped;
	} scan;			/* of in, for the end of an object */
	struct qmp_cpu *cpus;
	size_t nr, cap;
};

int qmp_open(struct qmp **out, const char *path, struct errbuf *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(addr.sun_path))
		return err_set(err, -ENAMETOOLONG, "%.40s...: %s", path,
			       strerror(ENAMETOOLONG));
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		rc = -errno;
		if (fd >= 0)
			close(fd);
		return err_set(err, rc, "%s: %s%s", path, strerror(-rc),
			       rc == -EAGAIN ? " (another client uses this monitor)" :
			       "");
	}
	*out = xcalloc(1, sizeof(**out));
	(*out)->fd = fd;
	(*out)->since_ns = mono_ns();
	(*out)->asked = true;	/* QEMU greets without a request */
	return 0;
}

static void forget_cpus(struct qmp *q)
{
	for (size_t i = 0; i < q->nr; i++)
		free(q->cpus[i].path);
	q->nr = 0;
}

void qmp_close(struct qmp *q)
{
	if (!q)
		return;
	close(q->fd);
	forget_cpus(q);
	free(q->cpus);
	buf_free(&q->in);
	free(q);
}

/*
 * The length of the first object in the input, with the space before it; 0 if it is
 * incomplete, and the next call continues there. Braces are counted, because -pretty
 * breaks lines.
 */
static int object_length(struct qmp *q, size_t *len)
{
	struct scan *s = &q->scan;

	for (; s->at < q->in.len; s->at++) {
		char c = q->in.data[s->at];

		if (s->escaped)
			s->escaped = false;
		else if (s->in_string && c == '\\')
			s->escaped = true;
		else if (c == '"' && s->depth)
			s->in_string = !s->in_string;
		else if (s->in_string)
			continue;
		else if (c == '{')
			s->depth++;
		else if (!s->depth && !strchr(" \t\r\n", c))
			return -EPROTO;
		else if (c == '}' && !--s->depth) {
			*len = s->at + 1;
			return 0;
		}
	}
	*len = 0;
	return q->in.len > MAX_MESSAGE ? -EMSGSIZE : 0;
}

static int take_object(struct qmp *q, json_t **out, struct errbuf *err)
{
	json_error_t why;
	size_t len = 0;
	int rc = object_length(q, &len);

	*out = NULL;
	if (rc == -EMSGSIZE)
		return err_set(err, rc, "an answer of more than %d MiB",
			       MAX_MESSAGE >> 20);
	if (rc)
		return err_set(err, rc, "not QMP");
	if (!len)
		return 0;
	*out = json_loadb(q->in.data, len, 0, &why);
	q->scan = (struct scan) { .at = 0 };
	q->in.len -= len;
	memmove(q->in.data, q->in.data + len, q->in.len + 1);
	if (!*out)
		return err_set(err, -EPROTO, "not QMP (%.80s)",
			       why.text);
	return 0;
}

/* Read the available input; -EAGAIN: none until @until_ns. */
static int fill(struct qmp *q, uint64_t until_ns, struct errbuf *err)
{
	struct pollfd p = { .fd = q->fd, .events = POLLIN };
	uint64_t now = mono_ns();
	int ms = until_ns > now ? (int)((until_ns - now) / NSEC_PER_MSEC) : 0;
	char data[16384];
	ssize_t n;

	if (poll(&p, 1, ms) <= 0)
		return -EAGAIN;	/* the caller handles signals */
	n = recv(q->fd, data, sizeof(data), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (n < 0 && errno != ECONNRESET)
		return err_set(err, -errno, "%s", strerror(errno));
	if (n <= 0)
		return err_set(err, -EPIPE, "QEMU closed the connection");
	buf_append(&q->in, data, (size_t)n);
	return 0;
}

static int refused(json_t *error, struct errbuf *err)
{
	const char *desc = json_string_value(json_object_get(error, "desc"));
	char text[160];

	copy_printable(text, sizeof(text), desc ? desc : "no reason given");
	return err_set(err, -EREMOTEIO,
		       "QEMU reported: %s (query-stats requires QEMU 7.1)", text);
}

/* Wait for the answer; ignore events. */
static int receive(struct qmp *q, uint64_t until_ns, json_t **out,
		   struct errbuf *err)
{
	const char *key = q->step == GREETING ? "QMP" : "return";
	json_t *message, *value;
	int rc, turn = 0;

	do {
		rc = take_object(q, &message, err);
		if (!rc && !message) {
			rc = fill(q, until_ns, err);
			continue;
		}
		if (rc)
			break;
		value = json_object_get(message, key);
		if (value) {
			*out = json_incref(value);
			json_decref(message);
			return 0;
		}
		value = json_object_get(message, "error");
		if (value)
			rc = refused(value, err);
		else if (!json_object_get(message, "event"))
			rc = err_set(err, -EPROTO, "not QMP (neither an answer nor an event)");
		json_decref(message);
	} while (!rc && (mono_ns() < until_ns || turn++ < MIN_TURNS));
	return rc ? rc : -EAGAIN;
}

static int ask(struct qmp *q, struct errbuf *err)
{
	struct buf b = { 0 };
	ssize_t n;
	int rc = 0;

	buf_printf(&b, "{\"execute\": \"%s\"",
		   q->step == CAPABILITIES ? "qmp_capabilities" :
		   q->step == CPUS ? "query-cpus-fast" : "query-stats");
	if (q->step == STATS) {
		buf_printf(&b, ", \"arguments\": {\"target\": \"vcpu\", \"providers\": [{\"provider\": \"kvm\", \"names\": [\"exits\"");
		for (size_t i = 0; i < NR_KVM_COUNTED; i++)
			buf_printf(&b, ", \"%s\"", kvm_stat_names[i]);
		buf_printf(&b, "]}]}");
	}
	buf_printf(&b, "}\n");
	n = send(q->fd, b.data, b.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno == EPIPE)
		rc = err_set(err, -EPIPE, "QEMU closed the connection");
	else if (n != (ssize_t)b.len)
		rc = err_set(err, -EPIPE, "QEMU accepts no more commands");
	buf_free(&b);
	q->asked = true;
	q->since_ns = mono_ns();
	return rc;
}

static int take_cpu(struct qmp *q, json_t *cpu, struct errbuf *err)
{
	const char *path = json_string_value(json_object_get(cpu, "qom-path"));
	json_t *index = json_object_get(cpu, "cpu-index");
	json_int_t n = json_integer_value(index);
	struct qmp_cpu *c;

	if (!path || !json_is_integer(index) || n < 0 || n >= MAX_CPUS)
		return err_set(err, -EPROTO,
			       "query-cpus-fast: a vCPU without a path or a number");
	for (size_t i = 0; i < q->nr; i++)
		if (q->cpus[i].index == n)
			return err_set(err, -EPROTO,
				       "query-cpus-fast: vCPU %lld twice",
				       (long long)n);
	q->cpus = vec_room(q->cpus, q->nr, &q->cap, sizeof(*c));
	c = &q->cpus[q->nr++];
	*c = (struct qmp_cpu) { .index = (uint32_t)n, .path = xstrdup(path) };
	return 0;
}

static int take_cpus(struct qmp *q, json_t *list, struct errbuf *err)
{
	size_t nr = json_array_size(list);
	int rc = 0;

	forget_cpus(q);
	for (size_t i = 0; !rc && i < nr; i++)
		rc = take_cpu(q, json_array_get(list, i), err);
	return rc;
}

static bool take_value(struct kvm_stat_values *v, json_t *stat, bool *exits)
{
	const char *name = json_string_value(json_object_get(stat, "name"));
	json_t *value = json_object_get(stat, "value");
	json_int_t n = json_integer_value(value);

	if (!name || !value)
		return false;
	if (!strcmp(name, "exits")) {
		v->exits = (uint64_t)n;
		*exits = true;
		return json_is_integer(value) && n >= 0;
	}
	for (size_t i = 0; i < NR_KVM_COUNTED; i++) {
		if (strcmp(name, kvm_stat_names[i]))
			continue;
		v->n[i] = (uint64_t)n;
		return json_is_integer(value) && n >= 0;
	}
	return true;	/* an unrequested statistic */
}

/* Statistics of one vCPU; an unknown one was added while the guest ran. */
static int take_values(struct qmp *q, json_t *of, bool *unknown,
		       struct errbuf *err)
{
	const char *path = json_string_value(json_object_get(of, "qom-path"));
	json_t *stats = json_object_get(of, "stats");
	struct qmp_cpu *c = NULL;

	for (size_t i = 0; path && i < q->nr; i++)
		if (!strcmp(q->cpus[i].path, path))
			c = &q->cpus[i];
	if (!c) {
		*unknown = true;
		return 0;
	}
	for (size_t i = 0; i < json_array_size(stats); i++)
		if (!take_value(&c->v, json_array_get(stats, i), &c->there))
			return err_set(err, -EPROTO,
				       "query-stats: a statistic without a name or a number");
	return 0;
}

static int take_stats(struct qmp *q, json_t *list, struct errbuf *err)
{
	bool unknown = false, any = false;
	int rc = 0;

	for (size_t i = 0; i < q->nr; i++)
		q->cpus[i].there = false;
	for (size_t i = 0; !rc && i < json_array_size(list); i++)
		rc = take_values(q, json_array_get(list, i), &unknown, err);
	for (size_t i = 0; i < q->nr; i++)
		any |= q->cpus[i].there;
	if (!rc && !any && !unknown)
		return err_set(err, -ENODATA,
			       "QEMU has no KVM statistics (does it run with -accel kvm?)");
	if (unknown)
		q->step = CPUS;
	return rc;
}

static int take_answer(struct qmp *q, json_t *answer, struct errbuf *err)
{
	switch (q->step) {
	case CPUS:
		return take_cpus(q, answer, err);
	case STATS:
		return take_stats(q, answer, err);
	default:
		return 0;
	}
}

static int give_up(const struct qmp *q, struct errbuf *err)
{
	if (mono_ns() - q->since_ns < PATIENCE_NS)
		return -EAGAIN;
	return err_set(err, -ETIMEDOUT, q->step == GREETING ?
		       "no greeting: another client uses this monitor, or QEMU hangs" :
		       "QEMU does not answer");
}

int qmp_read(struct qmp *q, uint64_t until_ns, struct errbuf *err)
{
	json_t *answer = NULL;
	bool done = false;
	int rc = 0;

	while (!rc && !done) {
		if (!q->asked)
			rc = ask(q, err);
		if (!rc)
			rc = receive(q, until_ns, &answer, err);
		if (rc == -EAGAIN)
			return give_up(q, err);
		if (rc)
			break;
		q->asked = false;
		done = q->step == STATS;
		rc = take_answer(q, answer, err);
		json_decref(answer);
		if (!done)
			q->step++;
	}
	return rc;
}

const struct qmp_cpu *qmp_cpus(const struct qmp *q, size_t *nr)
{
	*nr = q->nr;
	return q->cpus;
}
