/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated host driven by bytes of input: VMs are created and destroyed, exits
 * are counted, threads change their state, counters fall. Its snapshots are valid,
 * as from a kernel, or damaged.
 */
#ifndef MADEHOST_H
#define MADEHOST_H

#include <string.h>

#include "random.h"
#include "snapwrite.h"
#include "snapshot/delta-types.h"

#define NR_VMS		3
#define NR_VCPUS	2
#define NR_CODES	4
#define NR_SNAPSHOTS	12

/* ---- the host ---- */

struct cpu {
	uint64_t n[NR_CODES][DELTA_NR_COUNTS];
	uint64_t attempts, user;
	uint64_t bucket[NR_CODES];
	uint64_t first_cyc, last_cyc, guest_cyc, cyc[NR_CODES][DELTA_NR_STATES];
	uint32_t state, code;		/* of the vCPU's thread */
};

struct vm {
	uint64_t id, created_ns, destroyed_ns;	/* id 0: no VM in this slot */
	bool hidden;
	bool untimed;			/* only count is on */
	struct cpu cpus[NR_VCPUS];
};

struct host {
	const uint8_t *data;
	size_t len;
	bool wild;			/* counters can also fall or vanish */
	bool damaged;			/* snapshots contain wrong numbers */
	uint64_t now;			/* ns, and cycles */
	uint64_t born;
	unsigned int turn;		/* rotation of the lists */
	bool twice;			/* list one code twice */
	struct vm vms[NR_VMS];
};

static const uint64_t codes[NR_CODES] = { 0x7b, 0x78, 0x400, KES_CODE_UNKNOWN };

static struct host host_begin(const uint8_t *data, size_t len)
{
	struct host h = { .data = data, .len = len, .now = 1000000 };

	if (len) {
		h.wild = *data & 1;
		h.damaged = !(*data & 6);
		h.data++;
		h.len--;
	}
	for (size_t i = 0; i < NR_VMS; i++)
		h.vms[i] = (struct vm) { .id = 7 + i, .created_ns = ++h.born };
	return h;
}

static uint8_t next(struct host *h)
{
	if (!h->len)
		return 0;
	h->len--;
	return *h->data++;
}

static void run_thread(struct host *h, struct cpu *c, uint8_t how)
{
	uint64_t cyc = h->now - c->last_cyc;

	if (!c->first_cyc)
		c->first_cyc = h->now;
	else if (c->state == KES_STATE_GUEST)
		c->guest_cyc += cyc;
	else
		c->cyc[c->code][c->state - 1] += cyc;
	c->last_cyc = h->now;
	c->state = how % KES_NR_STATES;
	c->code = how / 8 % NR_CODES;
}

static void restart_times(struct cpu *c)
{
	c->first_cyc = 0;
	c->last_cyc = 0;
	c->guest_cyc = 0;
	memset(c->cyc, 0, sizeof(c->cyc));
	memset(c->bucket, 0, sizeof(c->bucket));
}

static void count(struct cpu *c, uint8_t how, uint64_t more)
{
	c->n[how % NR_CODES][how / 4 % DELTA_NR_COUNTS] += more;
	c->attempts += more;
	c->user += how & 1;
	c->bucket[how % NR_CODES] += how & 2;
}

static void be_wild(struct host *h, struct vm *vm, struct cpu *c, uint8_t how)
{
	switch (how % 10) {
	case 0:
		count(c, next(h), 1ull << 62);
		break;
	case 1:
		c->n[next(h) % NR_CODES][0] = UINT64_MAX - 5;
		break;
	case 2:
		memset(c, 0, sizeof(*c));
		break;
	case 3:
		memset(c->n[next(h) % NR_CODES], 0, sizeof(c->n[0]));
		break;
	case 4:
		c->attempts = c->user = 0;
		break;
	case 5:
		restart_times(c);
		break;
	case 6:
		*vm = (struct vm) { .id = 1 + h->born % 2,
				    .created_ns = ++h->born };
		break;
	case 7:
		vm->destroyed_ns = vm->id && !vm->destroyed_ns ? h->now : 0;
		break;
	case 8:
		vm->hidden = !vm->hidden;
		break;
	default:
		h->turn = next(h);
		h->twice = h->turn & 1;
	}
}

