// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: exit counts in the binary statistics of a vCPU.
 *
 * KVM's own statistics are unchanged. They are followed by "exits_counting",
 * which is 1 while exits are counted, and by one cumulative statistic per exit
 * reason: "exits_" and the name of the reason in lower case. Existing readers
 * of KVM_GET_STATS_FD show them, such as QEMU's query-stats and libvirt.
 *
 * The counters are not part of struct kvm_vcpu_stat, whose size must not
 * change. A reader gets a copy of KVM's statistics followed by a copy of the
 * counters.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "life.h"
#include "read.h"
#include "stats_fd.h"

/*
 * Size of struct kvm_stats_desc with a name of KVM_STATS_NAME_SIZE. The type
 * of the array's elements differs between kernels, its layout does not.
 */
#define KES_DESC_SIZE	sizeof(kvm_vcpu_stats_desc[0])

static void *kes_descs;
static struct kvm_stats_header kes_stats_header;

/* @place: index among the engine's statistics; QEMU requires no gaps. */
static void kes_fill_desc(struct kvm_stats_desc *desc, unsigned int place,
			  u32 flags, const char *name)
{
	char *dest = desc->name;
	int i;

	desc->flags = flags | KVM_STATS_BASE_POW10;
	desc->exponent = 0;
	desc->size = 1;
	desc->offset = sizeof(struct kvm_vcpu_stat) + place * sizeof(u64);
	desc->bucket_size = 0;
	snprintf(dest, KVM_STATS_NAME_SIZE, "exits_%s", name);
	for (i = 0; dest[i]; i++)
		dest[i] = tolower(dest[i]);
}

/* If out of memory, only KVM's own statistics are available. */
static void kes_stats_fd_init(void)
{
	u32 nr = 0, own = kvm_vcpu_stats_header.num_desc;
	const struct kes_reason *reason;
	unsigned int slot;
	void *descs;

	descs = kvcalloc(own + 1 + KES_NR_SLOTS, KES_DESC_SIZE, GFP_KERNEL);
	if (!descs)
		return;
	memcpy(descs, kvm_vcpu_stats_desc, own * KES_DESC_SIZE);
	kes_fill_desc(descs + own * KES_DESC_SIZE, nr++,
		      KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN,
		      "counting");
	for (slot = 0; slot < KES_NR_SLOTS; slot++) {
		reason = kes_reason(kes.isa, slot);
		if (!reason)
			continue;
		kes_fill_desc(descs + (own + nr) * KES_DESC_SIZE, nr,
			      KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE,
			      reason->name);
		nr++;
	}
	kes_stats_header = kvm_vcpu_stats_header;
	kes_stats_header.num_desc = own + nr;
	kes_stats_header.data_offset += nr * KES_DESC_SIZE;
	kes_descs = descs;
}

/* The type of the exit codes is known when a vendor module is loaded. */
void kvm_exit_stats_set_isa(u32 isa)
{
	kes_set_isa(isa);
	if (!kes_descs)
		kes_stats_fd_init();
}
EXPORT_SYMBOL_GPL(kvm_exit_stats_set_isa);

void kes_stats_fd_exit(void)
{
	kvfree(kes_descs);
	kes_descs = NULL;
}

static u32 kes_nr_stats(void)
{
	return kes_stats_header.num_desc - kvm_vcpu_stats_header.num_desc;
}

/* The file has a reference to the vCPU, so its counters need no lock. */
static void kes_fill_data(u64 *data, const struct kes_hot *hot,
			  struct kes_counts *counts)
{
	unsigned int slot;

	*data++ = !!(kes_groups() & KES_GROUP_COUNT);
	kes_copy_vcpu(counts, hot);
	for (slot = 0; slot < KES_NR_SLOTS; slot++)
		if (kes_reason(kes.isa, slot))
			*data++ = kes_slot_total(counts, slot);
}

ssize_t kvm_exit_stats_read(struct kvm_vcpu *vcpu, char __user *buf,
			    size_t size, loff_t *offset)
{
	size_t stat_size = sizeof(vcpu->stat);
	struct kes_counts *counts;
	size_t data_size;
	ssize_t ret;
	void *data;

	if (!kes_descs)
		return kvm_stats_read(vcpu->stats_id, &kvm_vcpu_stats_header,
				      kvm_vcpu_stats_desc, &vcpu->stat,
				      stat_size, buf, size, offset);
	data_size = stat_size + sizeof(u64) * kes_nr_stats();
	counts = kvmalloc(sizeof(*counts) + data_size, GFP_KERNEL);
	if (!counts)
		return -ENOMEM;
	data = counts + 1;
	memcpy(data, &vcpu->stat, stat_size);
	kes_fill_data(data + stat_size, &vcpu->exit_stats, counts);
	ret = kvm_stats_read(vcpu->stats_id, &kes_stats_header, kes_descs,
			     data, data_size, buf, size, offset);
	kvfree(counts);
	return ret;
}
