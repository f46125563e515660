// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the parsers of other tools' logs: a refused log has a one-line message; an
 * accepted log has valid, ordered data.
 */
#include "fuzz.h"
#include "import/import.h"

static void check(const struct import *im)
{
	REQUIRE(im->nr_ends >= 2 && im->ends[0] && im->nr_counts);
	for (size_t i = 1; i < im->nr_ends; i++)
		REQUIRE(im->ends[i] > im->ends[i - 1]);
	for (size_t i = 0; i < im->nr_counts; i++) {
		const struct import_count *c = &im->counts[i];

		REQUIRE(c->interval + 1 < im->nr_ends && c->n &&
			c->vcpu < im->nr_vcpus && c->name < im->nr_names);
	}
	for (size_t i = 0; i < im->nr_vcpus; i++)
		REQUIRE(im->vcpus[i].vm < im->nr_vms);
}

static int read_one(const uint8_t *data, size_t len, uint64_t duration_ns)
{
	struct import im = { .duration_ns = duration_ns,
			     .interval_ns = duration_ns };
	const struct import_format *format = NULL;
	FILE *f = fmemopen((void *)data, len, "r");
	int rc;

	if (!f)
		return -1;	/* empty input */
	*err.text = '\0';
	rc = import_read(&im, f, "fuzz", &format, &err);
	require_message(rc);
	REQUIRE(!rc || !strncmp(err.text, "fuzz:", 5));
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
static const char *const logs[] = {
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

static void seed(size_t i, struct buf *out)
{
	buf_append(out, logs[i], strlen(logs[i]));
}

static void mutate(struct buf *b)
{
	mutate_text(b, pieces, ARRAY_LEN(pieces));
}

static bool logs_are_accepted(void)
{
	for (size_t i = 0; i < ARRAY_LEN(logs); i++)
		if (read_one((const uint8_t *)logs[i], strlen(logs[i]),
			     NSEC_PER_SEC))
			return false;
	return true;
}

FUZZ_WITH(.inputs = "damaged logs", .runs = 20000, .nr_seeds = ARRAY_LEN(logs),
	  .seed = seed, .mutate = mutate, .seeds_valid = logs_are_accepted)
#endif
