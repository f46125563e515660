// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: /sys/kernel/kvm_exit_stats/, one value per file.
 *
 * Root only: the rate at which a guest exits tells a lot about what it does.
 * total and reasons/ sum up all VMs, dead ones included, since the last reset.
 */
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/sysfs.h>

#include "dmesg.h"
#include "engine.h"
#include "groups.h"
#include "sums.h"
#include "sysfs.h"

static struct kobject *kes_kobj;
static const struct attribute_group *kes_reasons_group;

/* The switches, one file per group. */
static ssize_t kes_group_show(u32 group, char *buf)
{
	return sysfs_emit(buf, "%d\n", !!(kes_groups() & group));
}

static ssize_t kes_group_store(u32 group, const char *buf, size_t size)
{
	bool on;
	int ret = kstrtobool(buf, &on);

	if (!ret)
		ret = kes_switch(group, on);
	return ret ? ret : size;
}

#define KES_SWITCH(_name, _group)					\
static ssize_t _name##_show(struct kobject *kobj,			\
			    struct kobj_attribute *attr, char *buf)	\
{									\
	return kes_group_show(KES_GROUP_##_group, buf);			\
}									\
static ssize_t _name##_store(struct kobject *kobj,			\
			     struct kobj_attribute *attr,		\
			     const char *buf, size_t size)		\
{									\
	return kes_group_store(KES_GROUP_##_group, buf, size);		\
}									\
static struct kobj_attribute kes_##_name##_attr = __ATTR_RW_MODE(_name, 0600)

KES_SWITCH(count, COUNT);
KES_SWITCH(time, TIME);
KES_SWITCH(histogram, HISTOGRAM);
KES_SWITCH(detail, DETAIL);

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

/* @slot: one slot, or KES_NR_SLOTS for all */
static ssize_t kes_emit_sum(char *buf, unsigned int slot)
{
	struct kes_counts *sum = kvzalloc(sizeof(*sum), GFP_KERNEL);
	u64 value;

	if (!sum)
		return -ENOMEM;
	kes_sync();
	mutex_lock(&kes_lock);
	kes_add_all(sum);
	mutex_unlock(&kes_lock);
	value = slot == KES_NR_SLOTS ? kes_total(sum) :
				       kes_slot_total(sum, slot);
	kvfree(sum);
	return sysfs_emit(buf, "%llu\n", value);
}

static ssize_t unaccounted_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	struct kes_counts *sum;
	s64 value;

	if (!(kes.feed->fields & KES_FIELD_CLOSURE))
		return -EOPNOTSUPP;
	sum = kvzalloc(sizeof(*sum), GFP_KERNEL);
	if (!sum)
		return -ENOMEM;
	kes_sync();
	mutex_lock(&kes_lock);
	kes_add_all(sum);
	mutex_unlock(&kes_lock);
	value = kes_unaccounted(sum);
	kvfree(sum);
	return sysfs_emit(buf, "%lld\n", value);
}

static ssize_t total_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	return kes_emit_sum(buf, KES_NR_SLOTS);
}

/* For files that do one thing when 1 is written to them. */
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

static struct kobj_attribute kes_version_attr =
	__ATTR(version, 0400, version_show, NULL);
static struct kobj_attribute kes_source_attr =
	__ATTR(source, 0400, source_show, NULL);
static struct kobj_attribute kes_lost_attr =
	__ATTR(lost, 0400, lost_show, NULL);
static struct kobj_attribute kes_generation_attr =
	__ATTR(generation, 0400, generation_show, NULL);
static struct kobj_attribute kes_total_attr =
	__ATTR(total, 0400, total_show, NULL);
static struct kobj_attribute kes_unaccounted_attr =
	__ATTR(unaccounted, 0400, unaccounted_show, NULL);
static struct kobj_attribute kes_reset_attr =
	__ATTR(reset, 0200, NULL, reset_store);
static struct kobj_attribute kes_dmesg_attr =
	__ATTR(dmesg, 0200, NULL, dmesg_store);

static struct attribute *kes_attrs[] = {
	&kes_count_attr.attr,
	&kes_time_attr.attr,
	&kes_histogram_attr.attr,
	&kes_detail_attr.attr,
	&kes_version_attr.attr,
	&kes_source_attr.attr,
	&kes_lost_attr.attr,
	&kes_generation_attr.attr,
	&kes_total_attr.attr,
	&kes_unaccounted_attr.attr,
	&kes_reset_attr.attr,
	&kes_dmesg_attr.attr,
	NULL
};

static const struct attribute_group kes_group = {
	.attrs = kes_attrs,
};

/* One file per reason: the attribute's place in its array is the slot. */
static ssize_t kes_vmx_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf);
static ssize_t kes_svm_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf);

static struct kobj_attribute kes_vmx_attr[] = {
	[KES_SLOT_UNKNOWN] = __ATTR(UNKNOWN, 0400, kes_vmx_show, NULL),
#define KES_VMX(name, code, ...)	\
	[code] = __ATTR(name, 0400, kes_vmx_show, NULL),
#include "exits.def"
};

static struct kobj_attribute kes_svm_attr[] = {
	[KES_SLOT_UNKNOWN] = __ATTR(UNKNOWN, 0400, kes_svm_show, NULL),
#define KES_SVM(name, ...)	\
	[KES_SVM_##name] = __ATTR(name, 0400, kes_svm_show, NULL),
#include "exits.def"
};

static ssize_t kes_vmx_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return kes_emit_sum(buf, attr - kes_vmx_attr);
}

static ssize_t kes_svm_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return kes_emit_sum(buf, attr - kes_svm_attr);
}

static struct attribute *kes_vmx_attrs[KES_NR_SLOTS + 1];
static struct attribute *kes_svm_attrs[KES_NR_SLOTS + 1];

static const struct attribute_group kes_vmx_group = {
	.name = "reasons",
	.attrs = kes_vmx_attrs,
};

static const struct attribute_group kes_svm_group = {
	.name = "reasons",
	.attrs = kes_svm_attrs,
};

/* VMX's slots have gaps, which sysfs would take for the end. */
static void __init kes_list_attrs(struct attribute **list,
				  struct kobj_attribute *attr)
{
	unsigned int slot;

	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		if (attr[slot].attr.name)
			*list++ = &attr[slot].attr;
}

void kes_sysfs_add_reasons(void)
{
	const struct attribute_group *group = &kes_vmx_group;

	if (!kes_kobj)
		return;
	if (kes.isa == KES_ISA_SVM)
		group = &kes_svm_group;
	if (sysfs_create_group(kes_kobj, group))
		pr_warn("kvm_exit_stats: no reasons/ in sysfs\n");
	else
		kes_reasons_group = group;
}

int __init kes_sysfs_init(void)
{
	int ret;

	kes_list_attrs(kes_vmx_attrs, kes_vmx_attr);
	kes_list_attrs(kes_svm_attrs, kes_svm_attr);
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
	if (kes_reasons_group)
		sysfs_remove_group(kes_kobj, kes_reasons_group);
	kes_reasons_group = NULL;
	sysfs_remove_group(kes_kobj, &kes_group);
	kobject_put(kes_kobj);
	kes_kobj = NULL;
}
