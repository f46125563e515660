// SPDX-License-Identifier: GPL-2.0-only
/*
 * report --nested: exits of L2 by reason, reflected to L1 or not; the exits that L1
 * received; and the number of exits here that an exit of L2 causes.
 *
 * An exit that L1 receives makes its hypervisor run, and its virtualization
 * instructions (VMREAD, VMRESUME, VMRUN, ...) exit in turn. These are L1's exits of
 * class "nested". They cannot be assigned to single exits of L2, so each exit that L1
 * receives is charged with their mean:
 *
 *	per received exit	= exits of L1's virtualization instructions / received
 *	per exit of L2		= 1 + reflected / L2 x per received exit
 *
 * for each reason. In all, exits that L1 received without an exit of L2, such as an
 * interrupt, are included: (L2 + exits of virtualization instructions) / L2.
 *
 * A source without KES_FIELD_NESTED counts as reflected only what it sees; there this
 * number takes the place of the received ones.
 */
#include <errno.h>
#include <string.h>

#include "exits/fields.h"
#include "lib/json-text.h"
#include "lib/wrap.h"
#include "report/report.h"

enum { L1, L2, REFLECTED, RECEIVED, NR_COLUMNS };

/* The field that a column requires; NULL: every source with L2 has it. */
static const char *const fields[NR_COLUMNS] = {
	[REFLECTED] = FIELD_REFLECTED,
	[RECEIVED] = FIELD_NESTED,
};

struct sums {
	uint64_t n[NR_COLUMNS];
	uint64_t for_l2;	/* part of L1: virtualization instructions */
	bool has[NR_COLUMNS];
};

static void counts_of(const struct model_cell *c, uint64_t n[NR_COLUMNS])
{
	n[L1] = model_filled(c->n.l1);
	n[L2] = model_filled(c->n.l2);
	n[REFLECTED] = model_filled(c->n.reflected);
	n[RECEIVED] = c->received;
}

static struct sums add_up(const struct model *m)
{
	struct sums s = { 0 };

	for (int i = 0; i < NR_COLUMNS; i++)
		s.has[i] = !fields[i] || rec_has_field(m->rec, fields[i]);
	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		const struct model_reason *r = &m->reasons[i];
		uint64_t n[NR_COLUMNS];

		counts_of(r->sum, n);
		for (int k = 0; k < NR_COLUMNS; k++)
			s.n[k] += n[k];
		if (!strcmp(r->info->class, "nested"))
			s.for_l2 += n[L1];
	}
	return s;
}

static double per_received(const struct sums *s)
{
	uint64_t nr = s->n[s->has[RECEIVED] ? RECEIVED : REFLECTED];

	return nr ? (double)s->for_l2 / (double)nr : 0;
}

/* Exits here per exit of L2 with these counts; 0: unknown. */
static double per_exit(const struct sums *s, const uint64_t n[NR_COLUMNS])
{
	if (!n[L2] || !s->has[REFLECTED])
		return 0;
	return 1 + (double)n[REFLECTED] / (double)n[L2] * per_received(s);
}

static double per_exit_in_all(const struct sums *s)
{
	return (double)(s->n[L2] + s->for_l2) / (double)s->n[L2];
}

/* ---- text ---- */

static void print_row(const struct sums *s, const char *name,
		      const uint64_t n[NR_COLUMNS], double x, FILE *out)
{
	char text[COUNT_TEXT_LEN];

	fprintf(out, "  %-21.21s", name);
	for (int i = 0; i < NR_COLUMNS; i++)
		fprintf(out, " %*s", i == RECEIVED ? 12 : 10, !s->has[i] ? "-" :
			n[i] ? fmt_count(text, n[i]) : ".");
	if (x)
		fprintf(out, " %9.2f\n", x);
	else
		fprintf(out, " %9s\n", "-");
}

static void print_reason(const struct sums *s, const struct model_reason *r,
			 FILE *out)
{
	uint64_t n[NR_COLUMNS], any = 0;

	counts_of(r->sum, n);
	for (int i = 0; i < NR_COLUMNS; i++)
		any |= n[i];
	if (any)
		print_row(s, r->name, n, per_exit(s, n), out);
}

