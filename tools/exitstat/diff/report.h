/* SPDX-License-Identifier: GPL-2.0-only */
/* Output of a comparison: text (80 columns), JSON, HTML and pictures. */
#ifndef EXITSTAT_DIFF_REPORT_H
#define EXITSTAT_DIFF_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "diff/diff.h"
#include "plot/plot.h"

#define DIFF_TOP	10	/* default number of rows of a table */

enum diff_by { DIFF_BY_BOTH, DIFF_BY_REASON, DIFF_BY_CLASS };

struct diff_view {
	enum diff_by by;
	const char *phase;	/* NULL: the whole recording, with an overview of phases */
	bool every_phase;	/* the whole recording, and each phase separately */
	size_t top;		/* rows of a table; SIZE_MAX: all */
};

/* The view's phase must exist; DIFF_BY_REASON requires the same isa. */
void diff_text(const struct diff *d, const struct diff_view *v, FILE *out);
/* All facts, independent of a view. */
void diff_json(const struct diff *d, FILE *out);
json_t *diff_json_make(const struct diff *d);
/* A page; reads the recordings again. */
int diff_html(const struct diff *d, FILE *out, struct errbuf *err);

/* The run of a side whose total is closest to the mean. */
const struct model *diff_nearest(const struct diff *d, enum diff_which side,
				 size_t *which);
/* Two charts of the rates of these runs. */
int diff_plot(const struct diff *d, enum diff_by by, enum plot_format format,
	      FILE *out, struct errbuf *err);

/* words.c: the summary, one paragraph */
void diff_summary(const struct diff *d, const struct diff_scope *s,
		  struct buf *out);
/* Its beginning: "B takes 62 % fewer exits than A (12,345 -> 4,690)" */
void diff_headline(const struct diff *d, const struct diff_scope *s,
		   struct buf *out);
/* "NAME -7,001 (-93 %), ...": up to @max changes to report; @out must be empty */
void diff_leaders(const struct diff *d, const struct diff_table *t, size_t max,
		  struct buf *out);

/* A number as text: counts, or times in ns; "-" for NAN. */
enum diff_unit { DIFF_EXITS, DIFF_NS };
const char *diff_fmt(char out[COUNT_TEXT_LEN], enum diff_unit unit, double x);
/* With its sign. */
const char *diff_fmt_change(char out[COUNT_TEXT_LEN], enum diff_unit unit,
			    double x);
/* "-93 %", "x 12", "appeared", ... */
const char *diff_fmt_ratio(char out[COUNT_TEXT_LEN], const struct diff_row *r);

/* facts.c: metadata of A and B: machine, kernel, command */
struct diff_fact {
	const char *name;
	char *text[DIFF_SIDES];	/* values of all runs of a side */
	bool same;
};

struct diff_facts {
	struct diff_fact *f;
	size_t nr;
};

void diff_facts_make(struct diff_facts *f, const struct diff *d);
void diff_facts_free(struct diff_facts *f);
/* Words of @command that @other does not have. */
void diff_only_in(const char *command, const char *other, struct buf *out);

#endif
