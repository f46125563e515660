// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data of a page in addition to the report: the recording's metadata, and
 * explanations of its reasons.
 */
#include <string.h>

#include "recording/json.h"
#include "exits/advice.h"
#include "exits/explain.h"
#include "html/html.h"
#include "lib/json-text.h"

static json_t *vm(const struct rec_vm *v)
{
	return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}",
			 "vm", (json_int_t)v->vm_id, "pid", (json_int_t)v->pid,
			 "name", json_text(v->name), "comm", json_text(v->comm),
			 "cmdline", json_text(v->cmdline),
			 "machine", json_text_or_null(v->machine));
}

json_t *html_recording(const struct model *m)
{
	const struct recording *r = m->rec;
	json_t *vms = json_array();
	char guest[128];

	for (size_t i = 0; i < r->nr_vms; i++)
		json_array_append_new(vms, vm(&r->vms[i]));
	model_guest_text(m, guest, sizeof(guest));
	return json_pack("{s:o, s:o, s:f, s:o, s:o}", "file", json_text(r->path),
			 "guest", json_text(guest),
			 "span_s", (double)m->end_ns / 1e9,
			 "meta", rec_meta_json(r), "vms", vms);
}

json_t *html_phases(const struct model *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->nr_phases; i++)
		json_array_append_new(a, json_pack("{s:o, s:f, s:f}",
			"name", json_text(m->phases[i].name),
			"begin_s", (double)m->phases[i].begin_ns / 1e9,
			"end_s", (double)m->phases[i].end_ns / 1e9));
	return a;
}

/* The reason in the list of reasons, or NULL. */
static const struct reason *known(const struct rec_reason *r)
{
	return reason_by_code(reason_isa_by_name(r->isa), r->code);
}

static struct advice advice_on(const struct rec_reason *r)
{
	const struct reason *listed = known(r);
	int class = reason_class_by_name(r->class);
	struct reason other = {
		.isa = reason_isa_by_name(r->isa), .code = r->code,
		.class = class < 0 ? REASON_CLASS_OTHER :
				     (enum reason_class)class,
	};

	return advice_of(listed ? listed : &other);
}

static json_t *explain(const struct model_reason *r)
{
	struct advice a = advice_on(r->info);
	struct reason code = {
		.isa = reason_isa_by_name(r->info->isa), .code = r->info->code,
	};
	char text[32];

	explain_code(&code, text, sizeof(text));
	return json_pack("{s:o, s:i, s:s, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s}",
			 "name", json_text(r->name), "colour", (int)r->colour,
			 "code", text, "class", json_text(r->info->class),
			 "meaning", json_text(r->info->meaning),
			 "reference", json_text(r->info->reference),
			 "causes", a.causes, "cost", a.cost,
			 "guest", a.guest, "vmm", a.vmm, "host", a.host);
}

json_t *html_reasons(const struct model *m)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->nr_seen; i++)
		json_array_append_new(a, explain(model_ranked(m, i)));
	return a;
}
