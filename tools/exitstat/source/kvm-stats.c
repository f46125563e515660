// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "kvm-stats": KVM's built-in statistics, if nothing better is permitted.
 *
 * kvm-vms.c has the VMs and their counts. A VM that cannot be read yet is shown
 * without vCPUs; one that cannot be read at all is omitted and reported in remarks.
 */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "exits/sources.h"
#include "snapshot/build.h"
#include "source/kvm-debugfs.h"
#include "source/kvm-vms.h"
#include "source/ops.h"

#define READ_NS		(100 * NSEC_PER_MSEC)	/* time to wait for answers */
#define PROBE_NS	NSEC_PER_SEC

struct kvm_stats {
	struct source source;
	struct kvm_vms vms;
};

static struct kvm_vms *vms_of(struct source *s)
{
	return &((struct kvm_stats *)s)->vms;
}

/* ---- the snapshot ---- */

static void put_counts(struct snap_build *b, uint32_t type, uint64_t vm_id,
		       uint32_t vcpu_id, const uint64_t n[NR_KVM_STATS])
{
	const struct kes_vcpu_record r = {
		.vm_id = vm_id,
		.vcpu_id = vcpu_id,
		.exit_size = sizeof(struct kes_exit),
	};

	snap_build_record(b, type, &r);
	for (uint64_t i = 0; i < NR_KVM_STATS; i++) {
		const struct kes_exit e = { .code = i, .l1 = n[i] };

		if (n[i])
			snap_build_element(b, &e);
	}
}

static void put_vm(struct snap_build *b, const struct kvm_vm *vm)
{
	struct kes_vm_record r = {
		.vm_id = vm->id,
		.created_ns = vm->created_ns,
		.destroyed_ns = vm->destroyed_ns,
		.pid = vm->pid,
		.flags = vm->destroyed_ns ? KES_VM_DESTROYED : 0,
		.nr_vcpus = (uint32_t)vm->nr,
	};

	memcpy(r.comm, vm->comm, sizeof(r.comm));
	snap_build_record(b, KES_REC_VM, &r);
	for (size_t i = 0; i < vm->nr; i++)
		put_counts(b, KES_REC_VCPU, vm->id, vm->vcpus[i].id,
			   vm->vcpus[i].n);
}

/* Found, but not readable, now or soon. */
static bool is_left_out(const struct kvm_vm *vm)
{
	return !vm->nr && *vm->no_qmp.text;
}

static int kvm_stats_read(struct source *s, struct buf *out, struct errbuf *err)
{
	struct kvm_vms *k = vms_of(s);
	struct kes_header h = {
		.isa = KES_ISA_KVM,
		.source = KES_SOURCE_KVM_STATS,
		.groups = KES_GROUP_COUNT,
		.groups_known = KES_GROUP_COUNT,
		.begin_ns = mono_ns(),
	};
	struct snap_build b;

	(void)err;
	kvm_vms_update(k, READ_NS);
	h.end_ns = mono_ns();
	snap_build_begin(&b, out);
	put_counts(&b, KES_REC_EVICTED, 0, 0, k->evicted);
	for (size_t i = 0; i < k->nr; i++)
		if (!is_left_out(&k->vms[i]))
			put_vm(&b, &k->vms[i]);
	snap_build_end(&b, &h);
	return 0;
}

/* ---- the rest of the source ---- */

static void describe(const struct kvm_vm *vm, struct buf *out)
{
	buf_printf(out, "not read: %s (pid %u): %s%s%s\n",
		   *vm->comm ? vm->comm : "a VM", vm->pid, vm->no_qmp.text,
		   *vm->no_debugfs.text ? "; " : "", vm->no_debugfs.text);
}

static void kvm_stats_remarks(struct source *s, struct buf *out)
{
	const struct kvm_vms *k = vms_of(s);

	for (size_t i = 0; i < k->nr; i++)
		if (is_left_out(&k->vms[i]) ||
		    (!k->vms[i].destroyed_ns && *k->vms[i].no_qmp.text))
			describe(&k->vms[i], out);
}

static size_t count_method(const struct kvm_vms *k, enum kvm_method method)
{
	size_t nr = 0;

	for (size_t i = 0; i < k->nr; i++)
		nr += k->vms[i].method == method && !k->vms[i].destroyed_ns;
	return nr;
}

/* Wait for VMs whose QEMU has not answered yet. */
static void settle(struct kvm_vms *k)
{
	uint64_t until_ns = mono_ns() + PROBE_NS;
	bool waiting;

	do {
		kvm_vms_update(k, READ_NS);
		waiting = false;
		for (size_t i = 0; i < k->nr; i++)
			waiting |= k->vms[i].qmp && !k->vms[i].nr;
	} while (waiting && mono_ns() < until_ns);
}

static int kvm_stats_open(struct source *s, struct errbuf *why)
{
	struct kvm_vms *k = vms_of(s);
	struct kvm_stat_values sums;
	struct errbuf no_debugfs;
	struct buf b = { 0 };
	bool has_debugfs;
	size_t qmp;

	k->root = s->root;
	settle(k);
	has_debugfs = !kvm_debugfs_read(s->root, "", &sums, &no_debugfs);
	qmp = count_method(k, KVM_METHOD_QMP);
	if (qmp)
		return err_set(why, 0, "QMP of %zu QEMU answers%s", qmp,
			       has_debugfs ?
			       ", and KVM's totals in debugfs are readable" :
			       "");
	if (has_debugfs)
		return err_set(why, 0,
			       "KVM's totals for each VM in %s" KVM_DEBUGFS " are readable",
			       s->root);
	for (size_t i = 0; i < k->nr; i++)
		if (*k->vms[i].no_qmp.text)
			describe(&k->vms[i], &b);
	if (b.len)
		b.data[strcspn(b.data, "\n")] = '\0';
	err_set(why, 0, "%.300s; %.180s", no_debugfs.text,
		b.len ? b.data : "and no QEMU with QMP is running");
	buf_free(&b);
	return -EAGAIN;
}

static void kvm_stats_close(struct source *s)
{
	kvm_vms_free(vms_of(s));
}

static int kvm_stats_get(struct source *s, uint32_t *on, uint32_t *known,
			 struct errbuf *err)
{
	(void)s;
	(void)err;
	*on = KES_GROUP_COUNT;
	*known = KES_GROUP_COUNT;
	return 0;
}

static int kvm_stats_set(struct source *s, uint32_t group, bool on,
			 struct errbuf *err)
{
	(void)s;
	(void)group;
	(void)on;
	return err_set(err, -EOPNOTSUPP,
		       "source kvm-stats: KVM always counts these; they cannot be switched");
}

static int kvm_stats_reset(struct source *s, struct errbuf *err)
{
	(void)s;
	return err_set(err, -EOPNOTSUPP,
		       "source kvm-stats: not reset, because others may use KVM's own statistics");
}

const struct source_ops source_kvm_stats = {
	.name = SOURCE_NAME_KVM_STATS,
	.size = sizeof(struct kvm_stats),
	.open = kvm_stats_open,
	.close = kvm_stats_close,
	.read = kvm_stats_read,
	.get_groups = kvm_stats_get,
	.set_group = kvm_stats_set,
	.reset = kvm_stats_reset,
	.remarks = kvm_stats_remarks,
};
