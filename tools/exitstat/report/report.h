/* SPDX-License-Identifier: GPL-2.0-only */
/* The two forms of a report: for people (80 columns) and for programs. */
#ifndef EXITSTAT_REPORT_H
#define EXITSTAT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "model/model.h"

void report_text(const struct model *m, FILE *out);
/*
 * The source: groups that were off though it has them, what it does not give
 * (nothing, or one line), and exits that it lost.
 */
uint32_t report_groups_off(const struct recording *r);
void report_lacks(const struct recording *r, struct buf *out);
json_t *report_json_lacks(const struct recording *r);
void report_lost(const struct recording *r, FILE *out);
/* 0 of nothing */
static inline double report_percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* Its parts, and what only an option asks for. */
void report_fates(const struct model *m, FILE *out);
void report_accounting(const struct model *m, FILE *out);
void report_time(const struct model *m, FILE *out);
/* 0, or -ENODATA with a line in @err: it was not recorded. */
int report_nested(const struct model *m, FILE *out, struct errbuf *err);
int report_detail(const struct model *m, FILE *out, struct errbuf *err);

/* A page. */
int report_html(const struct model *m, FILE *out, struct errbuf *err);
void report_json(const struct model *m, FILE *out);
/*
 * What a page has of that, the caller's: without VMs and cells, of each phase and
 * reason exits only, and of each reason up to @max_values details; what is left
 * out of these is appended to @cut.
 */
json_t *report_json_brief(const struct model *m, size_t max_values, json_t *cut);
/* null without exits of L2 */
json_t *report_json_nested(const struct model *m);

/* "in spikes", ...: one word for the shape, for both forms. */
const char *report_shape_name(enum model_shape shape);

#endif
