// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the table that people read, most frequent first.
 *
 * debugfs and the kernel log print the same rows.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sort.h>

#include "engine.h"

static int kes_compare_rows(const void *a, const void *b)
{
	const struct kes_row *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return (int)x->slot - (int)y->slot;
}

/* @rows has KES_NR_SLOTS places; returns how many were filled. */
unsigned int kes_sort_rows(const struct kes_counts *counts,
			   struct kes_row *rows)
{
	unsigned int slot, nr = 0;

	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		u64 count = kes_slot_total(counts, slot);

		if (count)
			rows[nr++] = (struct kes_row){ count, slot };
	}
	sort(rows, nr, sizeof(*rows), kes_compare_rows, NULL);
	return nr;
}

int kes_format_row(char *buf, size_t size, const struct kes_row *row,
		   u64 total)
{
	unsigned int nr, share;
	const struct kes_reason *reasons = kes_reasons(kes.isa, &nr);
	const char *name = row->slot < nr ? reasons[row->slot].name : "?";

	/* In hundredths of a percent; total is not 0 if there is a row. */
	share = div64_u64(row->count * 10000, total);
	return scnprintf(buf, size, "%12llu %3u.%02u%%  %s", row->count,
			 share / 100, share % 100, name);
}
