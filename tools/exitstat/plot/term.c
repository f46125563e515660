// SPDX-License-Identifier: GPL-2.0-only
/*
 * The plot in a terminal: stacked rates by reason, phases below the axis, and
 * a ranked legend.
 *
 * With colour and UTF-8 a cell shows the boundary between two reasons to an eighth
 * of its height (a lower block in one colour on the other). Without colour a cell
 * is the letter of the reason that fills most of it; the legend lists the letters.
 */
#include <math.h>
#include <string.h>

#include "plot/plot.h"

#define AXIS	10	/* columns left of the chart: "  123,456 |" */
#define QUARTERS 4	/* labels of the rate axis */
#define NO_LAYER SIZE_MAX

struct term {
	const struct model *m;
	const struct plot_term_config *cfg;
	struct plot_series s;
	double top;		/* rate at the upper edge */
	FILE *out;
};

/* The contents of a cell of the chart. */
struct cell {
	size_t lower;		/* layer, or NO_LAYER */
	size_t upper;
	double fill;		/* share of the cell that lower fills, 0..1 */
};

static char letter(size_t layer)
{
	return (char)('A' + layer % 26);
}

/* Compute how much of the cell between @lo and @hi each layer fills. */
static struct cell make_cell(const struct term *t, size_t col, double lo,
			     double hi)
{
	const double *rate = &t->s.rate[col * t->s.nr_layers];
	struct cell c = { NO_LAYER, NO_LAYER, 0 };
	double base = 0, filled = 0, best[2] = { 0, 0 };

	for (size_t l = 0; l < t->s.nr_layers; l++) {
		double from = base > lo ? base : lo, part;

		base += rate[l];
		part = ((base < hi ? base : hi) - from) / (hi - lo);
		if (part <= 0)
			continue;
		filled += part;
		/* the two largest parts, in the order of the stack */
		if (c.lower == NO_LAYER) {
			c.lower = l;
			best[0] = part;
		} else if (c.upper == NO_LAYER) {
			c.upper = l;
			best[1] = part;
		} else if (part > best[0] && best[0] < best[1]) {
			c.lower = c.upper;
			best[0] = best[1];
			c.upper = l;
			best[1] = part;
		} else if (part > best[1]) {
			c.upper = l;
			best[1] = part;
		}
	}
	c.fill = best[0];
	/* the top cell of the stack: show its height in one colour */
	if (filled < 0.95 && c.upper != NO_LAYER) {
		c.lower = best[0] >= best[1] ? c.lower : c.upper;
		c.upper = NO_LAYER;
		c.fill = filled;
	}
	return c;
}

static void put_colour(const struct term *t, int ground, size_t layer)
{
	uint32_t c = t->s.layers[layer].colour;

	fprintf(t->out, "\033[%d;2;%u;%u;%um", ground, c >> 16 & 0xff,
		c >> 8 & 0xff, c & 0xff);
}

static void put_colour_cell(const struct term *t, struct cell c)
{
	static const char *const blocks[] = {
		" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585",
		"\u2586", "\u2587", "\u2588",
	};
	int eighths = (int)(c.fill * 8 + 0.5);

	if (c.lower == NO_LAYER) {
		fputc(' ', t->out);
		return;
	}
	if (c.upper == NO_LAYER && !eighths)
		eighths = 1;
	put_colour(t, 38, c.lower);
	if (c.upper != NO_LAYER)
		put_colour(t, 48, c.upper);
	fprintf(t->out, "%s\033[0m", t->cfg->ascii ? "#" : blocks[eighths]);
}

static void put_letter_cell(const struct term *t, struct cell c)
{
	size_t l = c.fill < 0.5 && c.upper != NO_LAYER ? c.upper : c.lower;

	if (l == NO_LAYER)
		fputc(' ', t->out);
	else if (c.fill < 0.5 && c.upper == NO_LAYER)
		fputc('.', t->out);	/* less than half a row */
	else
		fputc(letter(l), t->out);
}

static void put_row(const struct term *t, int row)
{
	int height = t->cfg->height;
	double step = t->top / height, lo = step * (height - 1 - row);
	char label[COUNT_TEXT_LEN] = "";
	const char *axis = t->cfg->ascii ? "|" : "\u2502";

	if ((height - row) % (height / QUARTERS) == 0)
		fmt_rate(label, lo + step);
	fprintf(t->out, "%*s %s", AXIS - 2, label, axis);
	for (size_t col = 0; col < t->s.nr_cols; col++) {
		struct cell c = make_cell(t, col, lo, lo + step);

		if (t->cfg->colour)
			put_colour_cell(t, c);
		else
			put_letter_cell(t, c);
	}
	fputc('\n', t->out);
}

/* The rate at the upper edge: four round steps that include the highest rate. */
static double round_top(double max)
{
	static const double steps[] = { 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 };
	double unit = pow(10, floor(log10(max / QUARTERS)));

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i] * unit * QUARTERS >= max)
			return steps[i] * unit * QUARTERS;
	return 10 * unit * QUARTERS;
}

static size_t column_of(const struct term *t, double s)
{
	size_t col = (size_t)(s / t->s.span_s * (double)t->s.nr_cols);

	return col < t->s.nr_cols ? col : t->s.nr_cols - 1;
}

