count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: /sys/kernel/kvm_exit_stats/, one value per file.
count    | *
count-values| * Root only: the exit rate of a guest reveals what the guest does.
values   | * Root only: the exit rate of a guest reveals what the guest does. total and
values   | * reasons/ are sums over all VMs, including destroyed ones, since the last
values   | * reset.
count    | */
count    |#include <linux/init.h>
count    |#include <linux/kobject.h>
count    |#include <linux/kstrtox.h>
count    |#include <linux/sysfs.h>
count    |
dmesg    |#include "dmesg.h"
count    |#include "engine.h"
count    |#include "groups.h"
reset    |#include "sums.h"
count    |#include "sysfs.h"
values   |#include "table.h"
count    |
count    |static struct kobject *kes_kobj;
values   |static bool kes_has_reasons;
count    |
count-values|/* @arg: the group of a switch */
values   |/* @arg: the group of a switch, or the slot of a sum */
count    |struct kes_file {
count    |	struct kobj_attribute attr;
count    |	u32 arg;
count    |};
count    |
count    |static u32 kes_arg(struct kobj_attribute *attr)
count    |{
count    |	return container_of(attr, struct kes_file, attr)->arg;
count    |}
count    |
count    |static ssize_t switch_show(struct kobject *kobj, struct kobj_attribute *attr,
count    |			   char *buf)
count    |{
count    |	return sysfs_emit(buf, "%d\n", !!(kes_groups() & kes_arg(attr)));
count    |}
count    |
count    |static ssize_t switch_store(struct kobject *kobj, struct kobj_attribute *attr,
count    |			    const char *buf, size_t size)
count    |{
count    |	bool on;
count    |	int ret = kstrtobool(buf, &on);
count    |
count    |	if (!ret)
count    |		ret = kes_switch(kes_arg(attr), on);
count    |	return ret ? ret : size;
count    |}
values   |
values   |static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr,
values   |			    char *buf)
values   |{
values   |	return sysfs_emit(buf, "%d\n", KES_VERSION);
values   |}
values   |
values   |static ssize_t source_show(struct kobject *kobj, struct kobj_attribute *attr,
values   |			   char *buf)
values   |{
values   |	return sysfs_emit(buf, "%s\n", kes.feed->source == KES_SOURCE_MODULE ?
values   |					"module" : "patched");
values   |}
values   |
values   |static ssize_t lost_show(struct kobject *kobj, struct kobj_attribute *attr,
values   |			 char *buf)
values   |{
values   |	return sysfs_emit(buf, "%lld\n", atomic64_read(&kes.lost));
values   |}
values   |
values   |static ssize_t generation_show(struct kobject *kobj,
values   |			       struct kobj_attribute *attr, char *buf)
values   |{
values   |	u64 generation;
values   |
values   |	mutex_lock(&kes_lock);
values   |	generation = kes.generation;
values   |	mutex_unlock(&kes_lock);
values   |	return sysfs_emit(buf, "%llu\n", generation);
values   |}
values   |
values   |/* Show the sum for one slot, or for all slots if it is KES_NR_SLOTS. */
values   |static ssize_t sum_show(struct kobject *kobj, struct kobj_attribute *attr,
values   |			char *buf)
values   |{
values   |	struct kes_table *table = kes_table_alloc_all();
values   |	u32 slot = kes_arg(attr);
values   |	u64 value;
values   |
values   |	if (!table)
values   |		return -ENOMEM;
values   |	value = slot == KES_NR_SLOTS ? kes_total(&table->sum) :
values   |				       kes_slot_total(&table->sum, slot);
values   |	kes_table_free(table);
values   |	return sysfs_emit(buf, "%llu\n", value);
values   |}
values   |
values   |static ssize_t unaccounted_show(struct kobject *kobj,
values   |				struct kobj_attribute *attr, char *buf)
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
reset    |static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr,
reset    |			   const char *buf, size_t size)
reset    |{
reset    |	return kes_trigger(buf, size, kes_reset);
reset    |}
dmesg    |
dmesg    |static ssize_t dmesg_store(struct kobject *kobj, struct kobj_attribute *attr,
dmesg    |			   const char *buf, size_t size)
dmesg    |{
dmesg    |	return kes_trigger(buf, size, kes_dmesg_print);
dmesg    |}
count    |
count    |static struct kes_file kes_files[] = {
count    |	{ __ATTR(count, 0600, switch_show, switch_store), KES_GROUP_COUNT },
time     |	{ __ATTR(time, 0600, switch_show, switch_store), KES_GROUP_TIME },
histogram|	{ __ATTR(histogram, 0600, switch_show, switch_store),
histogram|	  KES_GROUP_HISTOGRAM },
detail   |	{ __ATTR(detail, 0600, switch_show, switch_store), KES_GROUP_DETAIL },
values   |	{ __ATTR(version, 0400, version_show, NULL) },
values   |	{ __ATTR(source, 0400, source_show, NULL) },
values   |	{ __ATTR(lost, 0400, lost_show, NULL) },
values   |	{ __ATTR(generation, 0400, generation_show, NULL) },
values   |	{ __ATTR(total, 0400, sum_show, NULL), KES_NR_SLOTS },
values   |	{ __ATTR(unaccounted, 0400, unaccounted_show, NULL) },
reset    |	{ __ATTR(reset, 0200, NULL, reset_store) },
dmesg    |	{ __ATTR(dmesg, 0200, NULL, dmesg_store) },
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
values   |			kes_reasons[slot] = (struct kes_file){
values   |				.attr.attr = { .name = reason->name, .mode = 0400 },
values   |				.attr.show = sum_show,
values   |				.arg = slot,
values   |			};
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
