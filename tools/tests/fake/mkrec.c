// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkrec FILE [all|l1only|interrupted|nophases|groups|less|svm|empty [RUN]]: write
 * a recording with fixed times and counts for golden outputs, so that its text
 * outputs are always the same.
 *
 * l1only: the source fills only l1. interrupted: not finished, leaves FILE.part.
 * nophases: recorded without a command. groups: with times, histograms, details
 * and a nested guest. less: like groups, on another machine, with a third of the
 * port accesses and EPT_MISCONFIG instead of HLT. svm: on AMD. empty: no exits.
 * RUN: number of additional port accesses in each sample, so that runs differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits/reasons.h"
#include "recording/writer.h"

#define MS	NSEC_PER_MSEC
#define T0	(5000 * MS)

static struct errbuf err;

static void must(int rc)
{
	if (rc) {
		fprintf(stderr, "mkrec: %s\n", err.text);
		_exit(1);
	}
}

#define NR_CODES	12
#define HLT_AT		5

/* The last code is VMRESUME, in "groups" only. */
static uint64_t codes[NR_CODES] = { 30, 48, 10, 32, 1, 12, 52, 28, 31, 0, 7,
				    24 };
/* The nearest code of the other vendor; the two MSR reasons map to one. */
static const uint64_t svm_codes[NR_CODES] = { 0x7b, 0x400, 0x72, 0x7c, 0x60,
					      0x78, 0x77, 0x10, 0x20, 0x4e,
					      0x64, 0x80 };
static size_t nr_codes = NR_CODES - 1;
static bool is_less, is_svm, is_empty;
static unsigned int run;

/* Exits per 100 ms by phase and code. */
static const struct {
	const char *name;
	const char *line;
	int samples;
	unsigned int rate[NR_CODES];
} phases[] = {
	{ "firmware", "", 7, { 101, 53, 3, 0, 2, 0, 0, 23, 0, 0, 0, 59 } },
	{ "kernel early", "[    0.000000] Linux version 6.12.0", 4,
	  { 1009, 31, 61, 5, 3, 0, 0, 7, 2, 1, 0, 59 } },
	{ "kernel init", "[    0.301] devtmpfs: initialized", 20,
	  { 211, 97, 17, 43, 19, 11, 31, 2, 3, 0, 5, 59 } },
	{ "userspace", "[    2.101] Run /init as init process", 22,
	  { 29, 13, 5, 37, 23, 41, 47, 0, 1, 0, 3, 59 } },
	{ "shutdown", "exitstat-guest: shutdown", 2,
	  { 83, 7, 0, 2, 3, 0, 1, 0, 0, 0, 0, 59 } },
};

static int64_t rate_of(size_t phase, size_t code, int vcpu)
{
	unsigned int n = phases[phase].rate[code];

	if (is_empty)
		return 0;
	if (!code)
		n = (is_less ? n / 3 : n) + run;
	return n / (vcpu ? 3 : 1);
}

