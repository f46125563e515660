// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of sources: two at once, each on its own fake machine and independent of
 * the other; and the groups that an open source holds.
 */

#include "root-fixture.h"
#include "snaptake.h"
#include "source/group-refs.h"
#include "source/source.h"

#define DEBUGFS	"/sys/kernel/debug"
#define SYSFS	"/sys/kernel/kvm_exit_stats"

struct fixture {
	char *roots[2];
	struct source *sources[2];
	struct snapshot snap;
	struct errbuf note;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	*state = f;
	for (int i = 0; i < 2; i++)
		f->roots[i] = make_root();
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) {
		source_close(f->sources[i]);
		remove_root(f->roots[i]);
	}
	snapshot_free(&f->snap);
	free(f);
	return report_row(state);
}

/* ---- machines ---- */

/* Create an engine with @exits exits of one reason. */
static void put_engine(const char *root, const char *source, uint64_t exits)
{
	static const char *const groups[] = { "count", "time", "histogram",
					      "detail" };
	char *path = make_path(root, DEBUGFS "/kvm_exit_stats/snapshot");
	struct snapwrite w = { 0 };

	put(root, SYSFS "/version", "1\n");
	put(root, SYSFS "/source", source);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		put_at(root, "0\n", SYSFS "/%s", groups[i]);
	snapwrite_begin(&w, KES_ISA_VMX, 0);
	snapwrite_vm(&w, 1, 700, 1, 0, "guest");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, exits);
	snapwrite_count(&w, 12, exits, 0);
	snapwrite_end(&w);
	assert_int_equal(snapwrite_store(&w, path), 0);
	snapwrite_free(&w);
	free(path);
}

static void put_stats(const char *root, const char *vm, const char *exits,
		      const char *io_exits)
{
	put(root, DEBUGFS "/kvm/exits", exits);
	put_at(root, exits, DEBUGFS "/kvm/%s/exits", vm);
	put_at(root, io_exits, DEBUGFS "/kvm/%s/io_exits", vm);
}

static void open_source(struct fixture *f, int i, const char *name)
{
	struct source_choice choice;

	f->sources[i] = source_open(f->roots[i], name, &choice, &err);
	assert_non_null(f->sources[i]);
}

static const struct snapshot *look(struct fixture *f, int i)
{
	struct buf b = { 0 };

	must(source_read(f->sources[i], &b, &err));
	must(snapshot_parse(&f->snap, b.data, b.len, &err));
	buf_free(&b);
	return &f->snap;
}

/* ---- what changed ---- */

#define CHANGES	DEBUGFS "/kvm_exit_stats/changes"

/* An answer at @at to a reader that read last at @since. */
static void put_answer(const char *root, uint64_t since, uint64_t at,
		       uint64_t exits)
{
	struct snapwrite w = { 0 };

	snapwrite_begin(&w, KES_ISA_VMX, 0);
	snapwrite_vm(&w, 1, 700, 1, 0, "guest");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, exits);
	snapwrite_count(&w, 12, exits, 0);
	snapwrite_end(&w);
	snapwrite_header(&w)->flags = KES_FLAG_CHANGES;
	snapwrite_header(&w)->since = since;
	snapwrite_header(&w)->end_ns = at;
	put_bytes(root, CHANGES, (char *)w.data, w.len);
	snapwrite_free(&w);
}

/* The attempts in the next answer, or -errno. */
static int64_t look_again(struct fixture *f)
{
	struct buf b = { 0 };
	int rc = source_read_changes(f->sources[0], &b, &err);

	if (!rc)
		must(snapshot_parse(&f->snap, b.data, b.len, &err));
	buf_free(&b);
	return rc ? rc : (int64_t)f->snap.vcpus[0].attempts;
}

static void changes_continue_the_last_answer(void **state)
{
	struct fixture *f = *state;

	put_engine(f->roots[0], "patched\n", 5);
	open_source(f, 0, "patched");
	/* an engine without this file has snapshots */
	assert_int_equal(look_again(f), 5);
	assert_false(snapshot_is_partial(&f->snap));
	put_answer(f->roots[0], 0, 10, 6);
	assert_int_equal(look_again(f), 6);
	assert_false(snapshot_is_partial(&f->snap));
	put_answer(f->roots[0], 10, 20, 7);
	assert_int_equal(look_again(f), 7);
	assert_true(snapshot_is_partial(&f->snap));
	/* one answer was not read: it is as after opening the file */
	put_answer(f->roots[0], 30, 40, 9);
	assert_int_equal(look_again(f), -EPROTO);
	expect_error("changes since 30 ns");
	put_answer(f->roots[0], 0, 50, 10);
	assert_int_equal(look_again(f), 10);
	assert_false(snapshot_is_partial(&f->snap));
	/* an answer was not used: the file is opened again */
	put_answer(f->roots[0], 50, 60, 11);
	source_forget_changes(f->sources[0]);
	assert_int_equal(look_again(f), -EPROTO);
	expect_error("but was read at 0 ns");
}

