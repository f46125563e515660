// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as one JSON object, with all facts of text.c. An unavailable value is
 * null, never 0.
 */
#include <math.h>
#include <string.h>

#include "diff/report.h"
#include "lib/json-text.h"
#include "report/report.h"

static json_t *number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *side(const struct stats_mean *s)
{
	return json_pack("{s:I, s:o, s:o, s:o}", "runs", (json_int_t)s->n,
			 "mean", number(s->mean), "sd", number(s->sd),
			 "ci95", number(s->half));
}

/* null without an interval */
static json_t *sure(const struct diff_row *r)
{
	if (isnan(r->change.half))
		return json_null();
	return json_boolean(stats_sure(&r->change));
}

static json_t *row(const struct diff_row *r)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "name", json_text(r->name),
			 "kind", diff_kind_name(r->kind),
			 "a", side(&r->side[DIFF_A]),
			 "b", side(&r->side[DIFF_B]),
			 "change", number(r->change.change),
			 "change_ci95", number(r->change.half),
			 "ratio", number(diff_ratio(r)),
			 "df", number(r->change.df), "p", number(r->change.p),
			 "significant", sure(r));
}

static json_t *rows(const struct diff_table *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->nr; i++)
		json_array_append_new(a, row(&t->rows[i]));
	return a;
}

static json_t *optional(const struct diff_table *t)
{
	return *t->lacks.text ? json_null() : rows(t);
}

static json_t *scope(const struct diff *d, const struct diff_scope *s)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}",
			 "name", json_text_or_null(s->name),
			 "exits", row(&s->exits), "takes_ns", row(&s->takes),
			 "reasons", d->same_isa ? rows(&s->reasons) :
				    json_null(),
			 "classes", rows(&s->classes));
}

static json_t *run(const struct model *m)
{
	return json_pack("{s:o, s:b, s:I, s:I, s:o}",
			 "file", json_text(m->rec->path),
			 "interrupted", m->rec->interrupted,
			 "exits", (json_int_t)m->total,
			 "takes_ns", (json_int_t)m->end_ns,
			 "unavailable", report_json_lacks(m->rec));
}

static json_t *recordings(const struct diff *d, enum diff_which which,
			  const struct diff_facts *f)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < d->side[which].nr_runs; i++)
		json_array_append_new(list, run(&d->side[which].runs[i]));
	json_object_set_new(o, "runs", list);
	for (size_t i = 0; i < f->nr; i++)
		json_object_set_new(o, f->f[i].name,
				    json_text(f->f[i].text[which]));
	return o;
}

static json_t *summary(const struct diff *d)
{
	struct buf b = { 0 };
	json_t *text;

	diff_summary(d, &d->whole, &b);
	text = json_text(b.data);
	buf_free(&b);
	return text;
}

static json_t *unavailable(const struct diff *d)
{
	const struct {
		const char *key;
		const struct diff_table *t;
	} tables[] = {
		{ "userspace_exits", &d->users }, { "costs_ns", &d->costs },
		{ "times_ns", &d->states },
	};
	json_t *o = json_object();

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (*tables[i].t->lacks.text)
			json_object_set_new(o, tables[i].key,
					    json_text(tables[i].t->lacks.text));
	if (!d->same_isa)
		json_object_set_new(o, "reasons",
				    json_string("the isa differs"));
	return o;
}

json_t *diff_json_make(const struct diff *d)
{
	json_t *root = json_object(), *phases = json_array();
	struct diff_facts f;

	diff_facts_make(&f, d);
	for (size_t i = 0; i < d->nr_phases; i++)
		json_array_append_new(phases, scope(d, &d->phases[i]));
	json_object_set_new(root, "summary", summary(d));
	json_object_set_new(root, "same", json_boolean(diff_is_same(d)));
	json_object_set_new(root, "a", recordings(d, DIFF_A, &f));
	json_object_set_new(root, "b", recordings(d, DIFF_B, &f));
	json_object_set_new(root, "whole", scope(d, &d->whole));
	json_object_set_new(root, "phases", phases);
	json_object_set_new(root, "userspace_exits", optional(&d->users));
	json_object_set_new(root, "cost_ns", *d->costs.lacks.text ?
			    json_null() : row(&d->cost));
	json_object_set_new(root, "costs_ns", optional(&d->costs));
	json_object_set_new(root, "times_ns", optional(&d->states));
	json_object_set_new(root, "unavailable", unavailable(d));
	diff_facts_free(&f);
	return root;
}

void diff_json(const struct diff *d, FILE *out)
{
	json_print(diff_json_make(d), out);
}
