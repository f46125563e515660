/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixture for the tests of snapshot/delta.h: snapshots with a clock of 1 GHz, so that
 * cycles are nanoseconds, and the numbers of a change. Include it once, after unit.h.
 */
#ifndef TESTS_DELTA_FIXTURE_H
#define TESTS_DELTA_FIXTURE_H

#include "snapshot/delta.h"
#include "snaptake.h"

#define IOIO	0x7b
#define NPF	0x400
#define HLT	0x78

static struct delta d;
static struct snapshot snap;
static struct snapwrite w;
static uint64_t tick;

static inline void begin(void)
{
	delta_free(&d);
	d = (struct delta) { .groups = KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL,
			     .drop = free };
	tick = 0;
}

static inline int setup(void **state UNUSED)
{
	begin();
	return 0;
}

static inline int teardown(void **state)
{
	delta_free(&d);
	snapshot_free(&snap);
	return report_row(state);
}

/* ---- snapshots ---- */

static inline void at(uint64_t now_cyc)
{
	snapwrite_begin(&w, KES_ISA_SVM, 0x1f);
	snapwrite_header(&w)->end_ns = ++tick;
	snapwrite_clock(&w, 1000000, now_cyc, 0xf);
}

static inline void vcpu(uint64_t vm_id, uint64_t created_ns, uint64_t destroyed_ns)
{
	snapwrite_vm(&w, vm_id, 1, created_ns, destroyed_ns, "x");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, 0);
}

static inline void exits(uint64_t code, uint64_t n)
{
	snapwrite_count(&w, code, n, n);
}

static inline void times(uint64_t first, uint64_t last, uint64_t guest, uint32_t state,
		  uint64_t code)
{
	snapwrite_times(&w, first, last, guest, state, code);
}

static inline void handler(uint64_t code, uint64_t cyc, uint64_t max)
{
	snapwrite_handler(&w, code, cyc, max);
}

static inline void buckets(uint64_t code, uint64_t one, uint64_t two)
{
	snapwrite_part(&w, KES_REC_HISTOGRAM);
	snapwrite_element(&w, &(struct kes_histogram_exit) {
		.code = code, .bucket = { [3] = one, [5] = two } });
}

static inline void take(void)
{
	snaptake(&w, &snap);
	delta_begin(&d, &snap);
}

/* Take a snapshot and return the change of the first vCPU of the first VM. */
static inline const struct delta_change *change(void)
{
	take();
	return delta_vcpu(&d, d.listed[0], 0);
}

/* ---- counters ---- */

/* Count of a reason; 0 if it is not among the changes. */
static inline uint64_t counted(const struct delta_change *c, uint64_t code)
{
	const struct delta_exit *x = c->exits.data;

	for (size_t i = 0; i < c->exits.nr; i++)
		if (x[i].code == code) {
			assert_int_equal(x[i].n[DELTA_L1],
					 x[i].n[DELTA_USERSPACE]);
			assert_int_equal(d.reasons[x[i].reason].code, code);
			return x[i].n[DELTA_L1];
		}
	return 0;
}

static inline uint64_t spent(const struct delta_change *c, uint64_t code, int state)
{
	const struct delta_time *x = c->times.data;

	for (size_t i = 0; i < c->times.nr; i++)
		if (x[i].code == code)
			return x[i].ns[state - KES_STATE_HANDLER];
	return 0;
}

static inline uint64_t timed(const struct delta_change *c, int bucket)
{
	const struct delta_bucket *x = c->buckets.data;

	for (size_t i = 0; i < c->buckets.nr; i++)
		if (x[i].bucket == bucket)
			return x[i].n;
	return 0;
}

/* A snapshot of a vCPU with times, and a handler time for the exit @code. */
static inline const struct delta_change *timed_look(uint64_t now, uint64_t first,
					     uint64_t last, uint64_t guest,
					     uint32_t state, uint64_t code,
					     uint64_t cyc, uint64_t max)
{
	at(now);
	vcpu(1, 1, 0);
	times(first, last, guest, state, code);
	handler(code, cyc, max);
	return change();
}

#endif
