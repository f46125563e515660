// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkrec FILE [all|l1only|interrupted|nophases]: a recording with fixed times
 * and counts, for golden outputs: the same bytes of text from it every time.
 *
 * l1only: a source that fills nothing but l1. interrupted: never finished, so
 * FILE.part is left. nophases: recorded without a command.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "reasons.h"
#include "recording.h"

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

static const uint64_t codes[] = { 30, 48, 10, 32, 1, 12, 52, 28, 31, 0, 7 };

/* Exits per 100 ms by phase and code. */
static const struct {
	const char *name;
	const char *line;
	int samples;
	unsigned int rate[ARRAY_LEN(codes)];
} phases[] = {
	{ "firmware", "", 7, { 101, 53, 3, 0, 2, 0, 0, 23, 0, 0, 0 } },
	{ "kernel early", "[    0.000000] Linux version 6.12.0", 4,
	  { 1009, 31, 61, 5, 3, 0, 0, 7, 2, 1, 0 } },
	{ "kernel init", "[    0.301] devtmpfs: initialized", 20,
	  { 211, 97, 17, 43, 19, 11, 31, 2, 3, 0, 5 } },
	{ "userspace", "[    2.101] Run /init as init process", 22,
	  { 29, 13, 5, 37, 23, 41, 47, 0, 1, 0, 3 } },
	{ "shutdown", "exitstat-guest: shutdown", 2,
	  { 83, 7, 0, 2, 3, 0, 1, 0, 0, 0, 0 } },
};

static void put_meta(struct rec_writer *w, bool with_command)
{
	static const char *const texts[][2] = {
		{ "version", "9.9" }, { "kernel", "6.12.117-golden" },
		{ "cpu", "Golden CPU @ 2.00GHz" }, { "lab", "vmx" },
		{ "source", "patched" }, { "isa", "vmx" },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		must(rec_meta_text(w, texts[i][0], texts[i][1], &err));
	must(rec_meta_u64(w, "interval_ns", 100 * MS, &err));
	must(rec_meta_u64(w, "start_mono_ns", T0, &err));
	must(rec_meta_u64(w, "start_wall_ns", 1700000000 * NSEC_PER_SEC,
			  &err));
	if (!with_command)
		return;
	must(rec_meta_text(w, "command",
			   "qemu-system-x86_64 -enable-kvm -cpu host -m 128 -nographic -kernel bzImage -append console=ttyS0",
			   &err));
	must(rec_meta_text(w, "command_end", "exited with status 0", &err));
	must(rec_meta_text(w, "machine", "q35", &err));
}

static void put_tables(struct rec_writer *w)
{
	must(rec_vm(w, &(struct rec_vm_row) {
		.id = 1, .vm_id = 3, .pid = 4242, .name = "golden, \"guest\"",
		.comm = "qemu-system-x86", .cmdline = "qemu-system-x86_64",
		.machine = "q35", .created_ns = T0 + 5 * MS,
		.died_ns = T0 + 5500 * MS }, &err));
	for (int v = 0; v < 2; v++)
		must(rec_vcpu(w, v + 1, 1, (uint32_t)v, &err));
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		const struct reason *r = reason_by_code(KES_ISA_VMX, codes[i]);

		must(rec_reason(w, &(struct rec_reason_row) {
			.id = (int64_t)i + 1, .isa = "vmx", .code = r->code,
			.name = r->name, .class = reason_class_name(r->class),
			.meaning = r->meaning, .reference = r->reference,
		}, &err));
	}
}

static uint64_t put_deltas(struct rec_writer *w, int64_t sample, size_t phase,
			   int vcpu, bool l1only)
{
	uint64_t sum = 0;

	for (size_t c = 0; c < ARRAY_LEN(codes); c++) {
		int64_t n = phases[phase].rate[c] / (vcpu ? 3 : 1);
		struct rec_counts counts = { n, 0, 0, c == 6 ? n : 0,
					     c == 0 ? n : 0 };

		if (l1only)
			counts = (struct rec_counts){ n, -1, -1, -1, -1 };
		if (!n || (vcpu && phase < 2))
			continue;
		must(rec_delta(w, sample, vcpu + 1, (int64_t)c + 1, &counts,
			       &err));
		sum += (uint64_t)n;
	}
	return sum;
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
				uint64_t n[3] = { put_deltas(w, sample, p, v,
							     l1only) };

				if (!l1only && n[0])
					must(rec_closure(w, sample, v + 1, n,
							 &err));
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
	must(rec_create(&w, argv[1], true, &err));
	must(rec_begin(w, &err));
	put_meta(w, with_phases);
	put_tables(w);
	must(rec_meta_text(w, "fields", l1only ? "l1" :
			   "l1 l2 l2_reflected fastpath userspace closure",
			   &err));
	end_ns = put_samples(w, l1only, with_phases);
	if (!strcmp(kind, "interrupted")) {
		must(rec_commit(w, &err));
		rec_leave(w);
		return 0;
	}
	if (with_phases)
		must(rec_phase_end(w, ARRAY_LEN(phases), end_ns, &err));
	must(rec_meta_u64(w, "complete", 1, &err));
	must(rec_commit(w, &err));
	must(rec_finish(w, &err));
	return 0;
}
