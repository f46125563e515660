// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements canvas.h with cairo, and forwards to svg.c for SVG.
 */
#include <math.h>
#include <string.h>

#include "plot/canvas.h"
#include "plot/svg.h"

#define TEXT_SIZE	512	/* longer text is cut */
/* How much wider than here a viewer's sans-serif font may be. */
#define WIDER_FONT	1.2

const struct canvas_font font_title = { 25, INK_TEXT, 1 };
const struct canvas_font font_subtitle = { 13, INK_SOFT, 0 };
const struct canvas_font font_text = { 12, INK_TEXT, 0 };
const struct canvas_font font_strong = { 12, INK_TEXT, 1 };
const struct canvas_font font_label = { 11, INK_SOFT, 0 };

static void set_ink(cairo_t *cr, uint32_t c)
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

/* cairo draws nothing more after text that is not valid UTF-8. */
double canvas_width(const struct canvas *c, const struct canvas_font *f,
		    const char *text)
{
	char valid[TEXT_SIZE];
	cairo_text_extents_t e;

	copy_utf8(valid, sizeof(valid), text);
	set_font(c->cr, f);
	cairo_text_extents(c->cr, valid, &e);
	return e.x_advance;
}

/* Sets the font too. */
static double left_of(const struct canvas *c, const struct canvas_font *f,
		      double x, enum canvas_align align, const char *text)
{
	double width = canvas_width(c, f, text);

	if (align == CANVAS_CENTRE)
		return x - width / 2;
	return align == CANVAS_RIGHT ? x - width : x;
}

void canvas_text(const struct canvas *c, const struct canvas_font *f, double x,
		 double y, enum canvas_align align, const char *text)
{
	double left = left_of(c, f, x, align, text);
	char valid[TEXT_SIZE];

	if (c->svg) {
		svg_text(c->svg, f, x, y, align, false, 0, text);
		return;
	}
	copy_utf8(valid, sizeof(valid), text);
	set_ink(c->cr, f->ink);
	cairo_move_to(c->cr, left, y);
	cairo_show_text(c->cr, valid);
	cairo_new_path(c->cr);
}

void canvas_text_up(const struct canvas *c, const struct canvas_font *f,
		    double x, double y, const char *text)
{
	if (c->svg) {
		svg_text(c->svg, f, x, y, CANVAS_CENTRE, true, 0, text);
		return;
	}
	cairo_save(c->cr);
	cairo_translate(c->cr, x, y);
	cairo_rotate(c->cr, -M_PI / 2);
	canvas_text(c, f, 0, 0, CANVAS_CENTRE, text);
	cairo_restore(c->cr);
}

static bool is_inside_character(char c)
{
	return (c & 0xc0) == 0x80;
}

void canvas_text_fit(const struct canvas *c, const struct canvas_font *f,
		     double x, double y, double width, const char *text)
{
	char cut[TEXT_SIZE + 3];
	double used;
	size_t len;

	copy_utf8(cut, TEXT_SIZE, text);
	len = strlen(cut);
	while (len && canvas_width(c, f, cut) > width) {
		while (--len && is_inside_character(cut[len]))
			;
		strcpy(cut + len, "...");
	}
	used = canvas_width(c, f, cut);
	if (c->svg && used * WIDER_FONT > width)
		svg_text(c->svg, f, x, y, CANVAS_LEFT, false, used, cut);
	else
		canvas_text(c, f, x, y, CANVAS_LEFT, cut);
}

void canvas_rect(const struct canvas *c, double x, double y, double w, double h,
		 uint32_t colour)
{
	if (c->svg) {
		svg_rect(c->svg, x, y, w, h, colour);
		return;
	}
	set_ink(c->cr, colour);
	cairo_rectangle(c->cr, x, y, w, h);
	cairo_fill(c->cr);
}

void canvas_line(const struct canvas *c, double x1, double y1, double x2,
		 double y2, double width, uint32_t colour)
{
	if (c->svg) {
		svg_line(c->svg, x1, y1, x2, y2, width, false, colour);
		return;
	}
	set_ink(c->cr, colour);
	cairo_set_line_width(c->cr, width);
	cairo_move_to(c->cr, x1, y1);
	cairo_line_to(c->cr, x2, y2);
	cairo_stroke(c->cr);
}

void canvas_dashed_line(const struct canvas *c, double x1, double y1, double x2,
			double y2, double width, uint32_t colour)
{
	static const double dash[] = { 3, 3 };

	if (c->svg) {
		svg_line(c->svg, x1, y1, x2, y2, width, true, colour);
		return;
	}
	cairo_set_dash(c->cr, dash, 2, 0);
	canvas_line(c, x1, y1, x2, y2, width, colour);
	cairo_set_dash(c->cr, NULL, 0, 0);
}

void canvas_path_begin(const struct canvas *c)
{
	if (c->svg)
		svg_path_begin(c->svg);
	else
		cairo_new_path(c->cr);
}

void canvas_path_to(const struct canvas *c, double x, double y)
{
	if (c->svg)
		svg_path_to(c->svg, x, y);
	else
		cairo_line_to(c->cr, x, y);
}

void canvas_path_fill(const struct canvas *c, uint32_t colour)
{
	if (c->svg) {
		svg_path_fill(c->svg, colour);
		return;
	}
	cairo_close_path(c->cr);
	set_ink(c->cr, colour);
	cairo_fill(c->cr);
}

void canvas_sharp(const struct canvas *c, bool on)
{
	if (c->svg)
		svg_sharp(c->svg, on);
	else
		cairo_set_antialias(c->cr, on ? CAIRO_ANTIALIAS_NONE :
						CAIRO_ANTIALIAS_DEFAULT);
}
