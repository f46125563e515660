// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a recording as JSON: its metadata, then every table as a list with an object
 * per row. Unavailable fields are null, and so are tables that were not recorded.
 *
 * Rows are written one by one, because a recording may be larger than memory.
 */

#include "recording/json.h"
#include "export/export.h"
#include "lib/json-text.h"

static void put(FILE *out, json_t *value)
{
	json_dumpf(value, out, JSON_COMPACT);
	json_decref(value);
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
				  "destroyed_ns",
				  json_count(v->destroyed_ns ?
					     (int64_t)v->destroyed_ns : -1)));
	}
	return list;
}

struct rows {
	const struct export_table *table;
	FILE *out;
	bool any;
};

static json_t *value(const struct export_value *v)
{
	switch (v->kind) {
	case EXPORT_NUMBER:
		return json_integer(v->n);
	case EXPORT_TEXT:
		return json_text(v->text);
	default:
		return json_null();
	}
}

static void put_row(void *arg, const struct export_row *row)
{
	struct rows *c = arg;
	json_t *o = json_object();

	for (size_t i = 0; i < row->nr; i++)
		json_object_set_new(o, c->table->columns[i], value(&row->v[i]));
	fputs(c->any ? ",\n" : "\n", c->out);
	c->any = true;
	put(c->out, o);
}

/* Keys have no "-", which many languages read as minus. */
static void put_key(FILE *out, const char *name)
{
	fputs(",\n\"", out);
	for (; *name; name++)
		fputc(*name == '-' ? '_' : *name, out);
	fputs("\": ", out);
}

static int put_table(struct recording *r, const struct export_table *t,
		     FILE *out, struct errbuf *err)
{
	struct rows rows = { t, out, false };
	int rc;

	put_key(out, t->name);
	if (export_need(r, t, err)) {
		fputs("null", out);
		return 0;
	}
	fputs("[", out);
	rc = export_for_each(r, t, put_row, &rows, err);
	fputs("\n]", out);
	return rc;
}

int export_json(struct recording *r, const struct export_table *t, FILE *out,
		struct errbuf *err)
{
	int rc = 0;

	(void)t;
	fputs("{\"meta\": ", out);
	put(out, rec_meta_json(r));
	fputs(",\n\"phases\": ", out);
	put(out, phases(r));
	fputs(",\n\"vms\": ", out);
	put(out, vms(r));
	for (size_t i = 0; !rc && i < export_nr_tables; i++)
		rc = put_table(r, &export_tables[i], out, err);
	fputs("}\n", out);
	return rc;
}
