// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what the source bpf makes of its maps: which vCPUs are of one
 * VM, who has ended, what stays of the dead, and the snapshot's records. The
 * maps are arrays here; what the kernel would write is written by the tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot.h"
#include "source-bpf-vms.h"

#define NR		16
#define IOIO		0x7b
#define NO_ROW		35	/* of VMX */
#define ALL_GROUPS	(KES_GROUP_COUNT | KES_GROUP_TIME | \
			 KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL)

struct fixture {
	struct bpf_arrays arrays;
	struct bpf_vms vms;
	struct buf bytes;
	struct snapshot snap;
	uint32_t gone;		/* a process that does not run any more */
};

static uint64_t clock_ns = 1000;

static uint64_t tick(void)
{
	return ++clock_ns;
}

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arrays = (struct bpf_arrays) {
		.nr = NR,
		.vcpus = xcalloc(NR, sizeof(struct eb_vcpu)),
		.times = xcalloc(NR, sizeof(struct eb_time)),
		.histograms = xcalloc(NR, sizeof(struct eb_histogram)),
		.details = xcalloc(NR, sizeof(struct eb_detail)),
	};
	bpf_vms_init(&f->vms, &f->arrays);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	bpf_vms_free(&f->vms);
	snapshot_free(&f->snap);
	buf_free(&f->bytes);
	free(f->arrays.vcpus);
	free(f->arrays.times);
	free(f->arrays.histograms);
	free(f->arrays.details);
	free(f);
	return 0;
}

/* A new life at a place, as take_place() begins it. */
static struct eb_vcpu *begin(struct fixture *f, uint32_t place, uint64_t vcpu,
			     uint64_t kvm, uint32_t id, uint32_t isa)
{
	struct eb_vcpu *v = &f->arrays.vcpus[place];

	*v = (struct eb_vcpu) {
		.vcpu = vcpu, .kvm = kvm, .first_ns = tick(), .vcpu_id = id,
		.tgid = 100, .tid = 200 + id, .isa = isa, .last = EB_NO_EXIT,
		.comm = "qemu",
	};
	return v;
}

static const struct snapshot *look(struct fixture *f, uint32_t groups)
{
	struct bpf_head head = {
		.begin_ns = tick(), .groups = groups, .lost = 7, .now_ns = tick,
	};
	struct errbuf err = { "" };

	bpf_vms_update(&f->vms, head.begin_ns);
	f->bytes.len = 0;
	bpf_vms_snapshot(&f->vms, &head, &f->bytes);
	if (snapshot_parse(&f->snap, f->bytes.data, f->bytes.len, &err))
		fail_msg("%s", err.text);
	return &f->snap;
}

static uint64_t all_exits(const struct snapshot *s)
{
	uint64_t sum = s->retired;

	for (size_t i = 0; i < s->nr_vms; i++)
		sum += snapshot_vm_exits(s, &s->vms[i]);
	return sum;
}

/* As exitstat does when it has read what is there. */
static void recycle(struct fixture *f)
{
	for (size_t i = 0; i < f->vms.nr_done; i++) {
		uint32_t place = f->vms.done[i];

		memset(&f->arrays.vcpus[place], 0, sizeof(struct eb_vcpu));
	}
	bpf_vms_recycled(&f->vms);
}

static void nothing_is_a_snapshot(void **state)
{
	const struct snapshot *s = look(*state, KES_GROUP_COUNT);

	assert_int_equal(s->hdr.source, KES_SOURCE_BPF);
	assert_int_equal(s->hdr.fields, KES_FIELD_CONTEXT | KES_FIELD_USERSPACE);
	assert_int_equal(s->hdr.groups_known, ALL_GROUPS);
	assert_int_equal(s->hdr.lost, 7);
	assert_int_equal(s->hdr.isa, KES_ISA_NONE);
	assert_true(s->hdr.end_ns > s->hdr.begin_ns);
	assert_int_equal(s->hdr.now_cyc, s->hdr.end_ns);
	assert_int_equal(s->hdr.tsc_khz, 1000000);
}

