// SPDX-License-Identifier: GPL-2.0-only
/* Implements bpf-snap.h. */
#include <errno.h>
#include <string.h>

#include "snapshot/build.h"
#include "source/bpf-snap.h"

static const struct {
	uint64_t code;
	uint32_t slot;
} svm_rows[] = {
#define KES_SVM(_name, _code, ...) { (uint64_t)(_code), KES_SVM_##_name },
#include "exits.def"
};

static const bool vmx_rows[KES_VMX_NEAR] = {
#define KES_VMX(_name, _code, ...) [_code] = true,
#include "exits.def"
};

_Static_assert(KES_NR_SLOTS <= 255, "a slot is a u8 in the programs' table");

uint32_t bpf_svm_slots(u8 near[KES_SVM_NEAR], struct eb_far_code *far,
		       uint32_t max_far)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < KES_SVM_NEAR; i++)
		near[i] = KES_SLOT_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(svm_rows); i++) {
		if (svm_rows[i].code < KES_SVM_NEAR)
			near[svm_rows[i].code] = (u8)svm_rows[i].slot;
		else if (nr < max_far)
			far[nr++] = (struct eb_far_code) {
				(u32)svm_rows[i].code, svm_rows[i].slot
			};
	}
	return nr;
}

static uint64_t code_of(const struct eb_vcpu *v, uint32_t slot)
{
	if (slot == KES_NO_SLOT)
		return KES_CODE_NONE;
	if (slot == KES_SLOT_UNKNOWN || v->isa == KES_ISA_NONE)
		return KES_CODE_UNKNOWN;
	if (v->isa == KES_ISA_PVM)
		return slot < EB_NR_PVM_CODES ? v->pvm_codes[slot] - 1ULL :
						KES_CODE_UNKNOWN;
	if (v->isa != KES_ISA_SVM)
		return slot;
	for (size_t i = 0; i < ARRAY_LEN(svm_rows); i++)
		if (svm_rows[i].slot == slot)
			return svm_rows[i].code;
	return KES_CODE_UNKNOWN;
}

/*
 * Like the engine: small VMX codes are counted without a lookup. Codes without a row
 * have no detail.
 */
static uint32_t folded(uint32_t isa, uint32_t slot)
{
	if (isa == KES_ISA_VMX && slot < KES_VMX_NEAR && !vmx_rows[slot])
		return KES_SLOT_UNKNOWN;
	return slot;
}

static void fold_sums(u64 *sums, size_t width, uint32_t slot)
{
	for (size_t i = 0; i < width; i++) {
		sums[KES_SLOT_UNKNOWN * width + i] += sums[slot * width + i];
		sums[slot * width + i] = 0;
	}
}

static void fold_slot(struct bpf_counts *c, uint32_t slot)
{
	struct eb_vcpu *v = &c->vcpu;
	struct eb_time *t = c->time;

	if (v->exits[EB_L1][slot] || v->exits[EB_L2][slot])
		v->unknown_last = slot;
	for (int i = 0; i < EB_NR_CONTEXTS; i++) {
		fold_sums(v->exits[i], 1, slot);
		fold_sums(v->userspace[i], 1, slot);
	}
	if (t) {
		fold_sums(t->sums_ns[0], ARRAY_LEN(t->sums_ns[0]), slot);
		if (t->max_ns[slot] > t->max_ns[KES_SLOT_UNKNOWN])
			t->max_ns[KES_SLOT_UNKNOWN] = t->max_ns[slot];
		t->max_ns[slot] = 0;
		t->slot = folded(v->isa, t->slot);
	}
	if (c->histogram)
		fold_sums(c->histogram->n[0], KES_NR_BUCKETS, slot);
}

static void fold(struct bpf_counts *c)
{
	for (uint32_t slot = 0; slot < KES_VMX_NEAR; slot++)
		if (folded(c->vcpu.isa, slot) != slot)
			fold_slot(c, slot);
}

