// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes the totals of a recording as exitstat serve would have exported them at its
 * end: the same metrics, with that timestamp.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exits/fields.h"
#include "export/export.h"
#include "metrics/metrics.h"

struct totals {
	struct counters counters;
	const struct recording *r;
	struct counters_series **series;	/* by index of recording.vms */
	size_t *keys;				/* by index of recording.reasons */
};

/* Text from a recording is not trusted: truncate it to the length of a label. */
static void open_series(struct totals *t)
{
	const struct recording *r = t->r;

	t->series = xcalloc(r->nr_vms + 1, sizeof(struct counters_series *));
	for (size_t i = 0; i < r->nr_vms; i++)
		t->series[i] = counters_open(&t->counters, r->vms[i].name, "");
	t->keys = xcalloc(r->nr_reasons + 1, sizeof(*t->keys));
	for (size_t i = 0; i < r->nr_reasons; i++) {
		const struct rec_reason *reason = &r->reasons[i];

		t->keys[i] = counters_key(&t->counters, reason->name,
					  reason->class);
	}
}

static void add(struct totals *t, int64_t vcpu, int64_t reason,
		enum counters_value value, int64_t n)
{
	const struct rec_vcpu *v = &t->r->vcpus[vcpu];

	if (n > 0)
		counters_add(&t->counters, t->series[v->vm], v->vcpu_id,
			     t->keys[reason], value, (uint64_t)n);
}

static void add_sum(struct totals *t, int64_t vcpu, enum counters_sum sum,
		    int64_t n)
{
	if (n > 0)
		counters_add_sum(&t->counters,
				 t->series[t->r->vcpus[vcpu].vm], sum,
				 (uint64_t)n);
}

static int on_delta(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	for (int i = COUNTERS_L1; i <= COUNTERS_USERSPACE; i++)
		add(arg, n[1], n[2], (enum counters_value)i, n[3 + i]);
	return 0;
}

static int on_entries(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	add_sum(arg, n[1], COUNTERS_ATTEMPTS, n[2]);
	add_sum(arg, n[1], COUNTERS_ENTRY_FAILED, n[3]);
	add_sum(arg, n[1], COUNTERS_ENTRY_EMULATED, n[4]);
	return 0;
}

static int on_nested(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	add(arg, n[1], n[2], COUNTERS_RECEIVED, n[3]);
	return 0;
}

static int on_modifiers(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	add_sum(arg, n[1], COUNTERS_BUS_LOCK, n[2]);
	add_sum(arg, n[1], COUNTERS_ENCLAVE, n[3]);
	add_sum(arg, n[1], COUNTERS_FORCED, n[4]);
	return 0;
}

static int on_userspace(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	struct totals *t = arg;

	if (n[3] > 0)
		counters_add_returns(&t->counters,
				     t->series[t->r->vcpus[n[1]].vm],
				     (uint32_t)n[2], (uint64_t)n[3]);
	return 0;
}

static int on_vcpu_time(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	add_sum(arg, n[1], COUNTERS_NS_GUEST, n[3]);
	return 0;
}

static int on_time(void *arg, const int64_t n[REC_MAX_COLUMNS])
{
	add(arg, n[1], n[2], COUNTERS_HANDLER_NS, n[3]);
	for (int i = 0; i < REC_NR_STATES; i++)
		add_sum(arg, n[1],
			(enum counters_sum)(COUNTERS_NS_GUEST +
					    KES_STATE_HANDLER + i),
			n[3 + i]);
	return 0;
}

static int add_all(struct totals *t, struct recording *r, struct errbuf *err)
{
	static const struct {
		enum pack_kind kind;
		rec_row_fn fn;
		uint32_t group;
		const char *field;
	} tables[] = {
		{ PACK_ENTRIES, on_entries, 0, FIELD_ACCOUNTING },
		{ PACK_USERSPACE, on_userspace, 0, FIELD_USERSPACE },
		{ PACK_NESTED, on_nested, 0, FIELD_NESTED },
		{ PACK_MODIFIERS, on_modifiers, 0, FIELD_MODIFIERS },
		{ PACK_VCPU_TIME, on_vcpu_time, KES_GROUP_TIME, NULL },
		{ PACK_TIME, on_time, KES_GROUP_TIME, NULL },
	};
	int rc = rec_for_each_row(r, PACK_DELTA, on_delta, t, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(tables); i++) {
		if (tables[i].group & ~r->groups ||
		    (tables[i].field && !rec_has_field(r, tables[i].field)))
			continue;
		rc = rec_for_each_row(r, tables[i].kind, tables[i].fn, t, err);
	}
	return rc;
}

/* The wall clock at the last sample; 0 if unknown. */
static uint64_t end_wall_ns(const struct recording *r)
{
	uint64_t start_ns = rec_get_u64(r, "start_wall_ns");

	if (!start_ns || !r->nr_samples)
		return start_ns;
	return start_ns + (r->samples[r->nr_samples - 1].end_ns -
			   r->samples[0].end_ns);
}

int export_openmetrics(struct recording *r, const struct export_table *table,
		       FILE *out, struct errbuf *err)
{
	struct totals t = { .r = r };
	struct buf text = { 0 };
	struct om om = { .out = &text, .format = OM_OPENMETRICS,
			 .stamp_ns = end_wall_ns(r) };
	int rc;

	(void)table;
	counters_init(&t.counters,
		      &(struct counters_config) { .max_vms = SIZE_MAX });
	if (rec_has_field(r, FIELD_L2))
		t.counters.hdr.fields |= KES_FIELD_CONTEXT;
	open_series(&t);
	rc = add_all(&t, r, err);
	if (!rc) {
		metrics_write(&om, &t.counters, NULL);
		fwrite(text.data, 1, text.len, out);
	}
	buf_free(&text);
	free(t.series);
	free(t.keys);
	counters_free(&t.counters);
	return rc;
}
