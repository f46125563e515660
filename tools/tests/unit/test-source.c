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

static uint32_t groups_on(struct source *s)
{
	uint32_t on, known;

	assert_int_equal(source_get_groups(s, &on, &known, &err), 0);
	return on;
}

/* Switch groups on; return those that were off before. */
static uint32_t hold(struct fixture *f, int i, uint32_t groups)
{
	must(group_refs_get(f->sources[i], groups, &f->note, &err));
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
	   FTEST(reasons_for_refusal_are_returned))