static void write_exits(struct snap_build *b, const struct eb_vcpu *v,
			uint64_t vm_id, uint32_t type)
{
	struct kes_vcpu_record r = {
		.vm_id = vm_id,
		.vcpu_id = v->vcpu_id,
		.exit_size = sizeof(struct kes_exit),
		.unknown_last = v->unknown_last,
	};

	snap_build_record(b, type, &r);
	for (uint32_t slot = 0; slot < KES_NR_SLOTS; slot++) {
		struct kes_exit e = {
			.code = code_of(v, slot),
			.l1 = v->exits[EB_L1][slot],
			.l2 = v->exits[EB_L2][slot],
			.userspace = v->userspace[EB_L1][slot] +
				     v->userspace[EB_L2][slot],
		};

		if (e.l1 + e.l2)
			snap_build_element(b, &e);
	}
}

static void write_returns(struct snap_build *b, const struct eb_vcpu *v,
			  uint64_t vm_id)
{
	static const uint32_t errors[EB_NR_ERRORS] = {
		[EB_ERROR_OTHER] = KES_USERSPACE_ERRNO,
		[EB_ERROR_AGAIN] = KES_USERSPACE_ERRNO | EAGAIN,
		[EB_ERROR_FAULT] = KES_USERSPACE_ERRNO | EFAULT,
		[EB_ERROR_HWPOISON] = KES_USERSPACE_ERRNO | EHWPOISON,
	};
	struct kes_userspace_record r = {
		.vm_id = vm_id, .vcpu_id = v->vcpu_id,
	};
	bool begun = false;

	for (uint32_t i = 0; i < EB_NR_RETURNS + EB_NR_ERRORS; i++) {
		struct kes_userspace u = { .reason = i };

		if (i < EB_NR_RETURNS) {
			u.count = v->returns[i];
		} else {
			u.count = v->errors[i - EB_NR_RETURNS];
			u.reason = errors[i - EB_NR_RETURNS];
		}
		if (!u.count)
			continue;
		if (!begun)
			snap_build_record(b, KES_REC_USERSPACE, &r);
		begun = true;
		snap_build_element(b, &u);
	}
}

/*
 * Time that the programs will charge only at the next change of state, as far as it
 * is known already, so that what a sample has of it does not decrease later: time
 * without a CPU, and time with one until the thread lost it. The spinning of a halt
 * is known only at its end.
 */
struct pending {
	uint64_t guest_ns;
	uint64_t ns[KES_NR_STATES - 1];
	uint64_t last_ns;
	uint32_t state;
};

static void add_pending(struct pending *p, uint32_t state, uint64_t ns)
{
	if (state == KES_STATE_GUEST)
		p->guest_ns += ns;
	else
		p->ns[state - 1] += ns;
	p->last_ns += ns;
}

static struct pending pending_of(const struct eb_time *t)
{
	static const uint32_t off[EB_NR_OFF] = {
		[EB_OFF_PREEMPTED] = KES_STATE_PREEMPTED,
		[EB_OFF_SLEEPING] = KES_STATE_SLEEPING,
		[EB_OFF_BLOCKED] = KES_STATE_BLOCKED,
	};
	struct pending p = { .last_ns = t->last_ns, .state = t->state };

	for (int i = 0; i < EB_NR_OFF; i++)
		add_pending(&p, off[i], t->off_ns[i] - t->off_charged_ns[i]);
	if (t->state == KES_STATE_GUEST || !t->off_since_ns ||
	    t->off_why >= EB_NR_OFF)
		return p;
	if (t->off_since_ns > p.last_ns)
		add_pending(&p, t->state, t->off_since_ns - p.last_ns);
	p.state = off[t->off_why];
	return p;
}


static u64 sum_of(const u64 *n, size_t nr)
{
	u64 sum = 0;

	for (size_t i = 0; i < nr; i++)
		sum += n[i];
	return sum;
}

