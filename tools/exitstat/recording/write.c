// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the plain rows of a recording (see writer.h and exitstat-recording(5)).
 * Rows per sample and vCPU or reason are packed (blocks.c).
 */
#include <stdio.h>

#include "exits/returns.h"
#include "recording/writer-internal.h"

static void bind_u64(sqlite3_stmt *s, int i, uint64_t n, bool known)
{
	if (known)
		sqlite3_bind_int64(s, i, (sqlite3_int64)n);
	else
		sqlite3_bind_null(s, i);
}

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
	if (text)
		sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, i);
}

static void bind_value(sqlite3_stmt *s, int i, const struct rec_meta *m)
{
	uint64_t n = 0;

	if (!m->is_number) {
		bind_text(s, i, m->value);
		return;
	}
	parse_u64(m->value, 0, UINT64_MAX, &n);
	bind_u64(s, i, n, true);
}

static void bind_unknown(sqlite3_stmt *s, int i, const struct rec_vcpu *v)
{
	bind_u64(s, i, v->unknown_last, v->has_unknown);
}

static void bind_column(sqlite3_stmt *s, int i, const struct rec_column *c,
			const void *row)
{
	const void *at = (const char *)row + c->at;

	switch (c->type) {
	case REC_U32:
		bind_u64(s, i, *(const uint32_t *)at, true);
		break;
	case REC_U64:
		bind_u64(s, i, *(const uint64_t *)at, true);
		break;
	case REC_TIME:
		bind_u64(s, i, *(const uint64_t *)at, *(const uint64_t *)at);
		break;
	case REC_TEXT:
	case REC_TEXT_OR_NULL:
		bind_text(s, i, *(const char *const *)at);
		break;
	case REC_VALUE:
		bind_value(s, i, row);
		break;
	case REC_UNKNOWN:
		bind_unknown(s, i, row);
		break;
	case REC_OF_VM:
		bind_u64(s, i, *(const size_t *)at + 1, true);
		break;
	case REC_OF_PHASE:
		bind_u64(s, i, (uint64_t)*(const int *)at + 1, true);
		break;
	}
}

int rec_put(struct rec_writer *w, enum rec_table table, int64_t id,
	    const void *row, struct errbuf *err)
{
	const struct rec_layout *l = &rec_layouts[table];
	sqlite3_stmt *s = w->put[table];
	int i = 0;

	if (l->has_id)
		sqlite3_bind_int64(s, ++i, id);
	for (const struct rec_column *c = l->columns; c->name; c++)
		bind_column(s, ++i, c, row);
	return rec_step(w, s, err);
}

int rec_meta_text(struct rec_writer *w, const char *key, const char *value,
		  struct errbuf *err)
{
	return rec_put(w, REC_META, 0, &(struct rec_meta) { key, value, false },
		       err);
}

int rec_meta_u64(struct rec_writer *w, const char *key, uint64_t value,
		 struct errbuf *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return rec_put(w, REC_META, 0, &(struct rec_meta) { key, text, true },
		       err);
}

int rec_facts(struct rec_writer *w, const struct rec_fact *facts, size_t nr,
	      struct errbuf *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < nr; i++) {
		const struct rec_fact *f = &facts[i];

		if (f->text && *f->text)
			rc = rec_meta_text(w, f->key, f->text, err);
		else if (f->has_n)
			rc = rec_meta_u64(w, f->key, f->n, err);
	}
	return rc;
}

int rec_vcpu(struct rec_writer *w, int64_t id, int64_t vm, uint32_t vcpu_id,
	     struct errbuf *err)
{
	return rec_put(w, REC_VCPU, id, &(struct rec_vcpu) {
		.vm = (size_t)vm - 1, .vcpu_id = vcpu_id }, err);
}

/* Set a value that was unknown when row @id was written. */
static int update(struct rec_writer *w, enum rec_stmt which, int64_t id,
		  uint64_t value, struct errbuf *err)
{
	bind_u64(w->stmts[which], 1, value, true);
	sqlite3_bind_int64(w->stmts[which], 2, id);
	return rec_step(w, w->stmts[which], err);
}

int rec_vm_destroyed(struct rec_writer *w, int64_t id, uint64_t destroyed_ns,
		     struct errbuf *err)
{
	return update(w, STMT_VM_DESTROYED, id, destroyed_ns, err);
}

int rec_vcpu_unknown(struct rec_writer *w, int64_t id, uint64_t code,
		     struct errbuf *err)
{
	return update(w, STMT_UNKNOWN, id, code, err);
}

int rec_phase_end(struct rec_writer *w, int64_t id, uint64_t end_ns,
		  struct errbuf *err)
{
	return update(w, STMT_PHASE_END, id, end_ns, err);
}

int rec_phase(struct rec_writer *w, int64_t id, const char *name,
	      uint64_t begin_ns, const char *line, struct errbuf *err)
{
	w->phase_begins = vec_room(w->phase_begins, w->nr_phases,
				   &w->cap_phases, sizeof(*w->phase_begins));
	w->phase_begins[w->nr_phases++] = begin_ns;
	return rec_put(w, REC_PHASE, id, &(struct rec_phase) {
		.name = name, .begin_ns = begin_ns, .line = line }, err);
}

/* Each name once: a handful of them occurs. */
int rec_name_kvm_exit(struct rec_writer *w, uint32_t code, struct errbuf *err)
{
	char name[RETURN_NAME_LEN];

	for (size_t i = 0; i < w->nr_kvm_exits; i++)
		if (w->kvm_exits[i] == code)
			return 0;
	w->kvm_exits = vec_room(w->kvm_exits, w->nr_kvm_exits,
				&w->cap_kvm_exits, sizeof(*w->kvm_exits));
	w->kvm_exits[w->nr_kvm_exits++] = code;
	return rec_put(w, REC_KVM_EXIT, 0, &(struct rec_kvm_exit) {
		code, return_name(code, name) }, err);
}

int rec_detail(struct rec_writer *w, const int64_t *n, struct errbuf *err)
{
	return rec_put_numbers(w, REC_DETAILS, PACK_DETAIL, 0, n, err);
}
