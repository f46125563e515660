/* SPDX-License-Identifier: GPL-2.0-only */
/* The two forms of a report: for people (80 columns) and for programs. */
#ifndef EXITSTAT_REPORT_H
#define EXITSTAT_REPORT_H

#include <stdio.h>

#include "model.h"

void report_text(const struct model *m, FILE *out);
void report_json(const struct model *m, FILE *out);

/* "in spikes", ...: one word for the shape, for both forms. */
const char *report_shape_name(enum model_shape shape);

#endif
