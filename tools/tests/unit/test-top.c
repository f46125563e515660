// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of exitstat top: values computed from two snapshots, and the view that
 * the options select.
 */
#include <math.h>

#include "top-fixture.h"

/* ---- values from two snapshots ---- */

static void rates_need_an_interval(void **state UNUSED)
{
	usual_rows(0, 0);
	/* without an interval there are totals, but no rates */
	assert_true(isnan(number("web", "per_s")));
	assert_true(isnan(number("web", "delta")));
	assert_int_equal(number("web", "total"), 1000);
	usual_rows(1, 1);
	assert_int_equal(world.table.nr, 3);
	assert_int_equal(number("web", "delta"), 119);
	assert_int_equal(number("web", "per_s"), 238);
	assert_int_equal(number("web", "total"), 1119);
	assert_int_equal(number("web", "vcpus"), 2);
	assert_int_equal(number("(all)", "delta"), 1116);
	assert_int_equal(number("(all)", "percent"), 100);
	assert_int_equal(number("web", "userspace_per_s"), 46);
	/* the same snapshot again makes no interval */
	assert_false(top_data_update(&world.data, &world.snap));
}

static void new_vm_has_rates_from_zero(void **state UNUSED)
{
	usual(0);
	one(6 * S, 3, 720, "born", 23);
	show();
	/* a new VM counts from 0; VMs that are not listed are dropped */
	assert_int_equal(world.table.nr, 1);
	assert_int_equal(number("born", "per_s"), 23);
	one(7 * S, 3, 720, "born", 5);
	show();
	/* a counter fell: it restarted at 0 */
	assert_int_equal(number("born", "per_s"), 5);
	assert_int_equal(number("born", "total"), 5);
	assert_int_equal(world.data.delta.restarts, 1);
}

/* The first values read late from kvm-stats are a baseline. */
static void late_first_values_are_a_baseline(void **state UNUSED)
{
	for (int n = 0; n < 3; n++) {
		at((5 + (uint64_t)n) * S, 0);
		snapwrite_header(&world.w)->source = KES_SOURCE_KVM_STATS;
		snapwrite_header(&world.w)->isa = KES_ISA_KVM;
		vm(1, 700, "web");
		if (n) {
			vcpu(0);
			exits(0, 1000 + 23 * (uint64_t)n, 0);
		}
		take();
		show();
		if (n == 0)
			assert_true(isnan(number("web", "total")));
		if (n == 1)
			assert_true(isnan(number("web", "per_s")));
	}
	assert_int_equal(number("web", "per_s"), 23);
	assert_true(isnan(number("web", "userspace_per_s")));
	assert_true(isnan(number("web", "l2_per_s")));
	assert_true(isnan(number("web", "cost_percent")));
}

static void timed(uint64_t n, bool second)
{
	struct kes_time_exit t = { .code = IOIO };

	at(5 * S + n * S, 0x1f);
	snapwrite_clock(&world.w, 1000000, 10000000 + n * S,
			KES_GROUP_COUNT | KES_GROUP_TIME);
	vm(1, 700, "web");
	vcpu(0);
	exits(IOIO, 100 * n, 0);
	snapwrite_times(&world.w, 10000000, 10000000 + n * (S - S / 4), n * S / 2,
			KES_STATE_BLOCKED, IOIO);
	t.cyc[KES_STATE_HANDLER - 1] = n * S / 10;
	t.cyc[KES_STATE_USERSPACE - 1] = n * S * 15 / 100;
	snapwrite_element(&world.w, &t);
	if (second) {
		vcpu(1);
		exits(NPF, n, 0);
	}
	take();
}

/* The current state is charged until now: here a quarter, blocked. */
static void times_include_the_open_state(void **state UNUSED)
{
	timed(0, false);
	timed(1, false);
	show();
	assert_int_equal(round(number("web", "guest_time_percent")), 50);
	assert_int_equal(round(number("web", "handler_time_percent")), 10);
	assert_int_equal(round(number("web", "userspace_time_percent")), 15);
	assert_int_equal(round(number("web", "cost_percent")), 25);
	assert_int_equal(round(number("web", "polling_time_percent")), 0);
	assert_int_equal(round(number("web", "blocked_time_percent")), 25);
	assert_int_equal(round(number("web", "mean_ns")), 2500000);
	key('r');
	assert_int_equal(round(number("IOIO", "cost_percent")), 25);
}

/* A sum with an unknown part is unknown. */
static void partial_times_are_unknown(void **state UNUSED)
{
	timed(0, true);
	timed(1, true);
	show();
	assert_true(isnan(number("web", "cost_percent")));
	key(TOP_KEY_ENTER);
	assert_int_equal(round(number("vCPU 0", "cost_percent")), 25);
	assert_true(isnan(number("vCPU 1", "cost_percent")));
	assert_true(isnan(number("(all)", "cost_percent")));
}

