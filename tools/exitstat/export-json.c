// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording as JSON: what it says about itself, then one object per sample,
 * vCPU and reason with exits. A field that the source does not fill is null.
 *
 * The rows are written one by one, as a recording may be larger than memory.
 */

#include "export.h"
#include "json-text.h"

static void put(FILE *out, json_t *value)
{
	json_dumpf(value, out, JSON_COMPACT);
	json_decref(value);
}

static json_t *meta(const struct recording *r)
{
	json_t *o = json_object();

	for (size_t i = 0; i < r->nr_meta; i++)
		json_object_set_new(o, r->meta[i].key,
				    json_text(r->meta[i].value));
	return o;
}

static json_t *phases(const struct recording *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nr_phases; i++) {
		const struct rec_phase *p = &r->phases[i];

		json_array_append_new(list,
			json_pack("{s:o, s:I, s:o, s:o}",
				  "name", json_text(p->name),
				  "begin_ns", (json_int_t)p->begin_ns,
				  "end_ns",
				  json_count(p->end_ns ?
						(int64_t)p->end_ns : -1),
				  "line", json_text(p->line)));
	}
	return list;
}

static json_t *vms(const struct recording *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nr_vms; i++) {
		const struct rec_vm *v = &r->vms[i];

		json_array_append_new(list,
			json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:o}",
				  "vm", (json_int_t)v->vm_id,
				  "pid", (json_int_t)v->pid,
				  "name", json_text(v->name),
				  "comm", json_text(v->comm),
				  "cmdline", json_text(v->cmdline),
				  "machine", json_text_or_null(v->machine),
				  "created_ns", (json_int_t)v->created_ns,
				  "died_ns",
				  json_count(v->died_ns ?
						(int64_t)v->died_ns : -1)));
	}
	return list;
}

struct rows {
	struct recording *r;
	FILE *out;
	bool has_sub;
	bool any;
};

static int put_delta(void *arg, const struct rec_delta *d)
{
	struct rows *c = arg;
	struct recording *r = c->r;
	const struct rec_vcpu *v = &r->vcpus[d->vcpu];
	const struct rec_reason *e = &r->reasons[d->reason];

	fputs(c->any ? ",\n" : "\n", c->out);
	c->any = true;
	put(c->out,
	    json_pack("{s:I, s:I, s:o, s:I, s:o, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
		      "sample_begin_ns",
		      (json_int_t)export_begin_ns(r, d->sample),
		      "sample_end_ns", (json_int_t)r->samples[d->sample].end_ns,
		      "phase", json_text_or_null(export_phase(r, d->sample)),
		      "vm", (json_int_t)r->vms[v->vm].vm_id,
		      "name", json_text(r->vms[v->vm].name),
		      "vcpu", (json_int_t)v->vcpu_id,
		      "isa", json_text(e->isa),
		      "code", (json_int_t)e->code,
		      "sub", json_count(c->has_sub ? (int64_t)e->sub : -1),
		      "reason", json_text(e->name),
		      "class", json_text(e->class),
		      "l1", json_count(d->n.l1), "l2", json_count(d->n.l2),
		      "l2_reflected", json_count(d->n.l2_reflected),
		      "fastpath", json_count(d->n.fastpath),
		      "userspace", json_count(d->n.userspace)));
	return 0;
}

int export_json(struct recording *r, FILE *out, struct errbuf *err)
{
	struct rows rows = { r, out, export_has_sub(r), false };
	int rc;

	fputs("{\"meta\": ", out);
	put(out, meta(r));
	fputs(",\n\"phases\": ", out);
	put(out, phases(r));
	fputs(",\n\"vms\": ", out);
	put(out, vms(r));
	fputs(",\n\"deltas\": [", out);
	rc = rec_for_each_delta(r, put_delta, &rows, err);
	fputs("\n]}\n", out);
	return rc;
}
