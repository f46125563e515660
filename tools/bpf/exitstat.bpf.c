// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF programs of exitstat: count VM exits at KVM's tracepoints, like the
 * engine in module/, in maps that exitstat reads.
 *
 * No events are passed to user space. The constants in seats.bpf.h select
 * before loading what is counted; the verifier removes the other code. All
 * programs except on_destroy run in the vCPU's own thread. Since Linux 7.0 some
 * run with preemption on: only on_switch can come between, which writes only
 * fields of its own. Newer verifiers require NULL checks of an event's pointers.
 *
 * A program may read directly what its arguments point to, which costs an
 * instruction or a few. A read through a helper costs about 60, a hash lookup 100.
 *
 * docs/sources.md lists the counts that the tracepoints do not provide.
 */
#include <stdbool.h>
#include <stddef.h>

#include <asm-generic/errno.h>
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "exitstat-bpf.h"
#include "kvm-types.h"
#include "seats.bpf.h"
#include "detail.bpf.h"
#include "pvm.bpf.h"
#include "time.bpf.h"

#define KVM_RUN			0xae80
#define KVM_EXIT_INTR		10
#define KVM_EXIT_MEMORY_FAULT	39

/* The isa argument of tracepoint kvm_exit */
#define KVM_ISA_VMX		1
#define KVM_ISA_SVM		2

static __always_inline u32 svm_slot(u32 code)
{
	if (code < KES_SVM_NEAR)
		return svm_near[code];
	for (u32 i = 0; i < EB_MAX_FAR && i < nr_svm_far; i++)
		if (svm_far[i].code == code)
			return svm_far[i].slot;
	return KES_SLOT_UNKNOWN;
}

/* L2 is in guest mode. KVM shows that as a statistic; a TDX guest has no L2. */
static __always_inline u32 context_of(struct kvm_vcpu *vcpu)
{
	return vcpu->stat.guest_mode ? EB_L2 : EB_L1;
}

static __always_inline u32 vmx_code(struct kvm_vcpu *vcpu)
{
	u64 at = bpf_core_field_exists(struct vcpu_vmx, exit_reason) ?
		 bpf_core_field_offset(struct vcpu_vmx, exit_reason) :
		 bpf_core_field_offset(struct vcpu_vmx___vt, vt.exit_reason);

	return load((u64)vcpu + at) & 0xffff;
}

/*
 * Where the VMCB has the exit's code, and after it the rest of struct svm_exit.
 * L1's VMCB never changes; L2 has another.
 */
static __always_inline u64 svm_exit_of(struct eb_vcpu *v, struct vcpu_svm *svm,
				       u32 context)
{
	u64 vmcb = v->vmcb;

	if (context == EB_L2)
		vmcb = (u64)BPF_CORE_READ(svm, vmcb);
	else if (!vmcb)
		vmcb = v->vmcb = (u64)BPF_CORE_READ(svm, vmcb01.ptr);
	return vmcb + bpf_core_field_offset(struct vmcb, control.exit_code);
}

static __always_inline void look(struct seen *e, struct eb_vcpu *v,
				 struct kvm_vcpu *vcpu, u32 isa)
{
	e->context = context_of(vcpu);
	e->slot = KES_SLOT_UNKNOWN;
	e->isa = KES_ISA_NONE;
	e->code = 0;
	e->svm_exit = 0;
	if (isa == KVM_ISA_VMX && bpf_core_type_exists(struct vcpu_vmx)) {
		e->isa = KES_ISA_VMX;
		e->code = vmx_code(vcpu);
		if (e->code < KES_VMX_NEAR)
			e->slot = e->code;
	} else if (isa == KVM_ISA_SVM && bpf_core_type_exists(struct vcpu_svm)) {
		e->isa = KES_ISA_SVM;
		e->svm_exit = svm_exit_of(v, (void *)vcpu, e->context);
		e->code = load(e->svm_exit);
		e->slot = svm_slot(e->code);
	} else if (bpf_core_type_exists(struct vcpu_pvm)) {
		e->isa = KES_ISA_PVM;
		e->code = load((u64)vcpu + bpf_core_field_offset(
					struct vcpu_pvm, exit_reason));
		e->slot = pvm_slot(v, e->code);
	}
}

static __always_inline void count_exit(struct eb_vcpu *v, const struct seen *e)
{
	u64 *exits = (u64 *)v->exits;
	u32 n = e->slot;

	if (n >= KES_NR_SLOTS)
		return;
	if (e->context == EB_L2)
		n += KES_NR_SLOTS;
	exits[n]++;
	v->last = n;
	v->returned = 0;
	if (!v->saw_exit) {
		v->saw_exit = 1;
		v->isa = e->isa;
	}
	if (e->slot == KES_SLOT_UNKNOWN)
		v->unknown_last = e->code;
}

SEC("tp_btf/kvm_exit")
int BPF_PROG(on_exit, struct kvm_vcpu *vcpu, u32 isa)
{
	struct eb_vcpu *v;
	struct seen e;

	if (!vcpu)
		return 0;
	v = vcpu_of(vcpu, true);
	if (!v)
		return 0;
	look(&e, v, vcpu, isa);
	if (!with_more) {
		count_exit(v, &e);
		return 0;
	}
	begin_write(v);
	count_exit(v, &e);
	note_exits(v, vcpu, true);
	if (with_time)
		time_exit(v, e.slot);
	if (with_detail)
		detail(v, vcpu, &e);
	end_write(v);
	return 0;
}

