// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads a recording and distrusts it (see reader.h).
 *
 * A recording may be foreign, damaged or made by another program. Nothing of
 * it is used as an index before it has been checked: row ids must count from
 * 1 without gaps, and references must name an existing row.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "recording/reader-internal.h"

/* Controls, C1's in UTF-8 too: a terminal could act on them. */
static bool is_control(const char *c)
{
	unsigned char a = (unsigned char)c[0], b = (unsigned char)c[1];

	return (a < 0x20 && a != '\n' && a != '\t') || a == 0x7f ||
	       (a == 0xc2 && b >= 0x80 && b < 0xa0);
}

static char *column_text(sqlite3_stmt *s, int i)
{
	const char *text = (const char *)sqlite3_column_text(s, i);
	char *copy = xstrdup(text ? text : "");

	for (char *c = copy; *c; c++)
		if (is_control(c)) {
			if ((unsigned char)*c == 0xc2)
				*c++ = '?';
			*c = '?';
		}
	return copy;
}

static char *column_text_or_null(sqlite3_stmt *s, int i)
{
	if (sqlite3_column_type(s, i) == SQLITE_NULL)
		return NULL;
	return column_text(s, i);
}

static uint64_t column_u64(sqlite3_stmt *s, int i)
{
	return (uint64_t)sqlite3_column_int64(s, i);
}

static int load_meta(struct recording *r, sqlite3_stmt *s)
{
	struct rec_meta *m = &r->meta[r->nr_meta++];

	m->key = column_text(s, 1);
	m->value = column_text(s, 2);
	m->is_number = sqlite3_column_type(s, 2) == SQLITE_INTEGER;
	return 0;
}

static int load_vm(struct recording *r, sqlite3_stmt *s)
{
	struct rec_vm *vm = &r->vms[r->nr_vms++];

	vm->vm_id = column_u64(s, 1);
	vm->pid = (uint32_t)sqlite3_column_int64(s, 2);
	vm->name = column_text(s, 3);
	vm->comm = column_text(s, 4);
	vm->cmdline = column_text(s, 5);
	vm->machine = column_text_or_null(s, 6);
	vm->created_ns = column_u64(s, 7);
	vm->died_ns = column_u64(s, 8);
	return 0;
}

static int load_vcpu(struct recording *r, sqlite3_stmt *s)
{
	struct rec_vcpu *v = &r->vcpus[r->nr_vcpus++];
	uint64_t vm = column_u64(s, 1);

	if (vm < 1 || vm > r->nr_vms)
		return -EINVAL;
	v->vm = vm - 1;
	v->vcpu_id = (uint32_t)sqlite3_column_int64(s, 2);
	v->has_unknown = sqlite3_column_type(s, 3) != SQLITE_NULL;
	v->unknown_last = column_u64(s, 3);
	return 0;
}

static int load_reason(struct recording *r, sqlite3_stmt *s)
{
	struct rec_reason *e = &r->reasons[r->nr_reasons++];

	e->isa = column_text(s, 1);
	e->code = column_u64(s, 2);
	e->name = column_text(s, 3);
	e->class = column_text(s, 4);
	e->meaning = column_text(s, 5);
	e->reference = column_text(s, 6);
	return 0;
}

static int load_phase(struct recording *r, sqlite3_stmt *s)
{
	struct rec_phase *p = &r->phases[r->nr_phases++];

	p->name = column_text(s, 1);
	p->begin_ns = column_u64(s, 2);
	p->end_ns = column_u64(s, 3);	/* 0: the recording was interrupted */
	p->line = column_text(s, 4);
	if (p->end_ns && p->end_ns < p->begin_ns)
		return -EINVAL;
	return r->nr_phases > 1 && p->begin_ns < p[-1].begin_ns ? -EINVAL : 0;
}

static int load_kvm_exit(struct recording *r, sqlite3_stmt *s)
{
	struct rec_kvm_exit *e = &r->kvm_exits[r->nr_kvm_exits++];

	e->code = (uint32_t)sqlite3_column_int64(s, 1);
	e->name = column_text(s, 2);
	return 0;
}

#define TABLE(_table, _field, _columns, _order, _load) { \
	.name = #_table, \
	.sql = "SELECT " _columns " FROM " #_table " ORDER BY " _order, \
	.array = offsetof(struct recording, _field), \
	.count = offsetof(struct recording, nr_##_field), \
	.size = sizeof(*((struct recording *)NULL)->_field), \
	.load = _load, \
}

