/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixture for unit tests of the BPF source: the BPF maps are arrays, and the tests
 * write what the kernel would write.
 */
#ifndef BPF_FIXTURE_H
#define BPF_FIXTURE_H

#include "unit.h"
#include "snapshot/snapshot.h"
#include "source/bpf-snap.h"

#define NR		16
#define IOIO		0x7b
#define NO_ROW		35	/* of VMX */
#define ALL_GROUPS	(KES_GROUP_COUNT | KES_GROUP_TIME | \
			 KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL)

static struct {
	struct bpf_arrays arrays;
	struct bpf_vms vms;
	struct buf bytes;
	struct snapshot snap;
	uint32_t gone;		/* pid of a process that does not exist */
} f;

static uint64_t clock_ns = 1000;

static uint64_t tick(void)
{
	return ++clock_ns;
}

static int setup(void **state UNUSED)
{
	memset(&f, 0, sizeof(f));
	f.arrays = (struct bpf_arrays) {
		.nr = NR,
		.vcpus = xcalloc(NR, sizeof(struct eb_vcpu)),
		.times = xcalloc(NR, sizeof(struct eb_time)),
		.histograms = xcalloc(NR, sizeof(struct eb_histogram)),
		.details = xcalloc(NR, sizeof(struct eb_detail)),
	};
	bpf_vms_init(&f.vms, &f.arrays);
	return 0;
}

static int teardown(void **state)
{
	bpf_vms_free(&f.vms);
	snapshot_free(&f.snap);
	buf_free(&f.bytes);
	free(f.arrays.vcpus);
	free(f.arrays.times);
	free(f.arrays.histograms);
	free(f.arrays.details);
	return report_row(state);
}

/* Start a new vCPU in a slot, as take_place() does. */
static struct eb_vcpu *begin(uint32_t place, uint64_t vcpu,
			     uint64_t kvm, uint32_t id, uint32_t isa)
{
	struct eb_vcpu *v = &f.arrays.vcpus[place];

	*v = (struct eb_vcpu) {
		.vcpu = vcpu, .kvm = kvm, .first_ns = tick(), .vcpu_id = id,
		.tgid = 100, .tid = 200 + id, .isa = isa, .last = EB_NO_EXIT,
		.comm = "qemu",
	};
	return v;
}

static const struct snapshot *look(uint32_t groups)
{
	struct bpf_head head = {
		.begin_ns = tick(), .groups = groups, .lost = 7, .now_ns = tick,
	};

	bpf_vms_update(&f.vms, head.begin_ns);
	f.bytes.len = 0;
	bpf_vms_snapshot(&f.vms, &head, &f.bytes);
	must(snapshot_parse(&f.snap, f.bytes.data, f.bytes.len, &err));
	return &f.snap;
}

static uint64_t all_exits(void)
{
	uint64_t sum = f.snap.evicted;

	for (size_t i = 0; i < f.snap.nr_vms; i++)
		sum += snapshot_vm_exits(&f.snap, &f.snap.vms[i]);
	return sum;
}

/* Release the slots, as exitstat does after reading them. */
static void recycle(void)
{
	for (size_t i = 0; i < f.vms.nr_done; i++) {
		uint32_t place = f.vms.done[i];

		memset(&f.arrays.vcpus[place], 0, sizeof(struct eb_vcpu));
	}
	bpf_vms_recycled(&f.vms);
}

#endif
