// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as text, 80 columns wide: metadata, the summary, then the tables.
 * A table's numbers take the width that they need; names get the rest.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wrap.h"
#include "diff/report.h"
#include "report/report.h"

#define MIN_NAME	12
#define FACT_WORDS	3	/* reasons to name for a phase */

enum { COL_A, COL_A_HALF, COL_B, COL_B_HALF, COL_CHANGE, COL_HALF, COL_RATIO,
       COL_SURE, NR_COLS };

static const char *const heads[NR_COLS] = {
	"A", "+-", "B", "+-", "change", "+-", "ratio", "",
};

struct line {
	char cell[NR_COLS][COUNT_TEXT_LEN];
};

/* "12.3M", for tables that would be too wide. */
static void shorten(char out[COUNT_TEXT_LEN], double x)
{
	static const char units[] = " kMGTP";
	size_t i = 0;

	for (; fabs(x) >= 999.5 && units[i + 1]; i++)
		x /= 1000;
	snprintf(out, COUNT_TEXT_LEN, "%.*f%.*s", i && fabs(x) < 99.95, x,
		 i > 0, units + i);
}

static void number(char out[COUNT_TEXT_LEN], enum diff_unit unit, double x,
		   bool brief)
{
	if (brief && unit == DIFF_EXITS && fabs(x) >= 10000)
		shorten(out, x);
	else
		diff_fmt(out, unit, x);
}

static void half(char out[COUNT_TEXT_LEN], enum diff_unit unit, double x,
		 bool brief)
{
	if (isnan(x))
		*out = '\0';
	else
		number(out, unit, x, brief);
}

static void make_line(struct line *l, const struct diff *d,
		      const struct diff_row *r, enum diff_unit unit, bool brief)
{
	char *change = l->cell[COL_CHANGE];

	number(l->cell[COL_A], unit, r->side[DIFF_A].mean, brief);
	half(l->cell[COL_A_HALF], unit, r->side[DIFF_A].half, brief);
	number(l->cell[COL_B], unit, r->side[DIFF_B].mean, brief);
	half(l->cell[COL_B_HALF], unit, r->side[DIFF_B].half, brief);
	diff_fmt_change(change, unit, r->change.change);
	if (brief && unit == DIFF_EXITS && fabs(r->change.change) >= 10000)
		shorten(change, r->change.change);
	half(l->cell[COL_HALF], unit, r->change.half, brief);
	diff_fmt_ratio(l->cell[COL_RATIO], r);
	strcpy(l->cell[COL_SURE],
	       d->repeated && diff_is_change(d, r) ? "*" : "");
}

/* 0: the column is empty. */
static int column_width(const struct line *lines, size_t nr, int col)
{
	size_t width = 0;

	for (size_t i = 0; i < nr; i++)
		if (strlen(lines[i].cell[col]) > width)
			width = strlen(lines[i].cell[col]);
	if (width && strlen(heads[col]) > width)
		width = strlen(heads[col]);
	return (int)width;
}

static int all_widths(const struct line *lines, size_t nr, int width[NR_COLS])
{
	int sum = 2;

	for (int c = 0; c < NR_COLS; c++) {
		width[c] = column_width(lines, nr, c);
		sum += width[c] ? width[c] + 1 : 0;
	}
	return sum;
}

static void print_line(FILE *out, const char *name, int room,
		       const struct line *l, const int width[NR_COLS])
{
	int pad = 0;

	fprintf(out, "  %-*.*s", room, room, name);
	for (int c = 0; c < NR_COLS; c++) {
		int len = (int)strlen(l->cell[c]);

		if (!width[c])
			continue;
		pad += 1 + width[c] - len;
		if (!len)
			continue;
		fprintf(out, "%*s%s", pad, "", l->cell[c]);
		pad = 0;
	}
	fprintf(out, "\n");
}

/* Print a table; @head is the title of the first column. */
static void print_rows(const struct diff *d, const char *head,
		       const struct diff_row *const *rows, size_t nr,
		       enum diff_unit unit, FILE *out)
{
	struct line *lines = xcalloc(nr, sizeof(*lines)), title;
	int width[NR_COLS], room = (int)strlen(head), left;

	for (int c = 0; c < NR_COLS; c++)
		strcpy(title.cell[c], heads[c]);
	for (int brief = 0; brief < 2; brief++) {
		for (size_t i = 0; i < nr; i++)
			make_line(&lines[i], d, rows[i], unit, brief);
		if (all_widths(lines, nr, width) + MIN_NAME <= WRAP_WIDTH)
			break;
	}
	for (size_t i = 0; i < nr; i++)
		if ((int)strlen(rows[i]->name) > room)
			room = (int)strlen(rows[i]->name);
	left = WRAP_WIDTH - all_widths(lines, nr, width);
	if (left < MIN_NAME)
		left = MIN_NAME;
	if (room > left)
		room = left;
	print_line(out, head, room, &title, width);
	for (size_t i = 0; i < nr; i++)
		print_line(out, rows[i]->name, room, &lines[i], width);
	free(lines);
}

