// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports which budgets a recording meets, as text and JSON. A line of text begins
 * like a compiler's message, with the file and line of the budget.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "budget/budget.h"
#include "lib/json-text.h"

/* With lost exits, a budget that seems met is undecidable. */
static void judge(struct budget_verdict *v, const struct budget_line *l,
		  const struct model *m)
{
	uint64_t lost = rec_get_u64(m->rec, "lost");

	v->found = NAN;
	v->state = BUDGET_UNDECIDABLE;
	if (budget_found(m, l, &v->found, &v->why))
		return;
	v->state = v->found > (double)l->max ? BUDGET_EXCEEDED : BUDGET_MET;
	if (!lost || v->state == BUDGET_EXCEEDED)
		return;
	v->state = BUDGET_UNDECIDABLE;
	err_set(&v->why, -ENODATA, "%.200s: %llu exits lost",
		m->rec->path, (unsigned long long)lost);
}

void budget_check(struct budget_check *c, const struct budget *b,
		  const struct model *m)
{
	memset(c, 0, sizeof(*c));
	c->file = xstrdup(m->rec->path);
	c->v = xcalloc(b->nr, sizeof(*c->v));
	for (size_t i = 0; i < b->nr; i++) {
		judge(&c->v[i], &b->lines[i], m);
		c->nr_met += c->v[i].state == BUDGET_MET;
		c->nr_exceeded += c->v[i].state == BUDGET_EXCEEDED;
		c->nr_undecidable += c->v[i].state == BUDGET_UNDECIDABLE;
	}
}

void budget_check_free(struct budget_check *c)
{
	free(c->file);
	free(c->v);
	memset(c, 0, sizeof(*c));
}

static void print_over(const struct budget_verdict *v,
		       const struct budget_line *l, FILE *out)
{
	char found[COUNT_TEXT_LEN], max[COUNT_TEXT_LEN], over[COUNT_TEXT_LEN];
	double more = v->found - (double)l->max;

	fprintf(out, "found %s, budget %s: exceeded by %s",
		budget_fmt(found, l->unit, v->found),
		budget_fmt(max, l->unit, (double)l->max),
		budget_fmt(over, l->unit, more));
	if (more > 9 * (double)l->max && l->max)
		fprintf(out, " (x %.1f)", v->found / (double)l->max);
	else if (l->max)
		fprintf(out, " (+%.1f %%)", 100 * more / (double)l->max);
}

static void print_line(const struct budget *b, const struct budget_check *c,
		       size_t i, bool several, FILE *out)
{
	const struct budget_line *l = &b->lines[i];
	struct buf label = { 0 };

	if (c->v[i].state == BUDGET_MET)
		return;
	budget_label(l, &label);
	fprintf(out, "%s:%u: %s: ", b->path, l->line, label.data);
	if (c->v[i].state == BUDGET_EXCEEDED)
		print_over(&c->v[i], l, out);
	else
		fprintf(out, "undecidable: %s", c->v[i].why.text);
	fprintf(out, "%s%s\n", several ? ": " : "", several ? c->file : "");
	buf_free(&label);
}

static void print_summary(const struct budget_check *c, FILE *out)
{
	size_t nr = c->nr_met + c->nr_exceeded + c->nr_undecidable;

	fprintf(out, "%s: %zu budget%s", c->file, nr, nr == 1 ? "" : "s");
	if (c->nr_met == nr)
		fprintf(out, ", all met\n");
	else
		fprintf(out, ": %zu met, %zu exceeded, %zu undecidable\n",
			c->nr_met, c->nr_exceeded, c->nr_undecidable);
}

void budget_text(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out)
{
	for (size_t k = 0; k < nr; k++)
		for (size_t i = 0; i < b->nr; i++)
			print_line(b, &c[k], i, nr > 1, out);
	for (size_t k = 0; k < nr; k++)
		print_summary(&c[k], out);
}

/* Counts and ns are integers, rates are not; NAN is null. */
static json_t *number(enum budget_unit unit, double x)
{
	if (isnan(x))
		return json_null();
	return unit == BUDGET_RATE ? json_real(x) :
				     json_integer((json_int_t)x);
}

static json_t *verdict(const struct budget_line *l,
		       const struct budget_verdict *v)
{
	static const char *const states[] = {
		[BUDGET_MET] = "met", [BUDGET_EXCEEDED] = "exceeded",
		[BUDGET_UNDECIDABLE] = "undecidable",
	};
	double over = v->state == BUDGET_EXCEEDED ? v->found - (double)l->max : NAN;

	return json_pack("{s:I, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:o}",
			 "line", (json_int_t)l->line,
			 "phase", json_text_or_null(l->phase),
			 "what", budget_what_name(l->what),
			 "name", json_text_or_null(l->name),
			 "unit", budget_unit_name(l->unit),
			 "budget", json_integer((json_int_t)l->max),
			 "found", number(l->unit, v->found),
			 "exceeded_by", number(l->unit, over),
			 "state", states[v->state],
			 "why", v->state == BUDGET_UNDECIDABLE ?
				json_text(v->why.text) : json_null());
}

static json_t *recording(const struct budget *b, const struct budget_check *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->nr; i++)
		json_array_append_new(list, verdict(&b->lines[i], &c->v[i]));
	return json_pack("{s:o, s:I, s:I, s:I, s:o}",
			 "file", json_text(c->file),
			 "met", (json_int_t)c->nr_met,
			 "exceeded", (json_int_t)c->nr_exceeded,
			 "undecidable", (json_int_t)c->nr_undecidable,
			 "budgets", list);
}

void budget_json(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out)
{
	json_t *list = json_array();
	bool met = true;

	for (size_t k = 0; k < nr; k++) {
		json_array_append_new(list, recording(b, &c[k]));
		met = met && c[k].nr_met == b->nr;
	}
	json_print(json_pack("{s:o, s:b, s:o}", "budget", json_text(b->path),
			     "met", met, "recordings", list), out);
}
