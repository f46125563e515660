// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the text table, most frequent reason first.
 *
 * debugfs and the kernel log print the same rows.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "engine.h"
#include "read.h"
#include "sums.h"
#include "table.h"
#include "walk.h"

static int kes_compare_rows(const void *a, const void *b)
{
	const struct kes_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (int)x->slot - (int)y->slot;
}

struct kes_table *kes_table_alloc(void)
{
	return kvzalloc(sizeof(struct kes_table), GFP_KERNEL);
}

struct kes_table *kes_table_alloc_all(void)
{
	struct kes_table *table = kes_table_alloc();

	if (!table)
		return NULL;
	kes_walk_begin();
	kes_add_all(&table->sum);
	kes_walk_end();
	return table;
}

void kes_table_free(struct kes_table *table)
{
	kvfree(table);
}

/* Fill the rows from the sum, and sort them. */
void kes_table_sort(struct kes_table *table)
{
	unsigned int slot;

	table->nr_rows = 0;
	table->total = kes_total(&table->sum);
	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		u64 count = kes_slot_total(&table->sum, slot);

		if (count)
			table->rows[table->nr_rows++] =
				(struct kes_row){ count, slot };
	}
	sort(table->rows, table->nr_rows, sizeof(table->rows[0]),
	     kes_compare_rows, NULL);
}

int kes_table_line(const struct kes_table *table, unsigned int row, char *buf,
		   size_t size)
{
	const struct kes_row *r = &table->rows[row];
	const struct kes_reason *reason = kes_reason(kes.isa, r->slot);
	unsigned int share;

	/* In hundredths of a percent; total is not 0 because a row exists. */
	share = div64_u64(r->count * 10000, table->total);
	return scnprintf(buf, size, "%12llu %3u.%02u%%  %s", r->count,
			 share / 100, share % 100, reason ? reason->name : "?");
}
