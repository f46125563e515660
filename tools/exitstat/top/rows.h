/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of one level of exitstat top: VMs, vCPUs of a VM, reasons or the
 * values of a reason, added up from what data.h knows. Pure.
 */
#ifndef EXITSTAT_TOP_ROWS_H
#define EXITSTAT_TOP_ROWS_H

#include "top/data.h"

enum top_level {
	TOP_VMS, TOP_VCPUS, TOP_REASONS, TOP_DETAIL, TOP_NR_LEVELS
};

/* "vms", ...; NULL for others. */
const char *top_level_name(enum top_level level);

/* What a row is, whatever its place; unused parts are 0. */
struct top_key {
	bool all;		/* the row that adds the others up */
	bool other;		/* of detail: all values without a place */
	uint64_t vm_id, created_ns;
	uint32_t vcpu_id;
	uint64_t code;
	uint64_t value;
};

bool top_key_equal(const struct top_key *a, const struct top_key *b);

/* Whose rows: of all VMs or one, of all its vCPUs or one, of one reason. */
struct top_path {
	enum top_level level;
	bool has_vm, has_vcpu;
	struct top_key key;	/* VM, vCPU, reason, as far as chosen */
};

struct top_row {
	struct top_key key;
	char name[64];
	char known_as[32];	/* of a value */
	const struct top_vm *vm;	/* of a VM and a vCPU, else NULL */
	const struct top_vcpu *vcpu;	/* of a vCPU, else NULL */
	uint64_t nr_vcpus;
	bool any;		/* anything has been added */
	uint32_t now_known, delta_known;
	struct top_values now, delta;
	float rate[TOP_HISTORY];
};

struct top_table {
	struct top_row *rows;
	size_t nr, cap;
	uint32_t *places;	/* hash table of rows by key: index + 1 */
	size_t nr_places;	/* a power of two, or 0 */
	struct top_row whole;	/* the sum of what the path leads to */
	uint64_t interval_ns;
	size_t at;		/* the last interval in rate[] */
	size_t nr_vms, nr_dead;	/* of all */
};

/*
 * Fills @t (zeroed, or filled before). @filter: rows whose name has it in it,
 * in any case, or NULL. With @dead, VMs that ended are listed too. The row
 * "all" comes first where there is one; the others are not sorted.
 */
void top_rows(const struct top_data *d, const struct top_path *path,
	      const char *filter, bool dead, struct top_table *t);
/* One row instead of all: what they add up to. */
void top_total(struct top_table *t);
void top_table_free(struct top_table *t);

/* The VM or vCPU of the path; NULL when it leads to all, or is gone. */
const struct top_vm *top_path_vm(const struct top_data *d,
				 const struct top_path *path);

#endif