static void detailed(uint64_t n)
{
	at(5 * S + n * S, 0x1f);
	snapwrite_header(&world.w)->groups |= KES_GROUP_DETAIL;
	vm(1, 700, "web");
	for (uint32_t i = 0; i < 2; i++) {
		vcpu(i);
		exits(IOIO, 30 * n, 0);
		snapwrite_part(&world.w, KES_REC_DETAIL);
		snapwrite_detail(&world.w, IOIO, 0x3f8, 23 * n, 0);
		snapwrite_detail(&world.w, IOIO, 0, 7 * n, KES_DETAIL_OTHER);
	}
	take();
}

static void details_have_shares(void **state UNUSED)
{
	detailed(1);
	detailed(2);
	show();
	key('r', TOP_KEY_ENTER);
	assert_int_equal(world.table.nr, 2);
	assert_int_equal(number("0x3f8 write", "total"), 92);
	assert_int_equal(number("0x3f8 write", "per_s"), 46);
	assert_int_equal(number("other", "delta"), 14);
	assert_string_equal(row("0x3f8 write")->known_as, "COM1 data");
	/* share of the reason's exits: 46 of 60 */
	assert_int_equal(round(number("0x3f8 write", "percent")), 77);
	line_is(2, "VMs > web > all vCPUs > IOIO");
	line_has(4, "120 exits: 0 fastpath, 0 user");
	line_has(5, "time: - handler, - userspace");
}

static void missing_details_are_explained(void **state UNUSED)
{
	usual_rows(1, 1);
	key('r', TOP_KEY_ENTER);
	line_has(7, "group detail is off");
	world.data.hdr.groups_known = KES_GROUP_COUNT;
	line_is(7, "unavailable from this source");
}

static void trend_shows_recent_rates(void **state UNUSED)
{
	const struct top_scene s = { .data = &world.data, .table = &world.table,
				     .source = "patched" };
	static const uint64_t totals[] = { 0, 0, 80, 120, 130 };

	for (size_t i = 0; i < ARRAY_LEN(totals); i++)
		one((5 + i) * S, 1, 700, "web", totals[i]);
	line_has(4, "    _#=.");
	top_draw(&s, &world.view, 80, 24, &world.page);
	assert_non_null(strstr(line(4), "    _\u2588\u2584\u2581"));
}

/* A second vCPU 0 has its own row and counts, while it is listed. */
static void vcpus_with_one_id_have_own_rows(void **state UNUSED)
{
	for (uint64_t n = 0; n < 4; n++) {
		at(5 * S + n * S, 0x1f);
		vm(1, 700, "web");
		vcpu(0);
		exits(IOIO, 1000 + 101 * n, 0);
		if (n == 1 || n == 2) {
			vcpu(0);
			exits(IOIO, 23 * n, 0);
		}
		take();
		show();
		assert_int_equal(row("web")->nr_vcpus, n == 1 || n == 2 ? 2 : 1);
		if (n == 2) {
			key(TOP_KEY_ENTER);
			assert_int_equal((int)number("vCPU 0", "delta"), 101);
			assert_int_equal((int)number("vCPU 0#2", "delta"), 23);
			key('G', TOP_KEY_ENTER);
			path_is("VMs > web > vCPU 0#2");
			assert_int_equal((int)number("IOIO", "delta"), 23);
			key(TOP_KEY_ESCAPE, TOP_KEY_ESCAPE);
		}
	}
	key(TOP_KEY_ENTER);
	assert_int_equal(world.table.nr, 1);
}

/* ---- options ---- */

static void options_select_the_first_view(void **state UNUSED)
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

	usual(0);
	each_row(c, cases) {
		struct top_config cfg = {
			.interval_ns = S, .vm = c->vm, .vcpu = c->vcpu,
			.reason = c->reason, .sort = c->sort, .level = c->level,
		};

		err.text[0] = '\0';
		assert_int_equal(top_view_start(&world.view, &cfg, &world.data, &err),
				 c->rc);
		if (c->rc)
			assert_true(*err.text);
		else
			path_is(c->path);
	}
}

UNIT_TESTS("top",
	   FTEST(rates_need_an_interval), FTEST(new_vm_has_rates_from_zero),
	   FTEST(late_first_values_are_a_baseline),
	   FTEST(times_include_the_open_state),
	   FTEST(partial_times_are_unknown), FTEST(details_have_shares),
	   FTEST(missing_details_are_explained),
	   FTEST(trend_shows_recent_rates),
	   FTEST(vcpus_with_one_id_have_own_rows),
	   FTEST(options_select_the_first_view))
