// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the rows of a recording (see writer.h and exitstat-recording(5)).
 * What a sample has a row of for each vCPU or reason is packed (runs.c).
 */
#include <stdio.h>

#include "kvm-exits.h"
#include "recording/writer-internal.h"

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
	if (text)
		sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(s, i);
}

static void bind_u64(sqlite3_stmt *s, int i, uint64_t n)
{
	sqlite3_bind_int64(s, i, (sqlite3_int64)n);
}

/* -1 is "this source does not fill it", which is not the same as none. */
static void bind_count(sqlite3_stmt *s, int i, int64_t n)
{
	if (n < 0)
		sqlite3_bind_null(s, i);
	else
		sqlite3_bind_int64(s, i, n);
}

static int run(struct rec_writer *w, enum rec_stmt which, struct errbuf *err)
{
	return rec_step(w, w->stmts[which], err);
}

int rec_meta_text(struct rec_writer *w, const char *key, const char *value,
		  struct errbuf *err)
{
	bind_text(w->stmts[STMT_META], 1, key);
	bind_text(w->stmts[STMT_META], 2, value);
	return run(w, STMT_META, err);
}

int rec_meta_u64(struct rec_writer *w, const char *key, uint64_t value,
		 struct errbuf *err)
{
	bind_text(w->stmts[STMT_META], 1, key);
	bind_u64(w->stmts[STMT_META], 2, value);
	return run(w, STMT_META, err);
}

int rec_vm(struct rec_writer *w, const struct rec_vm_row *row,
	   struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_VM];

	sqlite3_bind_int64(s, 1, row->id);
	bind_u64(s, 2, row->vm_id);
	bind_u64(s, 3, row->pid);
	bind_text(s, 4, row->name);
	bind_text(s, 5, row->comm);
	bind_text(s, 6, row->cmdline);
	bind_text(s, 7, row->machine);
	bind_u64(s, 8, row->created_ns);
	bind_count(s, 9, row->died_ns ? (int64_t)row->died_ns : -1);
	return run(w, STMT_VM, err);
}

int rec_vm_died(struct rec_writer *w, int64_t id, uint64_t died_ns,
		struct errbuf *err)
{
	bind_u64(w->stmts[STMT_VM_DIED], 1, died_ns);
	sqlite3_bind_int64(w->stmts[STMT_VM_DIED], 2, id);
	return run(w, STMT_VM_DIED, err);
}

int rec_vcpu(struct rec_writer *w, int64_t id, int64_t vm, uint32_t vcpu_id,
	     struct errbuf *err)
{
	sqlite3_bind_int64(w->stmts[STMT_VCPU], 1, id);
	sqlite3_bind_int64(w->stmts[STMT_VCPU], 2, vm);
	bind_u64(w->stmts[STMT_VCPU], 3, vcpu_id);
	return run(w, STMT_VCPU, err);
}

int rec_vcpu_unknown(struct rec_writer *w, int64_t id, uint64_t code,
		     struct errbuf *err)
{
	bind_u64(w->stmts[STMT_UNKNOWN], 1, code);
	sqlite3_bind_int64(w->stmts[STMT_UNKNOWN], 2, id);
	return run(w, STMT_UNKNOWN, err);
}

int rec_reason(struct rec_writer *w, const struct rec_reason_row *row,
	       struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_REASON];

	sqlite3_bind_int64(s, 1, row->id);
	bind_text(s, 2, row->isa);
	bind_u64(s, 3, row->code);
	bind_text(s, 4, row->name);
	bind_text(s, 5, row->class);
	bind_text(s, 6, row->meaning);
	bind_text(s, 7, row->reference);
	return run(w, STMT_REASON, err);
}

int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_SAMPLE];
	int rc = rec_runs_sample(w, id, begin_ns, end_ns, missed, err);

	if (rc)
		return rc;
	sqlite3_bind_int64(s, 1, id);
	bind_u64(s, 2, begin_ns);
	bind_u64(s, 3, end_ns);
	bind_u64(s, 4, missed);
	return run(w, STMT_SAMPLE, err);
}

