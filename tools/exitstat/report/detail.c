// SPDX-License-Identifier: GPL-2.0-only
/*
 * report --detail: exits of each reason by value (port, MSR, page, ...), with
 * well-known names. "other" counts values without a place in the kernel's table.
 */
#include <errno.h>
#include <string.h>

#include "exits/detail-names.h"
#include "exits/groups.h"
#include "report/report.h"

#define TOP	10	/* values per reason */

#define COUNT_WIDTH	13

/* A value that entered the kernel's table late: some of its exits may be in "other". */
static void print_value(const struct model *m, const struct model_value *v,
			uint64_t sum, bool ascii, FILE *out)
{
	const char *reason = m->reasons[v->reason].name;
	const char *sign = !v->at_least ? "" : ascii ? ">=" : "\u2265";
	int columns = !v->at_least ? 0 : ascii ? 2 : 1;
	char value[48], count[COUNT_TEXT_LEN];

	detail_value_text(reason, v->value, value, sizeof(value));
	fmt_count(count, v->count);
	fprintf(out, "  %-24s %-28.28s %*s%s%s %6.2f\n", value,
		detail_name(reason, v->value),
		COUNT_WIDTH - columns - (int)strlen(count), "", sign, count,
		report_percent(v->count, sum));
}

static void print_sum(const char *text, uint64_t n, uint64_t sum, FILE *out)
{
	char count[COUNT_TEXT_LEN];

	fprintf(out, "  %-53s %13s %6.2f\n", text, fmt_count(count, n),
		report_percent(n, sum));
}

/* The values of one reason are values[from] to values[to - 1]. */
static void print_reason(const struct model *m, size_t from, size_t to,
			 bool ascii, FILE *out)
{
	const struct model_value *v = m->groups.values;
	uint64_t sum = 0, rest = 0, other = 0;
	size_t shown = 0, nr_rest = 0;
	char count[COUNT_TEXT_LEN], text[64];

	for (size_t i = from; i < to; i++)
		sum += v[i].count;
	fprintf(out, "\n%s: %s\n\n", m->reasons[v[from].reason].name,
		fmt_count(count, sum));
	for (size_t i = from; i < to; i++) {
		if (v[i].other) {
			other += v[i].count;
		} else if (shown < TOP) {
			print_value(m, &v[i], sum, ascii, out);
			shown++;
		} else {
			rest += v[i].count;
			nr_rest++;
		}
	}
	snprintf(text, sizeof(text), "%zu more values", nr_rest);
	if (nr_rest)
		print_sum(text, rest, sum, out);
	print_sum("other (no place in the kernel's table)", other, sum, out);
}

static size_t end_of(const struct model_groups *g, size_t from)
{
	size_t to = from;

	while (to < g->nr_values &&
	       g->values[to].reason == g->values[from].reason)
		to++;
	return to;
}

static bool any_at_least(const struct model_groups *g)
{
	for (size_t i = 0; i < g->nr_values; i++)
		if (g->values[i].at_least)
			return true;
	return false;
}

int report_detail(const struct model *m, bool ascii, FILE *out,
		  struct errbuf *err)
{
	const struct model_groups *g = &m->groups;
	int rc = rec_need_group(m->rec, KES_GROUP_DETAIL, err);

	if (rc)
		return rc;
	if (!g->nr_values && m->rec->interrupted)
		return err_set(err, -ENODATA,
			       "%s: no details: the recording was interrupted, and details are written at its end",
			       m->rec->path);
	if (!g->nr_values) {
		fprintf(out, "No details: no exit had a value.\n");
		return 0;
	}
	fprintf(out, "Detail of the exits of each reason since the group was switched on:\n"
		"value, well-known name, exits, percent%s\n", !any_at_least(g) ? "" :
		ascii ? "; >=: more may be in \"other\"" :
			"; \u2265: more may be in \"other\"");
	for (size_t i = 0; i < m->rec->nr_reasons; i++)
		for (size_t v = 0; v < g->nr_values; v++) {
			if (g->values[v].reason != m->order[i])
				continue;
			print_reason(m, v, end_of(g, v), ascii, out);
			break;
		}
	return 0;
}
