// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF programs of exitstat: count VM exits at KVM's tracepoints, like the
 * engine in module/, in maps that exitstat reads.
 *
 * No events are passed to user space. The constants in seats.bpf.h select
 * before loading what is counted; the verifier removes the other code. All
 * programs except one run in the vCPU's own thread, with preemption off. Newer
 * verifiers require NULL checks of an event's pointers.
 *
 * docs/sources.md lists the counts that the tracepoints do not provide.
 */
#include <stdbool.h>
#include <stddef.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "exitstat-bpf.h"
#include "kvm-types.h"
#include "detail.bpf.h"
#include "pvm.bpf.h"
#include "seats.bpf.h"
#include "time.bpf.h"

#define KVM_RUN			0xae80
#define KVM_EXIT_UNKNOWN	0
#define KVM_EXIT_INTR		10
#define EINTR			4

/* The isa argument of tracepoint kvm_exit */
#define KVM_ISA_VMX		1
#define KVM_ISA_SVM		2

struct seen {
	u32 isa;
	u32 context;
	u32 code;
	u32 slot;
};

static __always_inline u32 svm_slot(u32 code)
{
	if (code < KES_SVM_NEAR)
		return svm_near[code];
	for (u32 i = 0; i < EB_MAX_FAR && i < nr_svm_far; i++)
		if (svm_far[i].code == code)
			return svm_far[i].slot;
	return KES_SLOT_UNKNOWN;
}

/*
 * The context of an exit: L2 has a separate VMCS or VMCB, and KVM switches
 * between the two where it enters and leaves guest mode. The corresponding bit
 * in hflags has moved between kernels, and BTF does not have its position.
 */
static __always_inline u32 vmx_context(struct vcpu_vmx *vmx)
{
	return BPF_CORE_READ(vmx, loaded_vmcs) == &vmx->vmcs01 ? EB_L1 : EB_L2;
}

static __always_inline u32 svm_context(struct vcpu_svm *svm)
{
	return BPF_CORE_READ(svm, current_vmcb) == &svm->vmcb01 ? EB_L1 : EB_L2;
}

static __always_inline u32 vmx_reason(struct kvm_vcpu *vcpu)
{
	struct vcpu_vmx___vt *vt = (void *)vcpu;
	struct vcpu_vmx *vmx = (void *)vcpu;

	if (bpf_core_field_exists(struct vcpu_vmx, exit_reason))
		return BPF_CORE_READ(vmx, exit_reason.full);
	return BPF_CORE_READ(vt, vt.exit_reason.full);
}

static __always_inline void look(struct seen *e, struct eb_vcpu *v,
				 struct kvm_vcpu *vcpu, u32 isa)
{
	e->context = EB_L1;
	e->slot = KES_SLOT_UNKNOWN;
	e->isa = KES_ISA_NONE;
	e->code = 0;
	if (isa == KVM_ISA_VMX && bpf_core_type_exists(struct vcpu_vmx)) {
		e->isa = KES_ISA_VMX;
		e->code = vmx_reason(vcpu) & 0xffff;
		e->context = vmx_context((void *)vcpu);
		if (e->code < KES_VMX_NEAR)
			e->slot = e->code;
	} else if (isa == KVM_ISA_SVM && bpf_core_type_exists(struct vcpu_svm)) {
		struct vcpu_svm *svm = (void *)vcpu;

		e->isa = KES_ISA_SVM;
		e->code = BPF_CORE_READ(svm, vmcb, control.exit_code);
		e->context = svm_context(svm);
		e->slot = svm_slot(e->code);
	} else if (bpf_core_type_exists(struct vcpu_pvm)) {
		struct vcpu_pvm *pvm = (void *)vcpu;

		e->isa = KES_ISA_PVM;
		e->code = BPF_CORE_READ(pvm, exit_reason);
		e->slot = pvm_slot(v, e->code);
	}
}

static __always_inline void count_exit(struct eb_vcpu *v, const struct seen *e)
{
	u32 slot = e->slot;

	if (slot >= KES_NR_SLOTS)
		return;
	if (e->context == EB_L2)
		v->exits[EB_L2][slot]++;
	else
		v->exits[EB_L1][slot]++;
	v->last = e->context * KES_NR_SLOTS + slot;
	v->isa = e->isa;
	v->saw_exit = 1;
	v->returned = 0;
	if (slot == KES_SLOT_UNKNOWN)
		v->unknown_last = e->code;
}

