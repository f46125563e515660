// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts of the text report: vCPU time by state, and the cost of exits by reason.
 * The cost of an exit is its time in states handler and userspace; polling,
 * blocked and preempted time is not charged to it.
 */
#include <math.h>
#include <string.h>

#include "exits/reasons.h"
#include "model/groups.h"
#include "lib/wrap.h"
#include "report/report.h"

static const int widths[KES_NR_STATES] = { 7, 7, 9, 7, 8, 9, 8 };

#define CLOCK_TOLERANCE	0.01	/* relative deviation of the TSC */
#define MIN_SHARE	0.00005	/* of the cost; reasons below it are not listed */

static void print_vcpu(const char *name, const struct model_cell *t,
		       FILE *out)
{
	uint64_t sum = 0;

	fprintf(out, "  %-6s", name);
	for (int s = 0; s < KES_NR_STATES; s++) {
		fprintf(out, " %*.2f", widths[s],
			(double)t->ns[s] / 1e9);
		sum += t->ns[s];
	}
	fprintf(out, " %9.2f\n", (double)sum / 1e9);
}

static void print_shares(const struct model_cell *t, FILE *out)
{
	fprintf(out, "  %-6s", "share");
	for (int s = 0; s < KES_NR_STATES; s++)
		fprintf(out, " %*.1f %%", widths[s] - 2,
			report_percent(t->ns[s], t->elapsed_ns));
	fprintf(out, "\n");
}

/* States and elapsed time are measured independently: compare them. */
static void print_agreement(const struct model_cell *t, FILE *out)
{
	char elapsed[COUNT_TEXT_LEN], off[COUNT_TEXT_LEN];
	uint64_t sum = 0, diff;

	for (int s = 0; s < KES_NR_STATES; s++)
		sum += t->ns[s];
	diff = sum > t->elapsed_ns ? sum - t->elapsed_ns : t->elapsed_ns - sum;
	fprintf(out, "\n  Elapsed: %s; the sum of the states differs from it by %s (%.3f %%).\n",
		fmt_ns(elapsed, t->elapsed_ns), fmt_ns(off, diff),
		report_percent(diff, t->elapsed_ns));
}

/* Times are measured by the TSC: report if it does not run at its nominal rate. */
static void print_clock(const struct model *m, FILE *out)
{
	uint64_t seen = rec_get_u64(m->rec, "tsc_seen_khz");
	double factor = m->groups.tsc_khz ?
			(double)seen / (double)m->groups.tsc_khz : 0;

	if (!seen || !factor)
		return;
	fprintf(out, "  The TSC ran at %.3f times the rate that the kernel reports%s\n",
		factor, fabs(factor - 1) > CLOCK_TOLERANCE ?
		":\n  times are off by this factor; shares and ratios are correct." : ".");
}

static void print_states(const struct model *m, FILE *out)
{
	char name[32];

	fprintf(out, "\nvCPU time by state, in seconds\n\n  %-6s", "vcpu");
	for (int s = 0; s < KES_NR_STATES; s++)
		fprintf(out, " %*s", widths[s], state_table[s].name);
	fprintf(out, " %9s\n", "sum");
	for (size_t i = 0; i < m->rec->nr_vcpus; i++) {
		const struct rec_vcpu *v = &m->rec->vcpus[i];

		if (m->rec->nr_vms > 1)
			snprintf(name, sizeof(name), "%zu/%u", v->vm + 1,
				 v->vcpu_id);
		else
			snprintf(name, sizeof(name), "%u", v->vcpu_id);
		print_vcpu(name, m->vcpus[i], out);
	}
	if (m->rec->nr_vcpus > 1)
		print_vcpu("all", m->all, out);
	print_shares(m->all, out);
	print_agreement(m->all, out);
	print_clock(m, out);
}

static uint64_t all_costs(const struct model *m)
{
	return model_cost_ns(m->all);
}

static void percentile_text(const struct model_groups *g,
			    const struct model_cell *c, double share,
			    char text[COUNT_TEXT_LEN])
{
	if (model_timed(c))
		fmt_ns(text, model_percentile_ns(g, c, share));
	else
		strcpy(text, "-");
}

/* Whole percent; "." for 0, as in other tables. */
static const char *share_text(char text[8], uint64_t part, uint64_t whole)
{
	double share = report_percent(part, whole);

	if (!part)
		return ".";
	if (share < 0.5)
		return "<1";
	snprintf(text, 8, "%.0f", share);
	return text;
}

