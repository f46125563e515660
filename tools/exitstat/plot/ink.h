/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colours and fonts of a drawing, for the canvas and the SVG writer.
 */
#ifndef EXITSTAT_INK_H
#define EXITSTAT_INK_H

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

#endif
