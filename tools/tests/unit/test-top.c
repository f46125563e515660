// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of exitstat top: what two snapshots come to, and what options
 * choose of it.
 */
#include <math.h>

#include "top-fixture.h"

/* ---- what two snapshots come to ---- */

static void rates(void **state)
{
	struct world *o = *state;

	usual_rows(o, 0, 0);
	/* nothing is known of an interval yet, but totals are */
	assert_true(isnan(number(o, "web", "rate")));
	assert_true(isnan(number(o, "web", "delta")));
	assert_int_equal(number(o, "web", "total"), 1000);
	usual_rows(o, 1, 1);
	assert_int_equal(o->table.nr, 3);
	assert_int_equal(number(o, "web", "delta"), 119);
	assert_int_equal(number(o, "web", "rate"), 238);
	assert_int_equal(number(o, "web", "total"), 1119);
	assert_int_equal(number(o, "web", "vcpus"), 2);
	assert_int_equal(number(o, "(all)", "delta"), 1116);
	assert_int_equal(number(o, "(all)", "share"), 100);
	assert_int_equal(100 * number(o, "web", "userspace"), 1932);
	/* the same snapshot again is no interval */
	assert_false(top_data_update(&o->data, &o->snap));
}

static void new_ones(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	one(o, 6 * S, 3, 720, "born", 23);
	show(o);
	/* a VM that is new counts from 0; those not listed are forgotten */
	assert_int_equal(o->table.nr, 1);
	assert_int_equal(number(o, "born", "rate"), 23);
	one(o, 7 * S, 3, 720, "born", 5);
	show(o);
	/* a count that fell began again, at 0 */
	assert_int_equal(number(o, "born", "rate"), 5);
	assert_int_equal(number(o, "born", "total"), 5);
	assert_int_equal(o->data.delta.restarts, 1);
}

/* KVM's own statistics may be read late, with all that they have counted. */
static void read_late(void **state)
{
	struct world *o = *state;

	for (int n = 0; n < 3; n++) {
		at(o, (5 + (uint64_t)n) * S, 0);
		snapwrite_header(&o->w)->source = KES_SOURCE_KVM_STATS;
		snapwrite_header(&o->w)->isa = KES_ISA_KVM;
		vm(o, 1, 700, "web");
		if (n) {
			vcpu(o, 0);
			exits(o, 0, 1000 + 23 * (uint64_t)n, 0);
		}
		take(o);
		show(o);
		if (n == 0)
			assert_true(isnan(number(o, "web", "total")));
		if (n == 1)
			assert_true(isnan(number(o, "web", "rate")));
	}
	assert_int_equal(number(o, "web", "rate"), 23);
	assert_true(isnan(number(o, "web", "userspace")));
	assert_true(isnan(number(o, "web", "l2")));
	assert_true(isnan(number(o, "web", "time")));
}

static void timed(struct world *o, uint64_t n, bool second)
{
	struct kes_time_exit t = { .code = IOIO };

	at(o, 5 * S + n * S, 0x1f);
	snapwrite_clock(&o->w, 1000000, 10000000 + n * S,
			KES_GROUP_COUNT | KES_GROUP_TIME);
	vm(o, 1, 700, "web");
	vcpu(o, 0);
	exits(o, IOIO, 100 * n, 0);
	snapwrite_times(&o->w, 10000000, 10000000 + n * (S - S / 4), n * S / 2,
			KES_STATE_HALT_BLOCK, IOIO);
	t.cyc[KES_STATE_HANDLER - 1] = n * S / 10;
	t.cyc[KES_STATE_USERSPACE - 1] = n * S * 15 / 100;
	snapwrite_element(&o->w, &t);
	if (second) {
		vcpu(o, 1);
		exits(o, NPF, n, 0);
	}
	take(o);
}

/* The state that a thread is in counts until now: here a quarter, asleep. */
static void times(void **state)
{
	struct world *o = *state;

	timed(o, 0, false);
	timed(o, 1, false);
	show(o);
	assert_int_equal(round(number(o, "web", "guest_time")), 50);
	assert_int_equal(round(number(o, "web", "handler_time")), 10);
	assert_int_equal(round(number(o, "web", "userspace_time")), 15);
	assert_int_equal(round(number(o, "web", "time")), 25);
	assert_int_equal(round(number(o, "web", "halted_time")), 25);
	assert_int_equal(round(number(o, "web", "cost")), 2500000);
	key(o, 'r');
	assert_int_equal(round(number(o, "IOIO", "time")), 25);
}

/* A sum of which one part is not known is not known. */
static void part_of_times(void **state)
{
	struct world *o = *state;

	timed(o, 0, true);
	timed(o, 1, true);
	show(o);
	assert_true(isnan(number(o, "web", "time")));
	key(o, TOP_KEY_ENTER);
	assert_int_equal(round(number(o, "vCPU 0", "time")), 25);
	assert_true(isnan(number(o, "vCPU 1", "time")));
	assert_true(isnan(number(o, "(all)", "time")));
}

