// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of snapshot/delta.h: counters, vCPUs and VMs. */
#include "unit.h"
#include "delta-fixture.h"

static const struct delta_change *two(uint64_t io, uint64_t npf)
{
	at(0);
	vcpu(1, 1, 0);
	if (io)
		exits(IOIO, io);
	if (npf)
		exits(NPF, npf);
	return change();
}

/* Two counters of a vCPU in three snapshots; 0 is not listed. */
static void counters_are_subtracted(void **state UNUSED)
{
	static const struct {
		struct {
			uint64_t io, npf, want_io, want_npf;
			bool restarted;
		} looks[3];
		uint64_t restarts;
	} cases[] = {
		{{{ 1000, 50, 1000, 50, false }, { 1023, 50, 23, 0, false },
		  { 1023, 51, 0, 1, false }}, 0 },
		/* all counters of the vCPU restart, including those that did not fall */
		{{{ 100, 50, 100, 50, false }, { 23, 97, 23, 97, true },
		  { 24, 97, 1, 0, false }}, 1 },
		{{{ 100, 50, 100, 50, false }, { 0, 97, 0, 97, true },
		  { 7, 98, 7, 1, false }}, 1 },
		/* a wrapping counter: the first value is not plausible and counts as 0 */
		{{{ UINT64_MAX - 10, 7, 0, 7, false }, { 12, 8, 23, 1, false },
		  { 13, 8, 1, 0, false }}, 0 },
	};

	each_row(row, cases) {
		begin();
		for (int i = 0; i < 3; i++) {
			const struct delta_change *c = two(row->looks[i].io,
							   row->looks[i].npf);

			assert_int_equal(c->is_new, i == 0);
			assert_int_equal(c->restarted, row->looks[i].restarted);
			assert_int_equal(counted(c, IOIO), row->looks[i].want_io);
			assert_int_equal(counted(c, NPF), row->looks[i].want_npf);
			if (i)		/* unchanged counters are not listed */
				assert_int_equal(c->exits.nr,
						 !!row->looks[i].want_io +
						 !!row->looks[i].want_npf);
			delta_end(&d);
		}
		assert_int_equal(d.restarts, row->restarts);
	}
}

/* A fallen counter that is not an exit also restarts times and buckets. */
static void falling_attempts_restart_the_vcpu(void **state UNUSED)
{
	static const uint64_t attempts[] = { 100, 7 };
	const struct delta_change *c = NULL;

	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		at(300 + i);
		snapwrite_vm(&w, 1, 1, 1, 0, "x");
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, attempts[i]);
		exits(IOIO, 50 + i);
		times(100, 300 + i, 150, KES_STATE_GUEST, IOIO);
		handler(IOIO, 50 + i, 9);
		buckets(IOIO, 11, 0);
		c = change();
	}
	assert_true(c->restarted);
	assert_int_equal(c->sums[DELTA_ATTEMPTS], 7);
	assert_int_equal(counted(c, IOIO), 51);
	assert_int_equal(c->guest_ns, 150);
	assert_int_equal(c->elapsed_ns, 201);
	assert_int_equal(spent(c, IOIO, KES_STATE_HANDLER), 51);
	assert_int_equal(timed(c, 3), 11);
}

/* If a source lists an entry twice, the first one counts. */
static void first_of_two_entries_counts(void **state UNUSED)
{
	for (uint64_t n = 10; n <= 20; n += 10) {
		const struct delta_change *c;

		at(0);
		vcpu(1, 1, 0);
		exits(IOIO, n);
		exits(IOIO, n + 1000);
		c = change();
		assert_int_equal(counted(c, IOIO), 10);
		assert_int_equal(c->exits.nr, 1);
	}
	assert_int_equal(d.restarts, 0);
}

/*
 * vCPUs with one id differ in their order. The last look lists another vCPU
 * first, so that the search begins in the middle.
 */