SEC("tp_btf/kvm_exit")
int BPF_PROG(on_exit, struct kvm_vcpu *vcpu, u32 isa)
{
	struct seat s;
	struct seen e;

	if (!armed || !vcpu)
		return 0;
	if (!find_seat(&s, vcpu, true)) {
		__sync_fetch_and_add(&lost, 1);
		return 0;
	}
	look(&e, s.v, vcpu, isa);
	begin_write(s.v);
	count_exit(s.v, &e);
	note_exits(s.v, vcpu, true);
	if (with_time)
		time_exit(&s, e.slot);
	if (with_detail)
		detail(&s, vcpu, e.slot);
	end_write(s.v);
	return 0;
}

SEC("tp_btf/kvm_entry")
int BPF_PROG(on_entry, struct kvm_vcpu *vcpu)
{
	struct seat s;

	if (!armed || !vcpu || !find_seat(&s, vcpu, false))
		return 0;
	begin_write(s.v);
	time_enter(&s);
	end_write(s.v);
	return 0;
}

static __always_inline bool find_thread(struct seat *s, u32 tid)
{
	u32 *place = bpf_map_lookup_elem(&by_tid, &tid);

	if (!place)
		return false;
	s->place = *place;
	s->v = bpf_map_lookup_elem(&vcpus, place);
	return s->v && s->v->tid == tid && !s->v->ended_ns;
}

/*
 * Return the vCPU of the current KVM_RUN system call, from its arguments.
 * Needed if KVM_RUN returns without an exit.
 */
static __noinline u64 vcpu_of_call(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	unsigned long fd = BPF_CORE_READ(regs, di);
	struct file **files = BPF_CORE_READ(fdt, fd), *file = NULL;
	struct kvm_vcpu *vcpu;

	if ((u32)BPF_CORE_READ(regs, si) != KVM_RUN ||
	    fd >= BPF_CORE_READ(fdt, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), files + fd);
	vcpu = BPF_CORE_READ(file, private_data);
	/* another thread may have closed the file */
	if (!vcpu || BPF_CORE_READ(vcpu, kvm, mm) != BPF_CORE_READ(task, mm))
		return 0;
	return (u64)vcpu;
}

static __always_inline void count_return(struct eb_vcpu *v, u32 reason)
{
	u32 last = v->last;

	if (last < KES_NR_SLOTS)
		v->userspace[EB_L1][last]++;
	else if (last < 2 * KES_NR_SLOTS)
		v->userspace[EB_L2][last - KES_NR_SLOTS]++;
	v->last = EB_NO_EXIT;
	v->returned = 1;
	v->settled = 0;
	if (reason >= EB_NR_RETURNS)
		reason = EB_NR_RETURNS - 1;
	barrier_var(reason);	/* the verifier must see the check of the index */
	if (reason < EB_NR_RETURNS)
		v->returns[reason]++;
}

SEC("tp_btf/kvm_userspace_exit")
int BPF_PROG(on_return, u32 reason, int error)
{
	struct seat s;
	bool known;
	u64 vcpu;

	if (!armed)
		return 0;
	known = find_thread(&s, this_tid());
	if (!known || !s.v->settled) {
		vcpu = vcpu_of_call();
		/* written so that 6.1's verifier sees that s.v is set */
		if (vcpu ? !find_seat(&s, (void *)vcpu, false) : !known) {
			__sync_fetch_and_add(&lost, vcpu ? 1 : 0);
			return 0;
		}
	}
	note_exits(s.v, (void *)s.v->vcpu, false);
	if (error < 0)
		reason = error == -EINTR ? KVM_EXIT_INTR : KVM_EXIT_UNKNOWN;
	begin_write(s.v);
	if (with_silent)
		count_silent(s.v);
	count_return(s.v, reason);
	if (with_time) {
		struct eb_time *t = time_of(s.place);

		if (t) {
			charge(t, bpf_ktime_get_ns());
			t->state = KES_STATE_USERSPACE;
		}
	}
	end_write(s.v);
	return 0;
}

