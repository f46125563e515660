// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the snapshot that the source bpf makes from its maps: slots and codes,
 * the records of groups, and the remarks.
 */
#include <pthread.h>

#include "bpf-fixture.h"

static void empty_maps_make_an_empty_snapshot(void **state UNUSED)
{
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.hdr.source, KES_SOURCE_BPF);
	assert_int_equal(f.snap.hdr.fields, KES_FIELD_CONTEXT | KES_FIELD_USERSPACE);
	assert_int_equal(f.snap.hdr.groups_known, ALL_GROUPS);
	assert_int_equal(f.snap.hdr.lost, 7);
	assert_int_equal(f.snap.hdr.isa, KES_ISA_NONE);
	assert_true(f.snap.hdr.end_ns > f.snap.hdr.begin_ns);
	assert_int_equal(f.snap.hdr.now_cyc, f.snap.hdr.end_ns);
	assert_int_equal(f.snap.hdr.tsc_khz, 1000000);
}

static void codes_without_a_row_are_unknown(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);

	v->exits[EB_L1][NO_ROW] = 2;
	v->exits[EB_L1][12] = 3;
	v->exits[EB_L2][KES_SLOT_UNKNOWN] = 4;
	v->unknown_last = 0xdead;
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_exits, 2);
	assert_int_equal(f.snap.exits[0].code, 12);
	assert_int_equal(f.snap.exits[1].code, KES_CODE_UNKNOWN);
	assert_int_equal(f.snap.exits[1].l1, 2);
	assert_int_equal(f.snap.exits[1].l2, 4);
	assert_int_equal(f.snap.vcpus[0].unknown_last, NO_ROW);
}

/* Codes without documentation are shown as numbers. */
static void pvm_codes_are_raw(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_PVM);

	v->pvm_codes[0] = 0x2000 + 1;
	v->pvm_codes[1] = 0 + 1;
	v->exits[EB_L1][0] = 2;
	v->exits[EB_L1][1] = 3;
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.hdr.isa, KES_ISA_PVM);
	assert_int_equal(f.snap.exits[0].code, 0x2000);
	assert_int_equal(f.snap.exits[1].code, 0);
}

/* Slots are assigned per vCPU, so a sum over VMs cannot keep them apart. */
static void evicted_pvm_codes_are_summed(void **state UNUSED)
{
	for (uint32_t i = 0; i < BPF_DESTROYED_VMS + 2; i++) {
		struct eb_vcpu *v = begin(i % NR, 0xa0, 0xa, 0, KES_ISA_PVM);

		v->pvm_codes[0] = 100 + i;
		v->exits[EB_L1][0] = 1;
		v->exits[EB_L1][KES_SLOT_UNKNOWN] = 1;
		v->ended_ns = tick();
		look(KES_GROUP_COUNT);
		recycle();
	}
	assert_int_equal(f.snap.evicted, 4);
	assert_int_equal(all_exits(), 2 * (BPF_DESTROYED_VMS + 2));
}

static void svm_codes_have_slots(void **state UNUSED)
{
	static u8 near[KES_SVM_NEAR];
	struct eb_far_code far[EB_MAX_FAR];
	uint32_t nr = bpf_svm_slots(near, far, EB_MAX_FAR);

	assert_true(nr > 0 && nr < EB_MAX_FAR);
	assert_int_equal(near[IOIO], KES_SVM_IOIO);
	assert_int_equal(near[0x400], KES_SVM_NPF);
	assert_int_equal(near[0x300], KES_SLOT_UNKNOWN);
	/* SVM_EXIT_ERR is -1; KVM keeps the lower half */
	for (uint32_t i = 0; i < nr; i++)
		if (far[i].code == 0xffffffff)
			return;
	fail_msg("no slot has the code -1");
}

