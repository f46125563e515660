// SPDX-License-Identifier: GPL-2.0-only
/*
 * The title and the right column of the page: facts, phases in numbers, and the
 * legend, whose rows are beside their strips.
 */
#include "plot/page.h"

#define ROW_H		18.0
#define MAX_PHASES	9	/* rows that fit between facts and legend */

void page_draw_heading(const struct canvas *c, const char *title,
		       const char *subtitle)
{
	canvas_text_fit(c, &font_title, 24, 42, SIDE_R - 24, title);
	canvas_text_fit(c, &font_subtitle, 24, 66, SIDE_R - 24, subtitle);
}

static void draw_title(const struct page *p)
{
	char title[512], subtitle[512];

	plot_title(p->m, p->chart, title, sizeof(title));
	plot_subtitle(p->m, subtitle, sizeof(subtitle));
	page_draw_heading(p->c, title, subtitle);
}

/* The right edges of the three columns of numbers. */
static const double phase_columns[3] = { 196, 288, 368 };
static const double layer_columns[3] = { 236, 298, 368 };
static const double latency_columns[3] = { 204, 298, 368 };
static const double other_columns[3] = { 212, 288, 368 };

static const double *legend_columns(const struct page *p)
{
	return p->chart == PLOT_LATENCY ? latency_columns : other_columns;
}

static void draw_numbers(const struct page *p, const struct canvas_font *font,
			 double y, const double edges[3],
			 const char *const text[3])
{
	for (int i = 0; i < 3; i++)
		canvas_text(p->c, font, SIDE_X + edges[i], y, CANVAS_RIGHT,
			    text[i]);
}

static void draw_head(const struct page *p, double y, const double edges[3],
		      const char *const text[4])
{
	canvas_text(p->c, &font_label, SIDE_X, y, CANVAS_LEFT, text[0]);
	draw_numbers(p, &font_label, y, edges, text + 1);
	canvas_line(p->c, SIDE_X, y + 6, SIDE_R, y + 6, 0.7, INK_LINE);
}

static double draw_fact(const struct page *p, double y, const char *label,
			const char *text)
{
	canvas_text(p->c, &font_label, SIDE_X, y, CANVAS_LEFT, label);
	canvas_text_fit(p->c, &font_text, SIDE_X + 84, y, SIDE_R - SIDE_X - 84,
			text);
	return y + ROW_H;
}

static double draw_facts(const struct page *p, double y)
{
	const struct model_shape_facts *f = &p->m->shape;
	static const char *const shapes[] = {
		[MODEL_STEADY] = "steady",
		[MODEL_UNEVEN] = "uneven, without bursts",
		[MODEL_BURSTS] = "bursts",
	};
	char text[160], a[COUNT_TEXT_LEN], b[COUNT_TEXT_LEN];

	snprintf(text, sizeof(text), "%s/s, median %s/s",
		 fmt_rate(a, f->mean), fmt_rate(b, f->median));
	y = draw_fact(p, y, "mean rate", text);
	snprintf(text, sizeof(text), "%s/s at %.2f s",
		 fmt_rate(a, f->highest),
		 (double)p->m->bins.points[f->highest_point].begin_ns / 1e9);
	y = draw_fact(p, y, "highest rate", text);
	if (f->peaks)
		snprintf(text, sizeof(text),
			 "%s: %.0f %% of exits above %d x median",
			 shapes[f->shape], model_share(p->m, f->peak_exits),
			 MODEL_PEAK_FACTOR);
	else
		snprintf(text, sizeof(text), "%s", shapes[f->shape]);
	y = draw_fact(p, y, "pattern", text);
	snprintf(text, sizeof(text), "every %s, %llu missed",
		 fmt_ns(a, rec_get_u64(p->m->rec, "interval_ns")),
		 (unsigned long long)p->m->missed);
	return draw_fact(p, y, "samples", text);
}

