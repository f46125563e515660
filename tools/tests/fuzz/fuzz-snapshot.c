// SPDX-License-Identifier: GPL-2.0-only
/* Fuzzes the snapshot parser. */
#include "fuzz.h"
#include "snapshot/snapshot.h"
#include "snapwrite.h"

static uint64_t sum_vcpu(const struct snapshot *s, const struct snap_vcpu *v)
{
	uint64_t sum = (uint64_t)snapshot_unaccounted(s, v);

	for (size_t i = 0; i < v->users.nr; i++)
		sum += s->users[v->users.first + i].count;
	for (size_t i = 0; i < v->times.nr; i++)
		sum += s->times[v->times.first + i].max_cyc;
	for (size_t i = 0; i < v->histograms.nr; i++)
		sum += s->histograms[v->histograms.first + i]
			.bucket[KES_NR_BUCKETS - 1];
	for (size_t i = 0; i < v->details.nr; i++)
		sum += s->details[v->details.first + i].count;
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct snapshot s = { 0 };
	uint64_t sum = 0;

	if (snapshot_parse(&s, data, len, &err)) {
		snapshot_free(&s);
		return 0;
	}
	for (size_t i = 0; i < s.nr_vms; i++)
		sum += snapshot_vm_exits(&s, &s.vms[i]);
	/* everything that the parser returns must be readable */
	for (size_t i = 0; i < s.nr_vcpus; i++)
		sum += sum_vcpu(&s, &s.vcpus[i]);
	snapshot_free(&s);
	return sum == UINT64_MAX;	/* keeps the compiler from dropping the sum */
}

#ifndef FUZZ_LIBFUZZER
static void seed_parts(struct snapwrite *w)
{
	snapwrite_part(w, KES_REC_USERSPACE);
	snapwrite_element(w, &(struct kes_userspace) { .reason = 2 });
	snapwrite_times(w, 1, 2, 1, KES_STATE_HANDLER, KES_CODE_NONE);
	snapwrite_handler(w, 1, 0, 0);
	snapwrite_handler(w, 2, 0, 0);
	snapwrite_part(w, KES_REC_HISTOGRAM);
	snapwrite_element(w, &(struct kes_histogram_exit) { .code = 1 });
	snapwrite_part(w, KES_REC_DETAIL);
	snapwrite_detail(w, 1, 0, 0, 0);
}

static void seed(size_t i UNUSED, struct buf *out)
{
	struct snapwrite made, *w = &made;

	snapwrite_begin(w, KES_ISA_SVM, 0x1f);
	snapwrite_vcpu(w, KES_REC_EVICTED, 0, 1);
	for (uint64_t vm = 1; vm < 4; vm++) {
		snapwrite_vm(w, vm, 9, 1, vm & 1, "fuzz");
		for (uint32_t v = 0; v < 2; v++) {
			snapwrite_vcpu(w, KES_REC_VCPU, v, 3);
			for (uint64_t c = 0; c < 4; c++)
				snapwrite_count(w, c, vm, 0);
			seed_parts(w);
		}
	}
	snapwrite_end(w);
	buf_append(out, w->data, w->len);
	snapwrite_free(w);
}

static void mutate(struct buf *b)
{
	if (!random_below(8))
		b->len = random_below(b->len);
	mutate_words(b->data, b->len);
}

FUZZ_WITH(.inputs = "mutated snapshots", .runs = 20000, .nr_seeds = 1,
	  .seed = seed, .mutate = mutate)
#endif
