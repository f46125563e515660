snapshot |/* SPDX-License-Identifier: GPL-2.0-only */
snapshot |/*
snapshot | * KVM exit statistics: what is kept of a destroyed VM.
snapshot | *
snapshot | * The counters of a VM are large, and most are zero. When the VM is destroyed,
snapshot | * they are replaced by the records that a snapshot has for its vCPUs, without
snapshot | * the vCPUs that counted nothing. A VM without exits leaves nothing.
snapshot | */
snapshot |#ifndef KES_FINAL_H
snapshot |#define KES_FINAL_H
snapshot |
snapshot |#include "engine.h"
snapshot |
snapshot |struct kes_writer;
snapshot |
snapshot |/**
snapshot | * struct kes_final - the counts of a destroyed VM
snapshot | * @size: bytes of @records
snapshot | * @nr_records: number of records
snapshot | * @nr_vcpus: records of type KES_REC_VCPU among them
reset    | * @rebased: a reset after the end of the VM: all counts are before the reset;
reset    | *	kes_walk_lock
snapshot | * @records: as in the snapshot
snapshot | */
snapshot |struct kes_final {
snapshot |	size_t size;
snapshot |	u32 nr_records;
snapshot |	u32 nr_vcpus;
reset    |	bool rebased;
snapshot |	u64 records[];
snapshot |};
text     |
text     |typedef void (*kes_counts_fn)(void *arg, u32 vcpu_id,
text     |			      const struct kes_counts *counts);
snapshot |
snapshot |/*
snapshot | * Set vm->final to the counts of @vm, which no thread runs, or to NULL if it
snapshot | * had no exits. Return 0 with the lock of @vm held, or an error without.
snapshot | */
snapshot |int kes_final_take(struct kes_vm *vm);
snapshot |
snapshot |/* Append the records to a snapshot. Their size with baselines */
snapshot |void kes_put_final(struct kes_writer *w, const struct kes_final *final);
snapshot |size_t kes_final_size(const struct kes_final *final);
text     |
text     |/* Call @fn for each vCPU with its counts since the last reset, in @counts. */
text     |void kes_final_visit(const struct kes_final *final, struct kes_counts *counts,
text     |		     kes_counts_fn fn, void *arg);
snapshot |
snapshot |/* Add all counts to @sum, and those before the last reset to @base. */
snapshot |void kes_final_add(const struct kes_final *final, struct kes_counts *sum,
snapshot |		   struct kes_counts *base);
snapshot |
snapshot |#endif /* KES_FINAL_H */
