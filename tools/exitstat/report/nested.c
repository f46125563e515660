// SPDX-License-Identifier: GPL-2.0-only
/*
 * report --nested: exits of L2 by reason, handled here or reflected to L1, and the
 * number of exits here that an exit of L2 causes.
 *
 * A reflected exit makes L1's hypervisor run, and its virtualization instructions
 * (VMREAD, VMRESUME, VMRUN, ...) exit in turn. These are L1's exits of class
 * "nested". They cannot be assigned to single exits of L2, so each reflected exit
 * is charged with their mean.
 */
#include <errno.h>
#include <string.h>

#include "exits/fields.h"
#include "lib/wrap.h"
#include "report/report.h"

struct sums {
	uint64_t l1;
	uint64_t l2;
	uint64_t reflected;
	uint64_t for_l2;	/* part of l1: virtualization instructions */
	bool knows_reflected;
};

static struct sums add_up(const struct model *m)
{
	struct sums s = {
		.knows_reflected = rec_has_field(m->rec, FIELD_REFLECTED),
	};

	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		const struct model_reason *r = &m->reasons[i];

		s.l1 += model_filled(r->sum->n.l1);
		s.l2 += model_filled(r->sum->n.l2);
		s.reflected += model_filled(r->sum->n.reflected);
		if (!strcmp(r->info->class, "nested"))
			s.for_l2 += model_filled(r->sum->n.l1);
	}
	return s;
}

static double per_reflected(const struct sums *s)
{
	return s->reflected ? (double)s->for_l2 / (double)s->reflected : 0;
}

static void print_row(const char *name, const uint64_t n[4], double per_exit,
		      bool knows_reflected, FILE *out)
{
	char text[COUNT_TEXT_LEN];

	fprintf(out, "  %-21.21s", name);
	for (int i = 0; i < 4; i++)
		fprintf(out, " %*s", i == 2 ? 12 : 10,
			i >= 2 && !knows_reflected ? "-" :
			n[i] ? fmt_count(text, n[i]) : ".");
	if (n[1] && per_exit)
		fprintf(out, " %9.2f\n", per_exit);
	else
		fprintf(out, " %9s\n", "-");
}

static void print_reason(const struct model_reason *r, const struct sums *s,
			 FILE *out)
{
	uint64_t l2 = model_filled(r->sum->n.l2), reflected = model_filled(r->sum->n.reflected);
	uint64_t n[4] = { model_filled(r->sum->n.l1), l2,
			  l2 > reflected ? l2 - reflected : 0, reflected };

	print_row(r->name, n, s->knows_reflected ?
		  1 + (l2 ? (double)reflected / (double)l2 *
			    per_reflected(s) : 0) : 0,
		  s->knows_reflected, out);
}

static void print_answer(const struct sums *s, FILE *out)
{
	char l2[COUNT_TEXT_LEN], nested[COUNT_TEXT_LEN], r[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	fmt_count(r, s->reflected);
	buf_printf(&b, "%s exits of L2, %s of them reflected to L1, whose hypervisor caused %s exits by virtualization instructions: %.2f exits here per exit of L2",
		   fmt_count(l2, s->l2),
		   s->knows_reflected ? r : "an unavailable number",
		   fmt_count(nested, s->for_l2),
		   (double)(s->l2 + s->for_l2) / (double)s->l2);
	if (s->reflected)
		buf_printf(&b, ", and %.2f per reflected exit",
			   1 + per_reflected(s));
	buf_printf(&b, ".");
	wrap_paragraph(out, NULL, &b);
	fprintf(out, "  (Including all exits of L1, even those unrelated to L2: %.2f.)\n",
		(double)(s->l2 + s->l1) / (double)s->l2);
}

json_t *report_json_nested(const struct model *m)
{
	struct sums s = add_up(m);

	if (!s.l2)
		return json_null();
	return json_pack("{s:I, s:I, s:o, s:I, s:f, s:o}",
			 "l1", (json_int_t)s.l1, "l2", (json_int_t)s.l2,
			 "reflected", s.knows_reflected ?
			 json_integer((json_int_t)s.reflected) : json_null(),
			 "l1_virtualization", (json_int_t)s.for_l2,
			 "exits_per_l2", (double)(s.l2 + s.for_l2) / (double)s.l2,
			 "exits_per_reflected", s.reflected ?
			 json_real(1 + per_reflected(&s)) : json_null());
}

int report_nested(const struct model *m, FILE *out, struct errbuf *err)
{
	struct sums s = add_up(m);
	uint64_t all[4] = { s.l1, s.l2, s.l2 - s.reflected, s.reflected };

	if (!rec_has_field(m->rec, FIELD_L2))
		return err_set(err, -ENODATA,
			       "%s: its source does not distinguish L1 and L2",
			       m->rec->path);
	if (!s.l2) {
		fprintf(out, "No exits of L2 were recorded.\n");
		return 0;
	}
	fprintf(out, "Exits by context (x: exits here per exit of L2; exits of L1's virtualization\n"
		"instructions are distributed evenly over the reflected exits)\n\n"
		"  %-21s %10s %10s %12s %10s %9s\n", "reason", "L1", "L2",
		"handled here", "reflected", "x");
	for (size_t i = 0; i < m->nr_seen; i++)
		print_reason(model_ranked(m, i), &s, out);
	print_row("all", all, (double)(s.l2 + s.for_l2) / (double)s.l2,
		  s.knows_reflected, out);
	print_answer(&s, out);
	if (!s.knows_reflected)
		fprintf(out, "  (-: unavailable from source %s)\n",
			rec_get(m->rec, "source"));
	return 0;
}