static void happen(struct host *h)
{
	for (int ops = next(h) % 16; ops > 0; ops--) {
		uint8_t op = next(h);
		struct vm *vm = &h->vms[op % NR_VMS];
		struct cpu *c = &vm->cpus[op / 4 % NR_VCPUS];

		h->now += 1 + next(h);
		if (h->wild && op >= 160)
			be_wild(h, vm, c, op);
		else if (op & 8)
			run_thread(h, c, next(h));
		else
			count(c, next(h), next(h));
	}
	h->now += 1000;
}

/* ---- its snapshot ---- */

static void put_exit(struct snapwrite *w, uint64_t code, const uint64_t *n)
{
	const struct kes_exit e = {
		code, 0, n[0], n[1], n[2], n[3], n[4],
	};

	if (n[0] | n[1] | n[2] | n[3] | n[4])
		snapwrite_exit(w, &e);
}

/* Whether the times of a reason changed, or may go on changing. */
static bool times_changed(const struct cpu *c, const struct cpu *before, int i)
{
	return !before || c->first_cyc != before->first_cyc ||
	       (int)c->code == i || (int)before->code == i ||
	       memcmp(c->cyc[i], before->cyc[i], sizeof(c->cyc[i]));
}

static void put_times(struct snapwrite *w, const struct cpu *c,
		      const struct cpu *before)
{
	snapwrite_times(w, c->first_cyc, c->last_cyc, c->guest_cyc, c->state,
			codes[c->code]);
	for (int i = 0; i < NR_CODES; i++) {
		struct kes_time_exit t = { .code = codes[i] };

		for (int k = 0; k < DELTA_NR_STATES; k++)
			t.cyc[k] = c->cyc[i][k];
		if (times_changed(c, before, i))
			snapwrite_element(w, &t);
	}
	snapwrite_part(w, KES_REC_HISTOGRAM);
	for (int i = 0; i < NR_CODES; i++)
		if (!before || c->bucket[i] != before->bucket[i])
			snapwrite_element(w, &(struct kes_histogram_exit) {
				.code = codes[i],
				.bucket = { [7] = c->bucket[i] } });
	snapwrite_part(w, KES_REC_DETAIL);
	for (uint64_t i = 0; i < NR_CODES; i++)
		snapwrite_detail(w, codes[i], i, c->bucket[i], 0);
}

/* @before: put only what changed since then; NULL: everything */
static void put_cpu(const struct host *h, struct snapwrite *w, uint32_t id,
		    const struct vm *vm, const struct cpu *before)
{
	const struct cpu *c = &vm->cpus[id];

	snapwrite_vcpu(w, KES_REC_VCPU, id, c->attempts);
	for (unsigned int i = 0; i < NR_CODES; i++) {
		unsigned int k = (i + h->turn) % NR_CODES;

		if (!before || memcmp(c->n[k], before->n[k], sizeof(c->n[k])))
			put_exit(w, codes[k], c->n[k]);
		if (h->twice)
			put_exit(w, codes[k], c->n[NR_CODES - 1]);
	}
	snapwrite_part(w, KES_REC_USERSPACE);
	snapwrite_element(w, &(struct kes_userspace) { .reason = 2,
						       .count = c->user });
	if (!vm->untimed)
		put_times(w, c, before);
}

static void make_snapshot(const struct host *h, struct snapwrite *w)
{
	snapwrite_begin(w, KES_ISA_SVM, 0x1f);
	snapwrite_at(w, h->now);
	snapwrite_clock(w, 1000000, h->now, 0xf);
	for (unsigned int i = 0; i < NR_VMS; i++) {
		const struct vm *vm = &h->vms[(i + h->turn) % NR_VMS];

		if (!vm->id || vm->hidden)
			continue;
		snapwrite_vm(w, vm->id, 1, vm->created_ns, vm->destroyed_ns,
			     "x");
		for (uint32_t k = 0; k < NR_VCPUS; k++)
			put_cpu(h, w, k, vm, NULL);
	}
	snapwrite_end(w);
}

