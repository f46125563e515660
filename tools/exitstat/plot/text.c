// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data shared by all plots: layers and columns of rates, titles, round steps of
 * an axis. Draws nothing.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exits/sources.h"
#include "plot/plot.h"

#define OTHER_COLOUR	0xbdbdbd
#define DESCRIBED	8	/* reasons and phases in a description */

static void make_layers(struct plot_series *s, const struct model *m,
			size_t nr_reasons)
{
	size_t top = m->nr_seen < nr_reasons ? m->nr_seen : nr_reasons;
	size_t rest;

	if (m->nr_seen == top + 1)
		top++;		/* show its name rather than "1 other reason" */
	rest = m->nr_seen - top;
	s->nr_layers = top + (rest > 0);
	s->layers = xcalloc(s->nr_layers, sizeof(*s->layers));
	for (size_t i = 0; i < m->nr_seen; i++) {
		const struct model_reason *r = model_ranked(m, i);
		struct plot_layer *l = &s->layers[i < top ? i : top];

		s->layer_of[m->order[i]] = i < top ? i : top;
		if (i >= top)
			continue;
		l->colour = r->colour;
		snprintf(l->name, sizeof(l->name), "%s", r->name);
	}
	if (rest) {
		s->layers[top].colour = OTHER_COLOUR;
		snprintf(s->layers[top].name, sizeof(s->layers[top].name),
			 "%zu other reasons", rest);
	}
}

static void alloc_cols(struct plot_series *s, size_t n)
{
	s->nr_cols = n;
	s->begin_s = xcalloc(n, sizeof(double));
	s->end_s = xcalloc(n, sizeof(double));
	s->rate = xcalloc(n * s->nr_layers, sizeof(double));
}

/* Add the share of a point that falls into a column. */
static void add_point(struct plot_series *s, const struct model *m, size_t col,
		      const struct model_point *p, double share)
{
	for (size_t i = 0; i < m->nr_seen; i++) {
		size_t reason = m->order[i];

		s->rate[col * s->nr_layers + s->layer_of[reason]] +=
			share * (double)p->by_reason[reason];
	}
}

static void fill_direct(struct plot_series *s, const struct model *m)
{
	alloc_cols(s, m->bins.nr);
	for (size_t c = 0; c < s->nr_cols; c++) {
		const struct model_point *p = &m->bins.points[c];

		s->begin_s[c] = (double)p->begin_ns / 1e9;
		s->end_s[c] = (double)p->end_ns / 1e9;
		add_point(s, m, c, p, 1);
	}
}

struct shared {
	struct plot_series *s;
	const struct model *m;
};

static void add_share(void *arg, size_t col, const struct model_point *p,
		      double share)
{
	const struct shared *to = arg;

	add_point(to->s, to->m, col, p, share);
}

static void fill_uniform(struct plot_series *s, const struct model *m, size_t n)
{
	struct shared to = { s, m };
	double width = s->span_s / (double)n;

	alloc_cols(s, n);
	for (size_t c = 0; c < n; c++) {
		s->begin_s[c] = (double)c * width;
		s->end_s[c] = (double)(c + 1) * width;
	}
	bins_share(&m->bins, s->span_s, n, add_share, &to);
}

/* Turn counts per column into rates, and find the highest. */
static void to_rates(struct plot_series *s)
{
	for (size_t c = 0; c < s->nr_cols; c++) {
		double width = s->end_s[c] - s->begin_s[c], sum = 0;

		for (size_t l = 0; l < s->nr_layers; l++) {
			double *r = &s->rate[c * s->nr_layers + l];

			*r = width > 0 ? *r / width : 0;
			sum += *r;
			if (*r > s->layers[l].top)
				s->layers[l].top = *r;
		}
		if (sum > s->max_rate)
			s->max_rate = sum;
	}
}

/* Find the peaks of the samples, which do not depend on the columns' width. */
static void find_peaks(struct plot_series *s, const struct model *m)
{
	uint64_t *sums = xcalloc(s->nr_layers, sizeof(*sums));

	for (size_t i = 0; i < m->bins.nr; i++) {
		const struct model_point *p = &m->bins.points[i];

		memset(sums, 0, s->nr_layers * sizeof(*sums));
		for (size_t r = 0; r < m->nr_seen; r++)
			sums[s->layer_of[m->order[r]]] +=
				p->by_reason[m->order[r]];
		for (size_t l = 0; l < s->nr_layers; l++)
			s->layers[l].peak = fmax(s->layers[l].peak,
				model_rate(sums[l], p->end_ns - p->begin_ns));
	}
	free(sums);
}

/* Allocate the layers and assign each reason to one. */
static void fill(struct plot_series *s, const struct model *m, size_t max_cols,
		 bool uniform)
{
	for (size_t i = 0; i < m->nr_seen; i++)
		s->layers[s->layer_of[m->order[i]]].total +=
			model_exits(model_ranked(m, i)->sum);
	if (uniform || m->bins.nr > max_cols)
		fill_uniform(s, m, max_cols);
	else
		fill_direct(s, m);
	to_rates(s);
	find_peaks(s, m);
}

static void init(struct plot_series *s, const struct model *m)
{
	memset(s, 0, sizeof(*s));
	s->span_s = (double)m->end_ns / 1e9;
	s->layer_of = xcalloc(m->rec->nr_reasons, sizeof(*s->layer_of));
}

