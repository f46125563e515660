/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: writing the records of the binary snapshot, see
 * <asm/kvm_exit_stats.h>.
 */
#ifndef KES_RECORDS_H
#define KES_RECORDS_H

#include <linux/bitmap.h>
#include <linux/sizes.h>

#include "engine.h"
#include "time.h"

/**
 * struct kes_writer - writes records to a buffer
 * @buf: the buffer; NULL to compute the size
 * @size: size of @buf
 * @used: bytes written, or needed
 * @full: something did not fit into @buf
 * @rec: the current record; all records of a vCPU share its first members
 * @dummy: takes the place of records while the size is computed
 * @counts: the counts of the vCPU that is written
 * @time: its times, if it has any
 * @is_partial: write exits, times and histograms only of the slots in @only, and
 *	no baseline
 */
struct kes_writer {
	void *buf;
	size_t size;
	size_t used;
	u32 nr_records;
	u32 nr_vcpus;
	bool full;
	struct kes_userspace_record *rec;
	u64 dummy[64];
	struct kes_counts counts;
	struct kes_time time;
	bool is_partial;
	DECLARE_BITMAP(only, KES_NR_TIME_SLOTS);
};

/* More than the records of one vCPU can take */
#define KES_VCPU_MAX	SZ_128K

u64 kes_code(unsigned int slot);

void *kes_reserve(struct kes_writer *w, size_t size);
void *kes_begin(struct kes_writer *w, u32 type, size_t size);
/* Write a record with @counts. @hot: the vCPU, NULL for a sum */
void kes_put_counts(struct kes_writer *w, u32 type, const struct kes_hot *hot,
		    const struct kes_counts *counts);

/* Write the records of a vCPU that was not destroyed. */
void kes_put_vcpu(struct kes_writer *w, const struct kes_hot *hot);

#endif /* KES_RECORDS_H */
