// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements openmetrics.h.
 *
 * Samples of a counter x are named "x_total" in both formats; its TYPE and HELP are
 * for x in OpenMetrics and for x_total in the older format. The same applies to
 * x_info, which is a gauge in the older format. Label values come from command lines
 * and recordings: invalid UTF-8 is replaced, because a server would reject the whole
 * text. Samples _created are omitted, because servers store each as another series.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "metrics/openmetrics.h"

static const char *const content_types[OM_NR_FORMATS] = {
	[OM_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
	[OM_OPENMETRICS] =
		"application/openmetrics-text; version=1.0.0; charset=utf-8",
};

static const struct {
	const char *suffix;
	const char *name[OM_NR_FORMATS];
} types[] = {
	[OM_COUNTER] = { "_total", { "counter", "counter" } },
	[OM_GAUGE] = { "", { "gauge", "gauge" } },
	[OM_INFO] = { "_info", { "gauge", "info" } },
};

const char *om_content_type(enum om_format format)
{
	return content_types[format];
}

void om_family(struct om *m, const struct om_family *family)
{
	m->family = family;
	m->samples = 0;
}

static void announce(struct om *m)
{
	const struct om_family *f = m->family;
	const char *suffix = types[f->type].suffix;

	if (m->format == OM_OPENMETRICS)
		suffix = "";
	buf_printf(m->out, "# TYPE %s%s %s\n", f->name, suffix,
		   types[f->type].name[m->format]);
	if (m->format == OM_OPENMETRICS && f->unit)
		buf_printf(m->out, "# UNIT %s %s\n", f->name, f->unit);
	buf_printf(m->out, "# HELP %s%s %s\n", f->name, suffix, f->help);
}

static void put_value(struct buf *b, const char *value)
{
	while (*value) {
		size_t len = utf8_length(value);

		if (*value == '\\' || *value == '"')
			buf_append(b, "\\", 1);
		if (*value == '\n')
			buf_append(b, "\\n", 2);
		else if (len)
			buf_append(b, value, len);
		else
			buf_append(b, "?", 1);
		value += len ? len : 1;
	}
}

static void put_labels(struct buf *b, const struct om_label *labels, size_t nr)
{
	char next = '{';

	for (size_t i = 0; i < nr; i++) {
		if (!labels[i].value || !*labels[i].value)
			continue;
		buf_append(b, &next, 1);
		buf_append(b, labels[i].name, strlen(labels[i].name));
		buf_append(b, "=\"", 2);
		put_value(b, labels[i].value);
		buf_append(b, "\"", 1);
		next = ',';
	}
	if (next == ',')
		buf_append(b, "}", 1);
}

static void sample(struct om *m, const struct om_label *labels, size_t nr,
		   const char *value)
{
	const struct om_family *f = m->family;
	uint64_t ms = m->stamp_ns / NSEC_PER_MSEC;

	if (!m->samples++)
		announce(m);
	buf_append(m->out, f->name, strlen(f->name));
	buf_append(m->out, types[f->type].suffix,
		   strlen(types[f->type].suffix));
	put_labels(m->out, labels, nr);
	buf_append(m->out, " ", 1);
	buf_append(m->out, value, strlen(value));
	if (ms && m->format == OM_OPENMETRICS)
		buf_printf(m->out, " %" PRIu64 ".%03" PRIu64, ms / 1000,
			   ms % 1000);
	else if (ms)
		buf_printf(m->out, " %" PRIu64, ms);
	buf_append(m->out, "\n", 1);
}

void om_u64(struct om *m, const struct om_label *labels, size_t nr,
	    uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	sample(m, labels, nr, text);
}

void om_i64(struct om *m, const struct om_label *labels, size_t nr,
	    int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	sample(m, labels, nr, text);
}

void om_ns(struct om *m, const struct om_label *labels, size_t nr, uint64_t ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64,
		 (uint64_t)(ns / NSEC_PER_SEC), (uint64_t)(ns % NSEC_PER_SEC));
	sample(m, labels, nr, text);
}

void om_end(struct om *m)
{
	if (m->format == OM_OPENMETRICS)
		buf_printf(m->out, "# EOF\n");
}
