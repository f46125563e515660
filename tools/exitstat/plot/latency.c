// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chart "latency": one heat map for each of the most expensive reasons. Handler
 * time on a logarithmic scale (upwards) over time; darker cells have more exits.
 * The colours from yellow to purple are ordered by lightness, so that they can be
 * read with any colour vision.
 */
#include <math.h>

#include "model/latency.h"
#include "model/groups.h"
#include "plot/page.h"

#define MAX_MAPS	12	/* the legend has no room for more */
#define GAP		4.0
#define NAME_H		14.0	/* above each map */
#define SCALE_Y		660.0
#define SCALE_W		200.0

static const struct canvas_font small = { 9.5, INK_SOFT, 0 };
static const struct canvas_font name = { 11, INK_TEXT, 1 };

/* The palette viridis, light end first. */
static const uint32_t stops[] = {
	0xfde725, 0x5ec962, 0x21918c, 0x3b528b, 0x440154,
};

static uint32_t mix(uint32_t a, uint32_t b, double part)
{
	uint32_t out = 0;

	for (int shift = 0; shift <= 16; shift += 8) {
		double x = a >> shift & 0xff, y = b >> shift & 0xff;

		out |= (uint32_t)lround(x + (y - x) * part) << shift;
	}
	return out;
}

/* Logarithmic: 1 exit is lightest, @most is darkest. */
static uint32_t heat(double n, double most)
{
	double at = most > 1 ? log(fmax(n, 1)) / log(most) : 1;
	int last = (int)ARRAY_LEN(stops) - 1;
	int i = (int)floor(at * last);

	if (i >= last)
		return stops[last];
	return mix(stops[i], stops[i + 1], at * last - i);
}

struct maps {
	const struct page *p;
	const struct model_heat *h;
	double height;		/* of one map, without gap and name */
	double cell;		/* height of one bucket */
};

static double map_bottom(const struct maps *k, size_t i)
{
	return CHART_Y + (NAME_H + k->height + GAP) * (double)i + NAME_H +
	       k->height;
}

/* Lines at powers of ten, with labels where there is room. */
static void draw_scale(const struct maps *k, size_t map)
{
	const struct model_groups *g = &k->p->m->groups;
	double base = map_bottom(k, map), free_y = base + 10;

	for (double ns = 1; ns < 1e12; ns *= 10) {
		double bucket = log2(ns * (double)g->tsc_khz / 1e6) + 1;
		double y = base - (bucket - k->h->lowest) * k->cell;
		char text[COUNT_TEXT_LEN];

		if (bucket < k->h->lowest || bucket > k->h->highest + 1)
			continue;
		canvas_line(k->p->c, CHART_X, y, CHART_X + CHART_W, y, 0.5,
			    INK_GRID);
		if (y + 3 > free_y - 11 || y - 7 < base - k->height - NAME_H)
			continue;
		canvas_text(k->p->c, &small, CHART_X - 6, y + 3, CANVAS_RIGHT,
			    fmt_ns(text, (uint64_t)ns));
		free_y = y + 3;
	}
}

static void draw_column(const struct maps *k, size_t map, size_t col)
{
	const struct model *m = k->p->m;
	const struct model_heat *h = k->h;
	const struct model_cell *c = model_latency_at(m, col, h->reasons[map]);
	size_t first = bins_first(&m->bins, m->latency.nr_cols, col);
	size_t next = bins_first(&m->bins, m->latency.nr_cols, col + 1);
	double x = page_ns_x(k->p, m->bins.points[first].begin_ns);
	double w = page_ns_x(k->p, m->bins.points[next - 1].end_ns) - x;

	for (int b = h->lowest; b <= h->highest; b++) {
		double n = (double)model_bucket(c, b);

		if (n > 0)
			canvas_rect(k->p->c, x, map_bottom(k, map) -
				    (b - h->lowest + 1) * k->cell, w, k->cell,
				    heat(n, (double)h->most));
	}
}

