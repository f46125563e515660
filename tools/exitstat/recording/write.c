// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the rows of a recording (see writer.h and exitstat-recording(5)).
 * What a sample has a row of for each vCPU or reason is packed (runs.c).
 */
#include <stdio.h>

#include "kvm-exits.h"
#include "recording/writer-internal.h"

static const char *const stmt_sql[REC_NR_STMTS] = {
	[STMT_BEGIN] = "BEGIN",
	[STMT_COMMIT] = "COMMIT",
	[STMT_META] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
	[STMT_VM] = "INSERT INTO vm VALUES(?,?,?,?,?,?,?,?,?)",
	[STMT_VM_DIED] = "UPDATE vm SET died_ns=? WHERE id=?",
	[STMT_VCPU] = "INSERT INTO vcpu VALUES(?,?,?,NULL)",
	[STMT_UNKNOWN] = "UPDATE vcpu SET unknown_last=? WHERE id=?",
	[STMT_REASON] = "INSERT INTO reason VALUES(?,?,?,?,?,?,?)",
	[STMT_SAMPLE] = "INSERT INTO sample VALUES(?,?,?,?,?)",
	[STMT_PHASE] = "INSERT INTO phase VALUES(?,?,?,NULL,?)",
	[STMT_PHASE_END] = "UPDATE phase SET end_ns=? WHERE id=?",
	[STMT_KVM_EXIT] = "INSERT OR IGNORE INTO kvm_exit VALUES(?,?)",
	[STMT_DETAIL] = "INSERT INTO detail VALUES(?,?,?,?,?) ON CONFLICT DO UPDATE SET count=count+excluded.count",
	[STMT_TOTALS_UPTO] = "UPDATE totals_upto SET sample=?",
};

int rec_stmts_prepare(struct rec_writer *w, struct errbuf *err)
{
	for (int i = 0; i < REC_NR_STMTS; i++)
		if (sqlite3_prepare_v2(w->db, stmt_sql[i], -1, &w->stmts[i],
				       NULL))
			return rec_sql_error(w, err);
	return 0;
}

void rec_stmts_finalize(struct rec_writer *w)
{
	for (int i = 0; i < REC_NR_STMTS; i++) {
		sqlite3_finalize(w->stmts[i]);
		w->stmts[i] = NULL;
	}
}

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

int rec_sample_row(struct rec_writer *w, int64_t id, uint64_t begin_ns,
		   uint64_t end_ns, uint64_t missed, int64_t phase,
		   struct errbuf *err)
{
	sqlite3_stmt *s = w->stmts[STMT_SAMPLE];

	sqlite3_bind_int64(s, 1, id);
	bind_u64(s, 2, begin_ns);
	bind_u64(s, 3, end_ns);
	bind_u64(s, 4, missed);
	sqlite3_bind_int64(s, 5, phase);
	return run(w, STMT_SAMPLE, err);
}

/*
 * The phase of what was counted since the sample before: the one in which that
 * interval begins, as a phase begins with a sample of its own. Only the first
 * interval begins a moment before the command, and there its middle decides.
 */
static int64_t phase_of(const struct rec_writer *w, int64_t id, uint64_t end_ns)
{
	uint64_t at_ns = id > 1 ? w->run.end_ns : end_ns;
	size_t phase = w->nr_phases;

	if (id == 2 && end_ns > at_ns)
		at_ns += (end_ns - at_ns) / 2;
	while (phase && w->phase_begins[phase - 1] > at_ns)
		phase--;
	return (int64_t)phase;
}

int rec_sample(struct rec_writer *w, int64_t id, uint64_t begin_ns,
	       uint64_t end_ns, uint64_t missed, struct errbuf *err)
{
	int64_t phase = phase_of(w, id, end_ns);
	int rc = rec_runs_sample(w, id, begin_ns, end_ns, missed, phase, err);

	return rc ? rc : rec_sample_row(w, id, begin_ns, end_ns, missed, phase,
					err);
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

int rec_kvm_exit(struct rec_writer *w, uint32_t code, const char *name,
		 struct errbuf *err)
{
	bind_u64(w->stmts[STMT_KVM_EXIT], 1, code);
	bind_text(w->stmts[STMT_KVM_EXIT], 2, name);
	return run(w, STMT_KVM_EXIT, err);
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
	return rec_kvm_exit(w, code, known ? known : name, err);
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

	w->phase_begins = vec_room(w->phase_begins, w->nr_phases,
				   &w->cap_phases, sizeof(*w->phase_begins));
	w->phase_begins[w->nr_phases++] = begin_ns;
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