static void write_time(struct snap_build *b, const struct eb_vcpu *v,
		       const struct eb_time *t, uint64_t vm_id)
{
	struct pending p = pending_of(t);
	struct kes_time_record r = {
		.vm_id = vm_id,
		.vcpu_id = v->vcpu_id,
		.first_cyc = t->first_ns,
		.last_cyc = p.last_ns,
		.state_code = code_of(v, t->slot),
		.state = p.state,
		.guest_cyc = t->guest_ns + p.guest_ns,
	};

	snap_build_record(b, KES_REC_TIME, &r);
	for (uint32_t slot = 0; slot <= KES_NR_SLOTS; slot++) {
		struct kes_time_exit e = {
			.code = code_of(v, slot),
			.max_cyc = t->max_ns[slot],
		};

		memcpy(e.cyc, t->sums_ns[slot], sizeof(e.cyc));
		for (size_t i = 0; slot == t->slot && i < ARRAY_LEN(e.cyc); i++)
			e.cyc[i] += p.ns[i];
		if (sum_of(e.cyc, ARRAY_LEN(e.cyc)))
			snap_build_element(b, &e);
	}
}

static void write_histogram(struct snap_build *b, const struct eb_vcpu *v,
			    const struct eb_histogram *h, uint64_t vm_id)
{
	struct kes_histogram_record r = {
		.vm_id = vm_id, .vcpu_id = v->vcpu_id,
	};

	snap_build_record(b, KES_REC_HISTOGRAM, &r);
	for (uint32_t slot = 0; slot <= KES_NR_SLOTS; slot++) {
		struct kes_histogram_exit e = { .code = code_of(v, slot) };

		memcpy(e.bucket, h->n[slot], sizeof(e.bucket));
		if (sum_of(e.bucket, ARRAY_LEN(e.bucket)))
			snap_build_element(b, &e);
	}
}

static void write_pairs(struct snap_build *b, const struct eb_vcpu *v,
			const struct eb_pair *pairs, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct kes_detail_value e = {
			.value = pairs[i].key & EB_VALUE_MASK,
			.count = pairs[i].count,
			.flags = pairs[i].error ? KES_DETAIL_AT_LEAST : 0,
		};

		if (!pairs[i].key)
			continue;
		e.code = code_of(v, (uint32_t)(pairs[i].key >> 56) - 1);
		snap_build_element(b, &e);
	}
}

/* An exit whose value is not yet known counts as "other". */
static void write_detail(struct snap_build *b, const struct eb_vcpu *v,
			 const struct eb_detail *d, uint64_t vm_id)
{
	struct kes_detail_record r = {
		.vm_id = vm_id, .vcpu_id = v->vcpu_id,
	};

	snap_build_record(b, KES_REC_DETAIL, &r);
	write_pairs(b, v, d->values, ARRAY_LEN(d->values));
	write_pairs(b, v, d->pages, ARRAY_LEN(d->pages));
	for (uint32_t slot = 0; slot < KES_NR_SLOTS; slot++) {
		struct kes_detail_value e = {
			.code = code_of(v, slot),
			.count = d->other[slot] + (v->waiting == slot + 1),
			.flags = KES_DETAIL_OTHER,
		};

		if (e.count)
			snap_build_element(b, &e);
	}
}

static void write_counts(struct snap_build *b, struct bpf_counts *c,
			 uint64_t vm_id, uint32_t groups)
{
	fold(c);
	write_exits(b, &c->vcpu, vm_id, KES_REC_VCPU);
	write_returns(b, &c->vcpu, vm_id);
	if (c->time && c->time->first_ns && (groups & KES_GROUP_TIME))
		write_time(b, &c->vcpu, c->time, vm_id);
	if (c->histogram && (groups & KES_GROUP_HISTOGRAM))
		write_histogram(b, &c->vcpu, c->histogram, vm_id);
	if (c->detail && (groups & KES_GROUP_DETAIL))
		write_detail(b, &c->vcpu, c->detail, vm_id);
}

