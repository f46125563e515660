/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What changed from one snapshot to the next, of every VM, vCPU and reason: the
 * one place that subtracts counters, for the recorder, top and serve.
 *
 * A VM is the same if its id and its time of creation are: ids begin again when
 * kvm is reloaded. What is seen for the first time begins at 0.
 *
 * Counters (exits, entries, returns to user space) only grow, and wrap at 2^64:
 * what is ahead by less than half of that grew. If a counter of a vCPU fell, or a
 * reason that was counted is not listed any more, all counters of this vCPU began
 * again, and all that they have now is new (delta.restarts). A number from 2^63 on
 * in a first reading cannot have been counted: the counter begins there, and none
 * of it is new.
 *
 * A group that is switched off and on begins again at 0, which is no restart of
 * the vCPU: times say so by another first_cyc, a histogram by a bucket that fell, a
 * value of the details by a count that fell.
 *
 * The state that a thread is in is charged up to the snapshot's now_cyc, unless the
 * VM is dead, so that the times of an interval are that interval's. The thread may
 * go on while its record is read: it is charged no more than what is missing from
 * the sum of its times until now_cyc. What has been charged is not taken back: a
 * time that is less than that stands still until it is more.
 */
#ifndef EXITSTAT_DELTA_H
#define EXITSTAT_DELTA_H

#include "snapshot/delta-types.h"

/*
 * Looks up the VMs of the next snapshot, which has to stay until the next call.
 */
void delta_begin(struct delta *d, const struct snapshot *s);
/* The @i-th vCPU of a listed VM: in order from 0, once for each snapshot. */
const struct delta_change *delta_vcpu(struct delta *d, struct delta_vm *vm,
				      size_t i);
/* Forgets VMs that have not been listed for keep_ns. */
void delta_end(struct delta *d);
/* Forgets what the vCPUs of a VM counted, but not the VM. */
void delta_forget_vcpus(struct delta_vm *vm);
void delta_free(struct delta *d);

#endif
