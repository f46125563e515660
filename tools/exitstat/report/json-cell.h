/* SPDX-License-Identifier: GPL-2.0-only */
/* The report for programs: keys that every sum has. All JSON is the caller's. */
#ifndef EXITSTAT_REPORT_JSON_CELL_H
#define EXITSTAT_REPORT_JSON_CELL_H

#include <jansson.h>

#include "model/model.h"

/* "handler_ns", ...: a key for each state from @from on */
void report_json_states(json_t *o, const struct model *m,
			const struct model_cell *c, int from);
/* The states but the guest's, what they cost, and handler times. */
void report_json_times(json_t *o, const struct model *m,
		       const struct model_cell *c);
/* Exits and times; null what the recording does not tell. */
void report_json_cell(json_t *o, const struct model *m,
		      const struct model_cell *c);
/* What belongs to no reason: elapsed time, entries, returns by KVM_EXIT_*. */
void report_json_thread(json_t *o, const struct model *m,
			const struct model_cell *c);
json_t *report_json_users(const struct model *m, const struct model_cell *c);

#endif
