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
#include "feed_files.h"
#include "feed_pool.h"
#include "feed_probes.h"
#include "feed_vcpus.h"
#include "feed_work.h"
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
	kes_pools_close();
	kes_probed_destroy_all();
}

/* Have memory for all vCPUs before the first of them exits. */
static int kes_attach_count(u32 groups)
{
	unsigned int all = kes_count_vcpu_files(), known = kes_probed_nr_vcpus();
	int ret = kes_pools_open(groups, all > known ? all - known : 0);

	if (ret)
		return ret;
	ret = kes_attach(KES_LIFE) ?: kes_attach(KES_GROUP_COUNT);
	if (ret)
		kes_pools_close();
	return ret;
}

/* Attach for the groups that were switched on before KVM was loaded. */
static int kes_attach_all(void)
{
	u32 groups = kes_groups();
	int ret = 0;

	if (groups & KES_GROUP_COUNT)
		ret = kes_attach_count(groups);
	if (!ret && groups & KES_GROUP_TIME)
		ret = kes_attach(KES_GROUP_TIME);
	return ret;
}

static void kes_feed_off(u32 group)
{
	if (group & (KES_GROUP_COUNT | KES_GROUP_TIME))
		kes_detach(group);
	if (group == KES_GROUP_COUNT)
		kes_pools_close();
	else
		kes_pools_fit(kes_groups() & ~group);
}

/* Detail and histogram use the probes of count and time. */
static int kes_feed_on(u32 group)
{
	int ret;

	if (group == KES_GROUP_COUNT)
		return kes_attach_count(kes_groups() | group);
	ret = kes_pools_fit(kes_groups() | group) ?: kes_attach(group);
	if (ret)
		kes_feed_off(group);
	return ret;
}

static int kes_feed_switch(u32 group, bool on)
{
	lockdep_assert_held(&kes_lock);
	if (!on) {
		kes_feed_off(group);
		return 0;
	}
	switch (kes_feed_state) {
	case KES_FEED_BOUND:
		return kes_feed_on(group);
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
	.watch_exits = kes_probed_watch_exits,
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

/*
 * VMREAD does not read an enlightened VMCS, which Hyper-V keeps in memory.
 * Return 1 if KVM uses one, 0, or an error: -ENOENT if kvm_intel is not loaded.
 * When its initialization has ended, its parameter is off if it does not.
 */
static int kes_evmcs_in_use(void)
{
#if IS_ENABLED(CONFIG_HYPERV)
	if (hypervisor_is_type(X86_HYPER_MS_HYPERV) &&
	    ms_hyperv.hints & HV_X64_ENLIGHTENED_VMCS_RECOMMENDED)
		return kes_read_switch("/sys/module/kvm_intel/parameters/enlightened_vmcs");
#endif
	return 0;
}

static int kes_check_vmcs(void)
{
	int ret = kes_evmcs_in_use();

	if (ret <= 0)
		return ret;
	pr_err("kvm_exit_stats: cannot read Hyper-V's enlightened VMCS, which KVM uses (load kvm_intel with enlightened_vmcs=0)\n");
	return -EOPNOTSUPP;
}

/* Find the type of KVM's exit codes. Return 0, or an error as below. */
static int kes_find_isa(u32 *isa)
{
	if (boot_cpu_has(X86_FEATURE_SVM)) {
		*isa = KES_ISA_SVM;
		return 0;
	}
	if (!boot_cpu_has(X86_FEATURE_VMX)) {
		pr_err("kvm_exit_stats: this CPU has neither VMX nor SVM\n");
		return -EOPNOTSUPP;
	}
	*isa = KES_ISA_VMX;
	return kes_check_vmcs();
}

/*
 * Check that KVM is loaded and supported. Return 0, -ENOENT if a part of KVM
 * is not loaded yet, or another error after logging the reason.
 */
static int kes_check_kvm(u32 *isa)
{
	int ret;

	if (!kes_tracepoints_found())
		return -ENOENT;
	ret = kes_find_isa(isa);
	return ret ?: kes_btf_check(&kes_one_arg_entry,
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
	kes_choose_probes(isa, kes_one_arg_entry);
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

static bool kes_feed_is_waiting(void)
{
	bool waiting;

	mutex_lock(&kes_lock);
	waiting = kes_feed_state == KES_FEED_WAITING;
	mutex_unlock(&kes_lock);
	return waiting;
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
	/* A module's parameters can be read when it is live. */
	if (action == MODULE_STATE_COMING ||
	    (action == MODULE_STATE_LIVE && kes_feed_is_waiting())) {
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