int rec_delta(struct rec_writer *w, int64_t sample, int64_t vcpu,
	      int64_t reason, const struct rec_counts *c, struct errbuf *err)
{
	const int64_t n[] = { vcpu, reason, c->l1, c->l2, c->l2_reflected,
			      c->fastpath, c->userspace };

	return rec_runs_put(w, PACK_DELTA, sample, n, err);
}

int rec_closure(struct rec_writer *w, int64_t sample, int64_t vcpu,
		const uint64_t counts[3], struct errbuf *err)
{
	const int64_t n[] = { vcpu, (int64_t)counts[0], (int64_t)counts[1],
			      (int64_t)counts[2] };

	return rec_runs_put(w, PACK_CLOSURE, sample, n, err);
}

int rec_vcpu_time(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  int64_t elapsed_ns, int64_t guest_ns, struct errbuf *err)
{
	const int64_t n[] = { vcpu, elapsed_ns, guest_ns };

	return rec_runs_put(w, PACK_VCPU_TIME, sample, n, err);
}

int rec_time(struct rec_writer *w, int64_t sample, int64_t vcpu,
	     int64_t reason, const int64_t ns[REC_NR_STATES], int64_t max_ns,
	     struct errbuf *err)
{
	const int64_t n[] = { vcpu, reason, ns[0], ns[1], ns[2], ns[3], ns[4],
			      max_ns };

	return rec_runs_put(w, PACK_TIME, sample, n, err);
}

int rec_histogram(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  int64_t reason, int bucket, uint64_t count,
		  struct errbuf *err)
{
	const int64_t n[] = { vcpu, reason, bucket, (int64_t)count };

	return rec_runs_put(w, PACK_HISTOGRAM, sample, n, err);
}

/* Each once, as far as a word has bits: there are 40 and some. */
static int name_kvm_exit(struct rec_writer *w, uint32_t code,
			 struct errbuf *err)
{
	const char *known = kvm_exit_name(code);
	char name[32];

	if (code < 64 && w->kvm_exits >> code & 1)
		return 0;
	if (code < 64)
		w->kvm_exits |= 1ull << code;
	snprintf(name, sizeof(name), "%u", code);
	bind_u64(w->stmts[STMT_KVM_EXIT], 1, code);
	bind_text(w->stmts[STMT_KVM_EXIT], 2, known ? known : name);
	return run(w, STMT_KVM_EXIT, err);
}

int rec_userspace(struct rec_writer *w, int64_t sample, int64_t vcpu,
		  uint32_t code, uint64_t count, struct errbuf *err)
{
	const int64_t n[] = { vcpu, code, (int64_t)count };
	int rc = name_kvm_exit(w, code, err);

	return rc ? rc : rec_runs_put(w, PACK_USERSPACE, sample, n, err);
}

int rec_detail(struct rec_writer *w, int64_t vcpu, int64_t reason,
	       uint64_t value, bool other, uint64_t count, struct errbuf *err)
{
	const int64_t n[] = { vcpu, reason, (int64_t)value, other,
			      (int64_t)count };

	for (int i = 0; i < (int)ARRAY_LEN(n); i++)
		bind_count(w->stmts[STMT_DETAIL], i + 1, n[i]);
	return run(w, STMT_DETAIL, err);
}

int rec_phase(struct rec_writer *w, int64_t id, const char *name,
	      uint64_t begin_ns, const char *line, struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_PHASE];

	w->phase_began = true;
	sqlite3_bind_int64(s, 1, id);
	bind_text(s, 2, name);
	bind_u64(s, 3, begin_ns);
	bind_text(s, 4, line);
	return run(w, STMT_PHASE, err);
}

int rec_phase_end(struct rec_writer *w, int64_t id, uint64_t end_ns,
		  struct errbuf *err)
{
	bind_u64(w->stmts[STMT_PHASE_END], 1, end_ns);
	sqlite3_bind_int64(w->stmts[STMT_PHASE_END], 2, id);
	return run(w, STMT_PHASE_END, err);
}
