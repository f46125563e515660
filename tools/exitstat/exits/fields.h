/* SPDX-License-Identifier: GPL-2.0-only */
/* What a source can tell of exits (KES_FIELD_*), by the names of the columns. */
#ifndef EXITSTAT_FIELDS_H
#define EXITSTAT_FIELDS_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "kvm_exit_stats.h"

/* Counts of a reason that not every source has; every source has l1. */
#define FIELD_L1		"l1"
#define FIELD_L2		"l2"
#define FIELD_REFLECTED	"reflected"
#define FIELD_FASTPATH		"fastpath"
#define FIELD_USERSPACE		"userspace"
#define FIELD_ACCOUNTING	"accounting"

struct field {
	uint64_t bit;		/* KES_FIELD_* */
	const char *name;
	const char *text;	/* for people */
};

#define NR_FIELDS	5

extern const struct field field_table[NR_FIELDS];

/* "l1 l2 fastpath": l1, and those of @fields. */
void fields_text(uint64_t fields, char *out, size_t size);

#endif
