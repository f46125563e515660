// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements rows.h. A vCPU's row id is in delta_vcpu.user.
 */
#include <assert.h>
#include <stdlib.h>

#include "snapshot/delta-reasons.h"
#include "exits/reasons.h"
#include "record/rows.h"

static_assert(REC_NR_BUCKETS == KES_NR_BUCKETS &&
	      REC_NR_STATES == DELTA_NR_STATES,
	      "recording/format.h depends on this layout");

static int add_reason(struct rows *r, int64_t id, uint32_t isa, uint64_t code)
{
	const struct reason *known = reason_by_code(isa, code);
	char name[32];

	reason_code_name(isa, code, name, sizeof(name));
	return rec_put(r->w, REC_REASON, id, &(struct rec_reason) {
		.isa = reason_isa_name(isa),
		.code = code,
		.name = name,
		.class = known ? reason_class_name(known->class) : "other",
		.meaning = known ? known->meaning : reason_code_meaning(isa),
		.reference = known ? known->reference : "none",
	}, r->err);
}

static int new_reason(struct rows *r, uint32_t i, int64_t *id)
{
	const struct delta_reason *reason = &r->delta->reasons[i];

	while (r->nr_reasons <= i) {
		r->reasons = vec_room(r->reasons, r->nr_reasons,
				      &r->cap_reasons, sizeof(*r->reasons));
		r->reasons[r->nr_reasons++] = 0;
	}
	*id = r->reasons[i] = ++r->nr_reason_rows;
	return add_reason(r, *id, reason->isa, reason->code);
}

/* The row id of delta.reasons[@i]. */
static inline int find_reason(struct rows *r, uint32_t i, int64_t *id)
{
	*id = i < r->nr_reasons ? r->reasons[i] : 0;
	return *id ? 0 : new_reason(r, i, id);
}

static int store_exit(struct rows *r, const struct delta_exit *x)
{
	int64_t n[2 + DELTA_NR_COUNTS] = { r->vcpu };
	uint64_t any = 0;
	int rc = find_reason(r, x->reason, &n[1]);

#pragma GCC unroll 5
	for (int k = 0; k < DELTA_NR_COUNTS; k++) {
		any |= x->n[k];
		n[2 + k] = (int64_t)x->n[k] | r->unfilled[k];
	}
	if (rc || r->baseline || !any)
		return rc;
	r->exits += x->n[DELTA_L1] + x->n[DELTA_L2];
	return rec_row(r->w, PACK_DELTA, r->sample, n, r->err);
}

static int store_entries(struct rows *r, const struct delta_change *c)
{
	const int64_t n[] = { r->vcpu, (int64_t)c->sums[DELTA_ATTEMPTS],
			      (int64_t)c->sums[DELTA_ENTRY_FAILED],
			      (int64_t)c->sums[DELTA_ENTRY_EMULATED] };

	if (!(r->delta->hdr.fields & KES_FIELD_ACCOUNTING) || !(n[1] | n[2] | n[3]))
		return 0;
	return rec_row(r->w, PACK_ENTRIES, r->sample, n, r->err);
}

static int store_modifiers(struct rows *r, const struct delta_change *c)
{
	const int64_t n[] = { r->vcpu, (int64_t)c->sums[DELTA_BUS_LOCK],
			      (int64_t)c->sums[DELTA_ENCLAVE],
			      (int64_t)c->sums[DELTA_FORCED] };

	if (!(r->delta->hdr.fields & KES_FIELD_MODIFIERS) || !(n[1] | n[2] | n[3]))
		return 0;
	return rec_row(r->w, PACK_MODIFIERS, r->sample, n, r->err);
}

static int store_nested(struct rows *r, const struct delta_list *l)
{
	const struct delta_nested *x = l->data;
	int rc = 0;

	for (size_t i = 0; !rc && i < l->nr; i++) {
		int64_t n[] = { r->vcpu, 0, (int64_t)x[i].n };

		rc = find_reason(r, x[i].reason, &n[1]);
		if (!rc && x[i].n)
			rc = rec_row(r->w, PACK_NESTED, r->sample, n, r->err);
	}
	return rc;
}

static int store_users(struct rows *r, const struct delta_list *l)
{
	const struct delta_user *x = l->data;
	int rc = 0;

	for (size_t i = 0; !rc && i < l->nr; i++)
		rc = rec_row(r->w, PACK_USERSPACE, r->sample, (int64_t[]) {
			r->vcpu, x[i].reason, (int64_t)x[i].n }, r->err);
	return rc;
}