static void counts_arrive(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 3, 0xa0, 0xa, 5, KES_ISA_SVM);
	const struct snapshot *s;

	v->exits[EB_L1][KES_SVM_IOIO] = 101;
	v->exits[EB_L2][KES_SVM_IOIO] = 23;
	v->userspace[EB_L1][KES_SVM_IOIO] = 11;
	v->userspace[EB_L2][KES_SVM_IOIO] = 2;
	v->returns[2] = 13;
	v->returns[10] = 3;
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->hdr.isa, KES_ISA_SVM);
	assert_int_equal(s->nr_vms, 1);
	assert_int_equal(s->vms[0].vm_id, 1);
	assert_int_equal(s->vms[0].pid, 100);
	assert_int_equal(s->vms[0].created_ns, v->first_ns);
	assert_string_equal(s->vms[0].comm, "qemu");
	assert_false(s->vms[0].dead);
	assert_int_equal(s->vcpus[0].vcpu_id, 5);
	assert_int_equal(s->nr_exits, 1);
	assert_int_equal(s->exits[0].code, IOIO);
	assert_int_equal(s->exits[0].l1, 101);
	assert_int_equal(s->exits[0].l2, 23);
	assert_int_equal(s->exits[0].userspace, 13);
	assert_int_equal(s->nr_users, 2);
	assert_int_equal(s->users[1].reason, 10);
	assert_int_equal(s->users[1].count, 3);
	assert_int_equal(s->nr_times + s->nr_histograms + s->nr_details, 0);
}

static void vms_are_in_the_order_of_their_exits(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;

	begin(f, 9, 0xb0, 0xb, 0, KES_ISA_VMX);
	begin(f, 1, 0xa0, 0xa, 0, KES_ISA_VMX);
	begin(f, 0, 0xb1, 0xb, 1, KES_ISA_VMX);
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_vms, 2);
	assert_int_equal(s->vms[0].nr_vcpus, 2);
	assert_int_equal(s->vms[1].nr_vcpus, 1);
	/* a vCPU that comes later is of the VM at its address */
	begin(f, 2, 0xa1, 0xa, 1, KES_ISA_VMX);
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_vms, 2);
	assert_int_equal(s->vms[1].nr_vcpus, 2);
}

static void the_dead_keep_their_counts(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_VMX);
	const struct snapshot *s;
	uint64_t died_ns;

	v->exits[EB_L1][30] = 97;
	f->arrays.times[0].first_ns = 5;
	f->arrays.times[0].last_ns = 9;
	look(f, ALL_GROUPS);
	v->exits[EB_L1][30] += 4;
	died_ns = v->ended_ns = tick();
	for (int i = 0; i < 2; i++) {
		s = look(f, ALL_GROUPS);
		assert_true(s->vms[0].dead);
		assert_int_equal(s->vms[0].died_ns, died_ns);
		assert_int_equal(s->exits[0].l1, 101);
		assert_int_equal(s->vcpus[0].time.last_cyc, 9);
		assert_int_equal(f->vms.nr_done, i ? 0 : 1);
		recycle(f);
	}
}

/* A place that was read to the end is nobody's until it has been zeroed. */
static void done_places_are_not_adopted(void **state)
{
	struct fixture *f = *state;

	begin(f, 4, 0xa0, 0xa, 0, KES_ISA_VMX)->ended_ns = tick();
	for (int i = 0; i < 3; i++)
		assert_int_equal(look(f, KES_GROUP_COUNT)->nr_vms, 1);
	assert_int_equal(f->vms.nr_done, 1);
	recycle(f);
	begin(f, 4, 0xa0, 0xa, 0, KES_ISA_VMX);
	assert_int_equal(look(f, KES_GROUP_COUNT)->nr_vms, 2);
}

/* KVM uses addresses again. Between two looks, a VM ends and another begins. */
static void addresses_are_used_again(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *first = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_VMX), *second;
	const struct snapshot *s;

	look(f, KES_GROUP_COUNT);
	second = begin(f, 1, 0xa1, 0xa, 1, KES_ISA_VMX);
	first->ended_ns = tick();
	begin(f, 2, 0xa0, 0xa, 1, KES_ISA_VMX);
	second->ended_ns = tick();
	begin(f, 3, 0xa1, 0xa, 0, KES_ISA_VMX);
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_vms, 2);
	assert_int_equal(s->vms[0].nr_vcpus, 2);
	assert_true(s->vms[0].dead);
	assert_int_equal(s->vms[1].nr_vcpus, 2);
	assert_false(s->vms[1].dead);
}

static void another_process_is_another_vm(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;

	begin(f, 0, 0xa0, 0xa, 0, KES_ISA_VMX);
	begin(f, 1, 0xa1, 0xa, 1, KES_ISA_VMX)->tgid = 101;
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_vms, 2);
	assert_true(s->vms[0].dead);
	assert_int_equal(s->vms[1].pid, 101);
}

