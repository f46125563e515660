// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics as a separate module: finding KVM and attaching to it.
 *
 * The module attaches to the tracepoints of an unmodified KVM and counts exits
 * in the engine. Tracepoints are found by name, so kvm may be loaded after
 * this module. Their arguments, and the location of data that they do not
 * pass, are taken from the kernel headers and checked against the type
 * information (BTF) of the running kernel.
 *
 * kvm and the vendor module may be loaded and unloaded while this module is
 * loaded. When both are loaded and supported, the feed is bound; if counting
 * is on as well, it is attached to the tracepoints. Until then, the module
 * does not affect KVM.
 *
 * A patched KVM has the same interface and counts at lower cost. This module
 * then refuses to load; if the patched KVM is loaded later, it disables
 * itself.
 */
#include <linux/cpufeature.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include <asm/hypervisor.h>
#include <asm/mshyperv.h>

#include "engine.h"
#include "feed_attach.h"
#include "feed_btf.h"
#include "feed_probes.h"
#include "feed_vcpus.h"
#include "groups.h"
#include "life.h"

enum kes_feed_state {
	KES_FEED_WAITING,	/* KVM is not loaded */
	KES_FEED_BOUND,
	KES_FEED_STOPPED,	/* for good: unloading, or KVM not supported */
};

static enum kes_feed_state kes_feed_state;	/* kes_lock */
static bool kes_one_arg_entry;

/* Serializes binding to KVM. Taken before kes_lock. */
static DEFINE_MUTEX(kes_bind_lock);

static void kes_detach_all(void)
{
	kes_detach(KES_GROUP_TIME);
	kes_detach(KES_GROUP_COUNT);
	kes_detach(KES_LIFE);
	kes_probed_destroy_all();
}

static int kes_attach_count(void)
{
	return kes_attach(KES_LIFE) ?: kes_attach(KES_GROUP_COUNT);
}

/* Attach for the groups that were switched on before KVM was loaded. */
static int kes_attach_all(void)
{
	u32 groups = kes_groups();
	int ret = 0;

	if (groups & KES_GROUP_COUNT)
		ret = kes_attach_count();
	if (!ret && groups & KES_GROUP_TIME)
		ret = kes_attach(KES_GROUP_TIME);
	return ret;
}

/* Detail and histogram use the probes of count and time. */
static int kes_feed_switch(u32 group, bool on)
{
	lockdep_assert_held(&kes_lock);
	if (!(group & (KES_GROUP_COUNT | KES_GROUP_TIME)))
		return 0;
	if (!on) {
		kes_detach(group);
		return 0;
	}
	switch (kes_feed_state) {
	case KES_FEED_BOUND:
		return group == KES_GROUP_COUNT ? kes_attach_count() :
						  kes_attach(group);
	case KES_FEED_WAITING:
		return 0;
	default:
		return -ENODEV;
	}
}

static const struct kes_feed kes_feed = {
	.source = KES_SOURCE_MODULE,
	.fields = KES_FIELD_CONTEXT | KES_FIELD_USERSPACE,
	.switch_group = kes_feed_switch,
	.sync = kes_probed_sync,
};

static void kes_unbind(void)
{
	mutex_lock(&kes_lock);
	kes_detach_all();
	if (kes_feed_state != KES_FEED_STOPPED)
		kes_feed_state = KES_FEED_WAITING;
	mutex_unlock(&kes_lock);
}

/* Called for tracepoints of modules, including modules loaded earlier. */
static int kes_tracepoint_notify(struct notifier_block *nb,
				 unsigned long action, void *data)
{
	struct tp_module *tp_mod = data;
	struct module *mod = tp_mod->mod;
	unsigned int i;

	if (strcmp(mod->name, "kvm"))
		return NOTIFY_OK;
	if (action == MODULE_STATE_COMING) {
		for (i = 0; i < mod->num_tracepoints; i++)
			kes_note_tracepoint(tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]),
					    NULL);
	} else if (action == MODULE_STATE_GOING) {
		kes_unbind();
		kes_forget_tracepoints();
	}
	return NOTIFY_OK;
}