static int store_time(struct rows *r, const struct delta_time *x)
{
	int64_t n[2 + DELTA_NR_STATES + 1] = { r->vcpu }, any = 0;
	int rc;

	for (int k = 0; k < DELTA_NR_STATES; k++)
		any |= n[2 + k] = (int64_t)x->ns[k];
	if (!any)
		return 0;
	n[2 + DELTA_NR_STATES] = x->max_ns ? (int64_t)x->max_ns : -1;
	rc = find_reason(r, x->reason, &n[1]);
	return rc ? rc : rec_row(r->w, PACK_TIME, r->sample, n, r->err);
}

static int store_times(struct rows *r, const struct delta_change *c)
{
	const struct delta_time *x = c->times.data;
	int rc = 0;

	for (size_t i = 0; !rc && i < c->times.nr; i++)
		rc = store_time(r, &x[i]);
	if (rc || !(c->elapsed_ns | c->guest_ns))
		return rc;
	return rec_row(r->w, PACK_VCPU_TIME, r->sample, (int64_t[]) {
		r->vcpu, (int64_t)c->elapsed_ns, (int64_t)c->guest_ns },
		r->err);
}

static int store_buckets(struct rows *r, const struct delta_list *l)
{
	const struct delta_bucket *x = l->data;
	int rc = 0;

	for (size_t i = 0; !rc && i < l->nr; i++) {
		int64_t n[] = { r->vcpu, 0, x[i].bucket, (int64_t)x[i].n };

		rc = find_reason(r, x[i].reason, &n[1]);
		if (!rc)
			rc = rec_row(r->w, PACK_HISTOGRAM, r->sample, n, r->err);
	}
	return rc;
}

static int store_groups(struct rows *r, const struct delta_change *c)
{
	int rc = store_entries(r, c);

	r->backwards += c->backwards;
	if (!rc)
		rc = store_modifiers(r, c);
	if (!rc)
		rc = store_users(r, &c->users);
	if (!rc)
		rc = store_nested(r, &c->nested);
	if (!rc)
		rc = store_times(r, c);
	return rc ? rc : store_buckets(r, &c->buckets);
}

void rows_begin(struct rows *r, struct rec_writer *w, int64_t sample,
		struct errbuf *err)
{
	static const uint64_t fields[DELTA_NR_COUNTS] = {
		[DELTA_L2] = KES_FIELD_CONTEXT,
		[DELTA_REFLECTED] = KES_FIELD_REFLECTED,
		[DELTA_FASTPATH] = KES_FIELD_FASTPATH,
		[DELTA_USERSPACE] = KES_FIELD_USERSPACE,
	};

	r->w = w;
	r->err = err;
	r->sample = sample;
	r->baseline = sample == 1;
	for (int k = 0; k < DELTA_NR_COUNTS; k++)
		r->unfilled[k] = fields[k] & ~r->delta->hdr.fields ? -1 : 0;
}

/* The row of the VM's first vCPU with this id, or 0: vCPUs with one id share a row. */
static int64_t row_of_id(const struct delta_change *c)
{
	const struct delta_vcpu *v = c->vcpu - c->index;

	while (v->vcpu_id != c->vcpu->vcpu_id)
		v++;
	return v->user;
}

int rows_vcpu(struct rows *r, int64_t vm, const struct delta_change *c)
{
	const struct delta_exit *x = c->exits.data;
	int rc = 0;

	if (!c->vcpu->user)
		c->vcpu->user = row_of_id(c);
	if (!c->vcpu->user) {
		c->vcpu->user = ++r->nr_vcpu_rows;
		rc = rec_vcpu(r->w, c->vcpu->user, vm, c->vcpu->vcpu_id,
			      r->err);
	}
	r->vcpu = c->vcpu->user;
	for (size_t i = 0; !rc && i < c->exits.nr; i++)
		rc = store_exit(r, &x[i]);
	if (!rc && !r->baseline)
		rc = store_groups(r, c);
	if (rc || !c->unknown_last)
		return rc;
	return rec_vcpu_unknown(r->w, r->vcpu, c->unknown_last, r->err);
}

int rows_details(struct rows *r, const struct delta_vcpu *v)
{
	const struct kes_detail_value *d;
	size_t nr;
	int rc = 0;

	d = delta_details(r->delta, v, &nr);
	for (size_t i = 0; !rc && i < nr; i++, d++) {
		int64_t n[] = { v->user, 0, (int64_t)d->value,
				!!(d->flags & KES_DETAIL_OTHER),
				(int64_t)d->count,
				!!(d->flags & KES_DETAIL_AT_LEAST) };

		rc = find_reason(r, delta_reason(r->delta, d->code), &n[1]);
		if (!rc)
			rc = rec_detail(r->w, n, r->err);
	}
	return rc;
}

void rows_free(struct rows *r)
{
	free(r->reasons);
}
