// SPDX-License-Identifier: GPL-2.0-only
/*
 * The left column of the page: phase bands, stacked rates, one strip per reason
 * with its own scale, time axis.
 *
 * The rates of one boot span four orders of magnitude: while serial output
 * dominates the stack, all other reasons are a thin line at its bottom. The strips
 * show when they occur.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/page.h"

#define MARK_UP		9	/* from the phases up to the baseline of marks */
#define TICK_H		35	/* approximate height of a step of the axis */

static double phase_begin_x(const struct page *p, size_t i)
{
	return page_ns_x(p, p->m->phases[i].begin_ns);
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

/* Shade every other phase, in the chart and in the strips. */
void page_draw_bands(const struct page *p)
{
	for (size_t i = 0; i < p->m->nr_phases; i++) {
		double x = phase_begin_x(p, i), w = phase_end_x(p, i) - x;

		if (i % 2)
			continue;
		canvas_rect(p->c, x, p->phase_y, w, p->bottom - p->phase_y,
			    INK_BAND);
	}
}

static void draw_phase_edges(const struct page *p)
{
	for (size_t i = 1; i < p->m->nr_phases; i++)
		canvas_dashed_line(p->c, phase_begin_x(p, i), p->phase_y,
				   phase_begin_x(p, i), p->bottom, 0.7,
				   INK_LINE);
}

/* Labels above phases that are too narrow for their name. */
struct marks {
	size_t *phase;
	double *x;		/* centre */
	double *width;
	size_t nr;
	bool named;		/* with names; otherwise numbers only */
};

static double phase_middle(const struct page *p, size_t phase)
{
	return (phase_begin_x(p, phase) + phase_end_x(p, phase)) / 2;
}

static void mark_text(const struct page *p, const struct marks *k, size_t i,
		      char *out, size_t size)
{
	size_t phase = k->phase[i];

	if (k->named)
		snprintf(out, size, "%zu %s", phase + 1,
			 p->m->phases[phase].name);
	else
		snprintf(out, size, "%zu", phase + 1);
}

/*
 * Place marks as close to their phases as possible, without overlaps and within
 * the chart. Returns true if all are near their phases.
 */
static bool spread_marks(const struct page *p, struct marks *k)
{
	double limit = CHART_X, gap = 8;

	for (size_t i = 0; i < k->nr; i++) {
		char text[64];

		mark_text(p, k, i, text, sizeof(text));
		k->width[i] = canvas_width(p->c, &font_label, text);
		k->x[i] = fmax(phase_middle(p, k->phase[i]),
			       limit + k->width[i] / 2);
		limit = k->x[i] + k->width[i] / 2 + gap;
	}
	limit = CHART_X + CHART_W;
	for (size_t i = k->nr; i-- > 0;) {
		k->x[i] = fmin(k->x[i], limit - k->width[i] / 2);
		limit = k->x[i] - k->width[i] / 2 - gap;
	}
	for (size_t i = 0; i < k->nr; i++)
		if (fabs(k->x[i] - phase_middle(p, k->phase[i])) >
		    k->width[i] / 2 + 60)
			return false;
	return limit + gap >= CHART_X;
}

static void draw_marks(const struct page *p, const struct marks *k)
{
	for (size_t i = 0; i < k->nr; i++) {
		char text[64];

		mark_text(p, k, i, text, sizeof(text));
		canvas_text(p->c, &font_label, k->x[i], p->phase_y - MARK_UP,
			    CANVAS_CENTRE, text);
		canvas_line(p->c, k->x[i], p->phase_y - MARK_UP + 4,
			    phase_middle(p, k->phase[i]), p->phase_y + 5, 0.8,
			    INK_LINE);
	}
}

static bool draw_name_inside(const struct page *p, size_t phase)
{
	double x = phase_begin_x(p, phase), w = phase_end_x(p, phase) - x;
	char text[64];

	snprintf(text, sizeof(text), "%zu %s", phase + 1,
		 p->m->phases[phase].name);
	if (canvas_width(p->c, &font_text, text) + 10 > w)
		return false;
	canvas_text(p->c, &font_text, x + w / 2, p->phase_y + 14, CANVAS_CENTRE,
		    text);
	return true;
}

static void draw_phase_names(const struct page *p)
{
	struct marks k = {
		.phase = xcalloc(p->m->nr_phases, sizeof(*k.phase)),
		.x = xcalloc(p->m->nr_phases, sizeof(*k.x)),
		.width = xcalloc(p->m->nr_phases, sizeof(*k.width)),
		.named = true,
	};

	for (size_t i = 0; i < p->m->nr_phases; i++)
		if (!draw_name_inside(p, i))
			k.phase[k.nr++] = i;
	if (!spread_marks(p, &k)) {
		k.named = false;
		spread_marks(p, &k);
	}
	draw_marks(p, &k);
	free(k.phase);
	free(k.x);
	free(k.width);
}

static void draw_rate_axis(const struct page *p)
{
	double step = plot_tick_step(p->top / PAGE_ROOM,
				     (int)(p->chart_h / TICK_H));
	char text[COUNT_TEXT_LEN];

	for (int i = 0; i * step <= p->top; i++) {
		double y = p->chart_y + p->chart_h * (1 - i * step / p->top);

		canvas_line(p->c, CHART_X, y, CHART_X + CHART_W, y, 0.7,
			    i ? INK_GRID : INK_LINE);
		canvas_text(p->c, &font_label, CHART_X - 8, y + 4, CANVAS_RIGHT,
			    fmt_rate(text, i * step));
	}
	page_draw_left_label(p, p->chart_y + p->chart_h / 2,
			     p->chart_h < CHART_H ? "exits per second" :
			     "exits per second, stacked by reason", NULL);
}

/* Trace the upper edge of a layer as steps, left to right or back. */
static void trace_edge(const struct page *p, const double *height, bool back)
{
	size_t n = p->s.nr_cols;

	for (size_t i = 0; i < n; i++) {
		size_t c = back ? n - 1 - i : i;
		double y = p->chart_y + p->chart_h * (1 - height[c] / p->top);
		double from = page_x(p, back ? p->s.end_s[c] : p->s.begin_s[c]);
		double to = page_x(p, back ? p->s.begin_s[c] : p->s.end_s[c]);

		canvas_path_to(p->c, from, y);
		canvas_path_to(p->c, to, y);
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
		canvas_path_begin(p->c);
		trace_edge(p, above, false);
		trace_edge(p, below, true);
		canvas_path_fill(p->c, p->s.layers[l].colour);
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

	canvas_line(p->c, CHART_X, base - 1, CHART_X + CHART_W, base - 1, 0.7,
		    INK_GRID);
	if (l->top <= 0)
		return;
	canvas_path_begin(p->c);
	canvas_path_to(p->c, CHART_X, base - 1);
	for (size_t c = 0; c < p->s.nr_cols; c++) {
		double rate = p->s.rate[c * p->s.nr_layers + layer];
		/* any rate above 0 is visible */
		double up = rate > 0 ? fmax(room * rate / l->top, 0.8) : 0;

		canvas_path_to(p->c, page_x(p, p->s.begin_s[c]), base - 1 - up);
		canvas_path_to(p->c, page_x(p, p->s.end_s[c]), base - 1 - up);
	}
	canvas_path_to(p->c, page_x(p, p->s.end_s[p->s.nr_cols - 1]), base - 1);
	canvas_path_fill(p->c, l->colour);
}

void page_draw_time_ticks(const struct page *p)
{
	double step = plot_tick_step(p->s.span_s, 8), y = p->bottom;
	int digits = plot_tick_decimals(step);

	canvas_line(p->c, CHART_X, y, CHART_X + CHART_W, y, 0.9, INK_LINE);
	for (int i = 0; i * step <= p->s.span_s * 1.0001; i++) {
		double x = page_x(p, i * step);
		char text[32];

		snprintf(text, sizeof(text), "%.*f", digits, i * step);
		canvas_line(p->c, x, y, x, y + 5, 0.9, INK_LINE);
		canvas_text(p->c, &font_label, x, y + 18, CANVAS_CENTRE, text);
	}
}

void page_draw_time_axis(const struct page *p)
{
	page_draw_time_ticks(p);
	canvas_text(p->c, &font_text, CHART_X + CHART_W / 2, p->bottom + 38,
		    CANVAS_CENTRE,
		    *rec_get(p->m->rec, "command") ?
		    "seconds since the command was started" :
		    "seconds since the start of the recording");
}

void page_draw_left_label(const struct page *p, double y, const char *text,
			  const char *more)
{
	canvas_text_up(p->c, &font_text, 22, y, text);
	if (more)
		canvas_text_up(p->c, &font_label, 39, y, more);
}

void page_draw_phases(const struct page *p)
{
	draw_phase_edges(p);
	draw_phase_names(p);
}

void page_draw_rates(const struct page *p)
{
	draw_rate_axis(p);
	draw_stack(p);
}

void page_draw_chart(struct page *p)
{
	p->bottom = strips_bottom(p);
	p->top = p->s.max_rate * PAGE_ROOM;
	page_draw_bands(p);
	page_draw_rates(p);
	for (size_t l = 0; l < p->s.nr_layers; l++)
		draw_strip(p, l);
	page_draw_phases(p);
	page_draw_left_label(p, (STRIPS_Y + p->bottom) / 2,
			     "each reason alone",
			     "full height = its own peak");
	page_draw_time_axis(p);
}
