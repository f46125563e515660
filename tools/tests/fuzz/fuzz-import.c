// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parsers of other tools' logs against damaged text.
 *
 * Built with clang -fsanitize=fuzzer this is a libFuzzer target (make -C
 * tools/tests fuzz). Built without, main() runs a fixed number of mutations
 * from a fixed seed, under the sanitizers, and emits TAP. What is refused has
 * one line that says why; what is taken is in order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(const struct import *im)
{
	if (im->nr_ends < 2 || !im->ends[0] || !im->nr_counts)
		abort();
	for (size_t i = 1; i < im->nr_ends; i++)
		if (im->ends[i] <= im->ends[i - 1])
			abort();
	for (size_t i = 0; i < im->nr_counts; i++) {
		const struct import_count *c = &im->counts[i];

		if (c->interval + 1 >= im->nr_ends || !c->n ||
		    c->vcpu >= im->nr_vcpus || c->name >= im->nr_names)
			abort();
	}
	for (size_t i = 0; i < im->nr_vcpus; i++)
		if (im->vcpus[i].vm >= im->nr_vms)
			abort();
}

static int read_one(const uint8_t *data, size_t len, uint64_t duration_ns)
{
	struct import im = { .duration_ns = duration_ns,
			     .interval_ns = duration_ns };
	const struct import_format *format = NULL;
	struct errbuf err = { "" };
	FILE *f = fmemopen((void *)data, len, "r");
	int rc;

	if (!f)
		return -1;	/* nothing in it */
	rc = import_read(&im, f, "fuzz", &format, &err);
	if (rc ? !*err.text || strchr(err.text, '\n') || strncmp(err.text, "fuzz:", 5) : 0)
		abort();
	if (!rc)
		check(&im);
	import_free(&im);
	fclose(f);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	read_one(data, len, 0);
	read_one(data, len, NSEC_PER_SEC);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
#define RUNS	20000

static const char *const seeds[] = {
	"timestamp,exits,kvm_exit,kvm_exit(HLT),kvm_exit(NPF),kvm_entry\n"
	"2026-11-21 15:58:59,1,30,10,20,3\n2026-11-21 15:59:00,1,-4,10,0,3\n"
	"2026-11-21 15:59:09,1,33,10,20,3\n",
	"timestamp,exits,io_exits,halt_exits\n2026-11-21 15:58:59,100,30,10\n"
	"2026-11-21 15:58:59,1,0,0\n2026-11-21 15:59:00,1,0,0\n",
	"\n\n             VM-EXIT    Samples  Samples%     Time%\n\n"
	"                 npf       1009    50.00%    40.00%      0.57us\n"
	"             PF excp       1009    50.00%    40.00%\n\n"
	"Total Samples:2018, Total events handled time:12345.67us.\n\n",
	"12:34:56.123456\n VM-EXIT Samples Samples%\n hlt 3 100.00%\n"
	"Total Samples:3, T\n\nLost events: 7\n12:34:57.123456\n"
	" VM-EXIT Samples Samples%\n hlt 4 100.00%\nTotal Samples:4, T\n",
	" CPU 0/KVM  5417 [002] 12345.678901:  kvm:kvm_exit: vcpu 0 reason HLT rip 0x1\n"
	" CPU 1/KVM  5417/5418 [002] 12345.7:  kvm:kvm_exit: reason EPT_VIOLATION FAILED_VMENTRY rip 0x1 info 0 0\n"
	" vm-77 [002] d..1. 12347.678: kvm_exit: vcpu 9 reason 0x1e rip 0x1\n",
};

static const char *const pieces[] = {
	",", "\n", " ", "%", "[", "]", ":", "/", "0", "-1", "kvm_exit: ",
	"reason ", " rip ", "99999999999999999999", "12:00:00.000000\n", "\r",
	"Total Samples:", "2026-11-21 15:58:59", "timestamp,", "\x1b[H", "vcpu ",
};

static uint32_t next(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Bytes changed, removed and put in. */
static size_t mutate(char *text, size_t len, size_t cap, uint32_t *state)
{
	const char *piece = pieces[next(state) % ARRAY_LEN(pieces)];
	size_t at = next(state) % len, n = strlen(piece);

	switch (next(state) % 3) {
	case 0:
		text[at] = (char)next(state);
		return len;
	case 1:
		n = next(state) % 20;
		n = n < len - at ? n : len - at - 1;
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	default:
		if (len + n > cap)
			return len;
		memmove(text + at + n, text + at, len - at);
		memcpy(text + at, piece, n);
		return len + n;
	}
}

int main(void)
{
	unsigned int taken = 0;
	uint32_t state = 2009;

	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		if (read_one((const uint8_t *)seeds[i], strlen(seeds[i]),
			     NSEC_PER_SEC)) {
			printf("not ok 1 - seed %zu is taken\n1..1\n", i);
			return 1;
		}
	for (int run = 0; run < RUNS; run++) {
		const char *seed = seeds[next(&state) % ARRAY_LEN(seeds)];
		char text[1024];
		size_t len = strlen(seed);

		memcpy(text, seed, len);
		for (uint32_t n = next(&state) % 8; n && len > 1; n--)
			len = mutate(text, len, sizeof(text), &state);
		taken += !read_one((uint8_t *)text, len, NSEC_PER_SEC);
		read_one((uint8_t *)text, len, 0);
	}
	printf("ok 1 - %d damaged logs, %u of them taken\n1..1\n", RUNS, taken);
	return 0;
}
#endif
