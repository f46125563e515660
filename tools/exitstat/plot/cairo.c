// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plots through cairo: one drawing, three kinds of surface.
 *
 * Owns the surfaces and the way into the output file. What is drawn is
 * chart.c's, side.c's and so on.
 */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "plot/page.h"

#define PNG_SCALE	1.5	/* 1920 x 1080 */

/* cairo knows no errno: the first one is kept here. */
struct sink {
	FILE *out;
	int rc;
};

static cairo_status_t put_bytes(void *closure, const unsigned char *data,
				unsigned int len)
{
	struct sink *sink = closure;

	if (fwrite(data, 1, len, sink->out) == len)
		return CAIRO_STATUS_SUCCESS;
	if (!sink->rc)
		sink->rc = errno ? -errno : -EIO;
	return CAIRO_STATUS_WRITE_ERROR;
}

/* The recording's date, as the same picture must have the same bytes. */
static void set_pdf_date(cairo_surface_t *surface, const struct model *m)
{
	time_t at = (time_t)(rec_get_u64(m->rec, "start_wall_ns") /
			     NSEC_PER_SEC);
	char text[32];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
				       text);
}

static cairo_surface_t *make_surface(const struct model *m,
				     enum plot_format format,
				     struct sink *sink)
{
	cairo_surface_t *surface;

	switch (format) {
	case PLOT_SVG:
		return cairo_svg_surface_create_for_stream(put_bytes, sink,
							   PAGE_W, PAGE_H);
	case PLOT_PDF:
		surface = cairo_pdf_surface_create_for_stream(put_bytes, sink,
							      PAGE_W, PAGE_H);
		set_pdf_date(surface, m);
		return surface;
	case PLOT_PNG:
		break;
	}
	return cairo_image_surface_create(CAIRO_FORMAT_RGB24,
					  (int)(PAGE_W * PNG_SCALE),
					  (int)(PAGE_H * PNG_SCALE));
}

static void draw_page(cairo_t *cr, const struct plot_picture *what)
{
	struct page p = { .cr = cr, .m = what->m, .chart = what->chart,
			  .phase_y = PHASE_Y, .chart_y = CHART_Y,
			  .chart_h = CHART_H, .bottom = CHART_Y + TALL_H };

	plot_series_make(&p.s, what->m, what->nr_reasons, (size_t)CHART_W,
			 false);
	switch (what->chart) {
	case PLOT_EXITS:
		page_draw_chart(&p);
		page_draw_side(&p);
		break;
	case PLOT_TIME:
		page_draw_time(&p);
		break;
	case PLOT_LATENCY:
		page_draw_latency(&p, what->nr_reasons);
		break;
	}
	plot_series_free(&p.s);
}

static void paint(cairo_t *cr, const struct plot_picture *what)
{
	canvas_rect(cr, 0, 0, PAGE_W, PAGE_H, INK_PAPER);
	if (what->pair)
		page_draw_pair(cr, what->pair);
	else
		draw_page(cr, what);
}

int plot_draw(const struct plot_picture *what, enum plot_format format,
	      FILE *out, struct errbuf *err)
{
	struct sink sink = { out, 0 };
	cairo_surface_t *surface = make_surface(what->m, format, &sink);
	cairo_t *cr = cairo_create(surface);
	cairo_status_t status;

	if (format == PLOT_PNG)
		cairo_scale(cr, PNG_SCALE, PNG_SCALE);
	paint(cr, what);
	status = cairo_status(cr);
	cairo_destroy(cr);
	if (!status && format == PLOT_PNG)
		status = cairo_surface_write_to_png_stream(surface, put_bytes,
							   &sink);
	cairo_surface_finish(surface);
	if (!status)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (!status)
		return 0;
	if (sink.rc)
		return err_set(err, sink.rc, "cannot write: %s",
			       strerror(-sink.rc));
	return err_set(err, -EIO, "cannot draw: %s",
		       cairo_status_to_string(status));
}
