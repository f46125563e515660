// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: /sys/kernel/kvm_exit_stats/, one value per file.
 *
 * Root only: the exit rate of a guest reveals what the guest does. total and
 * reasons/ are sums over all VMs, including destroyed ones, since the last
 * reset.
 */
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "dmesg.h"
#include "engine.h"
#include "groups.h"
#include "sums.h"
#include "sysfs.h"
#include "table.h"

static struct kobject *kes_kobj;
static bool kes_has_reasons;

/* @arg: the group of a switch, or the slot of a sum */
struct kes_file {
	struct kobj_attribute attr;
	u32 arg;
};

static u32 kes_arg(struct kobj_attribute *attr)
{
	return container_of(attr, struct kes_file, attr)->arg;
}

static ssize_t switch_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%d\n", !!(kes_groups() & kes_arg(attr)));
}

static ssize_t switch_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t size)
{
	bool on;
	int ret = kstrtobool(buf, &on);

	if (!ret)
		ret = kes_switch(kes_arg(attr), on);
	return ret ? ret : size;
}

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%d\n", KES_VERSION);
}

static ssize_t source_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", kes.feed->source == KES_SOURCE_MODULE ?
					"module" : "patched");
}

static ssize_t lost_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(&kes.lost));
}

static ssize_t generation_show(struct kobject *kobj,
			       struct kobj_attribute *attr, char *buf)
{
	u64 generation;

	mutex_lock(&kes_lock);
	generation = kes.generation;
	mutex_unlock(&kes_lock);
	return sysfs_emit(buf, "%llu\n", generation);
}

/* Show the sum for one slot, or for all slots if it is KES_NR_SLOTS. */
static ssize_t sum_show(struct kobject *kobj, struct kobj_attribute *attr,
			char *buf)
{
	struct kes_table *table = kes_table_alloc_all();
	u32 slot = kes_arg(attr);
	u64 value;

	if (!table)
		return -ENOMEM;
	value = slot == KES_NR_SLOTS ? kes_total(&table->sum) :
				       kes_slot_total(&table->sum, slot);
	kes_table_free(table);
	return sysfs_emit(buf, "%llu\n", value);
}

static ssize_t unaccounted_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
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

static ssize_t reset_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t size)
{
	return kes_trigger(buf, size, kes_reset);
}

static ssize_t dmesg_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t size)
{
	return kes_trigger(buf, size, kes_dmesg_print);
}

static struct kes_file kes_files[] = {
	{ __ATTR(count, 0600, switch_show, switch_store), KES_GROUP_COUNT },
	{ __ATTR(time, 0600, switch_show, switch_store), KES_GROUP_TIME },
	{ __ATTR(histogram, 0600, switch_show, switch_store),
	  KES_GROUP_HISTOGRAM },
	{ __ATTR(detail, 0600, switch_show, switch_store), KES_GROUP_DETAIL },
	{ __ATTR(version, 0400, version_show, NULL) },
	{ __ATTR(source, 0400, source_show, NULL) },
	{ __ATTR(lost, 0400, lost_show, NULL) },
	{ __ATTR(generation, 0400, generation_show, NULL) },
	{ __ATTR(total, 0400, sum_show, NULL), KES_NR_SLOTS },
	{ __ATTR(unaccounted, 0400, unaccounted_show, NULL) },
	{ __ATTR(reset, 0200, NULL, reset_store) },
	{ __ATTR(dmesg, 0200, NULL, dmesg_store) },
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
			kes_reasons[slot] = (struct kes_file){
				.attr.attr = { .name = reason->name, .mode = 0400 },
				.attr.show = sum_show,
				.arg = slot,
			};
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
