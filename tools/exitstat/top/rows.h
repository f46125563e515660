/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rows of one level of exitstat top: VMs, vCPUs of a VM, reasons, or values of
 * a reason, added up from data.h. Pure.
 */
#ifndef EXITSTAT_TOP_ROWS_H
#define EXITSTAT_TOP_ROWS_H

#include "top/data.h"

enum top_level {
	TOP_VMS, TOP_VCPUS, TOP_REASONS, TOP_DETAIL, TOP_NR_LEVELS
};

/* "vms", ...; NULL for an invalid level. */
const char *top_level_name(enum top_level level);

/* Identity of a row; unused members are 0. */
struct top_key {
	bool all;		/* the sum of the other rows */
	bool other;		/* detail: all values without a place in the table */
	uint64_t vm_id, created_ns;
	uint32_t vcpu_id;
	uint32_t order;		/* number of older vCPUs with this id */
	uint64_t code;
	uint64_t value;
};

bool top_key_equal(const struct top_key *a, const struct top_key *b);

/* The selected VM (or all), vCPU (or all) and reason. */
struct top_path {
	enum top_level level;
	bool has_vm, has_vcpu;
	struct top_key key;	/* selected VM, vCPU, reason */
};

#define TOP_VCPU_NAME_LEN	32

/* "vCPU 0", or "vCPU 0#2" for the second one with this id. */
void top_vcpu_name(uint32_t id, uint32_t order, char out[TOP_VCPU_NAME_LEN]);

struct top_row {
	struct top_key key;
	char name[64];
	char known_as[32];	/* for a value of a reason */
	const struct top_vm *vm;	/* for a VM and a vCPU, otherwise NULL */
	const struct top_vcpu *vcpu;	/* for a vCPU, otherwise NULL */
	uint64_t nr_vcpus;
	bool any;		/* anything has been added */
	bool at_least;		/* a value whose exits may also be in "other" */
	uint32_t now_known, delta_known;
	struct top_values now, delta;
	float rate[TOP_HISTORY];
};

struct top_table {
	struct top_row *rows;
	size_t nr, cap;
	uint32_t *places;	/* hash table of rows by key: index + 1 */
	size_t nr_places;	/* a power of two, or 0 */
	struct top_row whole;	/* sum over the path */
	uint64_t interval_ns;
	size_t at;		/* index of the last interval in rate[] */
	size_t nr_vms, nr_destroyed;
};

/*
 * Fill @t (zeroed, or filled before). @filter: NULL, or a text that names of rows
 * must contain (case-insensitive). @destroyed: list destroyed VMs, too. The row
 * "(all)" is first, if there is one; the others are not sorted.
 */
void top_rows(const struct top_data *d, const struct top_path *path,
	      const char *filter, bool destroyed, struct top_table *t);
/* Replace all rows by their sum. */
void top_total(struct top_table *t);
void top_table_free(struct top_table *t);

/* The VM of the path; NULL: all VMs, or evicted. */
const struct top_vm *top_path_vm(const struct top_data *d,
				 const struct top_path *path);

#endif
