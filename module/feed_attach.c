// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: what the feed is attached to.
 */
#include <linux/bits.h>
#include <linux/kprobes.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "feed_attach.h"
#include "feed_probes.h"
#include "feed_vcpus.h"

/**
 * struct kes_fed_probe - a tracepoint and what is attached to it
 * @name: of the tracepoint
 * @func: ours; the first argument is ignored
 * @group: the group that needs it
 * @attached: to @tp
 * @tp: NULL while it is not there
 */
struct kes_fed_probe {
	const char *name;
	void *func;
	u32 group;
	struct tracepoint *tp;
	bool attached;
};

static struct kes_fed_probe kes_probes[] = {
	{ "kvm_exit", kes_probe_exit, KES_GROUP_COUNT },
	{ "kvm_userspace_exit", kes_probe_userspace, KES_GROUP_COUNT },
	{ "kvm_entry", kes_probe_entry_immediate, KES_GROUP_TIME },
	{ "kvm_vcpu_wakeup", kes_probe_wakeup, KES_GROUP_TIME },
	{ "sched_switch", kes_probe_switch, KES_GROUP_TIME },
};

/* The first argument of the function that was hit. */
static void *kes_first_arg(struct pt_regs *regs)
{
	return (void *)regs_get_kernel_argument(regs, 0);
}

static int kes_hit_destroy(struct kprobe *probe, struct pt_regs *regs)
{
	kes_fed_vm_gone(kes_first_arg(regs));
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

/* What no tracepoint tells. */
static struct kes_fed_kprobe {
	const char *symbol;
	kprobe_pre_handler_t hit;
	u32 group;
	struct kprobe probe;
	bool attached;
} kes_kprobes[] = {
	{ "kvm_arch_destroy_vm", kes_hit_destroy, KES_LIFE },
	{ "kvm_arch_vcpu_ioctl_run", kes_hit_run, KES_GROUP_TIME },
	{ "kvm_vcpu_halt", kes_hit_halt, KES_GROUP_TIME },
};

static int kes_attach_kprobe(struct kes_fed_kprobe *k)
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
		pr_err("kvm_exit_stats: cannot attach to %s() of KVM: %d (is CONFIG_KPROBES on?)\n",
		       k->symbol, ret);
	k->attached = !ret;
	return ret;
}

static int kes_attach_probe(struct kes_fed_probe *p)
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

	for (i = 0; i < ARRAY_SIZE(kes_probes); i++) {
		struct kes_fed_probe *p = &kes_probes[i];

		if (p->group != group || !p->attached)
			continue;
		tracepoint_probe_unregister(p->tp, p->func, NULL);
		p->attached = false;
	}
	tracepoint_synchronize_unregister();
	for (i = 0; i < ARRAY_SIZE(kes_kprobes); i++) {
		struct kes_fed_kprobe *k = &kes_kprobes[i];

		if (k->group != group || !k->attached)
			continue;
		unregister_kprobe(&k->probe);
		k->attached = false;
	}
}

int kes_attach(u32 group)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_kprobes) && !ret; i++)
		if (kes_kprobes[i].group == group)
			ret = kes_attach_kprobe(&kes_kprobes[i]);
	for (i = 0; i < ARRAY_SIZE(kes_probes) && !ret; i++)
		if (kes_probes[i].group == group)
			ret = kes_attach_probe(&kes_probes[i]);
	if (ret)
		kes_detach(group);
	return ret;
}

void kes_note_tracepoint(struct tracepoint *tp, void *unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_probes); i++)
		if (!strcmp(tp->name, kes_probes[i].name))
			kes_probes[i].tp = tp;
}

bool kes_tracepoints_found(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_probes); i++)
		if (!kes_probes[i].tp)
			return false;
	return true;
}

/* kvm goes, and its tracepoints with it. */
void kes_forget_tracepoints(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_probes); i++)
		if (strncmp(kes_probes[i].name, "sched_", 6))
			kes_probes[i].tp = NULL;
}

/* kvm's tracepoint of entry had one argument once. */
void kes_choose_entry(bool one_arg)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_probes); i++)
		if (kes_probes[i].group == KES_GROUP_TIME &&
		    !strcmp(kes_probes[i].name, "kvm_entry"))
			kes_probes[i].func = one_arg ?
				(void *)kes_probe_entry :
				(void *)kes_probe_entry_immediate;
}
