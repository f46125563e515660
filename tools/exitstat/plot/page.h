/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a drawn plot, shared by its parts. The page is 1280 x 720:
 *
 *	title, subtitle
 *	[ phase names          ]  facts and phases in numbers
 *	[ stacked rates        ]
 *	[ one strip per reason ]  legend: name, count, share and peak of each strip
 *	time axis
 */
#ifndef EXITSTAT_PLOT_PAGE_H
#define EXITSTAT_PLOT_PAGE_H

#include "plot/canvas.h"
#include "plot/plot.h"

#define PAGE_W		1280.0
#define PAGE_H		720.0
#define CHART_X		88.0
#define CHART_W		776.0
#define SIDE_X		888.0
#define SIDE_R		1256.0
#define PHASE_Y		108.0	/* the strip with the phases' names */
#define PHASE_H		20.0
#define CHART_Y		132.0
#define CHART_H		280.0
#define STRIPS_Y	436.0
#define STRIPS_H	224.0

#define PAGE_ROOM	1.04	/* the chart's upper edge / the highest rate */

struct page {
	const struct canvas *c;
	const struct model *m;
	enum plot_chart chart;
	struct plot_series s;
	double phase_y;		/* of the strip with the phases' names */
	double chart_y;		/* of the stacked rates, below it */
	double chart_h;
	double top;		/* rate at the chart's upper edge */
	double bottom;		/* y of the time axis */
};

/* The x position of a time. */
static inline double page_x(const struct page *p, double s)
{
	return CHART_X + (p->s.span_s > 0 ? s / p->s.span_s : 0) * CHART_W;
}

static inline double page_ns_x(const struct page *p, uint64_t ns)
{
	return page_x(p, (double)ns / 1e9);
}

/* Height of one strip, with the gap below it. */
static inline double page_strip_h(const struct page *p)
{
	double h = STRIPS_H / (double)p->s.nr_layers;

	return h < 34 ? h : 34;
}

/* chart.c: everything in the left column */
void page_draw_chart(struct page *p);
/* parts of it that other charts use */
void page_draw_bands(const struct page *p);
void page_draw_phases(const struct page *p);
void page_draw_rates(const struct page *p);
void page_draw_time_ticks(const struct page *p);
void page_draw_time_axis(const struct page *p);
/* @more: a second line, or NULL */
void page_draw_left_label(const struct page *p, double y, const char *text,
			  const char *more);

/* side.c: title, and everything in the right column */
void page_draw_side(struct page *p);
void page_draw_heading(const struct canvas *c, const char *title,
		       const char *subtitle);
/* its parts, and heads and rows of other legends, at @y */
void page_draw_facts(const struct page *p);
void page_draw_footer(const struct page *p);
void page_draw_legend_head(const struct page *p, double y,
			   const char *const text[4]);
void page_draw_legend_row(const struct page *p, double y, uint32_t colour,
			  const char *const text[4]);

/* time.c, latency.c, pair.c: complete pages of the other charts */
void page_draw_time(struct page *p);
void page_draw_latency(struct page *p, size_t nr_reasons);

void page_draw_pair(const struct canvas *c, const struct plot_pair *pair);

/* The height of the single chart on such a page. */
#define TALL_H		528.0

#endif