static void detailed(struct world *o, uint64_t n)
{
	at(o, 5 * S + n * S, 0x1f);
	snapwrite_header(&o->w)->groups |= KES_GROUP_DETAIL;
	vm(o, 1, 700, "web");
	for (uint32_t i = 0; i < 2; i++) {
		vcpu(o, i);
		exits(o, IOIO, 30 * n, 0);
		snapwrite_part(&o->w, KES_REC_DETAIL);
		snapwrite_detail(&o->w, IOIO, 0x3f8, 23 * n, 0);
		snapwrite_detail(&o->w, IOIO, 0, 7 * n, KES_DETAIL_OTHER);
	}
	take(o);
}

static void details(void **state)
{
	struct world *o = *state;

	detailed(o, 1);
	detailed(o, 2);
	show(o);
	key(o, 'r', TOP_KEY_ENTER);
	assert_int_equal(o->table.nr, 2);
	assert_int_equal(number(o, "0x3f8 write", "total"), 92);
	assert_int_equal(number(o, "0x3f8 write", "rate"), 46);
	assert_int_equal(number(o, "other", "delta"), 14);
	assert_string_equal(row(o, "0x3f8 write")->known_as, "COM1 data");
	/* of the reason's exits: 46 of 60 */
	assert_int_equal(round(number(o, "0x3f8 write", "share")), 77);
	line_is(o, 2, "VMs > web > all vCPUs > IOIO");
	line_has(o, 4, "120 exits: 0 fastpath, 0 user");
	line_has(o, 5, "time: - handler, - userspace");
}

static void no_details(void **state)
{
	struct world *o = *state;

	usual_rows(o, 1, 1);
	key(o, 'r', TOP_KEY_ENTER);
	line_has(o, 7, "the group detail is off");
	o->data.hdr.groups_known = KES_GROUP_COUNT;
	line_is(o, 7, "unavailable from this source");
}

static void trend(void **state)
{
	struct world *o = *state;
	const struct top_scene s = { .data = &o->data, .table = &o->table,
				     .source = "patched" };
	static const uint64_t totals[] = { 0, 0, 80, 120, 130 };

	for (size_t i = 0; i < ARRAY_LEN(totals); i++)
		one(o, (5 + i) * S, 1, 700, "web", totals[i]);
	line_has(o, 4, "    _#=.");
	top_draw(&s, &o->view, 80, 24, &o->page);
	assert_non_null(strstr(line(o, 4), "    _\u2588\u2584\u2581"));
}

/* ---- options ---- */

static void starts(void **state)
{
	static const struct {
		const char *vm;
		int vcpu;
		const char *reason, *sort;
		enum top_level level;
		int rc;
		const char *path;
	} cases[] = {
		{ NULL, -1, NULL, NULL, TOP_NR_LEVELS, 0, "VMs" },
		{ NULL, -1, NULL, "name", TOP_VMS, 0, "VMs" },
		{ "web", -1, NULL, NULL, TOP_NR_LEVELS, 0, "VMs > web" },
		{ "AAAA-bbbb", 10, NULL, NULL, TOP_NR_LEVELS, 0,
		  "VMs > web > vCPU 10" },
		{ "710", -1, "hlt", NULL, TOP_NR_LEVELS, 0,
		  "VMs > db > all vCPUs > HLT" },
		{ NULL, -1, "0x7b", NULL, TOP_NR_LEVELS, 0,
		  "VMs > (all) > IOIO" },
		{ "tea", -1, NULL, NULL, TOP_NR_LEVELS, -ENOENT, NULL },
		{ NULL, 0, NULL, NULL, TOP_NR_LEVELS, -ENOENT, NULL },
		{ "web", 7, NULL, NULL, TOP_NR_LEVELS, -ENOENT, NULL },
		{ NULL, -1, "tea", NULL, TOP_NR_LEVELS, -ENOENT, NULL },
		{ NULL, -1, NULL, NULL, TOP_DETAIL, -ENOENT, NULL },
		{ NULL, -1, NULL, NULL, TOP_VCPUS, -ENOENT, NULL },
		{ NULL, -1, NULL, "trend", TOP_VMS, -ENOENT, NULL },
		{ NULL, -1, NULL, "known_as", TOP_VMS, -ENOENT, NULL },
	};
	struct world *o = *state;

	usual(o, 0);
	each_row(c, cases) {
		struct top_config cfg = {
			.interval_ns = S, .vm = c->vm, .vcpu = c->vcpu,
			.reason = c->reason, .sort = c->sort, .level = c->level,
		};

		err.text[0] = '\0';
		assert_int_equal(top_view_start(&o->view, &cfg, &o->data, &err),
				 c->rc);
		if (c->rc)
			assert_true(*err.text);
		else
			path_is(o, c->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FTEST(rates), FTEST(new_ones), FTEST(read_late), FTEST(times),
		FTEST(part_of_times), FTEST(details), FTEST(no_details), FTEST(trend),
		FTEST(starts),
	};

	return cmocka_run_group_tests_name("top", tests, NULL, NULL);
}
