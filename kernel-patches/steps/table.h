text     |/* SPDX-License-Identifier: GPL-2.0-only */
text     |/*
text     | * KVM exit statistics: the text table, most frequent reason first.
text     | */
text     |#ifndef KES_TABLE_H
text     |#define KES_TABLE_H
text     |
text     |#include "engine.h"
text     |
text     |struct kes_row {
text     |	u64 count;
text     |	unsigned int slot;
text     |};
text     |
text     |/* The caller fills @sum. Too large for the stack. */
text     |struct kes_table {
text     |	struct kes_counts sum;
text     |	u64 total;
text     |	unsigned int nr_rows;
text     |	struct kes_row rows[KES_NR_SLOTS];
text     |};
text     |
text     |struct kes_table *kes_table_alloc(void);
values   |/* Allocate a table with the sum of all VMs. May sleep. */
values   |struct kes_table *kes_table_alloc_all(void);
text     |void kes_table_free(struct kes_table *table);
text     |void kes_table_sort(struct kes_table *table);
text     |int kes_table_line(const struct kes_table *table, unsigned int row, char *buf,
text     |		   size_t size);
text     |
text     |#endif /* KES_TABLE_H */
