// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements track.h: selects the VMs of the recording, and records the differences
 * found by snapshot/delta.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/proc.h"
#include "lib/qemu-args.h"
#include "record/rows.h"
#include "record/track.h"
#include "source/vm-name.h"

struct track_vm {
	bool wanted;
	bool done;		/* destroyed, and its last counters are recorded */
	int64_t id;		/* row id */
};

struct tracker {
	struct track_config cfg;
	struct delta delta;
	struct rows rows;
	int64_t nr_vm_rows;
	struct track_sums sums;
};

struct tracker *track_new(const struct track_config *config)
{
	struct tracker *t = xcalloc(1, sizeof(*t));

	t->cfg = *config;
	/* a VM that is missing once must not be recorded twice */
	t->delta.keep_ns = UINT64_MAX;
	t->delta.groups = KES_GROUP_HISTOGRAM;
	t->delta.drop = free;
	t->rows.delta = &t->delta;
	return t;
}

void track_free(struct tracker *t)
{
	if (!t)
		return;
	delta_free(&t->delta);
	rows_free(&t->rows);
	free(t);
}

void track_set_command(struct tracker *t, uint32_t pid, uint64_t since_ns)
{
	t->cfg.ancestor = pid;
	t->cfg.since_ns = since_ns;
}

struct track_sums track_sums(const struct tracker *t)
{
	struct track_sums sums = t->sums;

	sums.exits = t->rows.exits;
	sums.restarts = t->delta.restarts;
	return sums;
}

/* Whether a new VM belongs to the recording. */
static bool is_wanted(struct tracker *t, const struct snap_vm *now)
{
	int descends;

	if (t->cfg.all)
		return !(now->destroyed && t->rows.sample == 1) &&
		       (!t->cfg.vm_id || t->cfg.vm_id == now->vm_id);
	if (t->rows.sample == 1 || now->created_ns < t->cfg.since_ns)
		return false;
	descends = proc_descends(t->cfg.root, vm_process(now, t->cfg.root),
				 t->cfg.ancestor);
	if (descends < 0)
		t->sums.vms_guessed++;
	if (!descends)
		t->sums.vms_left_out++;
	return descends;
}

static int add_vm_row(struct tracker *t, struct track_vm *vm,
		      const struct snap_vm *now)
{
	const char *root = t->cfg.root;
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
		row.machine = t->cfg.machine;
	vm->id = ++t->nr_vm_rows;
	t->sums.vms++;
	return rec_put(t->rows.w, REC_VM, vm->id, &row, t->rows.err);
}

static int find_vm(struct tracker *t, struct delta_vm *vm, struct track_vm **out)
{
	struct track_vm *v = vm->user;

	*out = v;
	if (v)
		return 0;
	v = vm->user = *out = xcalloc(1, sizeof(*v));
	v->wanted = is_wanted(t, vm->now);
	return v->wanted ? add_vm_row(t, v, vm->now) : 0;
}

/* No more samples of this VM: record its details. */
static int finish_vm(struct tracker *t, struct delta_vm *vm)
{
	int rc = 0;

	((struct track_vm *)vm->user)->done = true;
	for (size_t i = 0; !rc && i < vm->nr; i++) {
		if (vm->vcpus[i].seen == t->delta.samples)
			rc = rows_details(&t->rows, &vm->vcpus[i]);
	}
	delta_forget_vcpus(vm);
	return rc;
}

static int track_vm(struct tracker *t, struct delta_vm *vm)
{
	struct track_vm *v;
	int rc = find_vm(t, vm, &v);

	if (rc || !v->wanted || v->done)
		return rc;
	for (size_t i = 0; !rc && i < vm->now->nr_vcpus; i++)
		rc = rows_vcpu(&t->rows, v->id, delta_vcpu(&t->delta, vm, i));
	if (rc || !vm->now->destroyed)
		return rc;
	rc = finish_vm(t, vm);
	return rc ? rc : rec_vm_died(t->rows.w, v->id, vm->now->died_ns,
				   t->rows.err);
}

/* The kernel keeps 64 destroyed VMs: others may have been evicted between samples. */
static void find_vanished(struct tracker *t)
{
	for (size_t i = 0; i < t->delta.nr_vms; i++) {
		struct delta_vm *vm = t->delta.vms[i];
		struct track_vm *v = vm->user;

		if (vm->now || !v->wanted || v->done)
			continue;
		v->done = true;
		delta_forget_vcpus(vm);
		t->sums.vms_vanished++;
	}
}

int track_sample(struct tracker *t, const struct snapshot *s, int64_t sample,
		 struct rec_writer *w, struct errbuf *err)
{
	int rc = 0;

	t->rows.w = w;
	t->rows.err = err;
	t->rows.sample = sample;
	t->rows.baseline = sample == 1;
	delta_begin(&t->delta, s);
	for (size_t i = 0; !rc && i < s->nr_vms; i++)
		rc = track_vm(t, t->delta.listed[i]);
	if (rc)
		return rc;
	find_vanished(t);
	delta_end(&t->delta);
	return 0;
}

int track_finish(struct tracker *t, struct rec_writer *w, struct errbuf *err)
{
	int rc = 0;

	t->rows.w = w;
	t->rows.err = err;
	for (size_t i = 0; !rc && i < t->delta.nr_vms; i++) {
		struct delta_vm *vm = t->delta.vms[i];
		const struct track_vm *v = vm->user;

		if (vm->now && v->wanted && !v->done)
			rc = finish_vm(t, vm);
	}
	return rc;
}
