// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording as an SQLite database in which every number of a sample is a row,
 * with the totals and views that the recording has (exitstat-recording(5)).
 *
 * What is written has been checked by the reader, ids from 1 on as in the file.
 */
#include "export/export.h"
#include "recording/writer.h"

struct pass {
	struct recording *r;
	struct rec_writer *w;
	enum pack_kind kind;
	int ids;		/* how many columns are indices: the first */
	export_progress_fn progress;
	void *arg;
	size_t sample;		/* of the last row */
	struct errbuf *err;
};

/* ---- what has rows in a recording, too ---- */

static int put_meta(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_meta; i++) {
		const struct rec_meta *m = &p->r->meta[i];

		rc = m->is_number ?
		     rec_meta_u64(p->w, m->key, rec_get_u64(p->r, m->key),
				  p->err) :
		     rec_meta_text(p->w, m->key, m->value, p->err);
	}
	return rc;
}

static int put_vms(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_vms; i++) {
		const struct rec_vm *v = &p->r->vms[i];

		rc = rec_vm(p->w, &(struct rec_vm_row) {
			.id = (int64_t)i + 1, .vm_id = v->vm_id, .pid = v->pid,
			.name = v->name, .comm = v->comm,
			.cmdline = v->cmdline, .machine = v->machine,
			.created_ns = v->created_ns, .died_ns = v->died_ns,
		}, p->err);
	}
	return rc;
}

static int put_vcpus(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_vcpus; i++) {
		const struct rec_vcpu *v = &p->r->vcpus[i];

		rc = rec_vcpu(p->w, (int64_t)i + 1, (int64_t)v->vm + 1,
			      v->vcpu_id, p->err);
		if (!rc && v->has_unknown)
			rc = rec_vcpu_unknown(p->w, (int64_t)i + 1,
					      v->unknown_last, p->err);
	}
	return rc;
}

static int put_reasons(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_reasons; i++) {
		const struct rec_reason *e = &p->r->reasons[i];

		rc = rec_reason(p->w, &(struct rec_reason_row) {
			.id = (int64_t)i + 1, .isa = e->isa, .code = e->code,
			.name = e->name, .class = e->class,
			.meaning = e->meaning, .reference = e->reference,
		}, p->err);
	}
	return rc;
}

static int put_phases(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_phases; i++) {
		const struct rec_phase *f = &p->r->phases[i];

		rc = rec_phase(p->w, (int64_t)i + 1, f->name, f->begin_ns,
			       f->line, p->err);
		if (!rc && f->end_ns)
			rc = rec_phase_end(p->w, (int64_t)i + 1, f->end_ns,
					   p->err);
	}
	return rc;
}

static int put_samples(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_samples; i++) {
		const struct rec_sample *s = &p->r->samples[i];

		rc = rec_rows_sample(p->w, (int64_t)i + 1, s->begin_ns,
				     s->end_ns, s->missed, s->phase + 1,
				     p->err);
	}
	return rc;
}

static int put_kvm_exits(const struct pass *p)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->r->nr_kvm_exits; i++)
		rc = rec_kvm_exit(p->w, p->r->kvm_exits[i].code,
				  p->r->kvm_exits[i].name, p->err);
	return rc;
}

static int on_detail(void *arg, const int64_t *n)
{
	const struct pass *p = arg;

	return rec_detail(p->w, n[0] + 1, n[1] + 1, (uint64_t)n[2], n[3],
			  (uint64_t)n[4], p->err);
}

static int put_details(const struct pass *p)
{
	return rec_for_each_row(p->r, REC_DETAIL, on_detail, (void *)p, p->err);
}

/* ---- numbers ---- */

static void tell_progress(struct pass *p, size_t sample)
{
	if (sample == p->sample)
		return;
	p->sample = sample;
	p->progress(p->arg, ((double)p->kind + (double)sample /
			     (double)p->r->nr_samples) / PACK_NR_KINDS);
}

static int on_row(void *arg, const int64_t *n)
{
	struct pass *p = arg;
	int64_t row[PACK_MAX_NUMBERS];

	for (int i = 0; i < PACK_MAX_NUMBERS; i++)
		row[i] = n[i + 1] + (i + 1 < p->ids);
	tell_progress(p, (size_t)n[0]);
	return rec_rows_put(p->w, p->kind, n[0] + 1,
			    p->r->samples[n[0]].phase + 1, row, p->err);
}

static int on_delta(void *arg, const struct rec_delta *d)
{
	return on_row(arg, (int64_t[PACK_MAX_NUMBERS + 1]) {
		(int64_t)d->sample, (int64_t)d->vcpu, (int64_t)d->reason,
		d->n.l1, d->n.l2, d->n.l2_reflected, d->n.fastpath,
		d->n.userspace,
	});
}

static int put_numbers(struct pass *p)
{
	static const struct {
		enum rec_rows rows;
		int ids;
	} kinds[PACK_NR_KINDS] = {
		[PACK_DELTA] = { REC_NR_ROWS, 3 },
		[PACK_CLOSURE] = { REC_CLOSURE, 2 },
		[PACK_USERSPACE] = { REC_USERSPACE, 2 },
		[PACK_VCPU_TIME] = { REC_VCPU_TIME, 2 },
		[PACK_TIME] = { REC_TIME, 3 },
		[PACK_HISTOGRAM] = { REC_HISTOGRAM, 3 },
	};
	int rc = 0;

	for (int i = 0; !rc && i < PACK_NR_KINDS; i++) {
		p->kind = (enum pack_kind)i;
		p->ids = kinds[i].ids;
		rc = i == PACK_DELTA ?
		     rec_for_each_delta(p->r, on_delta, p, p->err) :
		     rec_for_each_row(p->r, kinds[i].rows, on_row, p, p->err);
	}
	return rc;
}

static int put_all(struct pass *p)
{
	static int (*const tables[])(const struct pass *p) = {
		put_meta, put_vms, put_vcpus, put_reasons, put_phases,
		put_samples, put_kvm_exits, put_details,
	};
	int rc = rec_begin(p->w, p->err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(tables); i++)
		rc = tables[i](p);
	return rc ? rc : put_numbers(p);
}

int export_sqlite(struct recording *r, const char *file, const char *name,
		  export_progress_fn progress, void *arg, struct errbuf *err)
{
	struct pass p = { .r = r, .progress = progress, .arg = arg,
			  .err = err };
	int rc = rec_rows_create(&p.w, file, name, err);

	if (rc)
		return rc;
	rc = put_all(&p);
	if (!rc)
		return rec_rows_finish(p.w, err);
	rec_rows_discard(p.w);
	return rc;
}
