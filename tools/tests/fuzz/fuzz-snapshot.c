// SPDX-License-Identifier: GPL-2.0-only
/*
 * The snapshot parser against damaged input.
 *
 * Built with clang -fsanitize=fuzzer this is a libFuzzer target (make -C
 * tools/tests fuzz). Built without, main() runs a fixed number of mutations
 * from a fixed seed, under the sanitizers, and emits TAP; with a file's name, it
 * puts an input to begin with there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "snapshot/snapshot.h"
#include "snapwrite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

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
	struct errbuf err;
	uint64_t sum = 0;

	if (snapshot_parse(&s, data, len, &err)) {
		snapshot_free(&s);
		return 0;
	}
	for (size_t i = 0; i < s.nr_vms; i++)
		sum += snapshot_vm_exits(&s, &s.vms[i]);
	/* what the parser hands out must be there to read */
	for (size_t i = 0; i < s.nr_vcpus; i++)
		sum += sum_vcpu(&s, &s.vcpus[i]);
	snapshot_free(&s);
	return sum == UINT64_MAX;	/* keeps the sum from being dropped */
}

#ifndef FUZZ_LIBFUZZER
#define RUNS	20000

static void seed_parts(struct snapwrite *w)
{
	snapwrite_part(w, KES_REC_USERSPACE);
	snapwrite_element(w, &(struct kes_userspace) { .reason = 2 });
	snapwrite_part(w, KES_REC_TIME);
	snapwrite_time(w, 1, 2, 1, KES_STATE_HANDLER);
	snapwrite_element(w, &(struct kes_time_exit) { .code = 1 });
	snapwrite_element(w, &(struct kes_time_exit) { .code = 2 });
	snapwrite_part(w, KES_REC_HISTOGRAM);
	snapwrite_element(w, &(struct kes_histogram_exit) { .code = 1 });
	snapwrite_part(w, KES_REC_DETAIL);
	snapwrite_element(w, &(struct kes_detail_value) { .code = 1 });
}

static void seed(struct snapwrite *w)
{
	snapwrite_begin(w, KES_ISA_SVM, 0x1f);
	snapwrite_vcpu(w, KES_REC_RETIRED, 0, 1);
	for (uint64_t vm = 1; vm < 4; vm++) {
		snapwrite_vm(w, vm, 9, 1, vm & 1, "fuzz");
		for (uint32_t v = 0; v < 2; v++) {
			snapwrite_vcpu(w, KES_REC_VCPU, v, 3);
			for (uint64_t c = 0; c < 4; c++)
				snapwrite_exit(w, &(struct kes_exit) {
					.code = c, .l1 = vm });
			seed_parts(w);
		}
	}
	snapwrite_end(w);
}

/* Mostly in words of the kind that sizes and counts are made of. */
static void mutate(unsigned char *data, size_t len)
{
	static const uint32_t words[] = {
		0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8,
	};
	unsigned int n = 1 + random_word() % 4;

	while (n--) {
		size_t at = random_word() % (len - 4) & ~3ull;
		uint32_t word;

		memcpy(&word, data + at, 4);
		switch (random_word() % 3) {
		case 0:
			word = words[random_word() % ARRAY_LEN(words)];
			break;
		case 1:
			word ^= 1u << random_word() % 32;
			break;
		default:
			word += (uint32_t)(random_word() % 17) - 8;
		}
		memcpy(data + at, &word, 4);
	}
}

int main(int argc, char **argv)
{
	struct snapwrite w;

	seed(&w);
	if (argc == 2) {
		int rc = snapwrite_store(&w, argv[1]);

		snapwrite_free(&w);
		return rc ? 1 : 0;
	}
	for (int i = 0; i < RUNS; i++) {
		size_t len = random_word() % 8 ? w.len :
						 random_word() % w.len;
		/* of exactly this size, so that the sanitizer sees overruns */
		unsigned char *data = malloc(len ? len : 1);

		if (!data)
			abort();
		memcpy(data, w.data, len);
		if (len > 4)
			mutate(data, len);
		LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
	snapwrite_free(&w);
	printf("1..1\nok 1 - %d mutated snapshots, no memory error\n", RUNS);
	return 0;
}
#endif
