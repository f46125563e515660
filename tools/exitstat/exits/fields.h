/* SPDX-License-Identifier: GPL-2.0-only */
/* The columns that a source can fill (KES_FIELD_*), by name. */
#ifndef EXITSTAT_FIELDS_H
#define EXITSTAT_FIELDS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kvm_exit_stats.h"

/* All sources count l1; some lack others. */
#define FIELD_L1		"l1"
#define FIELD_L2		"l2"
#define FIELD_REFLECTED	"reflected"
#define FIELD_FASTPATH		"fastpath"
#define FIELD_USERSPACE		"userspace"
#define FIELD_ACCOUNTING	"accounting"
#define FIELD_NESTED		"nested"
#define FIELD_MODIFIERS		"modifiers"

struct field {
	uint64_t bit;		/* KES_FIELD_* */
	const char *name;
	const char *text;	/* for reports */
	bool vmx_only;
};

#define NR_FIELDS	7
#define FIELDS_TEXT_LEN	128

extern const struct field field_table[NR_FIELDS];

/* Format l1 and @fields: "l1 l2 fastpath". */
void fields_text(uint64_t fields, char *out, size_t size);

#endif