static void vcpus_with_one_id_have_own_counters(void **state UNUSED)
{
	static const struct {
		struct {
			uint32_t id;
			uint64_t n, want;
			uint32_t order;
			bool is_new, restarted;
		} vcpus[4];
		size_t nr;
	} looks[] = {
		{ {{ 0, 1000, 1000, 0, true, false }, { 1, 7, 7, 0, true, false }}, 2 },
		/* KVM_CREATE_VCPU 0 fails, again and again */
		{ {{ 0, 1023, 23, 0, false, false }, { 1, 7, 0, 0, false, false },
		   { 0, 0, 0, 1, true, false }}, 3 },
		{ {{ 0, 1030, 7, 0, false, false }, { 1, 7, 0, 0, false, false }}, 2 },
		{ {{ 0, 1031, 1, 0, false, false }, { 1, 8, 1, 0, false, false },
		   { 0, 5, 5, 1, false, false }, { 0, 6, 6, 2, true, false }}, 4 },
		{ {{ 1, 9, 1, 0, false, false }, { 0, 1032, 1, 0, false, false },
		   { 0, 7, 2, 1, false, false }, { 0, 8, 2, 2, false, false }}, 4 },
		/* the oldest is gone: the next takes its place, with a new life */
		{ {{ 0, 9, 9, 0, false, true }, { 0, 10, 3, 1, false, false }}, 2 },
	};

	each_row(look, looks) {
		at(0);
		snapwrite_vm(&w, 1, 1, 1, 0, "x");
		for (size_t i = 0; i < look->nr; i++) {
			snapwrite_vcpu(&w, KES_REC_VCPU, look->vcpus[i].id, 0);
			if (look->vcpus[i].n)
				exits(IOIO, look->vcpus[i].n);
		}
		take();
		for (size_t i = 0; i < look->nr; i++) {
			const struct delta_change *c =
				delta_vcpu(&d, d.listed[0], i);

			assert_int_equal(c->vcpu->vcpu_id, look->vcpus[i].id);
			assert_int_equal(c->vcpu->order, look->vcpus[i].order);
			assert_int_equal(c->is_new, look->vcpus[i].is_new);
			assert_int_equal(c->restarted, look->vcpus[i].restarted);
			assert_int_equal(counted(c, IOIO), look->vcpus[i].want);
		}
		delta_end(&d);
	}
	assert_int_equal(d.restarts, 1);
}

/* ---- VMs ---- */

static void reused_id_counts_from_zero(void **state UNUSED)
{
	static const struct {
		uint64_t created_ns, count, want;
	} looks[] = { { 5, 100, 100 }, { 5, 101, 1 }, { 6, 7, 7 } };

	each_row(look, looks) {
		at(0);
		vcpu(1, look->created_ns, 0);
		exits(IOIO, look->count);
		assert_int_equal(counted(change(), IOIO), look->want);
		delta_end(&d);
		assert_int_equal(d.nr_vms, 1);
	}
	assert_int_equal(d.restarts, 0);
}

static void hide_and_list_again(uint64_t keep_ns, uint64_t want)
{
	d.keep_ns = keep_ns;
	for (int i = 0; i < 5; i++) {
		at(0);
		if (i != 1 && i != 2) {
			vcpu(1, 5, 0);
			exits(IOIO, 100 + (uint64_t)i);
		}
		if (i < 1 || i > 2)
			assert_int_equal(counted(change(), IOIO),
					 i == 3 ? want : i ? 1 : 100);
		else
			take();
		if (snap.nr_vms && !d.listed[0]->user)
			d.listed[0]->user = xcalloc(1, 1);
		delta_end(&d);
	}
}

/* A VM that is unreadable for a while loses no exits while it is remembered. */
static void unreadable_vm_keeps_its_counts(void **state UNUSED)
{
	hide_and_list_again(10, 3);
	begin();
	hide_and_list_again(0, 103);
}

UNIT_TESTS("delta",
	   FTEST(counters_are_subtracted),
	   FTEST(falling_attempts_restart_the_vcpu),
	   FTEST(first_of_two_entries_counts),
	   FTEST(vcpus_with_one_id_have_own_counters),
	   FTEST(reused_id_counts_from_zero),
	   FTEST(unreadable_vm_keeps_its_counts))
