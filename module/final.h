/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what is kept of a destroyed VM.
 *
 * The counters of a VM are large, and most are zero. When the VM is destroyed,
 * they are replaced by the records that a snapshot has for its vCPUs, without
 * the vCPUs that counted nothing. A VM without exits leaves nothing.
 */
#ifndef KES_FINAL_H
#define KES_FINAL_H

#include "engine.h"

struct kes_writer;

/**
 * struct kes_final - the counts of a destroyed VM
 * @size: bytes of @records
 * @nr_records: number of records
 * @nr_vcpus: records of type KES_REC_VCPU among them
 * @rebased: a reset after the end of the VM: all counts are before the reset;
 *	kes_walk_lock
 * @records: as in the snapshot
 */
struct kes_final {
	size_t size;
	u32 nr_records;
	u32 nr_vcpus;
	bool rebased;
	u64 records[];
};

typedef void (*kes_counts_fn)(void *arg, u32 vcpu_id,
			      const struct kes_counts *counts);

/*
 * Set vm->final to the counts of @vm, which no thread runs, or to NULL if it
 * had no exits. Return 0 with the lock of @vm held, or an error without.
 */
int kes_final_take(struct kes_vm *vm);

/* Append the records to a snapshot. Their size with baselines */
void kes_put_final(struct kes_writer *w, const struct kes_final *final);
size_t kes_final_size(const struct kes_final *final);

/* Call @fn for each vCPU with its counts since the last reset, in @counts. */
void kes_final_visit(const struct kes_final *final, struct kes_counts *counts,
		     kes_counts_fn fn, void *arg);

/* Add all counts to @sum, and those before the last reset to @base. */
void kes_final_add(const struct kes_final *final, struct kes_counts *sum,
		   struct kes_counts *base);

#endif /* KES_FINAL_H */