/* The most frequent reasons, then those that only L1 sees. */
static void print_table(const struct model *m, const struct sums *s, FILE *out)
{
	fprintf(out, "Exits by context. L2, reflected: by the reason of the processor; received: what\n"
		"L1 saw. x: exits here per exit of L2, which is itself and, if it was reflected,\n"
		"the mean number of exits by L1's virtualization instructions.\n\n"
		"  %-21s %10s %10s %10s %12s %9s\n", "reason", "L1", "L2",
		"reflected", "received", "x");
	for (size_t i = 0; i < m->rec->nr_reasons; i++)
		print_reason(s, model_ranked(m, i), out);
	print_row(s, "all", s->n, per_exit_in_all(s), out);
}

static void print_answer(const struct sums *s, FILE *out)
{
	char l2[COUNT_TEXT_LEN], nested[COUNT_TEXT_LEN], r[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	fmt_count(r, s->n[REFLECTED]);
	buf_printf(&b, "%s exits of L2, %s of them reflected to L1",
		   fmt_count(l2, s->n[L2]),
		   s->has[REFLECTED] ? r : "an unavailable number");
	if (s->has[RECEIVED] && s->n[RECEIVED] > s->n[REFLECTED])
		buf_printf(&b, ", which received %s more without an exit of L2",
			   fmt_count(r, s->n[RECEIVED] - s->n[REFLECTED]));
	buf_printf(&b, ". L1's hypervisor caused %s exits by virtualization instructions",
		   fmt_count(nested, s->for_l2));
	if (per_received(s))
		buf_printf(&b, ", %.2f for each that it received",
			   per_received(s));
	buf_printf(&b, ": %.2f exits here per exit of L2.", per_exit_in_all(s));
	wrap_paragraph(out, NULL, &b);
	fprintf(out, "  (Including all exits of L1, even those unrelated to L2: %.2f.)\n",
		(double)(s->n[L2] + s->n[L1]) / (double)s->n[L2]);
}

static void print_lacks(const struct model *m, const struct sums *s, FILE *out)
{
	struct buf b = { 0 };

	if (s->has[RECEIVED])
		return;
	buf_printf(&b, "The source %s does not count the exits that L1 received%s.",
		   rec_get(m->rec, "source"), s->has[REFLECTED] ?
		   ": x is computed from those that it counted as reflected, and is too high if it missed some" :
		   "");
	wrap_paragraph(out, NULL, &b);
}

int report_nested(const struct model *m, FILE *out, struct errbuf *err)
{
	struct sums s = add_up(m);

	if (!rec_has_field(m->rec, FIELD_L2))
		return err_set(err, -ENODATA,
			       "%s: its source does not distinguish L1 and L2",
			       m->rec->path);
	if (!s.n[L2]) {
		fprintf(out, "No exits of L2 were recorded.\n");
		return 0;
	}
	print_table(m, &s, out);
	print_answer(&s, out);
	print_lacks(m, &s, out);
	return 0;
}

/* ---- JSON ---- */

static json_t *number(const struct sums *s, const uint64_t *n, int column)
{
	return s->has[column] ? json_number(n[column]) : json_null();
}

static json_t *positive(double n)
{
	return n ? json_real(n) : json_null();
}

static json_t *reasons(const struct model *m, const struct sums *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		const struct model_reason *r = model_ranked(m, i);
		uint64_t n[NR_COLUMNS];

		counts_of(r->sum, n);
		if (n[L2] | n[RECEIVED])
			json_array_append_new(a, json_pack(
				"{s:o, s:o, s:o, s:o, s:o}",
				"reason", json_text(r->name),
				"l2", json_number(n[L2]),
				"reflected", number(s, n, REFLECTED),
				"received", number(s, n, RECEIVED),
				"exits_per_l2", positive(per_exit(s, n))));
	}
	return a;
}

json_t *report_json_nested(const struct model *m)
{
	struct sums s = add_up(m);

	if (!s.n[L2])
		return json_null();
	return json_pack("{s:I, s:I, s:o, s:o, s:I, s:f, s:o, s:o, s:o}",
			 "l1", (json_int_t)s.n[L1], "l2", (json_int_t)s.n[L2],
			 "reflected", number(&s, s.n, REFLECTED),
			 "received", number(&s, s.n, RECEIVED),
			 "l1_virtualization", (json_int_t)s.for_l2,
			 "exits_per_l2", per_exit_in_all(&s),
			 "exits_per_reflected",
			 s.n[REFLECTED] ? json_real(1 + per_received(&s)) :
					  json_null(),
			 "l1_virtualization_per_received",
			 positive(per_received(&s)),
			 "by_reason", reasons(m, &s));
}