static void phase_row(const struct page *p, double y, size_t i)
{
	const struct model_phase *ph = &p->m->phases[i];
	uint64_t ns = ph->end_ns - ph->begin_ns;
	char nr[16], takes[32], exits[COUNT_TEXT_LEN], rate[COUNT_TEXT_LEN];

	snprintf(nr, sizeof(nr), "%zu", i + 1);
	canvas_text(p->c, &font_label, SIDE_X, y, CANVAS_LEFT, nr);
	canvas_text_fit(p->c, &font_text, SIDE_X + 20, y, 110, ph->name);
	snprintf(takes, sizeof(takes), "%.2f s", (double)ns / 1e9);
	draw_numbers(p, &font_text, y, phase_columns, (const char *[]) {
		     takes, fmt_count(exits, model_exits(ph->sum)),
		     fmt_rate(rate, model_rate(model_exits(ph->sum), ns)) });
}

static void draw_phases(const struct page *p, double y)
{
	size_t n = p->m->nr_phases;
	char text[64];

	if (!n)
		return;
	draw_head(p, y, phase_columns,
		  (const char *[]) { "boot phase", "takes", "exits", "per s" });
	y += ROW_H + 4;
	for (size_t i = 0; i < n && i < MAX_PHASES; i++, y += ROW_H)
		phase_row(p, y, i);
	if (n > MAX_PHASES) {
		snprintf(text, sizeof(text), "and %zu more (exitstat report)",
			 n - MAX_PHASES);
		canvas_text(p->c, &font_label, SIDE_X + 20, y, CANVAS_LEFT, text);
	}
}

static void legend_row(const struct page *p, size_t layer)
{
	const struct plot_layer *l = &p->s.layers[layer];
	double h = page_strip_h(p), mid = STRIPS_Y + h * ((double)layer + 0.5);
	double y = mid + 4, box = h - 6 < 12 ? h - 6 : 12;
	char exits[COUNT_TEXT_LEN], share[16], peak[COUNT_TEXT_LEN];

	canvas_rect(p->c, SIDE_X, mid - box / 2, box, box, l->colour);
	canvas_text_fit(p->c, layer ? &font_text : &font_strong, SIDE_X + 20,
			y, 148, l->name);
	snprintf(share, sizeof(share), "%.*f %%",
		 model_share(p->m, l->total) < 1 ? 2 : 1,
		 model_share(p->m, l->total));
	draw_numbers(p, &font_text, y, layer_columns, (const char *[]) {
		     fmt_count(exits, l->total), share,
		     fmt_rate(peak, l->peak) });
}

static void draw_legend(const struct page *p)
{
	draw_head(p, STRIPS_Y - 8, layer_columns,
		  (const char *[]) { "exit reason", "exits", "share",
				     "peak per s" });
	for (size_t l = 0; l < p->s.nr_layers; l++)
		legend_row(p, l);
}

void page_draw_footer(const struct page *p)
{
	char text[128];

	snprintf(text, sizeof(text), "exitstat %s%s",
		 rec_get(p->m->rec, "version"),
		 p->m->rec->interrupted ? ", interrupted recording" : "");
	canvas_text(p->c, &font_label, SIDE_R, PAGE_H - 14, CANVAS_RIGHT, text);
}

void page_draw_legend_head(const struct page *p, double y,
			   const char *const text[4])
{
	draw_head(p, y, legend_columns(p), text);
}

void page_draw_legend_row(const struct page *p, double y, uint32_t colour,
			  const char *const text[4])
{
	if (colour != PLOT_NO_COLOUR)
		canvas_rect(p->c, SIDE_X, y - 10, 12, 12, colour);
	canvas_text_fit(p->c, &font_text, SIDE_X + 20, y, 142, text[0]);
	draw_numbers(p, &font_text, y, legend_columns(p), text + 1);
}

void page_draw_facts(const struct page *p)
{
	draw_title(p);
	draw_phases(p, draw_facts(p, PHASE_Y + 8) + 14);
}

void page_draw_side(struct page *p)
{
	page_draw_facts(p);
	draw_legend(p);
	page_draw_footer(p);
}