static bool runs(void *arg, uint32_t tgid)
{
	return *(uint32_t *)arg != tgid;
}

static void a_vm_ends_with_its_process(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;

	f->vms.runs = runs;
	f->vms.arg = &f->gone;
	begin(f, 0, 0xa0, 0xa, 0, KES_ISA_VMX);
	begin(f, 1, 0xb0, 0xb, 0, KES_ISA_VMX)->tgid = 101;
	assert_false(look(f, KES_GROUP_COUNT)->vms[0].dead);
	f->gone = 100;
	s = look(f, KES_GROUP_COUNT);
	assert_true(s->vms[0].dead);
	assert_true(s->vms[0].died_ns >= s->vms[0].created_ns);
	assert_false(s->vms[1].dead);
}

/* More VMs than the ring holds: what leaves it stays in the sum. */
static void totals_never_go_back(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;
	uint64_t expected = 0;

	for (uint32_t i = 0; i < BPF_DEAD_VMS + 10; i++) {
		struct eb_vcpu *v = begin(f, i % NR, 0xa0, 0xa, 0, KES_ISA_VMX);

		v->exits[EB_L1][12] = i + 1;
		v->exits[EB_L1][NO_ROW] = 1;
		v->ended_ns = tick();
		expected += i + 2;
		s = look(f, KES_GROUP_COUNT);
		assert_int_equal(all_exits(s), expected);
		recycle(f);
	}
	assert_int_equal(s->nr_vms, BPF_DEAD_VMS);
	assert_int_equal(s->vms[0].vm_id, 11);
	assert_int_equal(s->retired, 65);
}

/* They died between two snapshots: the next one has them all. */
static void all_that_died_are_told(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;

	for (uint32_t i = 0; i < BPF_DEAD_VMS + 10; i++) {
		struct eb_vcpu *v = begin(f, i % NR, 0xa0, 0xa, 0, KES_ISA_VMX);

		v->exits[EB_L1][12] = 1;
		v->ended_ns = tick();
		bpf_vms_update(&f->vms, tick());
		recycle(f);
	}
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_vms, BPF_DEAD_VMS + 10);
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_vms, BPF_DEAD_VMS);
	assert_int_equal(all_exits(s), BPF_DEAD_VMS + 10);
}

static void codes_without_a_row_are_unknown(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_VMX);
	const struct snapshot *s;

	v->exits[EB_L1][NO_ROW] = 2;
	v->exits[EB_L1][12] = 3;
	v->exits[EB_L2][KES_SLOT_UNKNOWN] = 4;
	v->unknown_last = 0xdead;
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_exits, 2);
	assert_int_equal(s->exits[0].code, 12);
	assert_int_equal(s->exits[1].code, KES_CODE_UNKNOWN);
	assert_int_equal(s->exits[1].l1, 2);
	assert_int_equal(s->exits[1].l2, 4);
	assert_int_equal(s->vcpus[0].unknown_last, NO_ROW);
}

/* Codes that no manual describes are shown as they are. */
static void pvm_codes_are_raw(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_PVM);
	const struct snapshot *s;

	v->exits[EB_L1][5] = 2;
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->hdr.isa, KES_ISA_PVM);
	assert_int_equal(s->exits[0].code, 5);
}

static void svm_codes_have_slots(void **state)
{
	static u8 near[KES_SVM_NEAR];
	struct eb_far_code far[EB_MAX_FAR];
	uint32_t nr = bpf_svm_slots(near, far, EB_MAX_FAR);

	(void)state;
	assert_true(nr > 0 && nr < EB_MAX_FAR);
	assert_int_equal(near[IOIO], KES_SVM_IOIO);
	assert_int_equal(near[0x400], KES_SVM_NPF);
	assert_int_equal(near[0x300], KES_SLOT_UNKNOWN);
	/* SVM_EXIT_ERR is -1; KVM keeps the low half */
	for (uint32_t i = 0; i < nr; i++)
		if (far[i].code == 0xffffffff)
			return;
	fail_msg("-1 has no slot");
}

