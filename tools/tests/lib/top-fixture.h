/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixture for the tests of exitstat top: snapshots, the rows computed from them, and
 * the screen. Include it once, after cmocka.h.
 */
#ifndef EXITSTAT_TOP_FIXTURE_H
#define EXITSTAT_TOP_FIXTURE_H

#include "unit.h"
#include "snaptake.h"
#include "top/start.h"

#define IOIO	0x7b
#define NPF	0x400
#define HLT	0x78
#define S	NSEC_PER_SEC

static struct {
	struct top_data data;
	struct snapshot snap;
	struct top_table table;
	struct top_view view;
	struct top_page page;
	struct snapwrite w;
} world;

static inline void name(void *arg UNUSED, const struct snap_vm *from,
			struct top_vm *vm)
{
	snprintf(vm->name, sizeof(vm->name), "%s", from->comm);
	if (from->pid == 700)
		snprintf(vm->uuid, sizeof(vm->uuid), "aaaa-bbbb");
}

static inline int setup(void **state UNUSED)
{
	memset(&world, 0, sizeof(world));
	world.data.name = name;
	top_view_init(&world.view, S);
	return 0;
}

static inline int teardown(void **state)
{
	top_data_free(&world.data);
	snapshot_free(&world.snap);
	top_table_free(&world.table);
	top_page_free(&world.page);
	return report_row(state);
}

/* ---- snapshots ---- */

static inline void take(void)
{
	snaptake(&world.w, &world.snap);
	assert_true(top_data_update(&world.data, &world.snap));
}

static inline void at(uint64_t ns, uint64_t fields)
{
	snapwrite_begin(&world.w, KES_ISA_SVM, fields);
	snapwrite_at(&world.w, ns);
}

static inline void vm(uint64_t id, uint32_t pid, const char *comm)
{
	snapwrite_vm(&world.w, id, pid, 10 * id, 0, comm);
}

static inline void vcpu(uint32_t id)
{
	snapwrite_vcpu(&world.w, KES_REC_VCPU, id, 0);
}

static inline void exits(uint64_t code, uint64_t l1, uint64_t user)
{
	snapwrite_count(&world.w, code, l1, user);
}

/* One VM with one vCPU and @io port accesses. */
static inline void one(uint64_t ns, uint64_t id, uint32_t pid,
		       const char *comm, uint64_t io)
{
	at(ns, 0x1f);
	vm(id, pid, comm);
	vcpu(0);
	exits(IOIO, io, 0);
	take();
}

/* Two VMs, the first with two vCPUs, after @n intervals. */
static inline void usual(uint64_t n)
{
	at(5 * S + n * S / 2, 0x1f);
	vm(1, 700, "web");
	vcpu(0);
	exits(IOIO, 1000 + 101 * n, 500 + 23 * n);
	exits(NPF, 7 * n, 0);
	vcpu(10);
	exits(IOIO, 11 * n, 0);
	vm(2, 710, "db");
	vcpu(0);
	exits(HLT, 997 * n, 0);
	take();
}

static inline void show(void)
{
	enum top_level level = world.view.path.level;

	top_rows(&world.data, &world.view.path, world.view.filter[level], world.view.destroyed,
		 &world.table);
	top_sort(&world.table, world.view.sort[level], world.view.reverse[level]);
}

/* Show the usual snapshots from @first to @last. */
static inline void usual_rows(uint64_t first, uint64_t last)
{
	for (uint64_t n = first; n <= last; n++)
		usual(n);
	show();
}

/* Press keys up to a 0; return the effect of the last one. */
static inline enum top_effect keys(const int *k)
{
	enum top_effect effect = TOP_NO_EFFECT;

	for (; *k; k++) {
		effect = top_view_key(&world.view, &world.table, *k);
		show();
	}
	return effect;
}

#define key(...)	keys((const int[]) { __VA_ARGS__, 0 })

static inline void draw(int width, int height)
{
	const struct top_scene s = { .data = &world.data, .table = &world.table,
				     .source = "patched", .ascii = true };

	show();
	top_draw(&s, &world.view, width, height, &world.page);
}

static inline const char *line(size_t i)
{
	assert_true(i < world.page.nr);
	return world.page.lines[i].text.data;
}

/* Draw in the default size. */
static inline void line_has(size_t i, const char *text)
{
	draw(80, 24);
	if (!strstr(line(i), text))
		fail_msg("\"%s\" is not in \"%s\"", text, line(i));
}

static inline void line_is(size_t i, const char *text)
{
	draw(80, 24);
	assert_string_equal(line(i), text);
}

static inline const struct top_row *row(const char *called)
{
	for (size_t i = 0; i < world.table.nr; i++)
		if (!strcmp(world.table.rows[i].name, called))
			return &world.table.rows[i];
	fail_msg("no row named %s", called);
	return NULL;
}

static inline double number(const char *called, const char *column)
{
	enum top_level level = world.view.path.level;

	return top_number(&top_columns[top_column_by_name(column, level)],
			  row(called), &world.table);
}

static inline void path_is(const char *want)
{
	struct buf b = { 0 };

	top_path_text(&world.data, &world.view.path, &b);
	assert_string_equal(b.data, want);
	buf_free(&b);
}

#endif
