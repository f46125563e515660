/* SPDX-License-Identifier: GPL-2.0-only */
/* The report for programs, by phase, by VM and by cell. */
#ifndef EXITSTAT_REPORT_JSON_PHASES_H
#define EXITSTAT_REPORT_JSON_PHASES_H

#include <jansson.h>
#include <stdio.h>

#include "model/model.h"

/* "phases", whose reasons have the page's keys only if @brief. */
json_t *report_json_phases(const struct model *m, bool brief);
/* One row per VM, with its phases, and per cell. */
void report_json_vms(const struct model *m, FILE *out);
void report_json_cells(const struct model *m, FILE *out);

#endif
