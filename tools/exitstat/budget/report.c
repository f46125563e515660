// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which budgets a recording keeps, for people and for programs. A line for
 * people begins as a compiler's message, with the line of the budget.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "budget/budget.h"
#include "lib/json-text.h"

/* Exits that the source lost may be what a budget that looks kept lacks. */
static void judge(struct budget_verdict *v, const struct budget_line *l,
		  const struct model *m)
{
	uint64_t lost = rec_get_u64(m->rec, "lost");

	v->found = NAN;
	v->state = BUDGET_UNKNOWN;
	if (budget_found(m, l, &v->found, &v->why))
		return;
	v->state = v->found > (double)l->max ? BUDGET_OVER : BUDGET_KEPT;
	if (!lost || v->state == BUDGET_OVER)
		return;
	v->state = BUDGET_UNKNOWN;
	err_set(&v->why, -ENODATA, "%.200s: its source lost %llu exits",
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
		c->nr_kept += c->v[i].state == BUDGET_KEPT;
		c->nr_over += c->v[i].state == BUDGET_OVER;
		c->nr_unknown += c->v[i].state == BUDGET_UNKNOWN;
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

	fprintf(out, "found %s, budget %s: %s over",
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

	if (c->v[i].state == BUDGET_KEPT)
		return;
	budget_label(l, &label);
	fprintf(out, "%s:%u: %s: ", b->path, l->line, label.data);
	if (c->v[i].state == BUDGET_OVER)
		print_over(&c->v[i], l, out);
	else
		fprintf(out, "cannot tell: %s", c->v[i].why.text);
	fprintf(out, "%s%s\n", several ? ": " : "", several ? c->file : "");
	buf_free(&label);
}

static void print_summary(const struct budget_check *c, FILE *out)
{
	size_t nr = c->nr_kept + c->nr_over + c->nr_unknown;

	fprintf(out, "%s: %zu budget%s", c->file, nr, nr == 1 ? "" : "s");
	if (c->nr_kept == nr)
		fprintf(out, ", all kept\n");
	else
		fprintf(out, ": %zu kept, %zu over, %zu not to be told\n",
			c->nr_kept, c->nr_over, c->nr_unknown);
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

/* Counts and ns are whole numbers, rates are not; NAN is null. */
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
		[BUDGET_KEPT] = "kept", [BUDGET_OVER] = "over",
		[BUDGET_UNKNOWN] = "unknown",
	};
	double over = v->state == BUDGET_OVER ? v->found - (double)l->max : NAN;

	return json_pack("{s:I, s:o, s:s, s:o, s:s, s:o, s:o, s:o, s:s, s:o}",
			 "line", (json_int_t)l->line,
			 "phase", json_text_or_null(l->phase),
			 "what", budget_what_name(l->what),
			 "name", json_text_or_null(l->name),
			 "unit", budget_unit_name(l->unit),
			 "budget", json_integer((json_int_t)l->max),
			 "found", number(l->unit, v->found),
			 "over", number(l->unit, over),
			 "state", states[v->state],
			 "why", v->state == BUDGET_UNKNOWN ?
				json_text(v->why.text) : json_null());
}

static json_t *recording(const struct budget *b, const struct budget_check *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->nr; i++)
		json_array_append_new(list, verdict(&b->lines[i], &c->v[i]));
	return json_pack("{s:o, s:I, s:I, s:I, s:o}",
			 "file", json_text(c->file),
			 "kept", (json_int_t)c->nr_kept,
			 "over", (json_int_t)c->nr_over,
			 "unknown", (json_int_t)c->nr_unknown,
			 "budgets", list);
}

void budget_json(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out)
{
	json_t *list = json_array();
	bool kept = true;

	for (size_t k = 0; k < nr; k++) {
		json_array_append_new(list, recording(b, &c[k]));
		kept = kept && c[k].nr_kept == b->nr;
	}
	json_print(json_pack("{s:o, s:b, s:o}", "budget", json_text(b->path),
			     "kept", kept, "recordings", list), out);
}