static void draw_map(const struct maps *k, size_t map)
{
	const struct page *p = k->p;
	double base = map_bottom(k, map);

	canvas_rect(p->c, CHART_X, base - k->height - NAME_H, CHART_W,
		    k->height + NAME_H, INK_PAPER);
	draw_scale(k, map);
	canvas_sharp(p->c, true);
	for (size_t c = 0; c < p->m->latency.nr_cols; c++)
		draw_column(k, map, c);
	canvas_sharp(p->c, false);
	canvas_line(p->c, CHART_X, base, CHART_X + CHART_W, base, 0.7,
		    INK_LINE);
}

/* The rows of the legend are in the order of the maps. */
static void draw_legend(const struct maps *k)
{
	static const char *const head[4] = { "exit reason, from the top", "median",
					     "99th percentile", "longest" };
	const struct model_groups *g = &k->p->m->groups;
	double y = STRIPS_Y - 8;

	page_draw_legend_head(k->p, y, head);
	y += 22;
	for (size_t i = 0; i < k->h->nr; i++, y += 18) {
		const struct model_reason *r =
			&k->p->m->reasons[k->h->reasons[i]];
		const struct model_cell *c = r->sum;
		char p50[COUNT_TEXT_LEN], p99[COUNT_TEXT_LEN];
		char max[COUNT_TEXT_LEN] = "-";
		const char *const text[4] = { r->name, p50, p99, max };

		fmt_ns(p50, model_percentile_ns(g, c, 0.5));
		fmt_ns(p99, model_percentile_ns(g, c, 0.99));
		if (c->max_ns)
			fmt_ns(max, c->max_ns);
		page_draw_legend_row(k->p, y, r->colour, text);
	}
}

static void draw_heat_scale(const struct maps *k)
{
	double x = SIDE_R - SCALE_W, most = (double)k->h->most;
	const struct canvas *c = k->p->c;
	char text[COUNT_TEXT_LEN];

	canvas_sharp(c, true);
	for (int i = 0; i < (int)SCALE_W; i++)
		canvas_rect(c, x + i, SCALE_Y, 1, 10,
			    heat(pow(most, i / SCALE_W), most));
	canvas_sharp(c, false);
	canvas_text(c, &font_label, SIDE_X, SCALE_Y + 9, CANVAS_LEFT,
		    "exits per cell (log scale)");
	canvas_text(c, &font_label, x, SCALE_Y + 23, CANVAS_LEFT, "1");
	canvas_text(c, &font_label, SIDE_R, SCALE_Y + 23, CANVAS_RIGHT,
		    fmt_count(text, k->h->most));
}

/* Names above the maps, on a background that hides the edges of phases. */
static void draw_names(const struct maps *k)
{
	for (size_t i = 0; i < k->h->nr; i++) {
		const struct model_reason *r =
			&k->p->m->reasons[k->h->reasons[i]];
		double y = map_bottom(k, i) - k->height - 3;
		double w = canvas_width(k->p->c, &name, r->name);

		canvas_rect(k->p->c, CHART_X, y - 11, w + 20, 13.5, INK_PAPER);
		canvas_rect(k->p->c, CHART_X + 3, y - 8, 9, 9,
			    r->colour);
		canvas_text(k->p->c, &name, CHART_X + 16, y, CANVAS_LEFT,
			    r->name);
	}
}

static void draw_all(struct page *p, const struct model_heat *h)
{
	double height = TALL_H / (double)h->nr - GAP - NAME_H;
	struct maps k = {
		.p = p, .h = h, .height = height,
		.cell = height / (h->highest - h->lowest + 1),
	};

	page_draw_bands(p);
	for (size_t i = 0; i < h->nr; i++)
		draw_map(&k, i);
	page_draw_phases(p);
	draw_names(&k);
	page_draw_left_label(p, CHART_Y + TALL_H / 2,
			     "handler time of an exit, by reason",
			     "lines: powers of ten");
	page_draw_time_axis(p);
	page_draw_facts(p);
	draw_legend(&k);
	draw_heat_scale(&k);
	page_draw_footer(p);
}

void page_draw_latency(struct page *p, size_t nr_reasons)
{
	struct model_heat h;

	model_heat_make(&h, p->m, nr_reasons < MAX_MAPS ? nr_reasons :
							  MAX_MAPS);
	if (h.nr)
		draw_all(p, &h);
	model_heat_free(&h);
}
