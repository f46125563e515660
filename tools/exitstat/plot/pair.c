// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page of a comparison: the rates of A above those of B, with the same scales
 * and colours, and tables of numbers beside them. The caller supplies the rows.
 */
#include <math.h>

#include "plot/page.h"

#define PAIR_Y		118.0	/* of A's phases */
#define PAIR_STEP	304.0	/* from there to B's */
#define PAIR_H		206.0
#define ROW_H		19.0

static void draw_rows(const struct page *p, double y,
		      const struct plot_pair_row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++, y += ROW_H) {
		const char *const text[4] = { rows[i].text[0], rows[i].text[1],
					      rows[i].text[2],
					      rows[i].text[3] };

		if (i) {
			page_draw_legend_row(p, y, rows[i].colour, text);
			continue;
		}
		page_draw_legend_head(p, y, text);
		y += 4;
	}
}

/* The end of the recording, if the other one is longer. */
static void draw_end(const struct page *p)
{
	double end_s = (double)p->m->end_ns / 1e9, x = page_x(p, end_s);

	if (end_s > p->s.span_s * 0.999)
		return;
	canvas_line(p->c, x, p->phase_y, x, p->bottom, 0.9, INK_LINE);
	if (CHART_X + CHART_W - x > 40)
		canvas_text(p->c, &font_label, x + 6, p->phase_y + 14, CANVAS_LEFT,
			    "end");
}

static void draw_half(const struct page *p, const char *label)
{
	canvas_text_fit(p->c, &font_strong, CHART_X, p->phase_y - 27, CHART_W,
			label);
	page_draw_bands(p);
	page_draw_rates(p);
	page_draw_phases(p);
	draw_end(p);
}

void page_draw_pair(const struct canvas *c, const struct plot_pair *pair)
{
	double span_s = 0, top = 0;
	struct page p[2];

	for (int i = 0; i < 2; i++) {
		double y = PAIR_Y + PAIR_STEP * i;

		p[i] = (struct page){ .c = c, .m = pair->m[i], .phase_y = y,
				      .chart_y = y + PHASE_H + 4,
				      .chart_h = PAIR_H };
		p[i].bottom = p[i].chart_y + PAIR_H;
		plot_series_make_as(&p[i].s, pair->m[i], pair->layers,
				    pair->nr_layers, pair->layer_of[i],
				    (size_t)CHART_W);
		span_s = fmax(span_s, p[i].s.span_s);
		top = fmax(top, p[i].s.max_rate * PAGE_ROOM);
	}
	page_draw_heading(c, pair->title, pair->subtitle);
	for (int i = 0; i < 2; i++) {
		p[i].s.span_s = span_s;
		p[i].top = top;
		draw_half(&p[i], pair->label[i]);
	}
	page_draw_time_ticks(&p[0]);
	page_draw_time_axis(&p[1]);
	draw_rows(&p[0], PAIR_Y + 4, pair->reasons, pair->nr_reasons);
	draw_rows(&p[1], PAIR_Y + PAIR_STEP + 4, pair->phases,
		  pair->nr_phases);
	page_draw_footer(&p[0]);
	for (int i = 0; i < 2; i++)
		plot_series_free(&p[i].s);
}
