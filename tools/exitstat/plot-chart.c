// SPDX-License-Identifier: GPL-2.0-only
/*
 * The left column of the page: phase bands, stacked rates, one strip per
 * reason on a scale of its own, time axis.
 *
 * The strips are there because rates of one boot span four orders of
 * magnitude: while serial output leads the stack, everything else is a line
 * at its foot, and only a strip shows when it happens.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot-page.h"

#define MARK_SIZE	15.0	/* a phase's number, where its name is too wide */
#define MARK_Y		(PHASE_Y - 12)

static const struct canvas_font label = { 11, INK_SOFT, 0 };
static const struct canvas_font name = { 12, INK_TEXT, 0 };

static double phase_begin_x(const struct page *p, size_t i)
{
	return page_x(p, (double)p->m->phases[i].begin_ns / 1e9);
}

static double phase_end_x(const struct page *p, size_t i)
{
	return page_x(p, fmin((double)p->m->phases[i].end_ns / 1e9,
			      p->s.span_s));
}

static double strips_bottom(const struct page *p)
{
	return STRIPS_Y + page_strip_h(p) * (double)p->s.nr_layers;
}

/* Every other phase is shaded, through chart and strips alike. */
static void draw_bands(const struct page *p)
{
	for (size_t i = 0; i < p->m->nr_phases; i++) {
		double x = phase_begin_x(p, i), w = phase_end_x(p, i) - x;

		if (i % 2)
			continue;
		canvas_rect(p->cr, x, PHASE_Y, w,
			    strips_bottom(p) - PHASE_Y, INK_BAND);
	}
}

static void draw_phase_edges(const struct page *p)
{
	static const double dash[] = { 3, 3 };

	cairo_save(p->cr);
	cairo_set_dash(p->cr, dash, 2, 0);
	for (size_t i = 1; i < p->m->nr_phases; i++)
		canvas_line(p->cr, phase_begin_x(p, i), PHASE_Y,
			    phase_begin_x(p, i), strips_bottom(p), 0.7,
			    INK_LINE);
	cairo_restore(p->cr);
}

/*
 * Centres of the marks above narrow phases: as close to their phases as they
 * can be without touching each other, or leaving the chart on the right.
 */
static void spread_marks(double *x, size_t n)
{
	double limit = CHART_X + CHART_W - MARK_SIZE / 2;

	for (size_t i = 1; i < n; i++)
		if (x[i] < x[i - 1] + MARK_SIZE + 2)
			x[i] = x[i - 1] + MARK_SIZE + 2;
	for (size_t i = n; i-- > 0; limit = x[i] - MARK_SIZE - 2)
		if (x[i] > limit)
			x[i] = limit;
}

static void draw_mark(const struct page *p, size_t phase, double x)
{
	double to = (phase_begin_x(p, phase) + phase_end_x(p, phase)) / 2;
	char number[24];

	snprintf(number, sizeof(number), "%zu", phase + 1);
	canvas_line(p->cr, x, MARK_Y + MARK_SIZE / 2, to, PHASE_Y + 4, 0.8,
		    INK_LINE);
	canvas_ink(p->cr, INK_PAPER);
	cairo_arc(p->cr, x, MARK_Y, MARK_SIZE / 2, 0, 2 * M_PI);
	cairo_fill_preserve(p->cr);
	canvas_ink(p->cr, INK_LINE);
	cairo_set_line_width(p->cr, 0.8);
	cairo_stroke(p->cr);
	canvas_text(p->cr, &label, x, MARK_Y + 4, CANVAS_CENTRE, number);
}

static void draw_phase_names(const struct page *p)
{
	double *marks = xcalloc(p->m->nr_phases, sizeof(*marks));
	size_t *phase = xcalloc(p->m->nr_phases, sizeof(*phase));
	size_t n = 0;

	for (size_t i = 0; i < p->m->nr_phases; i++) {
		double x = phase_begin_x(p, i), w = phase_end_x(p, i) - x;
		char text[64];

		snprintf(text, sizeof(text), "%zu %s", i + 1,
			 p->m->phases[i].name);
		if (canvas_width(p->cr, &name, text) + 10 <= w) {
			canvas_text(p->cr, &name, x + w / 2, PHASE_Y + 14,
				    CANVAS_CENTRE, text);
			continue;
		}
		phase[n] = i;
		marks[n++] = x + w / 2;
	}
	spread_marks(marks, n);
	for (size_t i = 0; i < n; i++)
		draw_mark(p, phase[i], marks[i]);
	free(marks);
	free(phase);
}

