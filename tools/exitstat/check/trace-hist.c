// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements trace-hist.h: parses the text of a hist trigger by lines
 * (Documentation/trace/histogram.rst in the kernel).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sysroot.h"
#include "check/trace-hist.h"

#define INFO	"# trigger info: hist:keys="

static const char *const places[] = {
	"/sys/kernel/tracing/events/kvm/kvm_exit/hist",
	"/sys/kernel/debug/tracing/events/kvm/kvm_exit/hist",
};

/* A file may have several histograms; this line starts one. */
static bool is_ours(const char *line)
{
	const char *keys = line + strlen(INFO);

	return !strncmp(keys, "exit_reason,vcpu_id:", 20) ||
	       !strncmp(keys, "vcpu_id,exit_reason:", 20);
}

/* The number after "@name:" in @line. */
static bool field(const char *line, const char *name, uint64_t *out)
{
	const char *at = strstr(line, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	errno = 0;
	*out = strtoull(at, &end, 10);
	return end != at && !errno;
}

static int parse_row(struct trace_hist *h, const char *line,
		     struct errbuf *err)
{
	uint64_t reason, vcpu, count;

	if (!field(line, "exit_reason:", &reason) ||
	    !field(line, "vcpu_id:", &vcpu) ||
	    !field(line, "hitcount:", &count) || vcpu > UINT32_MAX)
		return err_set(err, -EPROTO,
			       "kvm_exit's histogram has an invalid line: %.60s",
			       line);
	h->rows = vec_room(h->rows, h->nr, &h->cap, sizeof(*h->rows));
	h->rows[h->nr++] = (struct trace_hist_row) {
		.reason = (uint32_t)reason, .vcpu_id = (uint32_t)vcpu,
		.count = count,
	};
	return 0;
}

static int parse_line(struct trace_hist *h, const char *line, bool *inside,
		      bool *found, struct errbuf *err)
{
	if (!strncmp(line, INFO, strlen(INFO))) {
		*inside = is_ours(line) && !*found;
		*found |= *inside;
		if (*inside && strstr(line, " if "))
			return err_set(err, -EPROTO,
				       "kvm_exit's histogram has a filter: it does not count all exits");
		if (*inside && strstr(line, " [paused]"))
			return err_set(err, -EPROTO,
				       "kvm_exit's histogram is paused: it does not count all exits");
		return 0;
	}
	if (!*inside)
		return 0;
	if (*line == '{')
		return parse_row(h, line, err);
	field(line, "Dropped:", &h->dropped);
	return 0;
}

static int parse(struct trace_hist *h, const char *text, struct errbuf *err)
{
	char *copy = xstrdup(text), *rest = copy, *line;
	bool inside = false, found = false;
	int rc = 0;

	while (!rc && (line = strsep(&rest, "\n")))
		rc = parse_line(h, line, &inside, &found, err);
	free(copy);
	if (!rc && !found)
		rc = err_set(err, -ENOENT,
			     "the kernel's own histogram of kvm_exit is not set up (echo '" TRACE_HIST_TRIGGER "' to events/kvm/kvm_exit/trigger in tracefs before the guest starts)");
	if (!rc && h->dropped)
		rc = err_set(err, -EPROTO,
			     "kvm_exit's histogram has dropped %llu events (set a larger size)",
			     (unsigned long long)h->dropped);
	return rc;
}

int trace_hist_read(struct trace_hist *h, const char *root, const char *path,
		    struct errbuf *err)
{
	struct buf b = { 0 };
	int rc = path ? sysroot_read("", path, &b) : -ENOENT;

	for (size_t i = 0; !path && rc == -ENOENT && i < ARRAY_LEN(places); i++)
		rc = sysroot_read(root, places[i], &b);
	if (rc) {
		rc = err_set(err, rc, "%s: %s%s", path ? path : places[0],
			     strerror(-rc),
			     rc == -EACCES ? " (run as root)" :
			     rc == -ENOENT && !path ?
			     " (is tracefs mounted, and kvm loaded?)" : "");
	} else {
		buf_append(&b, "", 0);
		rc = parse(h, b.data, err);
	}
	buf_free(&b);
	return rc;
}

void trace_hist_free(struct trace_hist *h)
{
	free(h->rows);
	memset(h, 0, sizeof(*h));
}
