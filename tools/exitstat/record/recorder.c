// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements recorder.h: selects the VMs of the recording, and records the differences
 * found by snapshot/delta.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/proc.h"
#include "lib/qemu-args.h"
#include "record/rows.h"
#include "record/recorder.h"
#include "source/vm-name.h"

struct recorded_vm {
	bool wanted;
	bool done;		/* destroyed, and its last counters are recorded */
	int64_t id;		/* row id */
};

struct recorder {
	struct recorder_config cfg;
	struct delta delta;
	struct rows rows;
	int64_t nr_vm_rows;
	struct recorder_sums sums;
	uint64_t *running;	/* ids of recorded VMs in the last sample */
	size_t nr_running, cap_running;
	bool others;		/* others are running */
};

struct recorder *recorder_new(const struct recorder_config *config)
{
	struct recorder *r = xcalloc(1, sizeof(*r));

	r->cfg = *config;
	/* a VM that is missing once must not be recorded twice */
	r->delta.keep_ns = UINT64_MAX;
	r->delta.groups = KES_GROUP_HISTOGRAM;
	r->delta.drop = free;
	r->rows.delta = &r->delta;
	return r;
}

void recorder_free(struct recorder *r)
{
	if (!r)
		return;
	delta_free(&r->delta);
	rows_free(&r->rows);
	free(r->running);
	free(r);
}

void recorder_set_command(struct recorder *r, uint32_t pid, uint64_t since_ns)
{
	r->cfg.ancestor = pid;
	r->cfg.since_ns = since_ns;
}

struct recorder_sums recorder_sums(const struct recorder *r)
{
	struct recorder_sums sums = r->sums;

	sums.exits = r->rows.exits;
	sums.backwards = r->rows.backwards;
	sums.restarts = r->delta.restarts;
	return sums;
}

/* Whether a new VM belongs to the recording. */
static bool is_wanted(struct recorder *r, const struct snap_vm *now)
{
	int descends;

	if (r->cfg.all)
		return !(now->destroyed && r->rows.sample == 1) &&
		       (!r->cfg.vm_id || r->cfg.vm_id == now->vm_id);
	if (r->rows.sample == 1 || now->created_ns < r->cfg.since_ns)
		return false;
	descends = proc_descends(r->cfg.root, vm_process(now, r->cfg.root),
				 r->cfg.ancestor);
	if (descends < 0)
		r->sums.vms_guessed++;
	if (!descends)
		r->sums.vms_left_out++;
	return descends;
}

static int add_vm_row(struct recorder *r, struct recorded_vm *vm,
		      const struct snap_vm *now)
{
	const char *root = r->cfg.root;
	char name[128], cmdline[4096], machine[64], comm[17];
	uint32_t pid = vm_process(now, root);
	struct rec_vm row = {
		.vm_id = now->vm_id,
		.pid = now->pid,
		.name = name,
		.comm = comm,
		.cmdline = cmdline,
		.machine = machine,
		.created_ns = now->created_ns,
	};

	copy_printable(comm, sizeof(comm), now->comm);
	vm_name(now, root, name, sizeof(name));
	proc_cmdline(root, pid, cmdline, sizeof(cmdline));
	if (qemu_machine(root, pid, machine, sizeof(machine)))
		row.machine = r->cfg.machine;
	vm->id = ++r->nr_vm_rows;
	r->sums.vms++;
	return rec_put(r->rows.w, REC_VM, vm->id, &row, r->rows.err);
}

static int find_vm(struct recorder *r, struct delta_vm *vm,
		   struct recorded_vm **out)
{
	struct recorded_vm *v = vm->user;

	*out = v;
	if (v)
		return 0;
	v = vm->user = *out = xcalloc(1, sizeof(*v));
	v->wanted = is_wanted(r, vm->now);
	return v->wanted ? add_vm_row(r, v, vm->now) : 0;
}

/* No more samples of this VM: record its details. */
static int finish_vm(struct recorder *r, struct delta_vm *vm)
{
	int rc = 0;

	((struct recorded_vm *)vm->user)->done = true;
	for (size_t i = 0; !rc && i < vm->nr; i++) {
		if (delta_is_listed(&r->delta, vm, &vm->vcpus[i]))
			rc = rows_details(&r->rows, &vm->vcpus[i]);
	}
	delta_forget_vcpus(vm);
	return rc;
}

static int record_vm(struct recorder *r, struct delta_vm *vm)
{
	const struct delta_change *c;
	struct recorded_vm *v;
	int rc = find_vm(r, vm, &v);

	if (rc || !v->wanted || v->done)
		return rc;
	r->sums.groups |= vm->now->groups;
	while (!rc && (c = delta_next(&r->delta, vm)))
		rc = rows_vcpu(&r->rows, v->id, c);
	if (rc || !vm->now->destroyed)
		return rc;
	rc = finish_vm(r, vm);
	return rc ? rc : rec_vm_destroyed(r->rows.w, v->id,
					  vm->now->destroyed_ns, r->rows.err);
}

/* The kernel keeps 64 destroyed VMs of each user: others may have been evicted between samples. */
static void find_vanished(struct recorder *r)
{
	for (size_t i = 0; i < r->delta.nr_vms; i++) {
		struct delta_vm *vm = r->delta.vms[i];
		struct recorded_vm *v = vm->user;

		if (vm->now || !v->wanted || v->done)
			continue;
		v->done = true;
		delta_forget_vcpus(vm);
		r->sums.vms_vanished++;
	}
}

static void find_running(struct recorder *r)
{
	r->nr_running = 0;
	r->others = false;
	r->running = vec_reserve(r->running, 0, r->delta.nr_vms + 1,
				 &r->cap_running, sizeof(*r->running));
	for (size_t i = 0; i < r->delta.nr_vms; i++) {
		const struct delta_vm *vm = r->delta.vms[i];
		const struct recorded_vm *v = vm->user;

		if (!vm->now || vm->now->destroyed)
			continue;
		if (v->wanted)
			r->running[r->nr_running++] = vm->vm_id;
		else
			r->others = true;
	}
}

const uint64_t *recorder_running(const struct recorder *r, size_t *nr,
				 bool *others)
{
	*nr = r->nr_running;
	*others = r->others;
	return r->running;
}

int recorder_sample(struct recorder *r, const struct snapshot *s,
		    int64_t sample, struct rec_writer *w, struct errbuf *err)
{
	int rc = 0;

	delta_begin(&r->delta, s);
	rows_begin(&r->rows, w, sample, err);
	for (size_t i = 0; !rc && i < r->delta.nr_listed; i++)
		rc = record_vm(r, r->delta.listed[i]);
	if (rc)
		return rc;
	find_vanished(r);
	find_running(r);
	delta_end(&r->delta);
	return 0;
}

int recorder_finish(struct recorder *r, struct rec_writer *w,
		    struct errbuf *err)
{
	int rc = 0;

	r->rows.w = w;
	r->rows.err = err;
	for (size_t i = 0; !rc && i < r->delta.nr_vms; i++) {
		struct delta_vm *vm = r->delta.vms[i];
		const struct recorded_vm *v = vm->user;

		if (vm->now && v->wanted && !v->done)
			rc = finish_vm(r, vm);
	}
	return rc;
}
