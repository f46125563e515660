/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: what changed since the last read of an open file, see
 * changes.c.
 */
#ifndef KES_CHANGES_H
#define KES_CHANGES_H

#include "engine.h"
#include "seen.h"

struct kes_header;
struct kes_seen_vm;
struct kes_writer;

/**
 * struct kes_changes - what a reader has seen
 * @vms: struct kes_seen_vm, in the order of their ids
 * @bytes: memory of all struct kes_seen
 * @since_ns: end of the last read; 0: the next one returns everything
 * @generation: kes.generation at the last read
 * @switchings: kes.switchings at the last read
 * @grace: grace periods of RCU
 * @vm: the VM that is read
 * @next: the first of @vms that is not compared with the list of VMs yet
 * @spare: memory for a new vCPU
 */
struct kes_changes {
	struct list_head vms;
	size_t bytes;
	u64 since_ns;
	u64 generation;
	u64 switchings;
	struct kes_grace grace;
	struct kes_seen_vm *vm;
	struct list_head *next;
	struct kes_seen *spare;
};

void kes_changes_init(struct kes_changes *changes);

/* The next read returns everything. */
void kes_changes_forget(struct kes_changes *changes);

/* Begin and complete a read, between kes_walk_begin() and kes_walk_end(). */
void kes_changes_begin(struct kes_changes *changes);
void kes_changes_end(struct kes_changes *changes, struct kes_header *header);

/*
 * Begin with @vm, or with the end of the list if NULL, and write records of the
 * VMs before it that the reader has seen and that are gone; @w has room for
 * one. Return 1 if there may be more of these, 0, or -ENOMEM. @nr_vms is
 * increased by the number of records.
 */
int kes_changes_next_vm(struct kes_changes *changes, struct kes_writer *w,
			const struct kes_vm *vm, u32 *nr_vms);

/* Whether the records of the current VM, a destroyed one, were not read yet */
bool kes_changes_wants_final(const struct kes_changes *changes);

/* Allocate memory for a new vCPU, before the lock of the VM is taken. */
void kes_changes_prepare(struct kes_changes *changes);

/*
 * Look at some vCPUs after @hot, until one may have changed, and write its
 * records. Return the last one that was looked at, NULL after all. @hot: of the
 * current VM, which is locked; NULL: before its first
 */
struct kes_hot *kes_changes_put_next(struct kes_changes *changes,
				     struct kes_writer *w,
				     const struct kes_vm *vm,
				     struct kes_hot *hot);

/*
 * Complete the current VM. Return whether its record is needed even if none of
 * its vCPUs has records. @destroyed: its final records were written
 */
bool kes_changes_end_vm(struct kes_changes *changes, const struct kes_vm *vm,
			bool destroyed);

#endif /* KES_CHANGES_H */