static void groups_have_records(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_SVM);
	struct eb_time *t = &f.arrays.times[0];
	struct eb_detail *d = &f.arrays.details[0];

	v->exits[EB_L1][KES_SVM_IOIO] = 12;
	*t = (struct eb_time) { .first_ns = 100, .last_ns = 160,
				.guest_ns = 20, .state = KES_STATE_HANDLER,
				.slot = KES_SVM_IOIO, .off_since_ns = 170,
				.off_why = EB_OFF_BLOCKED };
	t->sums_ns[KES_SVM_IOIO][KES_STATE_HANDLER - 1] = 30;
	t->sums_ns[KES_SVM_IOIO][KES_STATE_SLEEPING - 1] = 5;
	t->sums_ns[KES_NO_SLOT][KES_STATE_USERSPACE - 1] = 10;
	t->max_ns[KES_SVM_IOIO] = 9;
	f.arrays.histograms[0].n[KES_SVM_IOIO][4] = 12;
	d->values[77] = (struct eb_pair) {
		.key = (KES_SVM_IOIO + 1ULL) << 56 | KES_DETAIL_READ | 0x3f8,
		.count = 9,
	};
	d->other[KES_SVM_IOIO] = 2;
	v->waiting = KES_SVM_IOIO + 1;
	look(ALL_GROUPS);
	assert_int_equal(f.snap.nr_times, 2);
	assert_int_equal(f.snap.times[0].code, IOIO);
	/* until it lost its CPU; blocked since then */
	assert_int_equal(f.snap.times[0].cyc[0], 30 + 10);
	assert_int_equal(f.snap.vcpus[0].time.last_cyc, 170);
	assert_int_equal(f.snap.times[0].cyc[KES_STATE_SLEEPING - 1], 5);
	assert_int_equal(f.snap.times[0].max_cyc, 9);
	assert_int_equal(f.snap.times[1].code, KES_CODE_NONE);
	assert_int_equal(f.snap.vcpus[0].time.state, KES_STATE_BLOCKED);
	assert_int_equal(f.snap.vcpus[0].time.state_code, IOIO);
	assert_int_equal(f.snap.histograms[0].bucket[4], 12);
	assert_int_equal(f.snap.nr_details, 2);
	assert_int_equal(f.snap.details[0].value, KES_DETAIL_READ | 0x3f8);
	assert_int_equal(f.snap.details[1].flags, KES_DETAIL_OTHER);
	/* the detail whose value is not set yet is counted, too */
	assert_int_equal(f.snap.details[0].count + f.snap.details[1].count, 12);
	/* data of a group that is switched off is not shown */
	look(KES_GROUP_COUNT);
	assert_int_equal(f.snap.nr_times + f.snap.nr_histograms + f.snap.nr_details, 0);
	assert_int_equal(f.snap.nr_exits, 1);
}

static void threads_without_a_cpu_have_a_state(void **state UNUSED)
{
	static const struct {
		uint32_t state, why;
		uint64_t off_since_ns;
		uint32_t shown;
	} cases[] = {
		{ KES_STATE_HANDLER, EB_OFF_BLOCKED, 0, KES_STATE_HANDLER },
		{ KES_STATE_HANDLER, EB_OFF_PREEMPTED, 9, KES_STATE_PREEMPTED },
		{ KES_STATE_HANDLER, EB_OFF_SLEEPING, 9, KES_STATE_SLEEPING },
		{ KES_STATE_HANDLER, EB_OFF_BLOCKED, 9, KES_STATE_BLOCKED },
		/* KVM_RUN has begun; an AP waits for INIT */
		{ KES_STATE_USERSPACE, EB_OFF_BLOCKED, 9, KES_STATE_BLOCKED },
	};

	begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);
	each_row(c, cases) {
		f.arrays.times[0] = (struct eb_time) {
			.first_ns = 1, .last_ns = 8, .state = c->state,
			.off_why = c->why, .off_since_ns = c->off_since_ns,
		};
		look(ALL_GROUPS);
		assert_int_equal(f.snap.vcpus[0].time.state, c->shown);
	}
}

static void values_that_were_replaced_are_marked(void **state UNUSED)
{
	struct eb_pair *p = f.arrays.details[0].values;

	begin(0, 0xa0, 0xa, 0, KES_ISA_VMX)->exits[EB_L1][30] = 12;
	p[0] = (struct eb_pair) { .key = 31ULL << 56 | 0x3f8, .count = 9 };
	p[1] = (struct eb_pair) {
		.key = 31ULL << 56 | 0x70, .count = 3, .error = 1,
	};
	look(ALL_GROUPS);
	assert_int_equal(f.snap.details[0].flags, 0);
	assert_int_equal(f.snap.details[1].flags, KES_DETAIL_AT_LEAST);
	assert_int_equal(f.snap.details[1].count, 3);
}

