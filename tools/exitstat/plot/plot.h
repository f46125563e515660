/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures of a model. Pure: model in, picture out; the same model gives the
 * same bytes, with no clock, locale or file looked at on the way.
 */
#ifndef EXITSTAT_PLOT_H
#define EXITSTAT_PLOT_H

#include <stdio.h>

#include "model/model.h"

/* The most frequent reasons, and one layer for all others. */
struct plot_layer {
	char name[64];
	uint32_t colour;
	uint64_t total;
	double peak;		/* highest rate of a point, exits/s */
	double top;		/* highest rate of a column, exits/s */
};

/* Rates by layer over time: what every kind of plot draws. */
struct plot_series {
	struct plot_layer *layers;
	size_t nr_layers;
	double *begin_s;	/* per column */
	double *end_s;
	double *rate;		/* [column * nr_layers + layer], exits/s */
	size_t nr_cols;
	double max_rate;	/* of all layers together, by column */
	double span_s;
	size_t *layer_of;	/* index: recording.reasons */
};

/*
 * One column per point of the model if @uniform is 0 and there are at most
 * @max_cols of them; else @max_cols columns of equal width, into which
 * points are shared by time.
 */
void plot_series_make(struct plot_series *s, const struct model *m,
		      size_t nr_reasons, size_t max_cols, bool uniform);
/*
 * The same with layers of the caller's: @layer_of has a layer for each reason
 * of the recording. Their names and colours are copied, the rest is found.
 */
void plot_series_make_as(struct plot_series *s, const struct model *m,
			 const struct plot_layer *layers, size_t nr_layers,
			 const size_t *layer_of, size_t max_cols);
void plot_series_free(struct plot_series *s);

/* A round step so that @span has about @ticks of them: 1, 2 or 5 * 10^n. */
double plot_tick_step(double span, int ticks);
/* Decimals that a label needs to show steps of this size. */
int plot_tick_decimals(double step);

struct plot_term_config {
	int width;		/* columns of the terminal */
	int height;		/* rows of the chart itself */
	bool colour;
	bool ascii;
};

void plot_term(const struct model *m, size_t nr_reasons,
	       const struct plot_term_config *cfg, FILE *out);

enum plot_chart {
	PLOT_EXITS,	/* rates by reason */
	PLOT_TIME,	/* where the vCPUs' time goes */
	PLOT_LATENCY,	/* handler times by reason */
};

/* Of model_load_latency() for the chart: as many as can be told apart in it. */
#define PLOT_LATENCY_COLS	388

/* What is drawn, of whom: "1,234 VM exits in 12.3 s: guest NAME, 2 vCPUs" */
void plot_title(const struct model *m, enum plot_chart chart, char *out,
		size_t size);
/* "kernel ..., lab ..., machine ..., cpu ..." */
void plot_subtitle(const struct model *m, char *out, size_t size);

enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF };

/* By the end of a file's name, in any case; false: it is none of them. */
bool plot_format_of(const char *path, enum plot_format *out);

/* A row beside two charts: what it is of, and A, B, change. */
struct plot_pair_row {
	uint32_t colour;	/* PLOT_NO_COLOUR: no box */
	char text[4][64];
};

#define PLOT_NO_COLOUR	0xffffffff

/* The rates of two recordings, one above the other on the same scales. */
struct plot_pair {
	const struct model *m[2];
	const size_t *layer_of[2];	/* see plot_series_make_as() */
	const struct plot_layer *layers;
	size_t nr_layers;
	char title[256];
	char subtitle[512];
	char label[2][256];		/* of a chart */
	struct plot_pair_row *reasons;	/* the first row is the head */
	size_t nr_reasons;
	struct plot_pair_row *phases;
	size_t nr_phases;
};

/* What is drawn: a chart of one recording, or a pair. */
struct plot_picture {
	const struct model *m;	/* whose date a PDF has */
	enum plot_chart chart;
	size_t nr_reasons;
	const struct plot_pair *pair;	/* or NULL */
};

/* -errno with a line in @err, which does not name the file. */
int plot_draw(const struct plot_picture *what, enum plot_format format,
	      FILE *out, struct errbuf *err);

#endif
