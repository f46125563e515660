/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of the JSON report. The caller owns all returned objects. */
#ifndef EXITSTAT_REPORT_JSON_PARTS_H
#define EXITSTAT_REPORT_JSON_PARTS_H

#include <jansson.h>
#include <stdio.h>

#include "model/model.h"

/* json-cell.c: keys that every sum has. null: not recorded. */

/* "handler_ns", ...: a key for each state from @from on */
void report_json_states(json_t *o, const struct model *m,
			const struct model_cell *c, int from);
/* The states except guest, their cost, and handler times. */
void report_json_times(json_t *o, const struct model *m,
		       const struct model_cell *c);
/* Exits and times. */
void report_json_cell(json_t *o, const struct model *m,
		      const struct model_cell *c);
/* Values without a reason: elapsed time, entries, returns by KVM_EXIT_*. */
void report_json_thread(json_t *o, const struct model *m,
			const struct model_cell *c);
json_t *report_json_users(const struct model *m, const struct model_cell *c);

/* json-phases.c: "phases"; with @brief, only the keys that a page uses. */
json_t *report_json_phases(const struct model *m, bool brief);
/* One row per VM, with its phases, and per cell. */
void report_json_vms(const struct model *m, FILE *out);
void report_json_cells(const struct model *m, FILE *out);

/*
 * json-groups.c: time by vCPU, costs, returns to user space, and at most @max
 * details per reason; sums of further details are appended to @cut.
 */
void report_json_groups(json_t *root, const struct model *m, size_t max,
			json_t *cut);

#endif
