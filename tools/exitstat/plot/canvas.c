// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements canvas.h on cairo. Owns nothing; draws where it is told.
 */
#include <stdio.h>
#include <string.h>

#include "plot/canvas.h"

const struct canvas_font font_title = { 25, INK_TEXT, 1 };
const struct canvas_font font_subtitle = { 13, INK_SOFT, 0 };
const struct canvas_font font_text = { 12, INK_TEXT, 0 };
const struct canvas_font font_strong = { 12, INK_TEXT, 1 };
const struct canvas_font font_label = { 11, INK_SOFT, 0 };

void canvas_ink(cairo_t *cr, uint32_t c)
{
	cairo_set_source_rgb(cr, (c >> 16 & 0xff) / 255.0,
			     (c >> 8 & 0xff) / 255.0, (c & 0xff) / 255.0);
}

static void set_font(cairo_t *cr, const struct canvas_font *f)
{
	cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
			       f->bold ? CAIRO_FONT_WEIGHT_BOLD :
					 CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(cr, f->size);
}

double canvas_width(cairo_t *cr, const struct canvas_font *f, const char *text)
{
	cairo_text_extents_t e;

	set_font(cr, f);
	cairo_text_extents(cr, text, &e);
	return e.x_advance;
}

void canvas_text(cairo_t *cr, const struct canvas_font *f, double x, double y,
		 enum canvas_align align, const char *text)
{
	double width = canvas_width(cr, f, text);

	if (align == CANVAS_CENTRE)
		x -= width / 2;
	else if (align == CANVAS_RIGHT)
		x -= width;
	canvas_ink(cr, f->ink);
	cairo_move_to(cr, x, y);
	cairo_show_text(cr, text);
	cairo_new_path(cr);
}

void canvas_text_fit(cairo_t *cr, const struct canvas_font *f, double x,
		     double y, double width, const char *text)
{
	char cut[256];
	size_t len = strlen(text);

	snprintf(cut, sizeof(cut), "%s", text);
	if (len >= sizeof(cut))
		len = sizeof(cut) - 1;
	while (len > 3 && canvas_width(cr, f, cut) > width) {
		len--;
		strcpy(cut + len - 3, "...");
	}
	canvas_text(cr, f, x, y, CANVAS_LEFT, cut);
}

void canvas_rect(cairo_t *cr, double x, double y, double w, double h,
		 uint32_t colour)
{
	canvas_ink(cr, colour);
	cairo_rectangle(cr, x, y, w, h);
	cairo_fill(cr);
}

void canvas_line(cairo_t *cr, double x1, double y1, double x2, double y2,
		 double width, uint32_t colour)
{
	canvas_ink(cr, colour);
	cairo_set_line_width(cr, width);
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
	cairo_stroke(cr);
}