static uint32_t groups_on(struct source *s)
{
	uint32_t on, known;

	assert_int_equal(source_get_groups(s, &on, &known, &err), 0);
	return on;
}

/* Switch groups on; return those that were off before. */
static uint32_t hold(struct fixture *f, int i, uint32_t groups)
{
	must(group_refs_get(f->sources[i], groups, 0, &f->note, &err));
	return group_refs_switched(f->sources[i]);
}

static void release(struct fixture *f, int i)
{
	must(group_refs_put(f->sources[i], &f->note, &err));
}

/* ---- tests ---- */

static void two_engines_are_independent(void **state)
{
	struct fixture *f = *state;
	uint32_t done;

	put_engine(f->roots[0], "module\n", 101);
	put_engine(f->roots[1], "patched\n", 23);
	open_source(f, 0, "auto");
	open_source(f, 1, "auto");
	assert_string_equal(source_name(f->sources[0]), "module");
	assert_string_equal(source_name(f->sources[1]), "patched");
	assert_string_equal(source_root(f->sources[0]), f->roots[0]);
	for (int n = 0; n < 2; n++) {
		assert_int_equal(look(f, 0)->exits[0].l1, 101);
		assert_int_equal(look(f, 1)->exits[0].l1, 23);
	}
	assert_int_equal(source_switch(f->sources[1], KES_GROUP_COUNT, true,
				       &done, &err), 0);
	assert_int_equal(done, KES_GROUP_COUNT);
	assert_int_equal(groups_on(f->sources[0]), 0);
	assert_int_equal(groups_on(f->sources[1]), KES_GROUP_COUNT);
}

/* State in memory belongs to one source: VMs, ids, destroyed VMs. */
static void two_kvm_stats_sources_are_independent(void **state)
{
	struct fixture *f = *state;
	const struct snapshot *s;

	put_stats(f->roots[0], "700-12", "100\n", "23\n");
	put_stats(f->roots[1], "700-12", "11\n", "7\n");
	put_stats(f->roots[1], "701-9", "5\n", "5\n");
	open_source(f, 0, "kvm-stats");
	open_source(f, 1, "kvm-stats");
	s = look(f, 0);
	assert_int_equal(s->nr_vms, 1);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[0]), 100);
	remove_all(f->roots[0], DEBUGFS "/kvm/700-12");
	s = look(f, 0);
	assert_true(s->vms[0].destroyed);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[0]), 100);
	s = look(f, 1);
	assert_int_equal(s->nr_vms, 2);
	assert_int_equal(s->vms[0].vm_id, 1);
	assert_false(s->vms[0].destroyed);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[0]), 11);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[1]), 5);
}

/* A source that is opened again has no state. */
static void reopened_source_has_no_state(void **state)
{
	struct fixture *f = *state;

	put_stats(f->roots[0], "700-12", "100\n", "23\n");
	open_source(f, 0, "kvm-stats");
	assert_int_equal(look(f, 0)->nr_vms, 1);
	source_close(f->sources[0]);
	remove_all(f->roots[0], DEBUGFS "/kvm/700-12");
	open_source(f, 0, "kvm-stats");
	assert_int_equal(look(f, 0)->nr_vms, 0);
}

/* Two recorders on one machine: the last one to end switches the groups off. */
static void last_recorder_switches_groups_off(void **state)
{
	const uint32_t both = KES_GROUP_COUNT | KES_GROUP_DETAIL;
	struct fixture *f = *state;

	put_engine(f->roots[0], "module\n", 1);
	remove_root(f->roots[1]);
	f->roots[1] = xstrdup(f->roots[0]);
	open_source(f, 0, "auto");
	open_source(f, 1, "auto");
	assert_int_equal(hold(f, 0, KES_GROUP_COUNT), KES_GROUP_COUNT);
	assert_int_equal(hold(f, 1, both), KES_GROUP_DETAIL);
	release(f, 0);
	assert_true(strlen(f->note.text) > 0);
	assert_int_equal(groups_on(f->sources[0]), both);
	release(f, 1);
	assert_string_equal(f->note.text, "");
	assert_int_equal(groups_on(f->sources[1]), 0);
}

/* A closed source releases its lock, like the source of a killed process. */
static void closing_releases_the_lock(void **state)
{
	struct fixture *f = *state;

	put_engine(f->roots[0], "module\n", 1);
	open_source(f, 0, "auto");
	hold(f, 0, KES_GROUP_COUNT);
	source_close(f->sources[0]);
	open_source(f, 0, "auto");
	assert_int_equal(groups_on(f->sources[0]), KES_GROUP_COUNT);
	hold(f, 0, 0);
	release(f, 0);
	assert_int_equal(groups_on(f->sources[0]), 0);
}

