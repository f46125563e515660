// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: attaching to tracepoints and functions.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/kprobes.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "engine.h"
#include "feed_attach.h"
#include "feed_probes.h"
#include "feed_vcpus.h"

/**
 * struct kes_tracepoint - a tracepoint and the probe for it
 * @name: name of the tracepoint
 * @func: the probe; ignores its first argument
 * @group: the group that needs it
 * @tp: the tracepoint, NULL while its module is not loaded
 * @attached: true if @func is attached to @tp
 */
struct kes_tracepoint {
	const char *name;
	void *func;
	u32 group;
	struct tracepoint *tp;
	bool attached;
};

static struct kes_tracepoint kes_tracepoints[] = {
	{ "kvm_exit", kes_probe_exit_vmx, KES_GROUP_COUNT },
	{ "kvm_userspace_exit", kes_probe_userspace, KES_GROUP_COUNT },
	{ "kvm_entry", kes_probe_entry_immediate, KES_GROUP_TIME },
	{ "kvm_vcpu_wakeup", kes_probe_wakeup, KES_GROUP_TIME },
	{ "sched_switch", kes_probe_switch, KES_GROUP_TIME },
};

/* Return the first argument of the probed function. */
static void *kes_first_arg(struct pt_regs *regs)
{
	return (void *)regs_get_kernel_argument(regs, 0);
}

static int kes_hit_create(struct kprobe *probe, struct pt_regs *regs)
{
	kes_probed_vcpu_created(kes_first_arg(regs));
	return 0;
}

static int kes_hit_destroy(struct kprobe *probe, struct pt_regs *regs)
{
	kes_probed_vm_destroyed(kes_first_arg(regs));
	return 0;
}

static int kes_hit_run(struct kprobe *probe, struct pt_regs *regs)
{
	kes_kprobe_run(kes_first_arg(regs));
	return 0;
}

static int kes_hit_halt(struct kprobe *probe, struct pt_regs *regs)
{
	kes_kprobe_halt(kes_first_arg(regs));
	return 0;
}

/*
 * Events without a tracepoint.
 *
 * @missed: the part of @probe.nmissed that was added to the lost exits
 */
static struct kes_kprobe {
	const char *symbol;
	kprobe_pre_handler_t hit;
	u32 group;
	struct kprobe probe;
	unsigned long missed;
	bool attached;
} kes_kprobes[] = {
	{ "kvm_arch_vcpu_postcreate", kes_hit_create, KES_GROUP_COUNT },
	{ "kvm_arch_destroy_vm", kes_hit_destroy, KES_LIFE },
	{ "kvm_arch_vcpu_ioctl_run", kes_hit_run, KES_GROUP_TIME },
	{ "kvm_vcpu_halt", kes_hit_halt, KES_GROUP_TIME },
	/* Also called for a vCPU that waits for INIT or SIPI. */
	{ "kvm_vcpu_block", kes_hit_halt, KES_GROUP_TIME },
};

static int kes_attach_kprobe(struct kes_kprobe *k)
{
	int ret;

	if (k->attached)
		return 0;
	k->probe = (struct kprobe){
		.symbol_name = k->symbol,
		.pre_handler = k->hit,
	};
	ret = register_kprobe(&k->probe);
	if (ret)
		pr_err("kvm_exit_stats: cannot attach to KVM's %s(): %d (is CONFIG_KPROBES set?)\n",
		       k->symbol, ret);
	k->missed = 0;
	k->attached = !ret;
	return ret;
}

static void kes_note_missed_by(struct kes_kprobe *k)
{
	unsigned long missed = READ_ONCE(k->probe.nmissed);

	atomic64_add(missed - k->missed, &kes.lost);
	k->missed = missed;
}

void kes_note_missed(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_kprobes); i++)
		if (kes_kprobes[i].attached)
			kes_note_missed_by(&kes_kprobes[i]);
}

/* A kprobe on this function is armed as those on KVM's functions are. */
static noinline void kes_kprobe_target(void)
{
	barrier();
}

static bool kes_kprobe_fired;