static void groups_have_records(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_SVM);
	struct eb_time *t = &f->arrays.times[0];
	struct eb_detail *d = &f->arrays.details[0];
	const struct snapshot *s;

	v->exits[EB_L1][KES_SVM_IOIO] = 12;
	*t = (struct eb_time) { .first_ns = 100, .last_ns = 160,
				.guest_ns = 20, .state = KES_STATE_HANDLER,
				.slot = KES_SVM_IOIO, .off_ns = 170,
				.off_asleep = 1 };
	t->sums_ns[KES_SVM_IOIO][KES_STATE_HANDLER - 1] = 30;
	t->sums_ns[KES_NO_SLOT][KES_STATE_USERSPACE - 1] = 10;
	t->max_ns[KES_SVM_IOIO] = 9;
	f->arrays.histograms[0].n[KES_SVM_IOIO][4] = 12;
	d->values[77] = (struct eb_pair) {
		(KES_SVM_IOIO + 1ULL) << 56 | KES_DETAIL_READ | 0x3f8, 9
	};
	d->other[KES_SVM_IOIO] = 2;
	v->waiting = KES_SVM_IOIO + 1;
	s = look(f, ALL_GROUPS);
	assert_int_equal(s->nr_times, 2);
	assert_int_equal(s->times[0].code, IOIO);
	assert_int_equal(s->times[0].cyc[0], 30);
	assert_int_equal(s->times[0].max_cyc, 9);
	assert_int_equal(s->times[1].code, KES_CODE_NONE);
	assert_int_equal(s->vcpus[0].time.state, KES_STATE_HALT_BLOCK);
	assert_int_equal(s->vcpus[0].time.state_code, IOIO);
	assert_int_equal(s->histograms[0].bucket[4], 12);
	assert_int_equal(s->nr_details, 2);
	assert_int_equal(s->details[0].value, KES_DETAIL_READ | 0x3f8);
	assert_int_equal(s->details[1].flags, KES_DETAIL_OTHER);
	/* the one whose value is still to come is there, too */
	assert_int_equal(s->details[0].count + s->details[1].count, 12);
	/* what is recorded, but switched off again, is not shown */
	s = look(f, KES_GROUP_COUNT);
	assert_int_equal(s->nr_times + s->nr_histograms + s->nr_details, 0);
	assert_int_equal(s->nr_exits, 1);
}

/* A program that is always writing must not stop the reader. */
static void a_busy_vcpu_is_read(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_VMX);

	v->seq = 1;
	v->exits[EB_L1][12] = 3;
	assert_int_equal(all_exits(look(f, ALL_GROUPS)), 3);
}

/* A KVM that does not report exits must not look like a guest without any. */
static void silence_is_told(void **state)
{
	struct fixture *f = *state;
	struct eb_vcpu *v = begin(f, 0, 0xa0, 0xa, 0, KES_ISA_NONE);
	struct buf b = { 0 };

	v->returns[0] = 1;
	v->returns[10] = 2;
	look(f, KES_GROUP_COUNT);
	bpf_vms_remarks(&f->vms, &b);
	assert_int_equal(b.len, 0);
	v->returns[2] = 81;
	look(f, KES_GROUP_COUNT);
	bpf_vms_remarks(&f->vms, &b);
	assert_non_null(strstr(b.data, "VM 1: KVM_RUN returned 81 times"));
	buf_free(&b);
	v->exits[EB_L1][12] = 1;
	look(f, KES_GROUP_COUNT);
	bpf_vms_remarks(&f->vms, &b);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

static void more_vms_than_places_in_time(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < NR; i++)
		begin(f, i, 0x100 + i, i + 1, 0, KES_ISA_VMX)->ended_ns = tick();
	assert_int_equal(look(f, KES_GROUP_COUNT)->nr_vms, NR);
	assert_int_equal(f->vms.nr_done, NR);
	recycle(f);
	assert_int_equal(look(f, KES_GROUP_COUNT)->nr_vms, NR);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(nothing_is_a_snapshot),
		TEST(counts_arrive),
		TEST(vms_are_in_the_order_of_their_exits),
		TEST(the_dead_keep_their_counts),
		TEST(done_places_are_not_adopted),
		TEST(addresses_are_used_again),
		TEST(another_process_is_another_vm),
		TEST(a_vm_ends_with_its_process),
		TEST(totals_never_go_back),
		TEST(all_that_died_are_told),
		TEST(codes_without_a_row_are_unknown),
		TEST(pvm_codes_are_raw),
		TEST(svm_codes_have_slots),
		TEST(groups_have_records),
		TEST(a_busy_vcpu_is_read),
		TEST(silence_is_told),
		TEST(more_vms_than_places_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
