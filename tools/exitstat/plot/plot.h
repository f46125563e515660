/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures of a model. The same model makes the same bytes: drawing does not
 * depend on the clock, the locale or files.
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

/* Rates by layer over time, as drawn by all kinds of plots. */
struct plot_series {
	struct plot_layer *layers;
	size_t nr_layers;
	double *begin_s;	/* per column */
	double *end_s;
	double *rate;		/* [column * nr_layers + layer], exits/s */
	size_t nr_cols;
	double max_rate;	/* highest sum of all layers in a column */
	double span_s;
	size_t *layer_of;	/* by index of recording.reasons */
};

/*
 * One column per point of the model if @uniform is false and there are at most
 * @max_cols points; otherwise @max_cols columns of equal width, with each point
 * distributed over the columns that it overlaps.
 */
void plot_series_make(struct plot_series *s, const struct model *m,
		      size_t nr_reasons, size_t max_cols, bool uniform);
/*
 * The same with layers from the caller: @layer_of has the layer of each reason of
 * the recording. Names and colours are copied, totals and peaks computed.
 */
void plot_series_make_as(struct plot_series *s, const struct model *m,
			 const struct plot_layer *layers, size_t nr_layers,
			 const size_t *layer_of, size_t max_cols);
void plot_series_free(struct plot_series *s);

/* A round step (1, 2 or 5 * 10^n) that divides @span into about @ticks parts. */
double plot_tick_step(double span, int ticks);
/* The number of decimals needed to label steps of this size. */
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
	PLOT_TIME,	/* states of the vCPU threads */
	PLOT_LATENCY,	/* handler times by reason */
};

/* Columns of model_load_latency() for the chart, two pixels each. */
#define PLOT_LATENCY_COLS	388

/* The title: "1,234 VM exits in 12.3 s: guest NAME, 2 vCPUs" */
void plot_title(const struct model *m, enum plot_chart chart, char *out,
		size_t size);
/* The subtitle: "kernel ..., lab ..., machine ..., cpu ..." */
void plot_subtitle(const struct model *m, char *out, size_t size);

/* The chart in words: most frequent reasons, phases, and the subtitle. */
void plot_description(const struct model *m, enum plot_chart chart, char *out,
		      size_t size);

enum plot_format { PLOT_SVG, PLOT_PNG, PLOT_PDF };

/* Find the format by the suffix of a file name, in any case; false: unknown. */
bool plot_format_of(const char *path, enum plot_format *out);

/* A row beside two charts: name, value of A, value of B, change. */
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
	char label[2][256];		/* above each chart */
	struct plot_pair_row *reasons;	/* the first row is the head */
	size_t nr_reasons;
	struct plot_pair_row *phases;
	size_t nr_phases;
};

/* A picture: a chart of one recording, or a pair. */
struct plot_picture {
	const struct model *m;	/* also has the date of a PDF */
	enum plot_chart chart;
	size_t nr_reasons;
	const struct plot_pair *pair;	/* or NULL */
};

/* Returns 0, or -errno with a message in @err that does not name the file. */
int plot_draw(const struct plot_picture *what, enum plot_format format,
	      FILE *out, struct errbuf *err);

#endif
