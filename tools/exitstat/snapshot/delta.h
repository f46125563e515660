/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The difference of two snapshots for every VM, vCPU and reason: the only place that
 * subtracts counters, used by the recorder, top and serve.
 *
 * A VM is identified by its id and its time of creation, because ids restart when kvm
 * is reloaded. A vCPU is identified by its id and its place among the VM's vCPUs with
 * this id, in the order of creation: a snapshot can list an id twice, for example while
 * KVM_CREATE_VCPU fails because the id exists. New counters start at 0.
 *
 * Counters (exits, entries, returns to user space) are monotonic and wrap at 2^64: a
 * counter that is ahead by less than half of that has grown. If a counter of a vCPU
 * decreased, or a counted reason is no longer listed, all counters of this vCPU have
 * restarted, and their values are new (delta.restarts). A first value from 2^63 on
 * cannot have been counted: the counter starts there, and nothing is new.
 *
 * A group that is switched off and on restarts at 0, which is not a restart of the
 * vCPU. It is recognised by another first_cyc (times), or by a bucket (histogram) or a
 * count (detail) that decreased.
 *
 * The current state of a thread is charged up to the snapshot's now_cyc, unless the VM
 * is destroyed, so that the times of an interval add up to it. Because the thread may
 * continue while its record is read, it is charged at most the difference between
 * now_cyc and the sum of its times. Charged time is never taken back: a time below it
 * stays constant until it is exceeded. A vCPU that a partial snapshot does not mention
 * has the state and times of its last record.
 */
#ifndef EXITSTAT_DELTA_H
#define EXITSTAT_DELTA_H

#include "snapshot/delta-types.h"

/*
 * Looks up the VMs of the next snapshot, which must stay valid until the next call.
 * Lists them in its order. Of a partial snapshot, lists the VMs that it mentions and
 * those with running times, and the others keep their state.
 */
void delta_begin(struct delta *d, const struct snapshot *s);
/* The @i-th vCPU of a listed VM: call in order from 0, once per snapshot. */
const struct delta_change *delta_vcpu(struct delta *d, struct delta_vm *vm,
				      size_t i);
/*
 * The next vCPU of a listed VM with a possible change, or NULL at the end. Required
 * for partial snapshots, whose changes equal those of full ones.
 */
const struct delta_change *delta_next(struct delta *d, struct delta_vm *vm);
/*
 * Whether the last snapshot, or those that it continues, has this vCPU of a VM that is
 * there (vm.now). The record of a destroyed VM has all that is left of it.
 */
bool delta_is_listed(const struct delta *d, const struct delta_vm *vm,
		     const struct delta_vcpu *v);
/* The last details of a listed vCPU. */
const struct kes_detail_value *delta_details(const struct delta *d,
					     const struct delta_vcpu *v,
					     size_t *nr);
/* Drops VMs that have not been listed for keep_ns. */
void delta_end(struct delta *d);
/* Drops the vCPUs of a VM, but not the VM. */
void delta_forget_vcpus(struct delta_vm *vm);
void delta_free(struct delta *d);

#endif
