count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: /sys/kernel/kvm_exit_stats/, one value per file.
count    | *
count    | * The exit rate of a guest reveals what the guest does, so each access needs
count    | * CAP_PERFMON or CAP_SYS_ADMIN: the mode of a file does not stop uid 0 of a
count-values| * container.
values   | * container. total and reasons/ are sums over all VMs, including destroyed
values   | * ones, since the last reset.
count    | */
count    |#include <linux/capability.h>
count    |#include <linux/init.h>
count    |#include <linux/kobject.h>
count    |#include <linux/kstrtox.h>
values   |#include <linux/mutex.h>
vms      |#include <linux/rculist.h>
count    |#include <linux/string.h>
count    |#include <linux/sysfs.h>
count    |
dmesg    |#include "dmesg.h"
count    |#include "engine.h"
count    |#include "groups.h"
count    |#include "read.h"
reset    |#include "sums.h"
count    |#include "sysfs.h"
values   |#include "table.h"
vms      |#include "walk.h"
count    |
count    |static struct kobject *kes_kobj;
values   |static bool kes_has_reasons;
count    |
count-values|/* @arg: the group of a switch */
values   |/* @arg: the group of a switch, or the slot of a sum */
count    |struct kes_file {
count    |	struct kobj_attribute attr;
count    |	ssize_t (*show)(u32 arg, char *buf);
count    |	ssize_t (*store)(u32 arg, const char *buf, size_t size);
count    |	u32 arg;
count    |};
count    |
count    |static ssize_t kes_file_show(struct kobject *kobj, struct kobj_attribute *attr,
count    |			     char *buf)
count    |{
count    |	const struct kes_file *file = container_of(attr, struct kes_file, attr);
count    |
count    |	return perfmon_capable() ? file->show(file->arg, buf) : -EPERM;
count    |}
count    |
count    |static ssize_t kes_file_store(struct kobject *kobj, struct kobj_attribute *attr,
count    |			      const char *buf, size_t size)
count    |{
count    |	const struct kes_file *file = container_of(attr, struct kes_file, attr);
count    |
count    |	return perfmon_capable() ? file->store(file->arg, buf, size) : -EPERM;
count    |}
count    |
count    |static ssize_t switch_show(u32 arg, char *buf)
count    |{
count    |	return sysfs_emit(buf, "%d\n", !!(kes_groups() & arg));
count    |}
count    |
count    |static ssize_t switch_store(u32 arg, const char *buf, size_t size)
count    |{
count    |	bool on;
count    |	int ret = kstrtobool(buf, &on);
count    |
count    |	if (!ret)
count    |		ret = kes_switch(arg, on);
count    |	return ret ? ret : size;
count    |}
values   |
values   |static ssize_t version_show(u32 arg, char *buf)
values   |{
values   |	return sysfs_emit(buf, "%d\n", KES_VERSION);
values   |}
values   |
values   |static ssize_t source_show(u32 arg, char *buf)
values   |{
values   |	return sysfs_emit(buf, "%s\n", kes.feed->source == KES_SOURCE_MODULE ?
values   |					"module" : "patched");
values   |}
values   |
values   |static ssize_t lost_show(u32 arg, char *buf)
values   |{
values   |	return sysfs_emit(buf, "%lld\n", atomic64_read(&kes.lost));
values   |}
values   |
values   |static ssize_t generation_show(u32 arg, char *buf)
values   |{
values   |	u64 generation;
values   |
values   |	mutex_lock(&kes_lock);
values   |	generation = kes.generation;
values   |	mutex_unlock(&kes_lock);
values   |	return sysfs_emit(buf, "%llu\n", generation);
values   |}
values   |
values   |static ssize_t total_show(u32 arg, char *buf)
values   |{
values   |	struct kes_table *table = kes_table_alloc_all();
values   |	u64 value;
values   |
values   |	if (!table)
values   |		return -ENOMEM;
values   |	value = kes_total(&table->sum);
values   |	kes_table_free(table);
values   |	return sysfs_emit(buf, "%llu\n", value);
values   |}
values   |
values   |static ssize_t reason_show(u32 slot, char *buf)
values   |{
values   |	return sysfs_emit(buf, "%llu\n", kes_sum_slot(slot));
values   |}
vms      |
vms      |/* The VMs for which the group is on by itself */
vms      |static ssize_t vms_show(u32 group, char *buf)
vms      |{
vms      |	const struct kes_vm *vm;
vms      |	ssize_t size = 0;
vms      |
vms      |	kes_walk_begin();
vms      |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
vms      |		if (vm->groups & group && !vm->destroyed_ns)
vms      |			size += sysfs_emit_at(buf, size, "%s%llu",
vms      |					      size ? " " : "", vm->id);
vms      |	kes_walk_end();
vms      |	size += sysfs_emit_at(buf, size, "\n");
vms      |	return size;
vms      |}
vms      |
vms      |/* "+ID" or "-ID" */
vms      |static ssize_t vms_store(u32 group, const char *buf, size_t size)
vms      |{
vms      |	u64 id;
vms      |	int ret;
vms      |
vms      |	if (*buf != '+' && *buf != '-')
vms      |		return -EINVAL;
vms      |	ret = kstrtou64(buf + 1, 10, &id);
vms      |	if (!ret)
vms      |		ret = kes_switch_vm(id, group, *buf == '+');
vms      |	return ret ? ret : size;
vms      |}
values   |
values   |static ssize_t unaccounted_show(u32 arg, char *buf)
values   |{
values   |	struct kes_table *table;
values   |	s64 value;
values   |
values   |	if (!(kes.feed->fields & KES_FIELD_ACCOUNTING))
values   |		return -EOPNOTSUPP;
values   |	table = kes_table_alloc_all();
values   |	if (!table)
values   |		return -ENOMEM;
values   |	value = kes_unaccounted(&table->sum);
values   |	kes_table_free(table);
values   |	return sysfs_emit(buf, "%lld\n", value);
values   |}
reset    |
reset    |/* Run @action when 1 is written; refuse anything else. */
reset    |static ssize_t kes_trigger(const char *buf, size_t size, int (*action)(void))
reset    |{
reset    |	bool yes;
reset    |	int ret = kstrtobool(buf, &yes);
reset    |
reset    |	if (!ret)
reset    |		ret = yes ? action() : -EINVAL;
reset    |	return ret ? ret : size;
reset    |}
reset    |
reset    |static ssize_t reset_store(u32 arg, const char *buf, size_t size)
reset    |{
reset    |	return kes_trigger(buf, size, kes_reset);
reset    |}
dmesg    |
dmesg    |static ssize_t dmesg_store(u32 arg, const char *buf, size_t size)
dmesg    |{
dmesg    |	return kes_trigger(buf, size, kes_dmesg_print);
dmesg    |}
count    |
count    |#define KES_FILE(_name, _mode, _show, _store, _arg)			\
count    |	{								\
count    |		.attr = {						\
count    |			.attr = { .name = _name, .mode = _mode },	\
count    |			.show = kes_file_show,				\
count    |			.store = kes_file_store,			\
count    |		},							\
count    |		.show = _show,						\
count    |		.store = _store,					\
count    |		.arg = _arg,						\
count    |	}
count    |#define KES_SWITCH(_name, _group) \
count    |	KES_FILE(_name, 0600, switch_show, switch_store, _group)
vms      |#define KES_VMS(_name, _group) \
vms      |	KES_FILE(_name, 0600, vms_show, vms_store, _group)
values   |#define KES_READ(_name, _show)	KES_FILE(_name, 0400, _show, NULL, 0)
reset    |#define KES_WRITE(_name, _store)	KES_FILE(_name, 0200, NULL, _store, 0)
count    |
count    |static struct kes_file kes_files[] = {
count    |	KES_SWITCH("count", KES_GROUP_COUNT),
time     |	KES_SWITCH("time", KES_GROUP_TIME),
histogram|	KES_SWITCH("histogram", KES_GROUP_HISTOGRAM),
detail   |	KES_SWITCH("detail", KES_GROUP_DETAIL),
vms      |	KES_VMS("time_vms", KES_GROUP_TIME),
vms      |	KES_VMS("histogram_vms", KES_GROUP_HISTOGRAM),
vms      |	KES_VMS("detail_vms", KES_GROUP_DETAIL),
values   |	KES_READ("version", version_show),
values   |	KES_READ("source", source_show),
values   |	KES_READ("lost", lost_show),
values   |	KES_READ("generation", generation_show),
values   |	KES_READ("total", total_show),
values   |	KES_READ("unaccounted", unaccounted_show),
reset    |	KES_WRITE("reset", reset_store),
dmesg    |	KES_WRITE("dmesg", dmesg_store),
count    |};
count    |
count    |static struct attribute *kes_attrs[ARRAY_SIZE(kes_files) + 1];
count    |
count    |static const struct attribute_group kes_group = {
count    |	.attrs = kes_attrs,
count    |};
values   |
values   |/* One file per reason, by slot. */
values   |static struct kes_file kes_reasons[KES_NR_SLOTS];
values   |static struct attribute *kes_reason_attrs[KES_NR_SLOTS + 1];
values   |
values   |static const struct attribute_group kes_reasons_group = {
values   |	.name = "reasons",
values   |	.attrs = kes_reason_attrs,
values   |};
values   |
values   |static void kes_make_reasons(void)
values   |{
values   |	unsigned int slot;
values   |
values   |	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
values   |		const struct kes_reason *reason = kes_reason(kes.isa, slot);
values   |
values   |		if (reason)
values   |			kes_reasons[slot] = (struct kes_file)
values   |				KES_FILE(reason->name, 0400, reason_show, NULL,
values   |					 slot);
values   |	}
values   |}
count    |
count    |/* VMX's slots have gaps, which sysfs would treat as the end of the list. */
count    |static void kes_list_files(struct attribute **list, struct kes_file *file,
count    |			   unsigned int nr)
count    |{
count    |	for (; nr--; file++)
count    |		if (file->attr.attr.name)
count    |			*list++ = &file->attr.attr;
count    |}
values   |
values   |void kes_sysfs_add_reasons(void)
values   |{
values   |	if (!kes_kobj)
values   |		return;
values   |	kes_make_reasons();
values   |	kes_list_files(kes_reason_attrs, kes_reasons, KES_NR_SLOTS);
values   |	if (sysfs_create_group(kes_kobj, &kes_reasons_group))
values   |		pr_warn("kvm_exit_stats: cannot create /sys/kernel/kvm_exit_stats/reasons\n");
values   |	else
values   |		kes_has_reasons = true;
values   |}
count    |
count    |int __init kes_sysfs_init(void)
count    |{
count    |	int ret;
count    |
count    |	kes_list_files(kes_attrs, kes_files, ARRAY_SIZE(kes_files));
count    |	kes_kobj = kobject_create_and_add("kvm_exit_stats", kernel_kobj);
count    |	if (!kes_kobj)
count    |		return -ENOMEM;
count    |	ret = sysfs_create_group(kes_kobj, &kes_group);
count    |	if (ret)
count    |		kes_sysfs_exit();
count    |	return ret;
count    |}
count    |
count    |void kes_sysfs_exit(void)
count    |{
count    |	if (!kes_kobj)
count    |		return;
values   |	if (kes_has_reasons)
values   |		sysfs_remove_group(kes_kobj, &kes_reasons_group);
values   |	kes_has_reasons = false;
count    |	sysfs_remove_group(kes_kobj, &kes_group);
count    |	kobject_put(kes_kobj);
count    |	kes_kobj = NULL;
count    |}
