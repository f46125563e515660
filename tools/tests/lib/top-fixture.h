/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of exitstat top share: a world of snapshots, the rows that
 * they come to, and the screen. Include it once, after cmocka.h.
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

struct world {
	struct top_data data;
	struct snapshot snap;
	struct top_table table;
	struct top_view view;
	struct top_page page;
	struct snapwrite w;
};

static inline void name(void *arg, const struct snap_vm *from, struct top_vm *vm)
{
	snprintf(vm->name, sizeof(vm->name), "%s", from->comm);
	if (from->pid == 700)
		snprintf(vm->uuid, sizeof(vm->uuid), "aaaa-bbbb");
}

static inline int setup(void **state)
{
	struct world *o = xcalloc(1, sizeof(*o));

	o->data.name = name;
	top_view_init(&o->view, S);
	*state = o;
	return 0;
}

static inline int teardown(void **state)
{
	struct world *o = *state;

	top_data_free(&o->data);
	snapshot_free(&o->snap);
	top_table_free(&o->table);
	top_page_free(&o->page);
	free(o);
	return report_row(state);
}

/* ---- snapshots ---- */

static inline void take(struct world *o)
{
	snaptake(&o->w, &o->snap);
	assert_true(top_data_update(&o->data, &o->snap));
}

static inline void at(struct world *o, uint64_t ns, uint64_t fields)
{
	snapwrite_begin(&o->w, KES_ISA_SVM, fields);
	snapwrite_at(&o->w, ns);
}

static inline void vm(struct world *o, uint64_t id, uint32_t pid, const char *comm)
{
	snapwrite_vm(&o->w, id, pid, 10 * id, 0, comm);
}

static inline void vcpu(struct world *o, uint32_t id)
{
	snapwrite_vcpu(&o->w, KES_REC_VCPU, id, 0);
}

static inline void exits(struct world *o, uint64_t code, uint64_t l1, uint64_t user)
{
	snapwrite_count(&o->w, code, l1, user);
}

/* One VM with one vCPU, which has counted @io port accesses. */
static inline void one(struct world *o, uint64_t ns, uint64_t id, uint32_t pid,
		       const char *comm, uint64_t io)
{
	at(o, ns, 0x1f);
	vm(o, id, pid, comm);
	vcpu(o, 0);
	exits(o, IOIO, io, 0);
	take(o);
}

/* Two VMs, the first with two vCPUs; @n intervals have passed. */
static inline void usual(struct world *o, uint64_t n)
{
	at(o, 5 * S + n * S / 2, 0x1f);
	vm(o, 1, 700, "web");
	vcpu(o, 0);
	exits(o, IOIO, 1000 + 101 * n, 500 + 23 * n);
	exits(o, NPF, 7 * n, 0);
	vcpu(o, 10);
	exits(o, IOIO, 11 * n, 0);
	vm(o, 2, 710, "db");
	vcpu(o, 0);
	exits(o, HLT, 997 * n, 0);
	take(o);
}

static inline void show(struct world *o)
{
	enum top_level level = o->view.path.level;

	top_rows(&o->data, &o->view.path, o->view.filter[level], o->view.dead,
		 &o->table);
	top_sort(&o->table, o->view.sort[level], o->view.reverse[level]);
}

/* The usual snapshots from @first to @last, shown. */
static inline void usual_rows(struct world *o, uint64_t first, uint64_t last)
{
	for (uint64_t n = first; n <= last; n++)
		usual(o, n);
	show(o);
}

/* Up to a 0; what the last one had for an effect. */
static inline enum top_effect keys(struct world *o, const int *k)
{
	enum top_effect effect = TOP_NO_EFFECT;

	for (; *k; k++) {
		effect = top_view_key(&o->view, &o->table, *k);
		show(o);
	}
	return effect;
}

#define key(_o, ...)	keys(_o, (const int[]) { __VA_ARGS__, 0 })

static inline void draw(struct world *o, int width, int height)
{
	const struct top_scene s = { .data = &o->data, .table = &o->table,
				     .source = "patched", .ascii = true };

	show(o);
	top_draw(&s, &o->view, width, height, &o->page);
}

static inline const char *line(const struct world *o, size_t i)
{
	assert_true(i < o->page.nr);
	return o->page.lines[i].text.data;
}

/* Drawn now, in the usual size. */
static inline void line_has(struct world *o, size_t i, const char *text)
{
	draw(o, 80, 24);
	if (!strstr(line(o, i), text))
		fail_msg("\"%s\" is not in \"%s\"", text, line(o, i));
}

static inline void line_is(struct world *o, size_t i, const char *text)
{
	draw(o, 80, 24);
	assert_string_equal(line(o, i), text);
}

static inline const struct top_row *row(struct world *o, const char *called)
{
	for (size_t i = 0; i < o->table.nr; i++)
		if (!strcmp(o->table.rows[i].name, called))
			return &o->table.rows[i];
	fail_msg("no row %s", called);
	return NULL;
}

static inline double number(struct world *o, const char *called, const char *column)
{
	enum top_level level = o->view.path.level;

	return top_number(&top_columns[top_column_by_name(column, level)],
			  row(o, called), &o->table);
}

static inline void path_is(struct world *o, const char *want)
{
	struct buf b = { 0 };

	top_path_text(&o->data, &o->view.path, &b);
	assert_string_equal(b.data, want);
	buf_free(&b);
}

#endif