/* PVM: KVM_RUN begins. A new vCPU gets its place. */
SEC("tp_btf/kvm_fpu")
int BPF_PROG(on_run, int load)
{
	struct seat s;
	u64 vcpu;

	if (!armed || !load)
		return 0;
	vcpu = vcpu_of_call();
	if (vcpu && !find_seat(&s, (void *)vcpu, false))
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

SEC("tp_btf/kvm_vcpu_wakeup")
int BPF_PROG(on_wakeup, u64 ns, bool waited)
{
	struct eb_time *t;
	struct seat s;

	if (!armed || !find_thread(&s, this_tid()))
		return 0;
	t = time_of(s.place);
	if (!t)
		return 0;
	begin_write(s.v);
	charge_halt(t, bpf_ktime_get_ns(), ns, waited);
	end_write(s.v);
	return 0;
}

static __always_inline void sched_out(u32 tid, bool asleep)
{
	struct eb_time *t;
	struct seat s;

	if (!find_thread(&s, tid))
		return;
	t = time_of(s.place);
	if (!t || !t->first_ns)
		return;
	begin_write(s.v);
	t->off_ns = bpf_ktime_get_ns();
	t->off_asleep = asleep;
	end_write(s.v);
}

static __always_inline void sched_in(u32 tid)
{
	struct eb_time *t;
	struct seat s;
	u64 ns;

	if (!find_thread(&s, tid))
		return;
	t = time_of(s.place);
	if (!t || !t->off_ns)
		return;
	begin_write(s.v);
	ns = bpf_ktime_get_ns() - t->off_ns;
	if (t->off_asleep)
		t->slept_ns += ns;
	else
		t->preempted_ns += ns;
	t->off_ns = 0;
	end_write(s.v);
}

/* A thread that is scheduled out while runnable was preempted. */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	if (!armed || !prev || !next)
		return 0;
	sched_out(BPF_CORE_READ(prev, pid), !preempt);
	sched_in(BPF_CORE_READ(next, pid));
	return 0;
}

/* VMX, detail: the exit qualification or vector, from KVM's trace record. */
SEC("tp/kvm/kvm_exit")
int on_record(struct trace_event_raw_kvm_exit *record)
{
	u64 info1 = record->info1, value;
	u32 vector = record->intr_info & 0xff, slot;
	struct eb_detail *d;
	struct seat s;

	if (!armed || !find_thread(&s, this_tid()) || !s.v->waiting)
		return 0;
	slot = s.v->waiting - 1;
	switch (slot) {
	case VMX_IO_INSTRUCTION:
		value = (info1 >> 16 & 0xffff) |
			(info1 & 8 ? KES_DETAIL_READ : 0);
		break;
	case VMX_EXCEPTION_NMI:
	case VMX_EXTERNAL_INTERRUPT:
		value = vector;
		break;
	case VMX_CR_ACCESS:
		value = info1 & 0x3f;
		break;
	case VMX_APIC_ACCESS:
	case VMX_APIC_WRITE:
		value = info1 & 0xfff;
		break;
	case VMX_EOI_INDUCED:
		value = info1 & 0xff;
		break;
	default:
		return 0;	/* its event follows */
	}
	d = bpf_map_lookup_elem(&details, &s.place);
	begin_write(s.v);
	count_value(d, slot, value);
	s.v->waiting = 0;
	end_write(s.v);
	return 0;
}

/* VMX, detail: the guest page of an EPT violation */
SEC("tp_btf/kvm_page_fault")
int BPF_PROG(on_page_fault, struct kvm_vcpu *vcpu, u64 address)
{
	struct eb_detail *d;
	struct seat s;

	if (!armed || !find_thread(&s, this_tid()) ||
	    s.v->waiting != VMX_EPT_VIOLATION + 1)
		return 0;
	d = bpf_map_lookup_elem(&details, &s.place);
	begin_write(s.v);
	count_page(d, VMX_EPT_VIOLATION, address);
	s.v->waiting = 0;
	end_write(s.v);
	return 0;
}

/* Runs in the thread that closes the last file of the VM. */
SEC("fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(on_destroy, struct kvm_vcpu *vcpu)
{
	u64 key = (u64)vcpu;
	u32 *place = bpf_map_lookup_elem(&by_vcpu, &key);

	if (armed && place)
		end_life(bpf_map_lookup_elem(&vcpus, place), key);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