static void draw_rate_axis(struct page *p)
{
	double step = plot_tick_step(p->s.max_rate, 5);
	char text[COUNT_TEXT_LEN];

	p->top = step * ceil(p->s.max_rate / step);
	for (int i = 0; i * step <= p->top * 1.0001; i++) {
		double y = CHART_Y + CHART_H * (1 - i * step / p->top);

		canvas_line(p->cr, CHART_X, y, CHART_X + CHART_W, y, 0.7,
			    i ? INK_GRID : INK_LINE);
		canvas_text(p->cr, &label, CHART_X - 8, y + 4, CANVAS_RIGHT,
			    fmt_rate(text, i * step));
	}
	cairo_save(p->cr);
	cairo_translate(p->cr, 22, CHART_Y + CHART_H / 2);
	cairo_rotate(p->cr, -M_PI / 2);
	canvas_text(p->cr, &name, 0, 0, CANVAS_CENTRE,
		    "exits per second, stacked by reason");
	cairo_restore(p->cr);
}

/* The upper edge of a layer as a path of steps, there or back. */
static void trace_edge(const struct page *p, const double *height, bool back)
{
	size_t n = p->s.nr_cols;

	for (size_t i = 0; i < n; i++) {
		size_t c = back ? n - 1 - i : i;
		double y = CHART_Y + CHART_H * (1 - height[c] / p->top);
		double from = page_x(p, back ? p->s.end_s[c] : p->s.begin_s[c]);
		double to = page_x(p, back ? p->s.begin_s[c] : p->s.end_s[c]);

		cairo_line_to(p->cr, from, y);
		cairo_line_to(p->cr, to, y);
	}
}

static void draw_stack(const struct page *p)
{
	size_t n = p->s.nr_cols;
	double *below = xcalloc(n, sizeof(*below));
	double *above = xcalloc(n, sizeof(*above));

	for (size_t l = 0; l < p->s.nr_layers; l++) {
		for (size_t c = 0; c < n; c++)
			above[c] = below[c] +
				   p->s.rate[c * p->s.nr_layers + l];
		cairo_new_path(p->cr);
		trace_edge(p, above, false);
		trace_edge(p, below, true);
		cairo_close_path(p->cr);
		canvas_ink(p->cr, p->s.layers[l].colour);
		cairo_fill(p->cr);
		memcpy(below, above, n * sizeof(*below));
	}
	free(below);
	free(above);
}

static void draw_strip(const struct page *p, size_t layer)
{
	const struct plot_layer *l = &p->s.layers[layer];
	double h = page_strip_h(p), base = STRIPS_Y + h * (double)(layer + 1);
	double room = h - 5;

	canvas_line(p->cr, CHART_X, base - 1, CHART_X + CHART_W, base - 1, 0.7,
		    INK_GRID);
	if (l->peak <= 0)
		return;
	canvas_ink(p->cr, l->colour);
	for (size_t c = 0; c < p->s.nr_cols; c++) {
		double rate = p->s.rate[c * p->s.nr_layers + layer];
		double x = page_x(p, p->s.begin_s[c]);
		double w = page_x(p, p->s.end_s[c]) - x;

		if (rate <= 0)
			continue;
		/* what happened at all is at least a visible line */
		cairo_rectangle(p->cr, x, base - 1, w,
				-fmax(room * rate / l->peak, 0.8));
	}
	cairo_fill(p->cr);
}

static int step_decimals(double step)
{
	int d = 0;

	for (; step < 0.99 && d < 4; d++)
		step *= 10;
	return d;
}

static void draw_time_axis(const struct page *p)
{
	double step = plot_tick_step(p->s.span_s, 8), y = strips_bottom(p);
	int digits = step_decimals(step);

	canvas_line(p->cr, CHART_X, y, CHART_X + CHART_W, y, 0.9, INK_LINE);
	for (int i = 0; i * step <= p->s.span_s * 1.0001; i++) {
		double x = page_x(p, i * step);
		char text[32];

		snprintf(text, sizeof(text), "%.*f", digits, i * step);
		canvas_line(p->cr, x, y, x, y + 5, 0.9, INK_LINE);
		canvas_text(p->cr, &label, x, y + 18, CANVAS_CENTRE, text);
	}
	canvas_text(p->cr, &name, CHART_X + CHART_W / 2, y + 38, CANVAS_CENTRE,
		    *rec_get(p->m->rec, "command") ?
		    "seconds since the start of the guest" :
		    "seconds since the start of the recording");
}

static void draw_strips_label(const struct page *p)
{
	double middle = (STRIPS_Y + strips_bottom(p)) / 2;

	cairo_save(p->cr);
	cairo_translate(p->cr, 22, middle);
	cairo_rotate(p->cr, -M_PI / 2);
	canvas_text(p->cr, &name, 0, 0, CANVAS_CENTRE, "each reason by itself");
	canvas_text(p->cr, &label, 0, 17, CANVAS_CENTRE,
		    "full height = its own peak");
	cairo_restore(p->cr);
}

void page_draw_chart(struct page *p)
{
	draw_bands(p);
	draw_rate_axis(p);
	draw_stack(p);
	for (size_t l = 0; l < p->s.nr_layers; l++)
		draw_strip(p, l);
	draw_phase_edges(p);
	draw_phase_names(p);
	draw_strips_label(p);
	draw_time_axis(p);
}