/* VMREAD does not read an enlightened VMCS, which Hyper-V keeps in memory. */
static bool kes_evmcs_in_use(void)
{
#if IS_ENABLED(CONFIG_HYPERV)
	return hypervisor_is_type(X86_HYPER_MS_HYPERV) &&
	       ms_hyperv.hints & HV_X64_ENLIGHTENED_VMCS_RECOMMENDED;
#else
	return false;
#endif
}

/* Return the type of KVM's exit codes, KES_ISA_NONE if not supported. */
static u32 kes_find_isa(void)
{
	if (boot_cpu_has(X86_FEATURE_SVM))
		return KES_ISA_SVM;
	if (!boot_cpu_has(X86_FEATURE_VMX)) {
		pr_err("kvm_exit_stats: this CPU has neither VMX nor SVM\n");
		return KES_ISA_NONE;
	}
	if (!kes_evmcs_in_use())
		return KES_ISA_VMX;
	pr_err("kvm_exit_stats: cannot read Hyper-V's enlightened VMCS (disable it with kvm_intel.enlightened_vmcs=0)\n");
	return KES_ISA_NONE;
}

/*
 * Check that KVM is loaded and supported. Return 0, -ENOENT if a part of KVM
 * is not loaded yet, or another error after logging the reason.
 */
static int kes_check_kvm(u32 *isa)
{
	if (!kes_tracepoints_found())
		return -ENOENT;
	*isa = kes_find_isa();
	if (*isa == KES_ISA_NONE)
		return -EOPNOTSUPP;
	return kes_btf_check(&kes_one_arg_entry,
			     *isa == KES_ISA_SVM ? &kes_vmcb_offset : NULL);
}

/* Bind to the KVM found by kes_check_kvm(), whose return value is @found. */
static int kes_bind_to(int found, u32 isa)
{
	bool bound;
	int ret;

	mutex_lock(&kes_lock);
	if (kes_feed_state != KES_FEED_STOPPED)
		kes_feed_state = found ? KES_FEED_WAITING : KES_FEED_BOUND;
	bound = kes_feed_state == KES_FEED_BOUND;
	mutex_unlock(&kes_lock);
	if (!bound)
		return found;
	pr_info("kvm_exit_stats: found a supported KVM (%s)\n",
		isa == KES_ISA_SVM ? "SVM" : "VMX");
	kes_choose_entry(kes_one_arg_entry);
	kes_set_isa(isa);
	mutex_lock(&kes_lock);
	ret = kes_attach_all();
	mutex_unlock(&kes_lock);
	return ret;
}

/* Called when a part of KVM is loaded. */
static int kes_bind(void)
{
	u32 isa = KES_ISA_NONE;
	int found, ret;

	mutex_lock(&kes_bind_lock);
	found = kes_check_kvm(&isa);
	ret = kes_bind_to(found, isa);
	mutex_unlock(&kes_bind_lock);
	return ret;
}

/*
 * A KVM was loaded that this module does not support. Remove the module's
 * files before a patched KVM creates its own, and so that no counts are shown
 * for another one.
 */
static void kes_disable(bool patched)
{
	bool first;

	mutex_lock(&kes_lock);
	first = kes_feed_state != KES_FEED_STOPPED;
	kes_feed_state = KES_FEED_STOPPED;
	mutex_unlock(&kes_lock);
	if (!first)
		return;
	if (patched)
		pr_info("kvm_exit_stats: disabled: this KVM is patched and counts exits itself\n");
	else
		pr_err("kvm_exit_stats: disabled: this KVM is not supported\n");
	kes_probed_sync();
	kes_exit();
}