static void put_meta(struct rec_writer *w, bool with_command)
{
	const char *const texts[][2] = {
		{ "version", "9.9" }, { "kernel", "6.12.117-golden" },
		{ "cpu", "Golden CPU @ 2.00GHz" }, { "lab", "vmx" },
		{ "source", "patched" }, { "isa", is_svm ? "svm" : "vmx" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		must(rec_meta_text(w, texts[i][0], texts[i][1], &err));
	must(rec_meta_u64(w, "interval_ns", 100 * MS, &err));
	must(rec_meta_u64(w, "start_mono_ns", T0, &err));
	must(rec_meta_u64(w, "start_wall_ns", 1700000000 * NSEC_PER_SEC,
			  &err));
	if (!with_command)
		return;
	must(rec_meta_text(w, "command", is_less ?
			   "qemu-system-x86_64 -enable-kvm -M microvm -cpu host -m 96 -nographic -kernel bzImage" :
			   "qemu-system-x86_64 -enable-kvm -cpu host -m 128 -nographic -kernel bzImage -append console=ttyS0",
			   &err));
	must(rec_meta_text(w, "command_end", "exited with status 0", &err));
	must(rec_meta_text(w, "machine", is_less ? "microvm" : "q35", &err));
}

static void put_tables(struct rec_writer *w)
{
	must(rec_put(w, REC_VM, 1, &(struct rec_vm) {
		.vm_id = 3, .pid = 4242, .name = "golden, \"guest\"",
		.comm = "qemu-system-x86", .cmdline = "qemu-system-x86_64",
		.machine = is_less ? "microvm" : "q35",
		.created_ns = T0 + 5 * MS,
		.destroyed_ns = T0 + 5500 * MS }, &err));
	for (int v = 0; v < 2; v++)
		must(rec_vcpu(w, v + 1, 1, (uint32_t)v, &err));
	for (size_t i = 0; i < nr_codes; i++) {
		const struct reason *r = is_svm ?
			reason_by_code(KES_ISA_SVM, svm_codes[i]) :
			reason_by_code(KES_ISA_VMX, codes[i]);

		must(rec_put(w, REC_REASON, (int64_t)i + 1, &(struct rec_reason) {
			.isa = reason_isa_name(r->isa), .code = r->code,
			.name = r->name, .class = reason_class_name(r->class),
			.meaning = r->meaning, .reference = r->reference,
		}, &err));
	}
}

static void put(struct rec_writer *w, enum pack_kind kind, int64_t sample,
		const int64_t *n)
{
	must(rec_row(w, kind, sample, n, &err));
}

static int64_t put_deltas(struct rec_writer *w, int64_t sample, size_t phase,
			   int vcpu, bool l1only)
{
	int64_t sum = 0;

	for (size_t c = 0; c < nr_codes; c++) {
		int64_t n = rate_of(phase, c, vcpu);
		int64_t row[] = { vcpu + 1, (int64_t)c + 1, n, 0, 0,
				  c == 6 ? n : 0, c == 0 ? n : 0 };

		if (nr_codes == NR_CODES && c == 0) {
			row[2] = n - n / 4;
			row[3] = n / 4;
			row[4] = n / 8;
			row[6] = n - n / 8;
		}
		for (int i = 3; l1only && i < 7; i++)
			row[i] = -1;
		if (!n || (vcpu && phase < 2))
			continue;
		put(w, PACK_DELTA, sample, row);
		sum += n;
		/* L1 also received interrupts, without an exit of L2 */
		if (row[4] > 0)
			put(w, PACK_NESTED, sample, (int64_t[]) {
				vcpu + 1, (int64_t)c + 1, row[4] });
		if (nr_codes == NR_CODES && c == 4 && !l1only)
			put(w, PACK_NESTED, sample, (int64_t[]) {
				vcpu + 1, (int64_t)c + 1, n });
	}
	return sum;
}

static void put_time(int64_t sample, size_t phase, int vcpu,
		     struct rec_writer *w)
{
	int64_t busy = 0;

	for (size_t c = 0; c < nr_codes; c++) {
		int64_t n = rate_of(phase, c, vcpu);
		int64_t reason = (int64_t)c + 1;
		/* in the order of KES_STATE_* */
		int64_t row[] = { vcpu + 1, reason, n * 1000 * reason,
				  c ? 0 : n * 20000,
				  codes[c] == 12 ? n * 50000 : 0,
				  codes[c] == 12 ? n * 900000 : 0, n * 100, n * 50,
				  (reason + 1) * 1000 + sample };
		int bucket = 11 + (int)c % 4;

		if (!n)
			continue;
		put(w, PACK_TIME, sample, row);
		put(w, PACK_HISTOGRAM, sample, (int64_t[]) {
			vcpu + 1, reason, bucket, n - n / 3 });
		if (n / 3)
			put(w, PACK_HISTOGRAM, sample, (int64_t[]) {
				vcpu + 1, reason, bucket + 4, n / 3 });
		for (int i = 2; i < 2 + REC_NR_STATES; i++)
			busy += row[i];
		if (codes[c] == 52 && n / 2)
			put(w, PACK_MODIFIERS, sample, (int64_t[]) {
				vcpu + 1, 0, 0, n / 2 });
		if (!c)
			put(w, PACK_USERSPACE, sample,
			    (int64_t[]) { vcpu + 1, 2, n });
	}
	put(w, PACK_VCPU_TIME, sample,
	    (int64_t[]) { vcpu + 1, 100 * MS, (int64_t)(100 * MS) - busy });
}

static void put_details(struct rec_writer *w)
{
	/* reason, value, other, count */
	static const int64_t rows[][4] = {
		{ 1, 0x3f8, 0, 6007 }, { 1, 0x1000003fd, 0, 5003 },
		{ 1, 0xcf8, 0, 101 }, { 1, 0, 1, 97 },
		{ 4, 0x6e0, 0, 997 }, { 4, 0x80b, 0, 499 },
		{ 4, 0xc0000080, 0, 2 }, { 8, 0x0, 0, 31 },
		{ 8, 0x13, 0, 11 }, { 10, 14, 0, 7 },
		{ 2, 0xfee00, 0, 23 }, { 2, 0x12345, 0, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int vcpu = 1; vcpu <= 2; vcpu++)
			must(rec_detail(w, (int64_t[]) {
				vcpu, rows[i][0], rows[i][1], rows[i][2],
				rows[i][3], rows[i][1] == 0xcf8 }, &err));
}

static uint64_t put_samples(struct rec_writer *w, bool l1only,
			    bool with_phases)
{
	uint64_t at = T0;
	int64_t sample = 1;

	must(rec_sample(w, sample, at - 100, at, 0, &err));
	for (size_t p = 0; p < ARRAY_LEN(phases); p++) {
		if (with_phases) {
			if (p)
				must(rec_phase_end(w, (int64_t)p, at, &err));
			must(rec_phase(w, (int64_t)p + 1, phases[p].name,
				       p ? at : at + 1000, phases[p].line,
				       &err));
		}
		for (int i = 0; i < phases[p].samples; i++) {
			at += 100 * MS;
			sample++;
			must(rec_sample(w, sample, at - 100, at,
					p == 2 && i == 4, &err));
			for (int v = 0; v < 2; v++) {
				int64_t n = put_deltas(w, sample, p, v, l1only);

				if (nr_codes == NR_CODES &&
				    (!v || p >= 2))
					put_time(sample, p, v, w);
				if (!l1only && n)
					put(w, PACK_ENTRIES, sample, (int64_t[]) {
						v + 1, n, 0, 0 });
			}
		}
	}
	return at;
}

int main(int argc, char **argv)
{
	const char *kind = argc > 2 ? argv[2] : "all";
	bool l1only = !strcmp(kind, "l1only");
	bool with_phases = strcmp(kind, "nophases");
	struct rec_writer *w;
	uint64_t end_ns;

	if (argc < 2)
		return 2;
	run = argc > 3 ? (unsigned int)atoi(argv[3]) : 0;
	is_less = !strcmp(kind, "less");
	is_svm = !strcmp(kind, "svm");
	is_empty = !strcmp(kind, "empty");
	if (is_less)
		codes[HLT_AT] = 49;
	if (is_less || !strcmp(kind, "groups"))
		nr_codes = NR_CODES;
	must(rec_create(&w, argv[1], true, &err));
	must(rec_begin(w, &err));
	put_meta(w, with_phases);
	put_tables(w);
	must(rec_meta_text(w, "fields", l1only ? "l1" :
			   "l1 l2 reflected fastpath userspace accounting nested modifiers",
			   &err));
	if (nr_codes == NR_CODES) {
		must(rec_meta_u64(w, "tsc_khz", 2000000, &err));
		put_details(w);
	}
	end_ns = put_samples(w, l1only, with_phases);
	if (!strcmp(kind, "interrupted")) {
		must(rec_commit(w, &err));
		rec_leave(w);
		return 0;
	}
	if (with_phases)
		must(rec_phase_end(w, ARRAY_LEN(phases), end_ns, &err));
	must(rec_commit(w, &err));
	must(rec_finish(w, &err));
	return 0;
}