/* A line of labels below the chart; labels that would overlap are omitted. */
struct labels {
	char line[512];
	size_t free_from;
};

static void put_label(const struct term *t, struct labels *l, size_t at,
		      const char *text, size_t gap)
{
	size_t len = strlen(text);

	if (at < l->free_from || at + len > t->s.nr_cols)
		return;
	memcpy(l->line + at, text, len);
	l->free_from = at + len + gap;
}

static void put_labels(const struct term *t, const struct labels *l)
{
	fprintf(t->out, "%*s%.*s\n", AXIS, "", (int)t->s.nr_cols, l->line);
}

static void put_time_axis(const struct term *t)
{
	double step = plot_tick_step(t->s.span_s, 6);
	int digits = plot_tick_decimals(step);
	struct labels l = { .free_from = 0 };

	fprintf(t->out, "%*s %s", AXIS - 2, "0", t->cfg->ascii ? "+" : "\u2514");
	for (size_t i = 0; i < t->s.nr_cols; i++)
		fputs(t->cfg->ascii ? "-" : "\u2500", t->out);
	fputc('\n', t->out);
	memset(l.line, ' ', sizeof(l.line));
	for (int i = 0; i * step <= t->s.span_s; i++) {
		char text[32];

		snprintf(text, sizeof(text), "%.*f s", digits, i * step);
		put_label(t, &l, column_of(t, i * step), text, 2);
	}
	put_labels(t, &l);
}

/* The numbers of phases at their begin, unless too narrow; the list has them all. */
static void put_phase_names(const struct term *t)
{
	const struct model *m = t->m;
	struct labels l = { .free_from = 0 };

	memset(l.line, ' ', sizeof(l.line));
	for (size_t i = 0; i < m->nr_phases; i++) {
		size_t at = column_of(t, (double)m->phases[i].begin_ns / 1e9);
		size_t end = i + 1 < m->nr_phases ?
		      column_of(t, (double)m->phases[i + 1].begin_ns / 1e9) :
		      t->s.nr_cols;
		char text[48];

		snprintf(text, sizeof(text), "|%zu %s", i + 1,
			 m->phases[i].name);
		if (at + strlen(text) > end)
			snprintf(text, sizeof(text), "|%zu", i + 1);
		put_label(t, &l, at, text, 0);
	}
	put_labels(t, &l);
}

static void put_phases(const struct term *t)
{
	const struct model *m = t->m;

	if (!m->nr_phases)
		return;
	put_phase_names(t);
	fprintf(t->out, "\n%*s%-20s %10s %10s %14s %12s\n", AXIS, "", "phase",
		"begins at", "takes", "exits", "per s");
	for (size_t i = 0; i < m->nr_phases; i++) {
		const struct model_phase *p = &m->phases[i];
		uint64_t ns = p->end_ns - p->begin_ns;
		char exits[COUNT_TEXT_LEN], rate[COUNT_TEXT_LEN];

		fprintf(t->out, "%*zu  %-20.20s %8.2f s %8.2f s %14s %12s\n",
			AXIS - 2, i + 1, p->name, (double)p->begin_ns / 1e9,
			(double)ns / 1e9, fmt_count(exits, model_exits(p->sum)),
			fmt_rate(rate, model_rate(model_exits(p->sum), ns)));
	}
}

static void put_legend(const struct term *t)
{
	fprintf(t->out, "\n%*s%-24s %14s %8s %14s\n", AXIS, "", "reason",
		"exits", "%", "highest per s");
	for (size_t l = 0; l < t->s.nr_layers; l++) {
		const struct plot_layer *layer = &t->s.layers[l];
		char exits[COUNT_TEXT_LEN], peak[COUNT_TEXT_LEN];

		fprintf(t->out, "%*s", AXIS - 3, "");
		if (t->cfg->colour) {
			put_colour(t, 38, l);
			fprintf(t->out, "%s\033[0m",
				t->cfg->ascii ? "#" : "\u2588");
		} else {
			fputc(letter(l), t->out);
		}
		fprintf(t->out, "  %-24.24s %14s %8.2f %14s\n", layer->name,
			fmt_count(exits, layer->total),
			model_share(t->m, layer->total),
			fmt_rate(peak, layer->peak));
	}
}

void plot_term(const struct model *m, size_t nr_reasons,
	       const struct plot_term_config *cfg, FILE *out)
{
	struct term t = { .m = m, .cfg = cfg, .out = out };
	char text[512];

	plot_series_make(&t.s, m, nr_reasons, (size_t)(cfg->width - AXIS),
			 true);
	t.top = round_top(t.s.max_rate);
	plot_title(m, PLOT_EXITS, text, sizeof(text));
	fprintf(out, "%.*s\n", cfg->width, text);
	plot_subtitle(m, text, sizeof(text));
	fprintf(out, "%.*s\n\n%*s\n", cfg->width, text, AXIS - 2,
		"exits/s");
	for (int row = 0; row < cfg->height; row++)
		put_row(&t, row);
	put_time_axis(&t);
	put_phases(&t);
	put_legend(&t);
	plot_series_free(&t.s);
}
