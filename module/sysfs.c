// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: /sys/kernel/kvm_exit_stats/, one value per file.
 *
 * The exit rate of a guest reveals what the guest does, so each access needs
 * CAP_PERFMON or CAP_SYS_ADMIN: the mode of a file does not stop uid 0 of a
 * container. total and reasons/ are sums over all VMs, including destroyed
 * ones, since the last reset.
 */
#include <linux/capability.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "dmesg.h"
#include "engine.h"
#include "groups.h"
#include "read.h"
#include "sums.h"
#include "sysfs.h"
#include "table.h"
#include "walk.h"

static struct kobject *kes_kobj;
static bool kes_has_reasons;

/* @arg: the group of a switch, or the slot of a sum */
struct kes_file {
	struct kobj_attribute attr;
	ssize_t (*show)(u32 arg, char *buf);
	ssize_t (*store)(u32 arg, const char *buf, size_t size);
	u32 arg;
};

static ssize_t kes_file_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	const struct kes_file *file = container_of(attr, struct kes_file, attr);

	return perfmon_capable() ? file->show(file->arg, buf) : -EPERM;
}

static ssize_t kes_file_store(struct kobject *kobj, struct kobj_attribute *attr,
			      const char *buf, size_t size)
{
	const struct kes_file *file = container_of(attr, struct kes_file, attr);

	return perfmon_capable() ? file->store(file->arg, buf, size) : -EPERM;
}

static ssize_t switch_show(u32 arg, char *buf)
{
	return sysfs_emit(buf, "%d\n", !!(kes_groups() & arg));
}

static ssize_t switch_store(u32 arg, const char *buf, size_t size)
{
	bool on;
	int ret = kstrtobool(buf, &on);

	if (!ret)
		ret = kes_switch(arg, on);
	return ret ? ret : size;
}

static ssize_t version_show(u32 arg, char *buf)
{
	return sysfs_emit(buf, "%d\n", KES_VERSION);
}

static ssize_t source_show(u32 arg, char *buf)
{
	return sysfs_emit(buf, "%s\n", kes.feed->source == KES_SOURCE_MODULE ?
					"module" : "patched");
}

static ssize_t lost_show(u32 arg, char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kes.lost));
}

static ssize_t generation_show(u32 arg, char *buf)
{
	u64 generation;

	mutex_lock(&kes_lock);
	generation = kes.generation;
	mutex_unlock(&kes_lock);
	return sysfs_emit(buf, "%llu\n", generation);
}

static ssize_t total_show(u32 arg, char *buf)
{
	struct kes_table *table = kes_table_alloc_all();
	u64 value;

	if (!table)
		return -ENOMEM;
	value = kes_total(&table->sum);
	kes_table_free(table);
	return sysfs_emit(buf, "%llu\n", value);
}

static ssize_t reason_show(u32 slot, char *buf)
{
	return sysfs_emit(buf, "%llu\n", kes_sum_slot(slot));
}

/* The VMs for which the group is on by itself */
static ssize_t vms_show(u32 group, char *buf)
{
	const struct kes_vm *vm;
	ssize_t size = 0;

	kes_walk_begin();
	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
		if (vm->groups & group && !vm->destroyed_ns)
			size += sysfs_emit_at(buf, size, "%s%llu",
					      size ? " " : "", vm->id);
	kes_walk_end();
	size += sysfs_emit_at(buf, size, "\n");
	return size;
}

/* "+ID" or "-ID" */
static ssize_t vms_store(u32 group, const char *buf, size_t size)
{
	u64 id;
	int ret;

	if (*buf != '+' && *buf != '-')
		return -EINVAL;
	ret = kstrtou64(buf + 1, 10, &id);
	if (!ret)
		ret = kes_switch_vm(id, group, *buf == '+');
	return ret ? ret : size;
}

static ssize_t unaccounted_show(u32 arg, char *buf)
{
	struct kes_table *table;
	s64 value;

	if (!(kes.feed->fields & KES_FIELD_ACCOUNTING))
		return -EOPNOTSUPP;
	table = kes_table_alloc_all();
	if (!table)
		return -ENOMEM;
	value = kes_unaccounted(&table->sum);
	kes_table_free(table);
	return sysfs_emit(buf, "%lld\n", value);
}

/* Run @action when 1 is written; refuse anything else. */
static ssize_t kes_trigger(const char *buf, size_t size, int (*action)(void))
{
	bool yes;
	int ret = kstrtobool(buf, &yes);

	if (!ret)
		ret = yes ? action() : -EINVAL;
	return ret ? ret : size;
}

