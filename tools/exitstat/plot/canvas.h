/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The drawing operations of a plot: text, rectangles, lines and filled paths.
 * They go to a cairo surface or, for SVG, to elements with real text (svg.h);
 * cairo measures text in both cases. Only files built with cairo include this.
 */
#ifndef EXITSTAT_CANVAS_H
#define EXITSTAT_CANVAS_H

#include <cairo.h>
#include <stdbool.h>

#include "plot/ink.h"

struct svg;

struct canvas {
	cairo_t *cr;
	struct svg *svg;	/* NULL: draw with @cr */
};

extern const struct canvas_font font_title, font_text, font_strong;
extern const struct canvas_font font_subtitle, font_label;	/* in soft ink */

double canvas_width(const struct canvas *c, const struct canvas_font *f,
		    const char *text);
/* The baseline is at @y; @x is the left, middle or right of the text. */
void canvas_text(const struct canvas *c, const struct canvas_font *f, double x,
		 double y, enum canvas_align align, const char *text);
/* Upwards, with its middle at @y. */
void canvas_text_up(const struct canvas *c, const struct canvas_font *f,
		    double x, double y, const char *text);
/* Left-aligned, cut with "..." to fit into @width. */
void canvas_text_fit(const struct canvas *c, const struct canvas_font *f,
		     double x, double y, double width, const char *text);
void canvas_rect(const struct canvas *c, double x, double y, double w, double h,
		 uint32_t colour);
void canvas_line(const struct canvas *c, double x1, double y1, double x2,
		 double y2, double width, uint32_t colour);
void canvas_dashed_line(const struct canvas *c, double x1, double y1, double x2,
			double y2, double width, uint32_t colour);
/* Begin a path, add points to it, and fill it. */
void canvas_path_begin(const struct canvas *c);
void canvas_path_to(const struct canvas *c, double x, double y);
void canvas_path_fill(const struct canvas *c, uint32_t colour);
/* Draw sharp edges, so that neighbours with a common edge have no seam. */
void canvas_sharp(const struct canvas *c, bool on);

#endif