/* Skip errors and signals: KVM_EXIT_UNKNOWN and KVM_EXIT_INTR. */
static void add_up(struct bpf_vm *vm, const struct eb_vcpu *v)
{
	vm->exits += sum_of(v->exits[0], EB_NR_CONTEXTS * KES_NR_SLOTS);
	vm->uncoded += v->exits[EB_L1][KES_SLOT_UNKNOWN];
	vm->silent |= v->isa == KES_ISA_PVM && !v->saw_exit;
}

static void write_vm(struct snap_build *b, struct bpf_vms *vms,
		     struct bpf_vm *vm, struct bpf_head *head)
{
	struct kes_vm_record r = {
		.vm_id = vm->id,
		.created_ns = vm->created_ns,
		.destroyed_ns = vm->destroyed_ns,
		.pid = vm->tgid,
		.flags = vm->destroyed_ns ? KES_VM_DESTROYED : 0,
		.nr_vcpus = (uint32_t)vm->nr_vcpus,
	};

	memcpy(r.comm, vm->comm, sizeof(r.comm));
	snap_build_record(b, KES_REC_VM, &r);
	vm->reported = vm->destroyed_ns;
	vm->exits = 0;
	vm->uncoded = 0;
	vm->silent = false;
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		struct bpf_vcpu *vcpu = vm->vcpus[i];
		struct bpf_counts *c = &vcpu->counts;

		if (!vcpu->ended) {
			c = &vms->scratch;
			vms->torn += !bpf_counts_read(c, &vms->arrays,
						      vcpu->place);
		}
		if (c->vcpu.isa)
			head->isa = c->vcpu.isa;
		add_up(vm, &c->vcpu);
		write_counts(b, c, vm->id, head->groups);
	}
}

static void write_header(struct snap_build *b, const struct bpf_head *head)
{
	struct kes_header h = {
		.begin_ns = head->begin_ns,
		.end_ns = head->now_ns(),
		.isa = head->isa,
		.source = KES_SOURCE_BPF,
		.groups = head->groups,
		.groups_known = KES_GROUP_COUNT | KES_GROUP_TIME |
				KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL,
		.fields = KES_FIELD_CONTEXT | KES_FIELD_USERSPACE,
		.switches = 1,
		.tsc_khz = 1000000,	/* cycles are nanoseconds here */
		.lost = head->lost,
	};

	h.now_cyc = h.end_ns;
	snap_build_end(b, &h);
}

void bpf_vms_snapshot(struct bpf_vms *vms, const struct bpf_head *head,
		      struct buf *out)
{
	struct bpf_head h = *head;
	struct eb_vcpu evicted = vms->evicted;
	struct snap_build b;

	snap_build_begin(&b, out);
	if (evicted.isa) {
		struct bpf_counts c = { .vcpu = evicted };

		fold(&c);
		write_exits(&b, &c.vcpu, 0, KES_REC_EVICTED);
	}
	for (size_t i = 0; i < vms->nr_vms; i++)
		write_vm(&b, vms, vms->vms[i], &h);
	write_header(&b, &h);
}

void bpf_vms_remarks(const struct bpf_vms *vms, struct buf *out)
{
	if (vms->torn)
		buf_printf(out,
			   "%llu reads of a vCPU's counters took place while it was counting; the samples can be wrong by an exit\n",
			   (unsigned long long)vms->torn);
	for (size_t i = 0; i < vms->nr_vms; i++) {
		const struct bpf_vm *vm = vms->vms[i];

		if (vm->silent && vm->exits)
			buf_printf(out,
				   "VM %llu: this KVM never fires kvm_exit; its %llu exits were counted at returns of KVM_RUN (%llu of unknown reason)\n",
				   (unsigned long long)vm->id,
				   (unsigned long long)vm->exits,
				   (unsigned long long)vm->uncoded);
	}
}
