// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of sources as objects: two at once, each on a played machine of
 * its own, which know nothing of one another; and what an open source holds.
 */

#include "root-fixture.h"
#include "snapshot/snapshot.h"
#include "snapwrite.h"
#include "source/hold.h"
#include "source/source.h"

#define DEBUGFS	"/sys/kernel/debug"
#define SYSFS	"/sys/kernel/kvm_exit_stats"

struct fixture {
	char roots[2][32];
	struct source *sources[2];
	struct snapshot snap;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	*state = f;
	for (int i = 0; i < 2; i++) {
		strcpy(f->roots[i], "/tmp/test-source-XXXXXX");
		assert_non_null(mkdtemp(f->roots[i]));
	}
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) {
		source_close(f->sources[i]);
		remove_all(f->roots[i], "");
	}
	snapshot_free(&f->snap);
	free(f);
	return report_row(state);
}

/* ---- machines ---- */

/* An engine that has counted @exits of one reason. */
static void put_engine(const char *root, const char *source, uint64_t exits)
{
	static const char *const groups[] = { "count", "time", "histogram",
					      "detail" };
	const struct kes_exit e = { .code = 12, .l1 = exits };
	char *path = make_path(root, DEBUGFS "/kvm_exit_stats/snapshot");
	struct snapwrite w = { 0 };

	put(root, SYSFS "/version", "1\n");
	put(root, SYSFS "/source", source);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		char *group = xasprintf(SYSFS "/%s", groups[i]);

		put(root, group, "0\n");
		free(group);
	}
	snapwrite_begin(&w, KES_ISA_VMX, 0);
	snapwrite_vm(&w, 1, 700, 1, 0, "guest");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, exits);
	snapwrite_exit(&w, &e);
	snapwrite_end(&w);
	assert_int_equal(snapwrite_store(&w, path), 0);
	snapwrite_free(&w);
	free(path);
}

static void put_stats(const char *root, const char *vm, const char *exits,
		      const char *io_exits)
{
	char *path = xasprintf(DEBUGFS "/kvm/%s/exits", vm);
	char *io = xasprintf(DEBUGFS "/kvm/%s/io_exits", vm);

	put(root, DEBUGFS "/kvm/exits", exits);
	put(root, path, exits);
	put(root, io, io_exits);
	free(path);
	free(io);
}

static void open_source(struct fixture *f, int i, const char *name)
{
	struct source_choice choice;
	struct errbuf err;

	f->sources[i] = source_open(f->roots[i], name, &choice, &err);
	assert_non_null(f->sources[i]);
}

static const struct snapshot *look(struct fixture *f, int i)
{
	struct buf b = { 0 };
	struct errbuf err;

	assert_int_equal(source_read(f->sources[i], &b, &err), 0);
	assert_int_equal(snapshot_parse(&f->snap, b.data, b.len, &err), 0);
	buf_free(&b);
	return &f->snap;
}

static uint32_t groups_on(struct source *s)
{
	uint32_t on, known;
	struct errbuf err;

	assert_int_equal(source_get_groups(s, &on, &known, &err), 0);
	return on;
}

/* ---- tests ---- */

static void two_engines(void **state)
{
	struct fixture *f = *state;
	struct errbuf err;
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

/* What was only kept in memory is each source's own: VMs, ids, the dead. */
static void two_of_kvms_statistics(void **state)
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
	assert_true(s->vms[0].dead);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[0]), 100);
	s = look(f, 1);
	assert_int_equal(s->nr_vms, 2);
	assert_int_equal(s->vms[0].vm_id, 1);
	assert_false(s->vms[0].dead);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[0]), 11);
	assert_int_equal(snapshot_vm_exits(s, &s->vms[1]), 5);
}

/* Opened again, a source begins with nothing. */
static void one_after_the_other(void **state)
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

/* Two recorders of one machine: the last that ends switches off. */
static void holds_are_of_each_source(void **state)
{
	struct fixture *f = *state;
	struct errbuf note, err;

	put_engine(f->roots[0], "module\n", 1);
	strcpy(f->roots[1], f->roots[0]);
	open_source(f, 0, "auto");
	open_source(f, 1, "auto");
	assert_int_equal(hold_begin(f->sources[0], KES_GROUP_COUNT, &note,
				    &err), 0);
	assert_int_equal(hold_switched(f->sources[0]), KES_GROUP_COUNT);
	assert_int_equal(hold_begin(f->sources[1],
				    KES_GROUP_COUNT | KES_GROUP_DETAIL, &note,
				    &err), 0);
	assert_int_equal(hold_switched(f->sources[1]), KES_GROUP_DETAIL);
	assert_int_equal(hold_end(f->sources[0], &note, &err), 0);
	assert_true(strlen(note.text) > 0);
	assert_int_equal(groups_on(f->sources[0]),
			 KES_GROUP_COUNT | KES_GROUP_DETAIL);
	assert_int_equal(hold_end(f->sources[1], &note, &err), 0);
	assert_string_equal(note.text, "");
	assert_int_equal(groups_on(f->sources[1]), 0);
}

/* A source that is closed holds nobody up, as a process that was killed. */
static void closing_leaves_the_lock(void **state)
{
	struct fixture *f = *state;
	struct errbuf note, err;

	put_engine(f->roots[0], "module\n", 1);
	open_source(f, 0, "auto");
	assert_int_equal(hold_begin(f->sources[0], KES_GROUP_COUNT, &note,
				    &err), 0);
	source_close(f->sources[0]);
	open_source(f, 0, "auto");
	assert_int_equal(groups_on(f->sources[0]), KES_GROUP_COUNT);
	assert_int_equal(hold_begin(f->sources[0], 0, &note, &err), 0);
	assert_int_equal(hold_end(f->sources[0], &note, &err), 0);
	assert_int_equal(groups_on(f->sources[0]), 0);
}

static void refusals_are_kept(void **state)
{
	struct fixture *f = *state;
	struct source_choice c;
	struct errbuf err;

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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FTEST(two_engines),
		FTEST(two_of_kvms_statistics),
		FTEST(one_after_the_other),
		FTEST(holds_are_of_each_source),
		FTEST(closing_leaves_the_lock),
		FTEST(refusals_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