/* Called for KVM's modules, after their type information was registered. */
static int kes_module_notify(struct notifier_block *nb, unsigned long action,
			     void *data)
{
	struct module *mod = data;
	/* Loading the other vendor's module may be attempted, and fails. */
	bool vendor = !strcmp(mod->name, boot_cpu_has(X86_FEATURE_SVM) ?
					 "kvm_amd" : "kvm_intel");

	if (!vendor && strcmp(mod->name, "kvm"))
		return NOTIFY_OK;
	if (action == MODULE_STATE_GOING && vendor)
		kes_unbind();
	if (action == MODULE_STATE_COMING) {
		int ret = kes_bind();

		if (ret && ret != -ENOENT)
			kes_disable(ret == -EBUSY);
	}
	return NOTIFY_OK;
}

static struct notifier_block kes_tracepoint_nb = {
	.notifier_call = kes_tracepoint_notify,
};

/* Runs after the notifiers that register BTF and tracepoints. */
static struct notifier_block kes_module_nb = {
	.notifier_call = kes_module_notify,
	.priority = -1,
};

static bool kes_count_at_once;
module_param_named(count, kes_count_at_once, bool, 0400);
MODULE_PARM_DESC(count, "Start counting when the module is loaded (default N); /sys/kernel/kvm_exit_stats/count switches it later");

static void kes_feed_stop(void)
{
	unregister_module_notifier(&kes_module_nb);
	unregister_tracepoint_module_notifier(&kes_tracepoint_nb);
}

static int __init kes_feed_find_kvm(void)
{
	int ret;

	for_each_kernel_tracepoint(kes_note_tracepoint, NULL);
	ret = register_tracepoint_module_notifier(&kes_tracepoint_nb);
	if (ret)
		return ret;
	ret = register_module_notifier(&kes_module_nb);
	if (ret)
		unregister_tracepoint_module_notifier(&kes_tracepoint_nb);
	return ret;
}

static void kes_feed_end(void)
{
	bool stopped;

	mutex_lock(&kes_lock);
	stopped = kes_feed_state == KES_FEED_STOPPED;
	kes_feed_state = KES_FEED_STOPPED;
	kes_detach_all();
	mutex_unlock(&kes_lock);
	kes_probed_sync();
	/* Until the files are removed, their readers use the work queue. */
	if (!stopped)
		kes_exit();
	kes_probed_exit();
}

static int __init kes_feed_begin_at(int found, u32 isa)
{
	int ret = kes_probed_init();

	if (ret)
		return ret;
	ret = kes_init(&kes_feed);
	if (!ret)
		ret = kes_bind_to(found, isa);
	if (ret == -ENOENT) {
		pr_info("kvm_exit_stats: waiting for KVM to be loaded\n");
		ret = 0;
	}
	if (!ret && kes_count_at_once)
		ret = kes_switch(KES_GROUP_COUNT, true);
	if (ret)
		kes_feed_end();
	return ret;
}

/* Check KVM before anything is created. */
static int __init kes_feed_begin(void)
{
	u32 isa = KES_ISA_NONE;
	int ret;

	mutex_lock(&kes_bind_lock);
	ret = kes_check_kvm(&isa);
	if (ret == -EBUSY)
		pr_info("kvm_exit_stats: not needed: this KVM is patched and counts exits itself\n");
	if (!ret || ret == -ENOENT)
		ret = kes_feed_begin_at(ret, isa);
	if (ret)
		kes_feed_state = KES_FEED_STOPPED;
	mutex_unlock(&kes_bind_lock);
	return ret;
}

static int __init kes_feed_init(void)
{
	int ret = kes_feed_find_kvm();

	if (ret)
		return ret;
	ret = kes_feed_begin();
	if (ret)
		kes_feed_stop();
	return ret;
}

static void __exit kes_feed_exit(void)
{
	kes_feed_stop();
	kes_feed_end();
}

module_init(kes_feed_init);
module_exit(kes_feed_exit);

MODULE_DESCRIPTION("KVM exit statistics by reason, counted at KVM's tracepoints");
MODULE_AUTHOR("exitstat");
MODULE_LICENSE("GPL");
