// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a plot as PNG or PDF through cairo, or as SVG.
 *
 * Owns the surfaces and the output. chart.c, side.c and others draw.
 */
#include <cairo-pdf.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "plot/page.h"
#include "plot/svg.h"

#define PNG_SCALE	1.5	/* 1920 x 1080 */

/* The output, with the first errno, which cairo does not report. */
struct sink {
	FILE *out;
	int rc;
};

static cairo_status_t put_bytes(void *arg, const unsigned char *data,
				unsigned int len)
{
	struct sink *sink = arg;

	if (fwrite(data, 1, len, sink->out) == len)
		return CAIRO_STATUS_SUCCESS;
	if (!sink->rc)
		sink->rc = errno ? -errno : -EIO;
	return CAIRO_STATUS_WRITE_ERROR;
}

/* The date of the recording, so that the same picture has the same bytes. */
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
	case PLOT_SVG:		/* only measures text */
		return cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
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

static void draw_page(const struct canvas *c, const struct plot_picture *what)
{
	struct page p = { .c = c, .m = what->m, .chart = what->chart,
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

static void paint(const struct canvas *c, const struct plot_picture *what)
{
	canvas_rect(c, 0, 0, PAGE_W, PAGE_H, INK_PAPER);
	if (what->pair)
		page_draw_pair(c, what->pair);
	else
		draw_page(c, what);
}

static void begin_svg(struct svg *svg, const struct plot_picture *what)
{
	char title[512], desc[1024];

	if (what->pair) {
		svg_begin(svg, PAGE_W, PAGE_H, what->pair->title,
			  what->pair->subtitle);
		return;
	}
	plot_title(what->m, what->chart, title, sizeof(title));
	plot_description(what->m, what->chart, desc, sizeof(desc));
	svg_begin(svg, PAGE_W, PAGE_H, title, desc);
}

static void draw_svg(cairo_t *cr, const struct plot_picture *what,
		     struct sink *sink)
{
	struct svg svg;

	begin_svg(&svg, what);
	paint(&(struct canvas){ .cr = cr, .svg = &svg }, what);
	sink->rc = svg_end(&svg, sink->out);
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
	if (format == PLOT_SVG)
		draw_svg(cr, what, &sink);
	else
		paint(&(struct canvas){ .cr = cr }, what);
	status = cairo_status(cr);
	cairo_destroy(cr);
	if (!status && format == PLOT_PNG)
		status = cairo_surface_write_to_png_stream(surface, put_bytes,
							   &sink);
	cairo_surface_finish(surface);
	if (!status)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (!status && !sink.rc)
		return 0;
	if (sink.rc)
		return err_set(err, sink.rc, "cannot write: %s",
			       strerror(-sink.rc));
	return err_set(err, -EIO, "cannot draw: %s",
		       cairo_status_to_string(status));
}