static inline const struct vm *find_vm(const struct host *h, const struct vm *vm)
{
	for (unsigned int i = 0; i < NR_VMS; i++)
		if (vm->id && h->vms[i].id == vm->id &&
		    h->vms[i].created_ns == vm->created_ns)
			return &h->vms[i];
	return NULL;
}

/* What changed since @before, which was read when its clock was now. */
static inline void make_changes(const struct host *before, const struct host *h,
			 struct snapwrite *w)
{
	snapwrite_begin(w, KES_ISA_SVM, 0x1f);
	snapwrite_at(w, h->now);
	snapwrite_clock(w, 1000000, h->now, 0xf);
	snapwrite_header(w)->flags = KES_FLAG_CHANGES;
	snapwrite_header(w)->since = before->now;
	for (unsigned int i = 0; i < NR_VMS; i++) {
		const struct vm *vm = &before->vms[i];

		if (!vm->id || find_vm(h, vm))
			continue;
		snapwrite_vm(w, vm->id, 1, vm->created_ns, 0, "x");
		snapwrite_last_vm(w)->flags = KES_VM_EVICTED;
	}
	for (unsigned int i = 0; i < NR_VMS; i++) {
		const struct vm *vm = &h->vms[i], *old = find_vm(before, vm);

		if (!vm->id || (old && !memcmp(vm, old, sizeof(*vm))))
			continue;
		snapwrite_vm(w, vm->id, 1, vm->created_ns, vm->destroyed_ns,
			     "x");
		/* a VM that was destroyed is listed with all that is left */
		if (old && (vm->untimed != old->untimed ||
			    vm->destroyed_ns != old->destroyed_ns))
			old = NULL;
		for (uint32_t k = 0; k < NR_VCPUS; k++)
			if (!old || memcmp(&vm->cpus[k], &old->cpus[k],
					   sizeof(vm->cpus[k])))
				put_cpu(h, w, k, vm, old ? &old->cpus[k] : NULL);
	}
	snapwrite_end(w);
}

/* Destroyed VMs do not run. VMs come and go, and groups are switched. */
static inline void live(struct host *h)
{
	struct vm *vm = &h->vms[random_below(NR_VMS)];
	struct host before = *h;
	uint8_t bytes[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)random_below(256);
	h->data = bytes;
	h->len = random_below(sizeof(bytes));
	happen(h);
	for (unsigned int i = 0; i < NR_VMS; i++)
		if (!h->vms[i].id || h->vms[i].destroyed_ns)
			memcpy(h->vms[i].cpus, before.vms[i].cpus,
			       sizeof(before.vms[i].cpus));
	switch (random_below(16)) {
	case 0:
		if (vm->id && !vm->destroyed_ns)
			vm->destroyed_ns = h->now;
		else
			memset(vm, 0, sizeof(*vm));
		break;
	case 1:
	case 2:
		if (!vm->id) {
			vm->id = 1 + h->born % 5;
			vm->created_ns = ++h->born;
		}
		break;
	case 3:
		vm->untimed = vm->id && !vm->untimed;
		for (int i = 0; i < NR_VCPUS; i++)
			restart_times(&vm->cpus[i]);
		break;
	}
	/* a list of VMs has the oldest first */
	for (int i = 0; i + 1 < NR_VMS; i++)
		for (int k = 0; k + 1 < NR_VMS; k++)
			if (h->vms[k].created_ns > h->vms[k + 1].created_ns) {
				struct vm tmp = h->vms[k];

				h->vms[k] = h->vms[k + 1];
				h->vms[k + 1] = tmp;
			}
}

#endif
