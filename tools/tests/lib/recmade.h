/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generated recordings: their paths, and rows of every kind with pseudo-random
 * numbers, the same in every run. Needs err and must() from unit.h or fuzz.h.
 */
#ifndef TESTS_RECMADE_H
#define TESTS_RECMADE_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "random.h"
#include "recording/writer.h"

#define MS	NSEC_PER_MSEC
#define T0	(5000 * MS)

/* ---- files ---- */

/* A recording, its name before it is finished, and an export of it. */
static char work[64], part[80], exported[80];

static inline void remove_work(void)
{
	static const char *const suffixes[] = {
		"", ".db", REC_PART_SUFFIX, REC_PART_SUFFIX "-wal",
		REC_PART_SUFFIX "-shm",
	};
	char file[96];

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		snprintf(file, sizeof(file), "%s%s", work, suffixes[i]);
		unlink(file);
	}
}

/* Set the paths once per process; removed at exit. Uses memory if possible. */
static inline void choose_work(void)
{
	if (*work)
		return;
	snprintf(work, sizeof(work), "%s/%s.%d",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm",
		 program_invocation_short_name, getpid());
	snprintf(part, sizeof(part), "%s" REC_PART_SUFFIX, work);
	snprintf(exported, sizeof(exported), "%s.db", work);
	atexit(remove_work);
}

/* ---- rows ---- */

struct recmade {
	struct rec_writer *w;
	int vcpus, reasons;
	uint64_t one_in;	/* rows in 1 of so many samples; 0: no rows */
	int64_t phases;		/* number of phases so far */
};

static inline void recmade_tables(const struct recmade *m)
{
	must(rec_meta_u64(m->w, "interval_ns", 100 * MS, &err));
	must(rec_meta_u64(m->w, "tsc_khz", 2000000, &err));
	must(rec_meta_text(m->w, "groups", "count,time,histogram,detail", &err));
	must(rec_put(m->w, REC_VM, 1, &(struct rec_vm) {
		.vm_id = 1, .name = "a", .comm = "a", .cmdline = "a" },
		&err));
	for (int v = 1; v <= m->vcpus; v++)
		must(rec_vcpu(m->w, v, 1, (uint32_t)v - 1, &err));
	for (int i = 1; i <= m->reasons; i++)
		must(rec_put(m->w, REC_REASON, i, &(struct rec_reason) {
			.isa = "vmx", .code = (uint64_t)i, .name = "A",
			.class = "io", .meaning = "m", .reference = "r" }, &err));
}

static inline struct recmade recmade_begin(int vcpus, int reasons,
					   uint64_t one_in)
{
	struct recmade m = { NULL, vcpus, reasons, one_in, 0 };

	choose_work();
	must(rec_create(&m.w, work, true, &err));
	must(rec_begin(m.w, &err));
	recmade_tables(&m);
	must(rec_commit(m.w, &err));
	return m;
}

static inline void recmade_row(struct rec_writer *w, enum pack_kind kind,
			       int64_t k, const int64_t *n)
{
	must(rec_row(w, kind, k, n, &err));
}

static inline void recmade_reason(struct rec_writer *w, int64_t k, int64_t v,
				  int64_t i)
{
	int64_t n = (int64_t)random_below(1000);
	/* -1: not filled by the source */
	int64_t l2 = random_below(3) ? n / 2 : -1;
	int64_t fastpath = random_below(2) ? n / 4 : -1;

	if (random_below(5))
		recmade_row(w, PACK_DELTA, k,
			    (int64_t[]) { v, i, n, l2, -1, fastpath, n });
	if (random_below(2))
		recmade_row(w, PACK_TIME, k, (int64_t[]) {
			v, i, n * 1000, n, 0, n * 7, 0, n * 3,
			random_below(2) ? n * 10 : -1 });
	if (random_below(2))
		recmade_row(w, PACK_HISTOGRAM, k, (int64_t[]) {
			v, i, (int64_t)random_below(REC_NR_BUCKETS), n });
	if (!random_below(4))
		recmade_row(w, PACK_USERSPACE, k, (int64_t[]) { v, i, n });
	if (!random_below(4))
		recmade_row(w, PACK_NESTED, k, (int64_t[]) { v, i, n });
}

/* List vCPUs and reasons in any order, as kernels do. */
static inline void recmade_vcpu(const struct recmade *m, int64_t k, int64_t v)
{
	int64_t attempts = (int64_t)random_below(99);

	for (int i = m->reasons; i >= 1; i--)
		recmade_reason(m->w, k, v, i);
	if (random_below(2))
		recmade_row(m->w, PACK_ENTRIES, k,
			    (int64_t[]) { v, attempts, 1, 0 });
	if (!random_below(3))
		recmade_row(m->w, PACK_MODIFIERS, k,
			    (int64_t[]) { v, attempts, 0, 7 });
	if (random_below(2))
		recmade_row(m->w, PACK_VCPU_TIME, k, (int64_t[]) {
			v, 100 * MS, (int64_t)(random_below(50) * MS) });
}

static inline void recmade_sample(const struct recmade *m, int64_t k)
{
	uint64_t at = T0 + (uint64_t)k * 100 * MS;

	must(rec_begin(m->w, &err));
	must(rec_sample(m->w, k, at - MS, at, random_below(3) / 2, &err));
	for (int v = m->vcpus; k > 1 && m->one_in && v >= 1; v--)
		if (!random_below(m->one_in))
			recmade_vcpu(m, k, v);
	must(rec_commit(m->w, &err));
}

/* End the current phase and begin another before sample @k. */
static inline void recmade_phase(struct recmade *m, int64_t k)
{
	uint64_t at = T0 + (uint64_t)k * 100 * MS - 2 * MS;

	if (m->phases)
		must(rec_phase_end(m->w, m->phases, at, &err));
	must(rec_phase(m->w, ++m->phases, "p", at, "", &err));
}

/* Add samples 1 to @samples; a phase begins before each one listed, up to a 0. */
static inline void recmade_samples(struct recmade *m, int64_t samples,
				   const int64_t *phases)
{
	for (int64_t k = 1; k <= samples; k++) {
		if (*phases && k == *phases) {
			recmade_phase(m, k);
			phases++;
		}
		recmade_sample(m, k);
	}
}

static const int64_t no_phases[] = { 0 };

#endif
