text     |// SPDX-License-Identifier: GPL-2.0-only
text     |/*
text     | * KVM exit statistics: the text table, most frequent reason first.
text     | *
text     | * debugfs and the kernel log print the same rows.
text     | */
text     |#include <linux/kernel.h>
text     |#include <linux/math64.h>
text     |#include <linux/mm.h>
text     |#include <linux/slab.h>
text     |#include <linux/sort.h>
text     |
text     |#include "engine.h"
text     |#include "read.h"
text     |#include "sums.h"
text     |#include "table.h"
text     |#include "walk.h"
text     |
text     |static int kes_compare_rows(const void *a, const void *b)
text     |{
text     |	const struct kes_row *x = a, *y = b;
text     |
text     |	if (x->count != y->count)
text     |		return x->count < y->count ? 1 : -1;
text     |	return (int)x->slot - (int)y->slot;
text     |}
text     |
text     |struct kes_table *kes_table_alloc(void)
text     |{
text     |	return kvzalloc(sizeof(struct kes_table), GFP_KERNEL);
text     |}
values   |
values   |struct kes_table *kes_table_alloc_all(void)
values   |{
values   |	struct kes_table *table = kes_table_alloc();
values   |
values   |	if (!table)
values   |		return NULL;
values   |	kes_walk_begin();
values   |	kes_add_all(&table->sum);
values   |	kes_walk_end();
values   |	return table;
values   |}
text     |
text     |void kes_table_free(struct kes_table *table)
text     |{
text     |	kvfree(table);
text     |}
text     |
text     |/* Fill the rows from the sum, and sort them. */
text     |void kes_table_sort(struct kes_table *table)
text     |{
text     |	unsigned int slot;
text     |
text     |	table->nr_rows = 0;
text     |	table->total = kes_total(&table->sum);
text     |	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
text     |		u64 count = kes_slot_total(&table->sum, slot);
text     |
text     |		if (count)
text     |			table->rows[table->nr_rows++] =
text     |				(struct kes_row){ count, slot };
text     |	}
text     |	sort(table->rows, table->nr_rows, sizeof(table->rows[0]),
text     |	     kes_compare_rows, NULL);
text     |}
text     |
text     |int kes_table_line(const struct kes_table *table, unsigned int row, char *buf,
text     |		   size_t size)
text     |{
text     |	const struct kes_row *r = &table->rows[row];
text     |	const struct kes_reason *reason = kes_reason(kes.isa, r->slot);
text     |	unsigned int share;
text     |
text     |	/* In hundredths of a percent; total is not 0 because a row exists. */
text     |	share = div64_u64(r->count * 10000, table->total);
text     |	return scnprintf(buf, size, "%12llu %3u.%02u%%  %s", r->count,
text     |			 share / 100, share % 100, reason ? reason->name : "?");
text     |}