static ssize_t reset_store(u32 arg, const char *buf, size_t size)
{
	return kes_trigger(buf, size, kes_reset);
}

static ssize_t dmesg_store(u32 arg, const char *buf, size_t size)
{
	return kes_trigger(buf, size, kes_dmesg_print);
}

#define KES_FILE(_name, _mode, _show, _store, _arg)			\
	{								\
		.attr = {						\
			.attr = { .name = _name, .mode = _mode },	\
			.show = kes_file_show,				\
			.store = kes_file_store,			\
		},							\
		.show = _show,						\
		.store = _store,					\
		.arg = _arg,						\
	}
#define KES_SWITCH(_name, _group) \
	KES_FILE(_name, 0600, switch_show, switch_store, _group)
#define KES_VMS(_name, _group) \
	KES_FILE(_name, 0600, vms_show, vms_store, _group)
#define KES_READ(_name, _show)	KES_FILE(_name, 0400, _show, NULL, 0)
#define KES_WRITE(_name, _store)	KES_FILE(_name, 0200, NULL, _store, 0)

static struct kes_file kes_files[] = {
	KES_SWITCH("count", KES_GROUP_COUNT),
	KES_SWITCH("time", KES_GROUP_TIME),
	KES_SWITCH("histogram", KES_GROUP_HISTOGRAM),
	KES_SWITCH("detail", KES_GROUP_DETAIL),
	KES_VMS("time_vms", KES_GROUP_TIME),
	KES_VMS("histogram_vms", KES_GROUP_HISTOGRAM),
	KES_VMS("detail_vms", KES_GROUP_DETAIL),
	KES_READ("version", version_show),
	KES_READ("source", source_show),
	KES_READ("lost", lost_show),
	KES_READ("generation", generation_show),
	KES_READ("total", total_show),
	KES_READ("unaccounted", unaccounted_show),
	KES_WRITE("reset", reset_store),
	KES_WRITE("dmesg", dmesg_store),
};

static struct attribute *kes_attrs[ARRAY_SIZE(kes_files) + 1];

static const struct attribute_group kes_group = {
	.attrs = kes_attrs,
};

/* One file per reason, by slot. */
static struct kes_file kes_reasons[KES_NR_SLOTS];
static struct attribute *kes_reason_attrs[KES_NR_SLOTS + 1];

static const struct attribute_group kes_reasons_group = {
	.name = "reasons",
	.attrs = kes_reason_attrs,
};

static void kes_make_reasons(void)
{
	unsigned int slot;

	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		const struct kes_reason *reason = kes_reason(kes.isa, slot);

		if (reason)
			kes_reasons[slot] = (struct kes_file)
				KES_FILE(reason->name, 0400, reason_show, NULL,
					 slot);
	}
}

/* VMX's slots have gaps, which sysfs would treat as the end of the list. */
static void kes_list_files(struct attribute **list, struct kes_file *file,
			   unsigned int nr)
{
	for (; nr--; file++)
		if (file->attr.attr.name)
			*list++ = &file->attr.attr;
}

void kes_sysfs_add_reasons(void)
{
	if (!kes_kobj)
		return;
	kes_make_reasons();
	kes_list_files(kes_reason_attrs, kes_reasons, KES_NR_SLOTS);
	if (sysfs_create_group(kes_kobj, &kes_reasons_group))
		pr_warn("kvm_exit_stats: cannot create /sys/kernel/kvm_exit_stats/reasons\n");
	else
		kes_has_reasons = true;
}

int __init kes_sysfs_init(void)
{
	int ret;

	kes_list_files(kes_attrs, kes_files, ARRAY_SIZE(kes_files));
	kes_kobj = kobject_create_and_add("kvm_exit_stats", kernel_kobj);
	if (!kes_kobj)
		return -ENOMEM;
	ret = sysfs_create_group(kes_kobj, &kes_group);
	if (ret)
		kes_sysfs_exit();
	return ret;
}

void kes_sysfs_exit(void)
{
	if (!kes_kobj)
		return;
	if (kes_has_reasons)
		sysfs_remove_group(kes_kobj, &kes_reasons_group);
	kes_has_reasons = false;
	sysfs_remove_group(kes_kobj, &kes_group);
	kobject_put(kes_kobj);
	kes_kobj = NULL;
}