/* The number of rows to print. Without --all, only rows that changed. */
static size_t rows_to_show(const struct diff_view *v,
			   const struct diff_table *t)
{
	size_t n = 0;

	if (v->top == SIZE_MAX)
		return t->nr;
	for (size_t i = 0; i < t->nr; i++)
		n += t->rows[i].kind != DIFF_SAME;
	return n < v->top ? n : v->top;
}

static void print_left_out(const struct diff_table *t, size_t shown, FILE *out)
{
	size_t same = 0, changed;

	for (size_t i = shown; i < t->nr; i++)
		same += t->rows[i].kind == DIFF_SAME;
	changed = t->nr - shown - same;
	if (changed && same)
		fprintf(out, "  (not shown: %zu changed, %zu unchanged; see --all)\n",
			changed, same);
	else if (changed || same)
		fprintf(out, "  (not shown: %zu %s; see --all)\n",
			changed + same, changed ? "changed" : "unchanged");
}

/* Print the row @all, if any, then the rows with the largest changes. */
static void print_table(const struct diff *d, const struct diff_view *v,
			const char *head, const struct diff_row *all,
			const struct diff_table *t, enum diff_unit unit,
			FILE *out)
{
	const struct diff_row **rows = xcalloc(t->nr + 1, sizeof(*rows));
	size_t n = rows_to_show(v, t), nr = 0;

	if (all)
		rows[nr++] = all;
	for (size_t i = 0; i < n; i++)
		rows[nr++] = &t->rows[i];
	if (nr)
		print_rows(d, head, rows, nr, unit, out);
	free(rows);
	print_left_out(t, n, out);
}

static void print_files(const struct diff *d, FILE *out)
{
	for (int s = 0; s < DIFF_SIDES; s++)
		for (size_t i = 0; i < d->side[s].nr_runs; i++) {
			const struct recording *r = d->side[s].runs[i].rec;
			struct buf b = { 0 };

			buf_printf(&b, "%s%s", r->path, r->interrupted ?
				   " (INTERRUPTED: did not finish)" :
				   "");
			wrap_labelled(out, i ? "" : diff_side_name(s), b.data);
			buf_free(&b);
		}
}

/* For commands, only the words that differ. */
static void fact_text(const struct diff_fact *f, struct buf *b)
{
	bool words = !strcmp(f->name, "command");

	for (int s = 0; s < DIFF_SIDES; s++) {
		struct buf only = { 0 };

		if (words)
			diff_only_in(f->text[s], f->text[!s], &only);
		else
			buf_printf(&only, "%s", f->text[s]);
		if (only.len)
			buf_printf(b, "%s%s%s: %s", b->len ? "; " : "",
				   words ? "only in " : "", diff_side_name(s),
				   only.data);
		buf_free(&only);
	}
	if (!b->len)
		buf_printf(b, "same words in a different order");
}

static void print_facts(const struct diff *d, FILE *out)
{
	struct buf same = { 0 };
	struct diff_facts f;

	fprintf(out, "VM exits: differences between A and B\n\n");
	print_files(d, out);
	diff_facts_make(&f, d);
	for (size_t i = 0; i < f.nr; i++) {
		struct buf b = { 0 };

		if (f.f[i].same) {
			buf_printf(&same, "%s%s", same.len ? ", " : "",
				   f.f[i].name);
			continue;
		}
		fact_text(&f.f[i], &b);
		wrap_labelled(out, f.f[i].name, b.data);
		buf_free(&b);
	}
	if (same.len)
		wrap_labelled(out, "same", same.data);
	diff_facts_free(&f);
	buf_free(&same);
	if (!d->same_isa)
		fprintf(out, "\n  A is %s and B is %s: their reasons differ, so classes are compared. SVM does\n"
			"  not distinguish the classes of MSRs, nor those of memory: they are merged.\n",
			d->isa[DIFF_A], d->isa[DIFF_B]);
}

static void print_summary(const struct diff *d, const struct diff_scope *s,
			  FILE *out)
{
	struct buf b = { 0 };

	diff_summary(d, s, &b);
	wrap_paragraph(out, NULL, &b);
}

static void print_exits(const struct diff *d, const struct diff_view *v,
			const struct diff_scope *s, FILE *out)
{
	const char *in = *s->name ? " in " : "";

	if (d->same_isa && v->by != DIFF_BY_CLASS) {
		fprintf(out, "\nExits by reason%s%s\n\n", in, s->name);
		print_table(d, v, "reason", &s->exits, &s->reasons, DIFF_EXITS,
			    out);
	}
	if (!d->same_isa || v->by != DIFF_BY_REASON) {
		fprintf(out, "\nExits by class%s%s\n\n", in, s->name);
		print_table(d, v, "class", &s->exits, &s->classes, DIFF_EXITS,
			    out);
	}
}

