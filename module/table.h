/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the text table, most frequent reason first.
 */
#ifndef KES_TABLE_H
#define KES_TABLE_H

#include "engine.h"

struct kes_row {
	u64 count;
	unsigned int slot;
};

/* The caller fills @sum. Too large for the stack. */
struct kes_table {
	struct kes_counts sum;
	u64 total;
	unsigned int nr_rows;
	struct kes_row rows[KES_NR_SLOTS];
};

struct kes_table *kes_table_alloc(void);
/* Allocate a table with the sum of all VMs. May sleep. */
struct kes_table *kes_table_alloc_all(void);
void kes_table_free(struct kes_table *table);
void kes_table_sort(struct kes_table *table);
int kes_table_line(const struct kes_table *table, unsigned int row, char *buf,
		   size_t size);

#endif /* KES_TABLE_H */
