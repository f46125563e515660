// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of how the source bpf finds VMs in its maps: which vCPUs belong to one
 * VM, which VMs were destroyed, and which counts are kept.
 */
#include <errno.h>

#include "bpf-fixture.h"

static void counts_are_read(void **state UNUSED)
{
	struct eb_vcpu *v = begin(3, 0xa0, 0xa, 5, KES_ISA_SVM);

	v->exits[EB_L1][KES_SVM_IOIO] = 101;
	v->exits[EB_L2][KES_SVM_IOIO] = 23;
	v->userspace[EB_L1][KES_SVM_IOIO] = 11;
	v->userspace[EB_L2][KES_SVM_IOIO] = 2;
	v->returns[2] = 13;
	v->returns[10] = 3;
	v->errors[EB_ERROR_OTHER] = 7;
	v->errors[EB_ERROR_FAULT] = 5;
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.hdr.isa, KES_ISA_SVM);
	assert_int_equal(f.snap.nr_vms, 1);
	assert_int_equal(f.snap.vms[0].vm_id, 1);
	assert_int_equal(f.snap.vms[0].pid, 100);
	assert_int_equal(f.snap.vms[0].created_ns, v->first_ns);
	assert_string_equal(f.snap.vms[0].comm, "qemu");
	assert_false(f.snap.vms[0].destroyed);
	assert_int_equal(f.snap.vcpus[0].vcpu_id, 5);
	assert_int_equal(f.snap.nr_exits, 1);
	assert_int_equal(f.snap.exits[0].code, IOIO);
	assert_int_equal(f.snap.exits[0].l1, 101);
	assert_int_equal(f.snap.exits[0].l2, 23);
	assert_int_equal(f.snap.exits[0].userspace, 13);
	assert_int_equal(f.snap.nr_users, 4);
	assert_int_equal(f.snap.users[1].reason, 10);
	assert_int_equal(f.snap.users[1].count, 3);
	assert_int_equal(f.snap.users[2].reason, KES_USERSPACE_ERRNO);
	assert_int_equal(f.snap.users[2].count, 7);
	assert_int_equal(f.snap.users[3].reason, KES_USERSPACE_ERRNO | EFAULT);
	assert_int_equal(f.snap.users[3].count, 5);
	assert_int_equal(f.snap.nr_times + f.snap.nr_histograms + f.snap.nr_details, 0);
}

static void vms_are_ordered_by_first_exit(void **state UNUSED)
{
	begin(9, 0xb0, 0xb, 0, KES_ISA_VMX);
	begin(1, 0xa0, 0xa, 0, KES_ISA_VMX);
	begin(0, 0xb1, 0xb, 1, KES_ISA_VMX);
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_vms, 2);
	assert_int_equal(f.snap.vms[0].nr_vcpus, 2);
	assert_int_equal(f.snap.vms[1].nr_vcpus, 1);
	/* a vCPU added later belongs to the VM at its address */
	begin(2, 0xa1, 0xa, 1, KES_ISA_VMX);
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_vms, 2);
	assert_int_equal(f.snap.vms[1].nr_vcpus, 2);
}

static void destroyed_vms_keep_their_counts(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);
	uint64_t destroyed_ns;

	v->exits[EB_L1][30] = 97;
	f.arrays.times[0].first_ns = 5;
	f.arrays.times[0].last_ns = 9;
	look(ALL_GROUPS);
	v->exits[EB_L1][30] += 4;
	destroyed_ns = v->ended_ns = tick();
	for (int i = 0; i < 2; i++) {
		look(ALL_GROUPS);
		assert_true(f.snap.vms[0].destroyed);
		assert_int_equal(f.snap.vms[0].destroyed_ns, destroyed_ns);
		assert_int_equal(f.snap.exits[0].l1, 101);
		assert_int_equal(f.snap.vcpus[0].time.last_cyc, 9);
		assert_int_equal(f.vms.nr_done, i ? 0 : 1);
		recycle();
	}
}

/* A slot that was read to the end is not used again until it has been zeroed. */
static void finished_slots_are_not_adopted(void **state UNUSED)
{
	begin(4, 0xa0, 0xa, 0, KES_ISA_VMX)->ended_ns = tick();
	for (int i = 0; i < 3; i++)
		assert_int_equal(look(KES_GROUP_COUNT)->nr_vms, 1);
	assert_int_equal(f.vms.nr_done, 1);
	recycle();
	begin(4, 0xa0, 0xa, 0, KES_ISA_VMX);
	assert_int_equal(look(KES_GROUP_COUNT)->nr_vms, 2);
}