static void print_phase_rows(const struct diff *d, bool takes, FILE *out)
{
	const struct diff_row **rows = xcalloc(d->nr_phases, sizeof(*rows));
	struct diff_row *named = xcalloc(d->nr_phases, sizeof(*named));

	for (size_t i = 0; i < d->nr_phases; i++) {
		const struct diff_scope *s = &d->phases[i];

		named[i] = takes ? s->takes : s->exits;
		snprintf(named[i].name, sizeof(named[i].name), "%.63s",
			 s->name);
		rows[i] = &named[i];
	}
	fprintf(out, "\n%s\n\n", takes ? "Duration of boot phases" :
			      "Exits by boot phase");
	print_rows(d, "phase", rows, d->nr_phases,
		   takes ? DIFF_NS : DIFF_EXITS, out);
	free(rows);
	free(named);
}

/* Phases without a change to report are left out. */
static void print_phase_words(const struct diff *d, FILE *out)
{
	const char *gap = "\n";

	for (size_t i = 0; i < d->nr_phases; i++) {
		const struct diff_scope *s = &d->phases[i];
		struct buf b = { 0 };

		if (s->exits.kind != DIFF_UNAVAILABLE)
			diff_leaders(d, diff_best(d, s), FACT_WORDS, &b);
		if (!b.len)
			continue;
		fprintf(out, "%s  %s: ", gap, s->name);
		wrap_text(out, 2 + (int)strlen(s->name) + 2, b.data);
		buf_free(&b);
		gap = "";
	}
}

static void print_phases(const struct diff *d, FILE *out)
{
	if (!d->nr_phases) {
		fprintf(out, "\nNo boot phases in A and B.\n");
		return;
	}
	print_phase_rows(d, false, out);
	print_phase_words(d, out);
	print_phase_rows(d, true, out);
}

static void print_optional(const struct diff *d, const struct diff_view *v,
			   const char *title, const char *head,
			   const struct diff_row *all,
			   const struct diff_table *t, enum diff_unit unit,
			   FILE *out)
{
	fprintf(out, "\n%s\n\n", title);
	if (*t->lacks.text) {
		fprintf(out, "  unavailable: ");
		wrap_text(out, 15, t->lacks.text);
	} else if (t->nr) {
		print_table(d, v, head, all, t, unit, out);
	} else {
		fprintf(out, "  none in A and B\n");
	}
}

static void print_groups(const struct diff *d, const struct diff_view *v,
			 FILE *out)
{
	print_optional(d, v, "Returns to user space, by KVM_EXIT", "exit",
		       NULL, &d->users, DIFF_EXITS, out);
	print_optional(d, v, d->same_isa ?
		       "Cost by reason: time in states handler and userspace" :
		       "Cost by class: time in states handler and userspace",
		       d->same_isa ? "reason" : "class", &d->cost, &d->costs, DIFF_NS, out);
	if (d->states.nr)
		print_optional(d, v, "vCPU time by state", "state",
			       NULL, &d->states, DIFF_NS, out);
}

/* Explain the columns that are printed. */
static void print_notes(const struct diff *d, FILE *out)
{
	fprintf(out, "\n");
	if (d->repeated)
		fprintf(out, "  +-: 95 %% interval of the value before it. *: the interval excludes 0, so the\n"
			"  change is significant. By chance alone, 1 row in 20 has a *.\n");
	else if (d->side[DIFF_A].nr_runs + d->side[DIFF_B].nr_runs > 2)
		fprintf(out, "  +-: 95 %% interval of the mean. The change has none: one side has one run.\n");
	else
		fprintf(out, "  Several runs of A and B give confidence intervals (see exitstat diff --help).\n");
}

static bool groups_are_same(const struct diff *d)
{
	const struct diff_table *tables[] = { &d->users, &d->costs,
					      &d->states };

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (size_t k = 0; k < tables[i]->nr; k++)
			if (tables[i]->rows[k].kind != DIFF_SAME)
				return false;
	return true;
}

void diff_text(const struct diff *d, const struct diff_view *v, FILE *out)
{
	const struct diff_scope *s = diff_find(d, v->phase ? v->phase : "");
	bool asked = v->phase || v->every_phase || v->by;

	print_facts(d, out);
	print_summary(d, s, out);
	if (diff_is_same(d) && groups_are_same(d) && !asked)
		return;
	if (!v->phase && !v->every_phase)
		print_phases(d, out);
	if (s->exits.kind != DIFF_UNAVAILABLE)
		print_exits(d, v, s, out);
	for (size_t i = 0; v->every_phase && i < d->nr_phases; i++) {
		print_summary(d, &d->phases[i], out);
		if (d->phases[i].exits.kind != DIFF_UNAVAILABLE)
			print_exits(d, v, &d->phases[i], out);
	}
	if (!v->phase)
		print_groups(d, v, out);
	print_notes(d, out);
}