/* ---- groups for one VM ---- */

#define VM	7

/* Two sources on one machine, whose engine has switches for single VMs. */
static void share_engine(struct fixture *f)
{
	put_engine(f->roots[0], "patched\n", 1);
	put(f->roots[0], SYSFS "/time_vms", "");
	remove_root(f->roots[1]);
	f->roots[1] = xstrdup(f->roots[0]);
	open_source(f, 0, "auto");
	open_source(f, 1, "auto");
}

/* Hold count, and time for VM 7. */
static void hold_vm(struct fixture *f, int i)
{
	must(group_refs_get(f->sources[i], KES_GROUP_COUNT | KES_GROUP_TIME, VM,
			    &f->note, &err));
}

static void limit(struct fixture *f, int i)
{
	must(group_refs_limit(f->sources[i], (uint64_t[]) { VM }, 1, &err));
}

/* @all: the groups that are on for all VMs; @one: whether time is on for VM 7 */
static void on_are(struct fixture *f, uint32_t all, bool one)
{
	uint32_t on, known;

	assert_int_equal(groups_on(f->sources[0]), all);
	must(source_get_vm_groups(f->sources[0], VM, &on, &known, &err));
	assert_int_equal(known, KES_GROUP_TIME);
	assert_int_equal(on, one ? KES_GROUP_TIME : 0);
}

/* Another recorder found time on for all VMs: it stays on for all until that ends. */
static void groups_are_limited_without_other_recorders(void **state)
{
	const uint32_t both = KES_GROUP_COUNT | KES_GROUP_TIME;
	struct fixture *f = *state;

	share_engine(f);
	hold(f, 0, both);
	hold(f, 1, KES_GROUP_TIME);
	limit(f, 0);
	on_are(f, both, false);
	release(f, 1);
	on_are(f, both, false);
	limit(f, 0);
	on_are(f, KES_GROUP_COUNT, true);
	limit(f, 0);
	release(f, 0);
	on_are(f, 0, false);
}

/* Two recorders of a VM: the last one to end switches its groups off. */
static void last_recorder_of_a_vm_switches_groups_off(void **state)
{
	struct fixture *f = *state;

	share_engine(f);
	hold_vm(f, 0);
	on_are(f, KES_GROUP_COUNT, true);
	hold_vm(f, 1);
	release(f, 0);
	assert_true(strlen(f->note.text) > 0);
	on_are(f, KES_GROUP_COUNT, true);
	release(f, 1);
	assert_string_equal(f->note.text, "");
	on_are(f, 0, false);
}

/* The next recorder switches off what a killed one switched on for a VM. */
static void groups_of_a_killed_recorder_of_a_vm_are_switched_off(void **state)
{
	struct fixture *f = *state;

	share_engine(f);
	hold_vm(f, 0);
	source_close(f->sources[0]);
	open_source(f, 0, "auto");
	on_are(f, KES_GROUP_COUNT, true);
	hold(f, 1, 0);
	release(f, 1);
	on_are(f, 0, false);
	/* unless the user switched it on, too */
	hold_vm(f, 0);
	group_refs_forget(f->sources[1], KES_GROUP_TIME, VM);
	release(f, 0);
	on_are(f, 0, true);
}

static void reasons_for_refusal_are_returned(void **state)
{
	struct fixture *f = *state;
	struct source_choice c;

	assert_null(source_open(f->roots[0], "auto", &c, &err));
	assert_int_equal(c.nr_refused, 4);
	assert_string_equal(c.refused[0].name, "patched");
	assert_string_equal(c.refused[3].name, "kvm-stats");
	assert_null(source_open(f->roots[0], "module", &c, &err));
	assert_int_equal(c.nr_refused, 1);
	assert_string_equal(err.text, c.refused[0].why.text);
	assert_null(source_open(f->roots[0], "modul", &c, &err));
	assert_int_equal(c.nr_refused, 0);
	assert_string_equal(err.text, "modul: no such source (one of auto, patched, module, bpf, kvm-stats)");
}

UNIT_TESTS("source",
	   FTEST(two_engines_are_independent),
	   FTEST(two_kvm_stats_sources_are_independent),
	   FTEST(reopened_source_has_no_state),
	   FTEST(last_recorder_switches_groups_off),
	   FTEST(closing_releases_the_lock),
	   FTEST(groups_are_limited_without_other_recorders),
	   FTEST(last_recorder_of_a_vm_switches_groups_off),
	   FTEST(groups_of_a_killed_recorder_of_a_vm_are_switched_off),
	   FTEST(changes_continue_the_last_answer),
	   FTEST(reasons_for_refusal_are_returned))