/* VMX, detail: KVM still has what it read from the VMCS during the exit. */
SEC("tp_btf/kvm_entry")
int BPF_PROG(on_entry, struct kvm_vcpu *vcpu)
{
	struct eb_vcpu *v;

	if (!vcpu)
		return 0;
	v = vcpu_of(vcpu, false);
	if (!v)
		return 0;
	begin_write(v);
	if (detail_waits(v))
		detail_kept(v, regs_kept(vcpu));
	if (with_time)
		time_enter(v);
	end_write(v);
	return 0;
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

/*
 * The vCPU whose KVM_RUN returns. If this thread has seen an exit of the last
 * vCPU of this CPU since KVM_RUN last returned, it is that.
 */
static __always_inline struct eb_vcpu *returning_vcpu(void)
{
	struct eb_vcpu *v = last_vcpu();
	u64 vcpu;

	if (v && v->settled && v->tid == this_tid() && !v->ended_ns)
		return v;
	vcpu = vcpu_of_call();
	return vcpu ? settle((void *)vcpu, false) : NULL;
}

static __always_inline u32 error_counter(int error)
{
	switch (error) {
	case -EAGAIN:
		return EB_ERROR_AGAIN;
	case -EFAULT:
		return EB_ERROR_FAULT;
	case -EHWPOISON:
		return EB_ERROR_HWPOISON;
	default:
		return EB_ERROR_OTHER;
	}
}

/*
 * KVM_RUN fails with a signal, and with a memory fault: these are reasons. The
 * reason of another failure has no meaning.
 */
static __always_inline void count_reason(struct eb_vcpu *v, u32 reason, int error)
{
	u32 counter = error_counter(error);

	if (error == -EINTR)
		reason = KVM_EXIT_INTR;
	else if (error < 0 && (reason != KVM_EXIT_MEMORY_FAULT ||
			       (error != -EFAULT && error != -EHWPOISON))) {
		v->errors[counter]++;
		return;
	}
	if (reason >= EB_NR_RETURNS)
		reason = EB_NR_RETURNS - 1;
	barrier_var(reason);	/* the verifier must see the check of the index */
	if (reason < EB_NR_RETURNS)
		v->returns[reason]++;
}

static __always_inline void count_return(struct eb_vcpu *v)
{
	u64 *userspace = (u64 *)v->userspace;
	u32 last = v->last;

	if (last < EB_NR_CONTEXTS * KES_NR_SLOTS)
		userspace[last]++;
	v->last = EB_NO_EXIT;
	v->returned = 1;
	v->settled = 0;
}

SEC("tp_btf/kvm_userspace_exit")
int BPF_PROG(on_return, u32 reason, int error)
{
	struct kvm_vcpu *vcpu;
	struct eb_vcpu *v;

	v = returning_vcpu();
	if (!v)
		return 0;
	vcpu = (void *)v->vcpu;
	note_exits(v, vcpu, false);
	begin_write(v);
	if (with_silent)
		count_silent(v);
	count_return(v);
	count_reason(v, reason, error);
	if (detail_waits(v))
		detail_kept(v, regs_kept_at(vcpu));
	if (with_time)
		time_return(v);
	end_write(v);
	return 0;
}

/* PVM: KVM_RUN begins. A new vCPU gets its place. */
SEC("tp_btf/kvm_fpu")
int BPF_PROG(on_run, int load)
{
	u64 vcpu;

	if (!armed || !load)
		return 0;
	vcpu = vcpu_of_call();
	if (vcpu)
		settle((void *)vcpu, false);
	return 0;
}

SEC("tp_btf/kvm_vcpu_wakeup")
int BPF_PROG(on_wakeup, u64 ns)
{
	struct eb_vcpu *v = loaded_vcpu();

	if (!v)
		return 0;
	begin_write(v);
	time_halt(v, ns);
	end_write(v);
	return 0;
}

/*
 * A thread with a loaded vCPU is scheduled out or in. This may interrupt another
 * program of the same vCPU, and the next thread does not run yet.
 */
SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev,
	     struct task_struct *next)
{
	u32 state;

	if (!prev || !next)
		return 0;
	if (prev->preempt_notifiers.first) {
		/* the event has it since Linux 5.18 */
		state = with_prev_state ? *(volatile u64 *)&ctx[3] :
					  BPF_CORE_READ(prev, __state);
		sched_out(loaded_by(prev), preempt || !state);
	}
	if (next->preempt_notifiers.first)
		sched_in(loaded_by(next));
	return 0;
}

/* VMX, detail: the guest page of an EPT violation */
SEC("tp_btf/kvm_page_fault")
int BPF_PROG(on_page_fault, struct kvm_vcpu *vcpu, u64 address)
{
	struct eb_vcpu *v;

	if (!vcpu)
		return 0;
	v = vcpu_of(vcpu, false);
	if (!v || v->waiting != VMX_EPT_VIOLATION + 1)
		return 0;
	begin_write(v);
	v->waiting = 0;
	count_page(v, VMX_EPT_VIOLATION, address);
	end_write(v);
	return 0;
}

/*
 * VMX, detail: L1 receives an exit, usually that of L2. KVM has changed to
 * L1's VMCS, so it no longer has L2's exit at the next entry.
 */
SEC("tp_btf/kvm_nested_vmexit_inject")
int BPF_PROG(on_inject, u32 code, u64 info1)
{
	struct eb_vcpu *v = loaded_vcpu();

	if (!v || !detail_waits(v))
		return 0;
	begin_write(v);
	detail_injected(v, code & 0xffff, info1);
	end_write(v);
	return 0;
}

/* Runs in the thread that closes the last file of the VM. */
SEC("fentry/kvm_arch_vcpu_destroy")
int BPF_PROG(on_destroy, struct kvm_vcpu *vcpu)
{
	end_life(find_vcpu((u64)vcpu), (u64)vcpu);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
