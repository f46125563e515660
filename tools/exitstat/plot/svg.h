/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a drawing as SVG 1.1 with text elements, which can be searched and read
 * aloud, and take a tenth of the size of outlines. Positions are rounded to a
 * tenth of a unit. canvas.c calls this.
 */
#ifndef EXITSTAT_SVG_H
#define EXITSTAT_SVG_H

#include <stdbool.h>
#include <stdio.h>

#include "plot/ink.h"
#include "util.h"

struct svg {
	struct buf out;
	struct buf path;	/* of the current path or rectangles */
	long x, y;		/* its last point, in tenths */
	long from_x;		/* the point before, if the last step was H */
	size_t step_at;		/* offset of the last step in @path */
	char direction;		/* of the last step: M, L, H or V */
	uint32_t colour;	/* of pending rectangles in @path */
	bool rects;		/* @path has rectangles */
};

/* @title and @desc name the picture for search and screen readers. */
void svg_begin(struct svg *s, double width, double height, const char *title,
	       const char *desc);
/* @length: the width that the text has in every font; 0: that of the font. */
void svg_text(struct svg *s, const struct canvas_font *f, double x, double y,
	      enum canvas_align align, bool up, double length,
	      const char *text);
void svg_rect(struct svg *s, double x, double y, double w, double h,
	      uint32_t colour);
void svg_line(struct svg *s, double x1, double y1, double x2, double y2,
	      double width, bool dashed, uint32_t colour);
void svg_path_begin(struct svg *s);
void svg_path_to(struct svg *s, double x, double y);
void svg_path_fill(struct svg *s, uint32_t colour);
void svg_sharp(struct svg *s, bool on);
/* Write the picture to @out and free it; returns 0 or -errno. */
int svg_end(struct svg *s, FILE *out);

#endif