static void print_cost(const struct model *m, size_t reason, FILE *out)
{
	const struct model_cell *c = m->reasons[reason].sum;
	uint64_t exits = model_exits(c), cost = model_cost_ns(c);
	char total[COUNT_TEXT_LEN], mean[COUNT_TEXT_LEN];
	char p50[COUNT_TEXT_LEN], p99[COUNT_TEXT_LEN], max[COUNT_TEXT_LEN];
	char n[COUNT_TEXT_LEN], share[8], userspace[8];

	percentile_text(&m->groups, c, 0.5, p50);
	percentile_text(&m->groups, c, 0.99, p99);
	strcpy(mean, "-");
	strcpy(max, "-");
	if (exits)
		fmt_ns(mean, cost / exits);
	if (c->max_ns)
		fmt_ns(max, c->max_ns);
	fprintf(out, "  %-18.18s %9s %7s %7s %3s %5s %7s %7s %7s\n",
		m->reasons[reason].name, exits ? fmt_count(n, exits) : "-", mean, fmt_ns(total, cost),
		share_text(share, cost, all_costs(m)),
		share_text(userspace, c->ns[KES_STATE_USERSPACE], cost), p50, p99, max);
}

/* Time that follows no exit is not the cost of one. */
static size_t most_expensive(const struct model *m)
{
	const struct model_groups *g = &m->groups;

	for (size_t i = 0; i < g->nr_costs; i++)
		if (!reason_is_pseudo(m->reasons[g->order[i]].info->code))
			return g->order[i];
	return g->order[0];
}

/* The most expensive reason, compared with the most frequent one. */
static void print_most_expensive(const struct model *m, FILE *out)
{
	size_t costly = most_expensive(m), first = m->order[0];
	const struct model_cell *d = m->reasons[costly].sum;
	const struct model_cell *f = m->reasons[first].sum;
	uint64_t cost = model_cost_ns(d), nr = model_exits(d);
	char exits[COUNT_TEXT_LEN], ns[COUNT_TEXT_LEN], mean[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	buf_printf(&b, "The most expensive reason is %s: ", m->reasons[costly].name);
	if (nr)
		buf_printf(&b, "%s exits x %s = ", fmt_count(exits, nr),
			   fmt_ns(mean, cost / nr));
	buf_printf(&b, "%s, %.0f %% of the cost of all exits and %.0f %% of vCPU time.",
		   fmt_ns(ns, cost), report_percent(cost, all_costs(m)),
		   report_percent(cost, m->all->elapsed_ns));
	if (first != costly)
		buf_printf(&b, " The most frequent reason, %s, has %.0f %% of the exits and %.0f %% of the cost.",
			   m->reasons[first].name,
			   model_share(m, model_exits(f)),
			   report_percent(model_cost_ns(f), all_costs(m)));
	else
		buf_printf(&b, " It is also the most frequent, with %.0f %% of the exits.",
			   model_share(m, nr));
	wrap_paragraph(out, NULL, &b);
}

static void print_costs(const struct model *m, FILE *out)
{
	const struct model_groups *g = &m->groups;
	size_t left = 0;

	fprintf(out, "\nCost by reason: exits x mean = total, in states handler and userspace (%%: share\n"
		"of all costs; userspace: %% of the total); then the handler time of an exit:\n"
		"%s\n\n", g->has_histogram ?
		"median, 99th percentile (interpolated between powers of two) and maximum" :
		"maximum (median and 99th percentile: group histogram was off)");
	fprintf(out, "  %-18s %9s %7s %7s %3s %5s\n", "", "", "", "", "",
		"user-");
	fprintf(out, "  %-18s %9s %7s %7s %3s %5s %7s %7s %7s\n", "reason",
		"exits", "mean", "total", "%", "space", "p50", "p99", "max");
	for (size_t i = 0; i < g->nr_costs; i++) {
		uint64_t cost = model_cost_ns(m->reasons[g->order[i]].sum);

		if ((double)cost < MIN_SHARE * (double)all_costs(m))
			left++;
		else
			print_cost(m, g->order[i], out);
	}
	if (left)
		fprintf(out, "  and %zu reasons with less than %.3f %% each\n", left,
			100 * MIN_SHARE);
	print_most_expensive(m, out);
}

void report_time(const struct model *m, FILE *out)
{
	if (!m->groups.has_time)
		return;
	print_states(m, out);
	if (m->groups.nr_costs && all_costs(m))
		print_costs(m, out);
}
