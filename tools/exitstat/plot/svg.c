// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements svg.h. Consecutive rectangles of one colour become one path, and
 * steps along an axis one number each, because most shapes of a plot are steps.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "plot/svg.h"

/*
 * Text is placed by its width in cairo's sans-serif font, usually DejaVu Sans. The
 * other fonts are no wider, so texts do not overlap.
 */
#define FONTS	"DejaVu Sans,Verdana,Helvetica,Arial,sans-serif"

static long tenths(double x)
{
	return lround(x * 10);
}

/* A number of tenths, without a fraction of 0. */
static void put_tenths(struct buf *b, long x)
{
	const char *sign = x < 0 ? "-" : "";
	long n = labs(x);

	if (n % 10)
		buf_printf(b, "%s%ld.%ld", sign, n / 10, n % 10);
	else
		buf_printf(b, "%s%ld", sign, n / 10);
}

static void put_attribute(struct buf *b, const char *name, double x)
{
	buf_printf(b, " %s=\"", name);
	put_tenths(b, tenths(x));
	buf_printf(b, "\"");
}

static void put_escaped(struct buf *b, const char *text)
{
	char valid[1024];

	copy_utf8(valid, sizeof(valid), text);
	for (const char *c = valid; *c; c++)
		switch (*c) {
		case '&':
			buf_printf(b, "&amp;");
			break;
		case '<':
			buf_printf(b, "&lt;");
			break;
		case '>':
			buf_printf(b, "&gt;");
			break;
		default:
			buf_append(b, c, 1);
		}
}

static void end_rects(struct svg *s)
{
	if (!s->rects)
		return;
	buf_printf(&s->out, "<path fill=\"#%06x\" d=\"%s\"/>\n", s->colour,
		   s->path.data);
	s->path.len = 0;
	s->rects = false;
}

void svg_begin(struct svg *s, double width, double height, const char *title,
	       const char *desc)
{
	*s = (struct svg){ 0 };
	buf_printf(&s->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
		   "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		   "font-family=\"" FONTS "\" role=\"img\">\n<title>",
		   width, height, width, height);
	put_escaped(&s->out, title);
	buf_printf(&s->out, "</title>\n<desc>");
	put_escaped(&s->out, desc);
	buf_printf(&s->out, "</desc>\n");
}

void svg_text(struct svg *s, const struct canvas_font *f, double x, double y,
	      enum canvas_align align, bool up, double length,
	      const char *text)
{
	static const char *const anchors[] = {
		[CANVAS_LEFT] = "",
		[CANVAS_CENTRE] = " text-anchor=\"middle\"",
		[CANVAS_RIGHT] = " text-anchor=\"end\"",
	};

	if (!*text)
		return;
	end_rects(s);
	buf_printf(&s->out, "<text");
	if (up) {
		buf_printf(&s->out, " transform=\"translate(");
		put_tenths(&s->out, tenths(x));
		buf_printf(&s->out, ",");
		put_tenths(&s->out, tenths(y));
		buf_printf(&s->out, ") rotate(-90)\"");
	} else {
		put_attribute(&s->out, "x", x);
		put_attribute(&s->out, "y", y);
	}
	put_attribute(&s->out, "font-size", f->size);
	if (length > 0) {
		put_attribute(&s->out, "textLength", length);
		buf_printf(&s->out, " lengthAdjust=\"spacingAndGlyphs\"");
	}
	buf_printf(&s->out, "%s fill=\"#%06x\"%s>",
		   f->bold ? " font-weight=\"bold\"" : "", f->ink,
		   anchors[align]);
	put_escaped(&s->out, text);
	buf_printf(&s->out, "</text>\n");
}

void svg_line(struct svg *s, double x1, double y1, double x2, double y2,
	      double width, bool dashed, uint32_t colour)
{
	end_rects(s);
	buf_printf(&s->out, "<line");
	put_attribute(&s->out, "x1", x1);
	put_attribute(&s->out, "y1", y1);
	put_attribute(&s->out, "x2", x2);
	put_attribute(&s->out, "y2", y2);
	buf_printf(&s->out, " stroke=\"#%06x\"", colour);
	put_attribute(&s->out, "stroke-width", width);
	buf_printf(&s->out, "%s/>\n", dashed ? " stroke-dasharray=\"3\"" : "");
}

void svg_path_begin(struct svg *s)
{
	end_rects(s);
	s->path.len = 0;
}

/* A further step to the right or left replaces one in the same direction. */
static bool continues(const struct svg *s, char direction, long x)
{
	return direction == 'H' && s->direction == 'H' &&
	       (x > s->x) == (s->x > s->from_x);
}

static void put_step(struct svg *s, char direction, long x, long y)
{
	if (continues(s, direction, x)) {
		s->path.len = s->step_at;
	} else {
		s->from_x = s->x;
		s->step_at = s->path.len;
	}
	s->direction = direction;
	buf_printf(&s->path, "%c", direction);
	if (direction != 'V')
		put_tenths(&s->path, x);
	if (direction != 'V' && direction != 'H')
		buf_printf(&s->path, " ");
	if (direction != 'H')
		put_tenths(&s->path, y);
}

/* The edges are rounded, not the size: neighbours keep a common edge. */
void svg_rect(struct svg *s, double x, double y, double w, double h,
	      uint32_t colour)
{
	long left = tenths(x), right = tenths(x + w);
	long top = tenths(y), bottom = tenths(y + h);

	if (left == right || top == bottom)
		return;
	if (s->rects && s->colour != colour)
		end_rects(s);
	s->rects = true;
	s->colour = colour;
	put_step(s, 'M', left, top);
	put_step(s, 'H', right, top);
	put_step(s, 'V', right, bottom);
	put_step(s, 'H', left, bottom);
	buf_printf(&s->path, "z");
}

void svg_path_to(struct svg *s, double x, double y)
{
	long to_x = tenths(x), to_y = tenths(y);

	if (!s->path.len)
		put_step(s, 'M', to_x, to_y);
	else if (to_x != s->x && to_y != s->y)
		put_step(s, 'L', to_x, to_y);
	else if (to_x != s->x)
		put_step(s, 'H', to_x, to_y);
	else if (to_y != s->y)
		put_step(s, 'V', to_x, to_y);
	s->x = to_x;
	s->y = to_y;
}

void svg_path_fill(struct svg *s, uint32_t colour)
{
	if (s->path.len)
		buf_printf(&s->out, "<path fill=\"#%06x\" d=\"%sz\"/>\n",
			   colour, s->path.data);
	s->path.len = 0;
}

void svg_sharp(struct svg *s, bool on)
{
	end_rects(s);
	buf_printf(&s->out, on ? "<g shape-rendering=\"crispEdges\">\n" :
				 "</g>\n");
}

int svg_end(struct svg *s, FILE *out)
{
	int rc = 0;

	end_rects(s);
	buf_printf(&s->out, "</svg>\n");
	errno = 0;
	if (fwrite(s->out.data, 1, s->out.len, out) != s->out.len)
		rc = errno ? -errno : -EIO;
	buf_free(&s->out);
	buf_free(&s->path);
	return rc;
}
