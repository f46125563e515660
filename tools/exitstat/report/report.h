/* SPDX-License-Identifier: GPL-2.0-only */
/* The report of a recording: text (80 columns), JSON and HTML. */
#ifndef EXITSTAT_REPORT_H
#define EXITSTAT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "model/model.h"

void report_text(const struct model *m, FILE *out);
/*
 * The source: groups that it has and that were off, what it does not provide
 * (nothing, or one line), and lost exits.
 */
uint32_t report_groups_off(const struct recording *r);
void report_lacks(const struct recording *r, struct buf *out);
json_t *report_json_lacks(const struct recording *r);
void report_lost(const struct recording *r, FILE *out);
/* 0 if @whole is 0 */
static inline double report_percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* Parts of the text, and tables that require an option. */
void report_dispositions(const struct model *m, FILE *out);
void report_accounting(const struct model *m, FILE *out);
void report_time(const struct model *m, FILE *out);
/* Return 0, or -ENODATA with a line in @err: not recorded. */
int report_nested(const struct model *m, FILE *out, struct errbuf *err);
/* @ascii: without characters that require UTF-8. */
int report_detail(const struct model *m, bool ascii, FILE *out,
		  struct errbuf *err);

/* The report as an HTML page. */
int report_html(const struct model *m, FILE *out, struct errbuf *err);
void report_json(const struct model *m, FILE *out);
/*
 * A part of report_json() for a page; the caller owns it. It has no VMs and cells,
 * only exits for each phase and reason, and at most @max_values details per
 * reason. Sums of further details are appended to @cut.
 */
json_t *report_json_brief(const struct model *m, size_t max_values, json_t *cut);
/* null without exits of L2 */
json_t *report_json_nested(const struct model *m);

/* "steady", "uneven" or "bursts" */
const char *report_pattern_name(enum model_shape shape);

#endif
