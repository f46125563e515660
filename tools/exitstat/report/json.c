// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report as one JSON object, with the same facts as text.c. A value that was
 * not recorded is null, never 0 or "".
 */
#include <string.h>

#include "exits/fields.h"
#include "exits/groups.h"
#include "lib/json-text.h"
#include "report/json-parts.h"
#include "report/report.h"

static json_t *header(const struct model *m)
{
	static const char *const keys[] = {
		"kernel", "cpu", "lab", "command", "command_end", "source",
		"source_why", "isa", "version", "fields",
	};
	const struct recording *r = m->rec;
	char text[GROUPS_TEXT_LEN];
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_set_new(o, keys[i],
				    json_text_or_null(rec_get(r, keys[i])));
	json_object_update_new(o, json_pack(
		"{s:o, s:s, s:o, s:I, s:I, s:b, s:I, s:b, s:o, s:I, s:I, s:b, s:I}",
		"machine", json_text_or_null(model_machine(m)),
		"groups", groups_text(r->groups, text),
		"unavailable", report_json_lacks(r),
		"lost", (json_int_t)rec_get_u64(r, "lost"),
		"restarts", (json_int_t)rec_get_u64(r, "restarts"),
		"tsc_unstable", rec_get_u64(r, "tsc_unstable") > 0,
		"tsc_backwards", (json_int_t)rec_get_u64(r, "tsc_backwards"),
		"interrupted", (int)r->interrupted,
		"interval_s", json_seconds(rec_get_u64(r, "interval_ns")),
		"start_wall_ns", (json_int_t)rec_get_u64(r, "start_wall_ns"),
		"samples", (json_int_t)r->nr_taken,
		"summary", r->nr_runs > 0,
		"missed_deadlines", (json_int_t)m->missed));
	return o;
}

static json_t *answers(const struct model *m)
{
	const struct model_shape_facts *f = &m->shape;

	return json_pack("{s:I, s:o, s:o, s:s, s:f, s:f, s:f, s:f, s:I, s:I, s:o, s:o, s:o}",
			 "exits", (json_int_t)m->total,
			 "first_s", json_seconds(m->all->first_ns),
			 "last_s", json_seconds(m->all->last_ns),
			 "pattern", report_pattern_name(f->shape),
			 "mean_per_s", f->mean, "median_per_s", f->median,
			 "variation", f->cv, "highest_per_s", f->highest,
			 "burst_samples", (json_int_t)f->peaks,
			 "burst_exits", (json_int_t)f->peak_exits,
			 "highest_at_s", m->bins.nr ?
			 json_seconds(m->bins.points[f->highest_point].begin_ns) :
			 json_null(),
			 "span_s", json_seconds(model_active_ns(m)),
			 "burst_percent", json_percent(f->peak_exits, m->total));
}

/* Share of a reason's exits; null if unavailable from the source. */
static json_t *part(int64_t n, uint64_t exits)
{
	return n < 0 ? json_null() : json_percent((uint64_t)n, exits);
}

static json_t *reason(const struct model *m, const struct model_reason *r)
{
	const struct rec_counts *n = &r->sum->n;
	uint64_t exits = model_exits(r->sum);
	json_t *o = json_pack("{s:o, s:o, s:I, s:o, s:I, s:f, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:i, s:o, s:o, s:o, s:o}",
			      "name", json_text(r->name),
			      "isa", json_text(r->info->isa),
			      "code", (json_int_t)r->info->code,
			      "class", json_text(r->info->class),
			      "exits", (json_int_t)exits,
			      "percent", model_share(m, exits),
			      FIELD_L1, json_count(n->l1),
			      FIELD_L2, json_count(n->l2),
			      FIELD_REFLECTED, json_count(n->reflected),
			      FIELD_FASTPATH, json_count(n->fastpath),
			      FIELD_USERSPACE, json_count(n->userspace),
			      "first_s", json_seconds(r->sum->first_ns),
			      "last_s", json_seconds(r->sum->last_ns),
			      "per_s", model_rate(exits, model_active_ns(m)),
			      "colour", (int)r->colour,
			      "l2_percent", part(n->l2, exits),
			      "reflected_percent",
			      part(n->reflected, exits),
			      "fastpath_percent", part(n->fastpath, exits),
			      "userspace_percent", part(n->userspace, exits));

	report_json_times(o, m, r->sum);
	return o;
}

static json_t *vcpu(const struct model *m, size_t i)
{
	const struct rec_vcpu *v = &m->rec->vcpus[i];
	const struct rec_vm *vm = &m->rec->vms[v->vm];
	uint64_t exits = model_exits(m->vcpus[i]);

	return json_pack("{s:I, s:o, s:I, s:I, s:I, s:o, s:o}",
			 "vm", (json_int_t)vm->vm_id, "guest", json_text(vm->name),
			 "pid", (json_int_t)vm->pid,
			 "vcpu", (json_int_t)v->vcpu_id,
			 "exits", (json_int_t)exits,
			 "unknown_last", v->has_unknown ?
			 json_integer((json_int_t)v->unknown_last) :
			 json_null(),
			 "percent", json_percent(exits, m->total));
}

static json_t *accounting(const struct model *m)
{
	const uint64_t *n = m->all->entries;

	if (!m->has_accounting)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I}",
			 "attempts", (json_int_t)n[MODEL_ATTEMPTS],
			 "entry_failed", (json_int_t)n[MODEL_ENTRY_FAILED],
			 "entry_emulated", (json_int_t)n[MODEL_ENTRY_EMULATED],
			 "unaccounted", (json_int_t)model_unaccounted(m));
}

static json_t *make(const struct model *m, bool brief, size_t max_values,
		    json_t *cut)
{
	json_t *root, *reasons = json_array(), *vcpus = json_array();

	for (size_t i = 0; i < m->nr_seen; i++)
		json_array_append_new(reasons, reason(m, model_ranked(m, i)));
	for (size_t i = 0; i < m->rec->nr_vcpus; i++)
		json_array_append_new(vcpus, vcpu(m, i));
	root = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
			 "recording", header(m), "answers", answers(m),
			 "reasons", reasons,
			 "phases", report_json_phases(m, brief),
			 "vcpus", vcpus, "accounting", accounting(m));
	report_json_groups(root, m, max_values, cut);
	return root;
}

json_t *report_json_brief(const struct model *m, size_t max_values, json_t *cut)
{
	return make(m, true, max_values, cut);
}

/* Print an object without its closing brace, so that members can follow. */
static void dump_open(json_t *root, FILE *out)
{
	char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	size_t len = text ? strlen(text) : 0;

	if (len > 2)
		fwrite(text, 1, len - strlen("\n}"), out);
	free(text);
	json_decref(root);
}

void report_json(const struct model *m, FILE *out)
{
	dump_open(make(m, false, SIZE_MAX, NULL), out);
	fputs(",\n  \"vms\": [", out);
	report_json_vms(m, out);
	fputs("\n  ],\n  \"cells\": [", out);
	report_json_cells(m, out);
	fputs("\n  ]\n}\n", out);
}