static int kes_hit_target(struct kprobe *probe, struct pt_regs *regs)
{
	WRITE_ONCE(kes_kprobe_fired, true);
	return 0;
}

/*
 * An administrator can disable kprobes, or ftrace, which calls them. They can
 * be registered then, but do not fire.
 */
static int kes_check_kprobes(void)
{
	struct kprobe probe = {
		.addr = (kprobe_opcode_t *)kes_kprobe_target,
		.pre_handler = kes_hit_target,
	};

	/* If this fails, registering the first kprobe reports the reason. */
	if (register_kprobe(&probe))
		return 0;
	WRITE_ONCE(kes_kprobe_fired, false);
	kes_kprobe_target();
	unregister_kprobe(&probe);
	if (READ_ONCE(kes_kprobe_fired))
		return 0;
	pr_err("kvm_exit_stats: kprobes do not fire, so the end of a VM would be missed (set kernel.ftrace_enabled and debugfs's kprobes/enabled to 1)\n");
	return -EOPNOTSUPP;
}

static int kes_attach_tracepoint(struct kes_tracepoint *p)
{
	int ret;

	if (p->attached)
		return 0;
	ret = tracepoint_probe_register(p->tp, p->func, NULL);
	if (ret)
		pr_err("kvm_exit_stats: cannot attach to tracepoint %s: %d\n",
		       p->name, ret);
	p->attached = !ret;
	return ret;
}

void kes_detach(u32 group)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_tracepoints); i++) {
		struct kes_tracepoint *p = &kes_tracepoints[i];

		if (p->group != group || !p->attached)
			continue;
		tracepoint_probe_unregister(p->tp, p->func, NULL);
		p->attached = false;
	}
	tracepoint_synchronize_unregister();
	for (i = 0; i < ARRAY_SIZE(kes_kprobes); i++) {
		struct kes_kprobe *k = &kes_kprobes[i];

		if (k->group != group || !k->attached)
			continue;
		unregister_kprobe(&k->probe);
		kes_note_missed_by(k);
		k->attached = false;
	}
}

int kes_attach(u32 group)
{
	/* The probes of KES_GROUP_COUNT are attached after those of KES_LIFE. */
	int ret = group & (KES_LIFE | KES_GROUP_TIME) ? kes_check_kprobes() : 0;
	size_t i;

	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(kes_kprobes) && !ret; i++)
		if (kes_kprobes[i].group == group)
			ret = kes_attach_kprobe(&kes_kprobes[i]);
	for (i = 0; i < ARRAY_SIZE(kes_tracepoints) && !ret; i++)
		if (kes_tracepoints[i].group == group)
			ret = kes_attach_tracepoint(&kes_tracepoints[i]);
	if (ret)
		kes_detach(group);
	return ret;
}

void kes_note_tracepoint(struct tracepoint *tp, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_tracepoints); i++)
		if (!strcmp(tp->name, kes_tracepoints[i].name))
			kes_tracepoints[i].tp = tp;
}

bool kes_tracepoints_found(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_tracepoints); i++)
		if (!kes_tracepoints[i].tp)
			return false;
	return true;
}

/* Forget the tracepoints of kvm, which is being unloaded. */
void kes_forget_tracepoints(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_tracepoints); i++)
		if (strncmp(kes_tracepoints[i].name, "sched_", 6))
			kes_tracepoints[i].tp = NULL;
}

static void kes_choose_probe(const char *name, void *func)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_tracepoints); i++)
		if (!strcmp(kes_tracepoints[i].name, name))
			kes_tracepoints[i].func = func;
}

/* kvm_entry has one argument in older kernels. */
void kes_choose_probes(u32 isa, bool one_arg_entry)
{
	kes_choose_probe("kvm_exit", isa == KES_ISA_SVM ?
				     (void *)kes_probe_exit_svm :
				     (void *)kes_probe_exit_vmx);
	kes_choose_probe("kvm_entry", one_arg_entry ?
				      (void *)kes_probe_entry :
				      (void *)kes_probe_entry_immediate);
}
