/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The little of cairo that a plot needs: text that is measured before it is
 * placed, rectangles and lines in named colours. Only files built with cairo
 * include this.
 */
#ifndef EXITSTAT_CANVAS_H
#define EXITSTAT_CANVAS_H

#include <cairo.h>
#include <stdint.h>

enum canvas_align { CANVAS_LEFT, CANVAS_CENTRE, CANVAS_RIGHT };

/* The ink of a plot, 0xRRGGBB. */
#define INK_TEXT	0x1a1a1a
#define INK_SOFT	0x666666
#define INK_GRID	0xdddddd
#define INK_LINE	0x888888
#define INK_BAND	0xeef2f6
#define INK_PAPER	0xffffff

struct canvas_font {
	double size;
	uint32_t ink;
	int bold;
};

extern const struct canvas_font font_title, font_text, font_strong;
extern const struct canvas_font font_subtitle, font_label;	/* in soft ink */

void canvas_ink(cairo_t *cr, uint32_t colour);
double canvas_width(cairo_t *cr, const struct canvas_font *f,
		    const char *text);
/* The baseline is at @y; @x is the left, middle or right of the text. */
void canvas_text(cairo_t *cr, const struct canvas_font *f, double x, double y,
		 enum canvas_align align, const char *text);
/* As canvas_text from the left, cut with "..." to fit into @width. */
void canvas_text_fit(cairo_t *cr, const struct canvas_font *f, double x,
		     double y, double width, const char *text);
void canvas_rect(cairo_t *cr, double x, double y, double w, double h,
		 uint32_t colour);
void canvas_line(cairo_t *cr, double x1, double y1, double x2, double y2,
		 double width, uint32_t colour);

#endif
