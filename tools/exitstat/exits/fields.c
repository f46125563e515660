// SPDX-License-Identifier: GPL-2.0-only
/* Implements fields.h. */
#include <stdio.h>

#include "exits/fields.h"

const struct field field_table[NR_FIELDS] = {
	{ KES_FIELD_CONTEXT, FIELD_L2, "contexts (L1, L2)", false },
	{ KES_FIELD_REFLECTED, FIELD_REFLECTED, "exits reflected to L1", false },
	{ KES_FIELD_FASTPATH, FIELD_FASTPATH, "fastpath", false },
	{ KES_FIELD_USERSPACE, FIELD_USERSPACE, "returns to user space", false },
	{ KES_FIELD_ACCOUNTING, FIELD_ACCOUNTING, "accounting check", false },
	{ KES_FIELD_NESTED, FIELD_NESTED, "exits received by L1", false },
	{ KES_FIELD_MODIFIERS, FIELD_MODIFIERS,
	  "exits with a bus lock or in an enclave, forced exits", true },
};

void fields_text(uint64_t fields, char *out, size_t size)
{
	size_t len = (size_t)snprintf(out, size, FIELD_L1);

	for (size_t i = 0; i < NR_FIELDS && len < size; i++)
		if (fields & field_table[i].bit)
			len += (size_t)snprintf(out + len, size - len, " %s",
						field_table[i].name);
}