/* A vCPU that is written all the time does not block the reader. */
static void busy_vcpu_is_read(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);
	struct buf b = { 0 };

	v->seq = 1;
	v->exits[EB_L1][12] = 3;
	look(ALL_GROUPS);
	assert_int_equal(all_exits(), 3);
	bpf_vms_remarks(&f.vms, &b);
	assert_non_null(strstr(b.data, "1 reads of a vCPU's counters"));
	/* once it is at rest, nothing is added to the remark */
	v->seq = 2;
	look(ALL_GROUPS);
	assert_int_equal(f.vms.torn, 1);
	buf_free(&b);
}

static void *count_pairs(void *arg)
{
	struct eb_vcpu *v = &f.arrays.vcpus[0];

	while (!__atomic_load_n((bool *)arg, __ATOMIC_RELAXED)) {
		__atomic_store_n(&v->seq, v->seq + 1, __ATOMIC_SEQ_CST);
		v->exits[EB_L1][10]++;
		v->exits[EB_L1][12]++;
		f.arrays.histograms[0].n[12][4]++;
		f.arrays.histograms[0].n[12][5]++;
		__atomic_store_n(&v->seq, v->seq + 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* A copy is consistent, or is counted as torn. */
static void copies_of_running_vcpus_are_consistent(void **state UNUSED)
{
	uint64_t torn = 0, whole = 0;
	pthread_t writer;
	bool stop = false;

	begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);
	assert_int_equal(pthread_create(&writer, NULL, count_pairs, &stop), 0);
	for (int i = 0; i < 2000; i++) {
		look(KES_GROUP_COUNT | KES_GROUP_HISTOGRAM);
		if (f.vms.torn != torn || f.snap.nr_exits < 2) {
			torn = f.vms.torn;
			continue;
		}
		whole++;
		assert_int_equal(f.snap.exits[0].l1, f.snap.exits[1].l1);
		assert_int_equal(f.snap.histograms[0].bucket[4],
				 f.snap.histograms[0].bucket[5]);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(writer, NULL);
	assert_true(whole > 0);
}

static void histogram_rows_without_exits_are_skipped(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_VMX);

	v->exits[EB_L1][12] = 2;
	f.arrays.histograms[0].n[12][4] = 2;
	/* without an exit, it is not read */
	f.arrays.histograms[0].n[13][4] = 7;
	f.arrays.histograms[0].n[KES_NO_SLOT][1] = 1;
	look(ALL_GROUPS);
	assert_int_equal(f.snap.nr_histograms, 2);
	assert_int_equal(f.snap.histograms[0].code, 12);
	assert_int_equal(f.snap.histograms[1].code, KES_CODE_NONE);
	assert_int_equal(f.vms.torn, 0);
}

/* A KVM that does not report exits is distinguished from a guest without exits. */
static void kvm_without_kvm_exit_is_reported(void **state UNUSED)
{
	struct eb_vcpu *v = begin(0, 0xa0, 0xa, 0, KES_ISA_NONE);
	struct buf b = { 0 };

	v->exits[EB_L1][KES_SLOT_UNKNOWN] = 3;
	look(KES_GROUP_COUNT);
	bpf_vms_remarks(&f.vms, &b);
	assert_int_equal(b.len, 0);
	v->isa = KES_ISA_PVM;
	v->pvm_codes[0] = 1;
	v->exits[EB_L1][0] = 81;
	look(KES_GROUP_COUNT);
	bpf_vms_remarks(&f.vms, &b);
	assert_non_null(strstr(b.data, "84 exits were counted at returns of KVM_RUN (3 of"));
	b.len = 0;
	v->saw_exit = 1;
	look(KES_GROUP_COUNT);
	bpf_vms_remarks(&f.vms, &b);
	assert_int_equal(b.len, 0);
	buf_free(&b);
}

UNIT_TESTS("bpf-snap",
	   FTEST(empty_maps_make_an_empty_snapshot),
	   FTEST(codes_without_a_row_are_unknown), FTEST(pvm_codes_are_raw),
	   FTEST(evicted_pvm_codes_are_summed), FTEST(svm_codes_have_slots),
	   FTEST(groups_have_records),
	   FTEST(threads_without_a_cpu_have_a_state),
	   FTEST(values_that_were_replaced_are_marked),
	   FTEST(busy_vcpu_is_read),
	   FTEST(copies_of_running_vcpus_are_consistent),
	   FTEST(histogram_rows_without_exits_are_skipped),
	   FTEST(kvm_without_kvm_exit_is_reported))
