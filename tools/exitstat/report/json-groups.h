/* SPDX-License-Identifier: GPL-2.0-only */
/* The report for programs: time by vCPU, costs, returns to user space, details. */
#ifndef EXITSTAT_REPORT_JSON_GROUPS_H
#define EXITSTAT_REPORT_JSON_GROUPS_H

#include <jansson.h>

#include "model/model.h"

/* @max values of a reason; what is left out of them is put into @cut. */
void report_json_groups(json_t *root, const struct model *m, size_t max,
			json_t *cut);

#endif