void plot_series_make(struct plot_series *s, const struct model *m,
		      size_t nr_reasons, size_t max_cols, bool uniform)
{
	init(s, m);
	make_layers(s, m, nr_reasons);
	fill(s, m, max_cols, uniform);
}

void plot_series_make_as(struct plot_series *s, const struct model *m,
			 const struct plot_layer *layers, size_t nr_layers,
			 const size_t *layer_of, size_t max_cols)
{
	init(s, m);
	memcpy(s->layer_of, layer_of,
	       m->rec->nr_reasons * sizeof(*s->layer_of));
	s->nr_layers = nr_layers;
	s->layers = xcalloc(nr_layers, sizeof(*s->layers));
	for (size_t i = 0; i < nr_layers; i++) {
		memcpy(s->layers[i].name, layers[i].name,
		       sizeof(s->layers[i].name));
		s->layers[i].colour = layers[i].colour;
	}
	fill(s, m, max_cols, false);
}

void plot_series_free(struct plot_series *s)
{
	free(s->layers);
	free(s->begin_s);
	free(s->end_s);
	free(s->rate);
	free(s->layer_of);
	memset(s, 0, sizeof(*s));
}

double plot_tick_step(double span, int ticks)
{
	double raw = span / ticks, power;

	if (!(raw > 0))
		return 1;
	power = pow(10, floor(log10(raw)));
	if (raw <= power)
		return power;
	if (raw <= 2 * power)
		return 2 * power;
	return raw <= 5 * power ? 5 * power : 10 * power;
}

int plot_tick_decimals(double step)
{
	int d = 0;

	for (; step < 0.99 && d < 4; d++)
		step *= 10;
	return d;
}

void plot_title(const struct model *m, enum plot_chart chart, char *out,
		size_t size)
{
	char exits[COUNT_TEXT_LEN], ns[COUNT_TEXT_LEN], guest[128];

	model_guest_text(m, guest, sizeof(guest));
	fmt_count(exits, m->total);
	fmt_ns(ns, model_active_ns(m));
	switch (chart) {
	case PLOT_EXITS:
		snprintf(out, size, "%s VM exits in %s: %s", exits, ns, guest);
		break;
	case PLOT_TIME:
		snprintf(out, size, "Where the vCPUs' time went: %s", guest);
		break;
	case PLOT_LATENCY:
		snprintf(out, size, "How long %s VM exits took: %s", exits,
			 guest);
		break;
	}
}

void plot_subtitle(const struct model *m, char *out, size_t size)
{
	const struct {
		const char *label, *text;
	} facts[] = {
		{ "kernel", rec_get(m->rec, "kernel") },
		{ "lab", rec_get(m->rec, "lab") },
		{ "isa", rec_get(m->rec, "isa") },
		{ "source", strcmp(rec_get(m->rec, "source"), SOURCE_NAME_PATCHED) ?
			    rec_get(m->rec, "source") : "" },
		{ "machine", model_machine(m) },
		{ "cpu", rec_get(m->rec, "cpu") },
	};
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(facts) && len < size; i++)
		if (*facts[i].text)
			len += (size_t)snprintf(out + len, size - len,
						"%s%s %s", len ? ", " : "",
						facts[i].label, facts[i].text);
}

static void describe_reasons(const struct model *m, struct buf *out)
{
	for (size_t i = 0; i < m->nr_seen && i < DESCRIBED; i++) {
		const struct model_reason *r = model_ranked(m, i);

		buf_printf(out, "%s%s %.1f %%", i ? ", " :
			   " Most frequent exit reasons: ", r->name,
			   model_share(m, model_exits(r->sum)));
	}
	if (m->nr_seen)
		buf_printf(out, ".");
}

static void describe_phases(const struct model *m, struct buf *out)
{
	for (size_t i = 0; i < m->nr_phases && i < DESCRIBED; i++) {
		const struct model_phase *p = &m->phases[i];

		buf_printf(out, "%s%s %.2f s", i ? ", " : " Phases: ", p->name,
			   (double)(p->end_ns - p->begin_ns) / 1e9);
	}
	if (m->nr_phases)
		buf_printf(out, ".");
}

void plot_description(const struct model *m, enum plot_chart chart, char *out,
		      size_t size)
{
	static const char *const charts[] = {
		[PLOT_EXITS] = "Exits per second over time, stacked by exit reason.",
		[PLOT_TIME] = "Shares of the vCPU threads' time over time, by state.",
		[PLOT_LATENCY] = "Handler times over time, a heat map for each exit reason.",
	};
	struct buf text = { 0 };
	char subtitle[512];

	plot_subtitle(m, subtitle, sizeof(subtitle));
	buf_printf(&text, "%s", charts[chart]);
	describe_reasons(m, &text);
	describe_phases(m, &text);
	buf_printf(&text, " Recorded with %s.", subtitle);
	snprintf(out, size, "%s", text.data);
	buf_free(&text);
}

bool plot_format_of(const char *path, enum plot_format *out)
{
	static const struct {
		const char *suffix;
		enum plot_format format;
	} formats[] = {
		{ ".svg", PLOT_SVG },
		{ ".png", PLOT_PNG },
		{ ".pdf", PLOT_PDF },
	};
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (len <= 4 || strcasecmp(path + len - 4, formats[i].suffix))
			continue;
		*out = formats[i].format;
		return true;
	}
	return false;
}
