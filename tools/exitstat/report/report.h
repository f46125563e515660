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
/* Its parts, and what only an option asks for. */
void report_fates(const struct model *m, FILE *out);
void report_closure(const struct model *m, FILE *out);
void report_time(const struct model *m, FILE *out);
/* 0, or -ENODATA with a line in @err: it was not recorded. */
int report_nested(const struct model *m, FILE *out, struct errbuf *err);
int report_detail(const struct model *m, FILE *out, struct errbuf *err);

/* A page; reads the model's recording once more. */
int report_html(const struct model *m, FILE *out, struct errbuf *err);
void report_json(const struct model *m, FILE *out);
/* What that writes, and its part "phases"; the caller's. */
json_t *report_json_make(const struct model *m);
json_t *report_json_phases(const struct model *m);
void report_json_groups(const struct model *m, json_t *root);
/* null without exits of L2 */
json_t *report_json_nested(const struct model *m);

/* "in spikes", ...: one word for the shape, for both forms. */
const char *report_shape_name(enum model_shape shape);

#endif
