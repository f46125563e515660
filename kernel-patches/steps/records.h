snapshot |/* SPDX-License-Identifier: GPL-2.0-only */
snapshot |/*
snapshot | * KVM exit statistics: writing the records of the binary snapshot, see
snapshot | * <asm/kvm_exit_stats.h>.
snapshot | */
snapshot |#ifndef KES_RECORDS_H
snapshot |#define KES_RECORDS_H
snapshot |
changes  |#include <linux/bitmap.h>
snapshot |#include <linux/sizes.h>
snapshot |
snapshot |#include "engine.h"
time     |#include "time.h"
snapshot |
snapshot |/**
snapshot | * struct kes_writer - writes records to a buffer
snapshot | * @buf: the buffer; NULL to compute the size
snapshot | * @size: size of @buf
snapshot | * @used: bytes written, or needed
snapshot | * @full: something did not fit into @buf
snapshot | * @rec: the current record; all records of a vCPU share its first members
snapshot | * @dummy: takes the place of records while the size is computed
snapshot | * @counts: the counts of the vCPU that is written
time     | * @time: its times, if it has any
changes  | * @is_partial: write exits, times and histograms only of the slots in @only, and
changes  | *	no baseline
snapshot | */
snapshot |struct kes_writer {
snapshot |	void *buf;
snapshot |	size_t size;
snapshot |	size_t used;
snapshot |	u32 nr_records;
snapshot |	u32 nr_vcpus;
snapshot |	bool full;
snapshot |	struct kes_userspace_record *rec;
snapshot |	u64 dummy[64];
snapshot |	struct kes_counts counts;
time     |	struct kes_time time;
changes  |	bool is_partial;
changes  |	DECLARE_BITMAP(only, KES_NR_TIME_SLOTS);
snapshot |};
snapshot |
snapshot |/* More than the records of one vCPU can take */
snapshot |#define KES_VCPU_MAX	SZ_128K
snapshot |
snapshot |u64 kes_code(unsigned int slot);
snapshot |
snapshot |void *kes_reserve(struct kes_writer *w, size_t size);
snapshot |void *kes_begin(struct kes_writer *w, u32 type, size_t size);
snapshot |/* Write a record with @counts. @hot: the vCPU, NULL for a sum */
snapshot |void kes_put_counts(struct kes_writer *w, u32 type, const struct kes_hot *hot,
snapshot |		    const struct kes_counts *counts);
snapshot |
snapshot |/* Write the records of a vCPU that was not destroyed. */
snapshot |void kes_put_vcpu(struct kes_writer *w, const struct kes_hot *hot);
snapshot |
snapshot |#endif /* KES_RECORDS_H */