/* KVM reuses addresses: between two snapshots, a VM ends and another begins. */
static void reused_address_is_another_vm(void **state UNUSED)
{
	struct eb_vcpu *first = begin(0, 0xa0, 0xa, 0, KES_ISA_VMX), *second;

	look(KES_GROUP_COUNT);
	second = begin(1, 0xa1, 0xa, 1, KES_ISA_VMX);
	first->ended_ns = tick();
	begin(2, 0xa0, 0xa, 1, KES_ISA_VMX);
	second->ended_ns = tick();
	begin(3, 0xa1, 0xa, 0, KES_ISA_VMX);
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_vms, 2);
	assert_int_equal(f.snap.vms[0].nr_vcpus, 2);
	assert_true(f.snap.vms[0].destroyed);
	assert_int_equal(f.snap.vms[1].nr_vcpus, 2);
	assert_false(f.snap.vms[1].destroyed);
}

static void another_process_is_another_vm(void **state UNUSED)
{
	begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);
	begin(1, 0xa1, 0xa, 1, KES_ISA_VMX)->tgid = 101;
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_vms, 2);
	assert_true(f.snap.vms[0].destroyed);
	assert_int_equal(f.snap.vms[1].pid, 101);
}

static bool runs(void *arg, uint32_t tgid)
{
	return *(uint32_t *)arg != tgid;
}

static void vm_is_destroyed_with_its_process(void **state UNUSED)
{
	f.vms.runs = runs;
	f.vms.arg = &f.gone;
	begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);
	begin(1, 0xb0, 0xb, 0, KES_ISA_VMX)->tgid = 101;
	assert_false(look(KES_GROUP_COUNT)->vms[0].destroyed);
	f.gone = 100;
	look(KES_GROUP_COUNT);
	assert_true(f.snap.vms[0].destroyed);
	assert_true(f.snap.vms[0].destroyed_ns >= f.snap.vms[0].created_ns);
	assert_false(f.snap.vms[1].destroyed);
}

/* More VMs than the ring holds: evicted VMs stay in the sum. */
static void totals_never_decrease(void **state UNUSED)
{
	uint64_t expected = 0;

	for (uint32_t i = 0; i < BPF_DESTROYED_VMS + 10; i++) {
		struct eb_vcpu *v = begin(i % NR, 0xa0, 0xa, 0, KES_ISA_VMX);

		v->exits[EB_L1][12] = i + 1;
		v->exits[EB_L1][NO_ROW] = 1;
		v->ended_ns = tick();
		expected += i + 2;
		look(KES_GROUP_COUNT);
		assert_int_equal(all_exits(), expected);
		recycle();
	}
	assert_int_equal(f.snap.nr_vms, BPF_DESTROYED_VMS);
	assert_int_equal(f.snap.vms[0].vm_id, 11);
	assert_int_equal(f.snap.evicted, 65);
}

/* The next snapshot has all VMs that were destroyed since the last one. */
static void all_destroyed_vms_are_reported_once(void **state UNUSED)
{
	for (uint32_t i = 0; i < BPF_DESTROYED_VMS + 10; i++) {
		struct eb_vcpu *v = begin(i % NR, 0xa0, 0xa, 0, KES_ISA_VMX);

		v->exits[EB_L1][12] = 1;
		v->ended_ns = tick();
		bpf_vms_update(&f.vms, tick());
		recycle();
	}
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_vms, BPF_DESTROYED_VMS + 10);
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_vms, BPF_DESTROYED_VMS);
	assert_int_equal(all_exits(), BPF_DESTROYED_VMS + 10);
}

static void slots_are_recycled(void **state UNUSED)
{
	for (uint32_t i = 0; i < NR; i++)
		begin(i, 0x100 + i, i + 1, 0, KES_ISA_VMX)->ended_ns = tick();
	assert_int_equal(look(KES_GROUP_COUNT)->nr_vms, NR);
	assert_int_equal(f.vms.nr_done, NR);
	recycle();
	assert_int_equal(look(KES_GROUP_COUNT)->nr_vms, NR);
}

UNIT_TESTS("bpf",
	   FTEST(counts_are_read), FTEST(vms_are_ordered_by_first_exit),
	   FTEST(destroyed_vms_keep_their_counts),
	   FTEST(finished_slots_are_not_adopted),
	   FTEST(reused_address_is_another_vm),
	   FTEST(another_process_is_another_vm),
	   FTEST(vm_is_destroyed_with_its_process),
	   FTEST(totals_never_decrease),
	   FTEST(all_destroyed_vms_are_reported_once),
	   FTEST(slots_are_recycled))