/* In order of reference: a vcpu row is checked against the vm rows. */
static const struct table {
	const char *name;
	const char *sql;
	size_t array;
	size_t count;
	size_t size;
	int (*load)(struct recording *r, sqlite3_stmt *s);
} tables[] = {
	TABLE(meta, meta, "0, key, value", "key", load_meta),
	TABLE(vm, vms,
	      "id, vm_id, pid, name, comm, cmdline, machine, created_ns, died_ns",
	      "id", load_vm),
	TABLE(vcpu, vcpus, "id, vm, vcpu_id, unknown_last", "id", load_vcpu),
	TABLE(reason, reasons,
	      "id, isa, code, name, class, meaning, reference", "id",
	      load_reason),
	TABLE(phase, phases, "id, name, begin_ns, end_ns, line", "id",
	      load_phase),
	TABLE(kvm_exit, kvm_exits, "0, code, name", "code", load_kvm_exit),
};

static int load_rows(struct recording *r, const struct table *t,
		     sqlite3_stmt *s, struct errbuf *err)
{
	void **array = (void **)((char *)r + t->array);
	size_t *count = (size_t *)((char *)r + t->count);
	size_t cap = 0;
	int step;

	while ((step = sqlite3_step(s)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(s, 0);

		*array = vec_room(*array, *count, &cap, t->size);
		memset((char *)*array + *count * t->size, 0, t->size);
		if ((id && id != (int64_t)*count + 1) || t->load(r, s))
			return rec_corrupt(r, t->name, err);
	}
	return step == SQLITE_DONE ? 0 : rec_read_error(r, err);
}

static int load_table(struct recording *r, const struct table *t,
		      struct errbuf *err)
{
	sqlite3_stmt *s;
	int rc;

	if (sqlite3_prepare_v2(r->db, t->sql, -1, &s, NULL))
		return rec_read_error(r, err);
	rc = load_rows(r, t, s, err);
	sqlite3_finalize(s);
	return rc;
}

/*
 * What a summary leaves out is not looked at either: a day has a few hundred
 * megabytes. SQLite says what is wrong with the pages that are.
 */
static int load_all(struct recording *r, uint64_t max, struct errbuf *err)
{
	bool summary = false;
	int rc;

	rc = rec_check_identity(r, err);
	if (!rc)
		rc = rec_check_tables(r, err);
	if (!rc)
		rc = rec_is_long(r, max, &summary, err);
	if (!rc && !summary)
		rc = rec_check_pages(r, err);
	for (size_t i = 0; !rc && i < ARRAY_LEN(tables); i++)
		rc = load_table(r, &tables[i], err);
	if (!rc)
		rc = rec_load_samples(r, summary, err);
	return rc ? rc : rec_find_groups(r, err);
}

int rec_open_upto(struct recording *r, const char *path, uint64_t max,
		  struct errbuf *err)
{
	sqlite3 *db = NULL;
	int rc;

	memset(r, 0, sizeof(*r));
	r->path = xstrdup(path);
	if (access(path, R_OK)) {
		rc = rec_missing(r, err);
		rec_close(r);
		return rc;
	}
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	r->db = db;
	/* one state of a recording that goes on meanwhile */
	if (!rc)
		rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	rc = rc ? rec_read_error(r, err) : load_all(r, max, err);
	if (rc)
		rec_close(r);
	else
		r->interrupted = !rec_get_u64(r, "complete");
	return rc;
}

int rec_open(struct recording *r, const char *path, struct errbuf *err)
{
	return rec_open_upto(r, path, UINT64_MAX, err);
}

int rec_open_summary(struct recording *r, const char *path,
		     struct errbuf *err)
{
	return rec_open_upto(r, path, REC_MAX_IN_FULL, err);
}

static void free_strings(char *const *strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(strings[i]);
}

void rec_close(struct recording *r)
{
	for (size_t i = 0; i < r->nr_meta; i++)
		free_strings((char *[]){ r->meta[i].key, r->meta[i].value }, 2);
	for (size_t i = 0; i < r->nr_vms; i++)
		free_strings((char *[]){ r->vms[i].name, r->vms[i].comm,
					 r->vms[i].cmdline,
					 r->vms[i].machine }, 4);
	for (size_t i = 0; i < r->nr_reasons; i++)
		free_strings((char *[]){ r->reasons[i].isa, r->reasons[i].name,
					 r->reasons[i].class,
					 r->reasons[i].meaning,
					 r->reasons[i].reference }, 5);
	for (size_t i = 0; i < r->nr_phases; i++)
		free_strings((char *[]){ r->phases[i].name,
					 r->phases[i].line }, 2);
	for (size_t i = 0; i < r->nr_kvm_exits; i++)
		free(r->kvm_exits[i].name);
	free(r->meta);
	free(r->vms);
	free(r->vcpus);
	free(r->reasons);
	free(r->samples);
	free(r->phases);
	free(r->kvm_exits);
	free(r->path);
	sqlite3_close(r->db);
	memset(r, 0, sizeof(*r));
}
