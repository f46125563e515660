// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chart "time": the states of all vCPU threads over time, as stacked shares of the
 * time of all vCPUs. White is time in no state: no vCPU yet, or a state that had not
 * ended.
 */
#include <math.h>

#include "plot/page.h"

/* From bottom to top: work below, waiting above. */
static const int order[KES_NR_STATES] = {
	KES_STATE_GUEST, KES_STATE_HANDLER, KES_STATE_USERSPACE,
	KES_STATE_PREEMPTED, KES_STATE_SLEEPING, KES_STATE_POLLING, KES_STATE_BLOCKED,
};

static double share_y(double share)
{
	return CHART_Y + TALL_H * (1 - share);
}

static void draw_axis(const struct page *p)
{
	char text[16];

	for (int percent = 0; percent <= 100; percent += 10) {
		double y = share_y(percent / 100.0);

		canvas_line(p->c, CHART_X, y, CHART_X + CHART_W, y, 0.7,
			    percent ? INK_GRID : INK_LINE);
		snprintf(text, sizeof(text), "%d %%", percent);
		canvas_text(p->c, &font_label, CHART_X - 8, y + 4, CANVAS_RIGHT,
			    text);
	}
	page_draw_left_label(p, CHART_Y + TALL_H / 2,
			     "share of the vCPU threads' time",
			     "white: no vCPU yet, or state not ended");
}

/* The time of all vCPUs, or the sum of the states if that is slightly more. */
static double whole_ns(const struct page *p, size_t point)
{
	const struct model_point *at = &p->m->bins.points[point];
	double sum = 0;

	for (int s = 0; s < KES_NR_STATES; s++)
		sum += at->ns[s];
	return fmax(sum, (double)(at->end_ns - at->begin_ns) *
			 (double)p->m->rec->nr_vcpus);
}

static void draw_point(const struct page *p, size_t point)
{
	const struct model_point *at = &p->m->bins.points[point];
	double x = page_ns_x(p, at->begin_ns);
	double w = page_ns_x(p, at->end_ns) - x;
	double whole = whole_ns(p, point), below = 0;

	for (int i = 0; whole > 0 && i < KES_NR_STATES; i++) {
		double share = at->ns[order[i]] / whole;

		if (share <= 0)
			continue;
		canvas_rect(p->c, x, share_y(below + share), w,
			    share_y(below) - share_y(below + share),
			    state_table[order[i]].colour);
		below += share;
	}
}

static void draw_legend(const struct page *p)
{
	static const char *const head[4] = { "state", "", "seconds", "share" };
	const struct model_cell *t = p->m->all;
	double y = STRIPS_Y - 8;

	page_draw_legend_head(p, y, head);
	y += 26;
	for (int i = KES_NR_STATES - 1; i >= 0; i--, y += 22) {
		char seconds[32], share[16];
		const char *const text[4] = { state_table[order[i]].name, "",
					      seconds, share };

		snprintf(seconds, sizeof(seconds), "%.2f",
			 (double)t->ns[order[i]] / 1e9);
		snprintf(share, sizeof(share), "%.1f %%", t->elapsed_ns ?
			 100.0 * (double)t->ns[order[i]] /
			 (double)t->elapsed_ns : 0);
		page_draw_legend_row(p, y, state_table[order[i]].colour, text);
	}
}

void page_draw_time(struct page *p)
{
	page_draw_bands(p);
	canvas_rect(p->c, CHART_X, CHART_Y, CHART_W, TALL_H, INK_PAPER);
	draw_axis(p);
	/* no seams between neighbours with a common edge */
	canvas_sharp(p->c, true);
	for (size_t i = 0; i < p->m->bins.nr; i++)
		draw_point(p, i);
	canvas_sharp(p->c, false);
	page_draw_phases(p);
	page_draw_time_axis(p);
	page_draw_facts(p);
	draw_legend(p);
	page_draw_footer(p);
}
