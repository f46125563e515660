// SPDX-License-Identifier: GPL-2.0-only
/*
 * The report as text, 80 columns wide: the recording's metadata, the number of
 * exits and their pattern, the most and least frequent reasons, then the tables.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "exits/groups.h"
#include "lib/wrap.h"
#include "report/report.h"

#define PHASE_COLUMNS	5
#define PHASE_WIDTH	10
#define PHASE_REASONS	8
#define ENDS		3	/* most and least frequent to name */

const char *report_pattern_name(enum model_shape shape)
{
	static const char *const names[] = {
		[MODEL_STEADY] = "steady",
		[MODEL_UNEVEN] = "uneven",
		[MODEL_BURSTS] = "bursts",
	};

	return names[shape];
}

static void print_fact(FILE *out, const char *label, const char *text)
{
	wrap_labelled(out, label, *text ? text : "not recorded");
}

static void start_text(const struct recording *r, char *out, size_t size)
{
	time_t at = (time_t)(rec_get_u64(r, "start_wall_ns") / NSEC_PER_SEC);
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, size, at ? "%Y-%m-%d %H:%M:%S UTC" : "not recorded", &tm);
}

static void print_sampling(const struct model *m, FILE *out)
{
	char text[160], ns[COUNT_TEXT_LEN], missed[COUNT_TEXT_LEN];

	snprintf(text, sizeof(text),
		 "every %s, %zu samples, %s missed deadline%s",
		 fmt_ns(ns, rec_get_u64(m->rec, "interval_ns")),
		 m->rec->nr_taken, fmt_count(missed, m->missed),
		 m->missed == 1 ? "" : "s");
	print_fact(out, "samples", text);
	if (m->rec->nr_runs)
		print_fact(out, "summary", "by blocks of up to 64 samples; sums are exact");
}

/* Groups that were off are left out of the report; their counts are not 0. */
static void print_groups(const struct model *m, FILE *out)
{
	uint32_t off = report_groups_off(m->rec);
	char on[GROUPS_TEXT_LEN], text[GROUPS_TEXT_LEN], line[256];

	groups_text(m->rec->groups, on);
	if (off)
		snprintf(line, sizeof(line),
			 "%s; off: %s (exitstat record --groups)", on,
			 groups_text(off, text));
	print_fact(out, "groups", off ? line : on);
}

/* Why this source was chosen, and what it does not provide. */
static void print_source(const struct recording *r, FILE *out)
{
	struct buf lacks = { 0 };

	if (*rec_get(r, "source_why"))
		print_fact(out, "source", rec_get(r, "source_why"));
	report_lacks(r, &lacks);
	if (lacks.len)
		print_fact(out, "lacks", lacks.data);
	buf_free(&lacks);
}

static void print_header(const struct model *m, FILE *out)
{
	const struct recording *r = m->rec;
	char text[256], guest[128];

	fprintf(out, "VM exits: %s\n", r->path);
	if (r->interrupted)
		fprintf(out,
			"INTERRUPTED: recording did not finish; the report covers the samples until then.\n");
	fprintf(out, "\n");
	print_fact(out, "kernel", rec_get(r, "kernel"));
	print_fact(out, "cpu", rec_get(r, "cpu"));
	print_fact(out, "lab", rec_get(r, "lab"));
	model_guest_text(m, guest, sizeof(guest));
	print_fact(out, "guest", guest + (strncmp(guest, "guest ", 6) ? 0 : 6));
	print_fact(out, "machine", model_machine(m));
	if (*rec_get(r, "command"))
		print_fact(out, "command", rec_get(r, "command"));
	if (*rec_get(r, "command_end")) {
		snprintf(text, sizeof(text), "the command %s",
			 rec_get(r, "command_end"));
		print_fact(out, "end", text);
	}
	start_text(r, text, sizeof(text));
	print_fact(out, "start", text);
	print_sampling(m, out);
	print_groups(m, out);
	snprintf(text, sizeof(text), "exitstat %s, source %s, isa %s",
		 rec_get(r, "version"), rec_get(r, "source"),
		 *rec_get(r, "isa") ? rec_get(r, "isa") : "not recorded");
	print_fact(out, "tool", text);
	print_source(r, out);
	report_lost(r, out);
}

static void answer_how_many(const struct model *m, FILE *out)
{
	char exits[COUNT_TEXT_LEN], ns[COUNT_TEXT_LEN];
	char rate[COUNT_TEXT_LEN], whole[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	buf_printf(&b, "%s exits in %s from the first exit to the last: %s per second on average. The recording spans %s.",
		   fmt_count(exits, m->total),
		   fmt_ns(ns, model_active_ns(m)),
		   fmt_rate(rate, m->shape.mean), fmt_ns(whole, m->end_ns));
	wrap_paragraph(out, "How many exits?", &b);
}

static const char *phase_name(const struct model *m, int phase)
{
	return phase < 0 ? "no phase" : m->phases[phase].name;
}

/* "6 samples in firmware, 2 in kernel init" */
static void bursts_by_phase(const struct model *m, struct buf *b)
{
	const char *comma = "";

	for (int phase = -1; phase < (int)m->nr_phases; phase++) {
		size_t n = 0;

		for (size_t i = 0; i < m->bins.nr; i++)
			n += m->bins.points[i].phase == phase &&
			     model_is_peak(m, &m->bins.points[i]);
		if (!n)
			continue;
		buf_printf(b, "%s%zu%s in %s", comma, n, *comma ? "" :
			   n == 1 ? " sample" : " samples",
			   phase_name(m, phase));
		comma = ", ";
	}
}

static size_t top_of_point(const struct model *m, const struct model_point *p)
{
	size_t top = 0;

	for (size_t i = 1; i < m->rec->nr_reasons; i++)
		if (p->by_reason[i] > p->by_reason[top])
			top = i;
	return top;
}

static void highest_text(const struct model *m, struct buf *b)
{
	const struct model_point *p = &m->bins.points[m->shape.highest_point];
	size_t top = top_of_point(m, p);
	char rate[COUNT_TEXT_LEN], at[COUNT_TEXT_LEN];

	buf_printf(b, "The highest rate, %s/s, was reached at %s",
		   fmt_rate(rate, m->shape.highest), fmt_ns(at, p->begin_ns));
	if (m->nr_phases)
		buf_printf(b, " (%s)", phase_name(m, p->phase));
	buf_printf(b, ", %.0f %% of it %s.",
		   100.0 * (double)p->by_reason[top] / (double)p->total,
		   m->reasons[top].name);
}

static void answer_pattern(const struct model *m, FILE *out)
{
	const struct model_shape_facts *f = &m->shape;
	char median[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	switch (f->shape) {
	case MODEL_BURSTS:
		buf_printf(&b, "In bursts: %zu sample%s above %d times the median rate of %s/s",
			   f->peaks, f->peaks == 1 ? "" : "s",
			   MODEL_PEAK_FACTOR, fmt_rate(median, f->median));
		buf_printf(&b, ", with %.0f %% of all exits",
			   model_share(m, f->peak_exits));
		if (m->nr_phases) {
			buf_printf(&b, " (");
			bursts_by_phase(m, &b);
			buf_printf(&b, ")");
		}
		buf_printf(&b, ". ");
		break;
	case MODEL_UNEVEN:
		buf_printf(&b, "Uneven, without bursts: no sample is above %d times the median rate of %s/s. ",
			   MODEL_PEAK_FACTOR, fmt_rate(median, f->median));
		break;
	case MODEL_STEADY:
		buf_printf(&b, "Steady, around a median of %s/s. ",
			   fmt_rate(median, f->median));
		break;
	}
	highest_text(m, &b);
	wrap_paragraph(out, "Steady or in bursts?", &b);
	fprintf(out,
		"  (Rule: a sample is a burst if its rate is above %d times the median of the\n"
		"  samples with exits. Without bursts, the pattern is steady if standard\n"
		"  deviation / mean is below %.1f; it is %.2f here.)\n",
		MODEL_PEAK_FACTOR, MODEL_STEADY_CV, f->cv);
}

static void name_ranked(const struct model *m, struct buf *b, size_t i,
			const char *comma)
{
	const struct model_reason *r = model_ranked(m, i);
	char exits[COUNT_TEXT_LEN];
	double share = model_share(m, model_exits(r->sum));

	buf_printf(b, "%s%s (%s, %.*f %%)", comma, r->name,
		   fmt_count(exits, model_exits(r->sum)),
		   share < 0.1 ? 3 : 1, share);
}

static void answer_which(const struct model *m, FILE *out)
{
	struct buf most = { 0 }, least = { 0 };
	size_t n = m->nr_seen;

	for (size_t i = 0; i < n && i < ENDS; i++)
		name_ranked(m, &most, i, i ? ", " : "");
	for (size_t i = 0; i < n && i < ENDS; i++)
		name_ranked(m, &least, n - 1 - i, i ? ", " : "");
	fprintf(out, "\nWhich reasons are most and least frequent?\n");
	wrap_labelled(out, "most:", most.data);
	wrap_labelled(out, "least:", least.data);
	buf_free(&most);
	buf_free(&least);
}

static void percent_of(char out[8], int64_t part, uint64_t whole)
{
	if (part < 0)	/* unavailable from the source */
		strcpy(out, "-");
	else
		snprintf(out, 8, "%.0f %%",
			 report_percent((uint64_t)part, whole));
}

/* Does the source provide any disposition? */
static bool has_dispositions(const struct model *m)
{
	for (size_t i = 0; i < m->rec->nr_reasons; i++)
		if (m->reasons[i].sum->n.userspace >= 0 ||
		    m->reasons[i].sum->n.fastpath >= 0)
			return true;
	return false;
}

static void print_reason_row(const struct model *m,
			     const struct model_reason *r, FILE *out)
{
	char exits[COUNT_TEXT_LEN], rate[COUNT_TEXT_LEN];
	char userspace[8], fastpath[8];
	uint64_t n = model_exits(r->sum);

	percent_of(userspace, r->sum->n.userspace, n);
	percent_of(fastpath, r->sum->n.fastpath, n);
	fprintf(out, "  %-21.21s %11s %6.2f %9s", r->name,
		fmt_count(exits, n), model_share(m, n),
		fmt_rate(rate, model_rate(n, model_active_ns(m))));
	if (has_dispositions(m))
		fprintf(out, " %6s %6s", userspace, fastpath);
	fprintf(out, " %6.2f %6.2f\n", (double)r->sum->first_ns / 1e9,
		(double)r->sum->last_ns / 1e9);
}

static void print_reasons(const struct model *m, FILE *out)
{
	bool dispositions = has_dispositions(m);

	fprintf(out, "\nBy reason (first, last: seconds after the start");
	if (dispositions)
		fprintf(out, "; userspace, fastpath: share of\n"
			"the reason's exits; -: unavailable from the source)\n\n"
			"  %-21s %11s %6s %9s %6s %6s\n", "", "", "", "",
			"user-", "fast-");
	else
		fprintf(out, ")\n\n");
	fprintf(out, "  %-21s %11s %6s %9s", "reason", "exits", "%", "per s");
	if (dispositions)
		fprintf(out, " %6s %6s", "space", "path");
	fprintf(out, " %6s %6s\n", "first", "last");
	for (size_t i = 0; i < m->nr_seen; i++)
		print_reason_row(m, model_ranked(m, i), out);
}

/* The lines above the reasons; a wide phase name takes two lines. */
enum { NAME_ABOVE, NAME, BEGIN, TIME, EXITS, RATE, NR_LINES };

static void phase_cells(const struct model_phase *p,
			char cell[NR_LINES][COUNT_TEXT_LEN])
{
	const char *blank = strchr(p->name, ' '), *name = p->name;
	uint64_t ns = p->end_ns - p->begin_ns, exits = model_exits(p->sum);

	cell[NAME_ABOVE][0] = '\0';
	if (strlen(name) > PHASE_WIDTH && blank && blank > name) {
		snprintf(cell[NAME_ABOVE], COUNT_TEXT_LEN, "%.*s",
			 blank - name < PHASE_WIDTH ? (int)(blank - name) :
						      PHASE_WIDTH, name);
		name = blank + 1;
	}
	snprintf(cell[NAME], COUNT_TEXT_LEN, "%.*s", PHASE_WIDTH, name);
	snprintf(cell[BEGIN], COUNT_TEXT_LEN, "%.2f s",
		 (double)p->begin_ns / 1e9);
	snprintf(cell[TIME], COUNT_TEXT_LEN, "%.2f s", (double)ns / 1e9);
	fmt_count(cell[EXITS], exits);
	fmt_rate(cell[RATE], model_rate(exits, ns));
}

static void print_phase_reason(const struct model *m, FILE *out, size_t from,
			       size_t to, size_t reason)
{
	char rate[COUNT_TEXT_LEN];

	fprintf(out, "  %-20.20s", m->reasons[reason].name);
	for (size_t i = from; i < to; i++) {
		const struct model_phase *p = &m->phases[i];
		uint64_t n = model_exits(model_in_phase(m, i, reason));

		fmt_rate(rate, model_rate(n, p->end_ns - p->begin_ns));
		fprintf(out, " %*s", PHASE_WIDTH, n ? rate : ".");
	}
	fprintf(out, "\n");
}

static void print_phase_block(const struct model *m, FILE *out, size_t from,
			      size_t to)
{
	static const char *const labels[NR_LINES] = {
		[NAME_ABOVE] = "", [NAME] = "phase", [BEGIN] = "begins at",
		[TIME] = "takes", [EXITS] = "exits", [RATE] = "exits per s",
	};
	char cells[PHASE_COLUMNS][NR_LINES][COUNT_TEXT_LEN];
	bool above = false;

	for (size_t i = from; i < to; i++) {
		phase_cells(&m->phases[i], cells[i - from]);
		above |= *cells[i - from][NAME_ABOVE];
	}
	fprintf(out, "\n");
	for (int line = above ? NAME_ABOVE : NAME; line < NR_LINES; line++) {
		fprintf(out, "  %-20s", labels[line]);
		for (size_t i = from; i < to; i++)
			fprintf(out, " %*s", PHASE_WIDTH, cells[i - from][line]);
		fprintf(out, "\n");
	}
	for (size_t i = 0; i < m->nr_seen && i < PHASE_REASONS; i++)
		print_phase_reason(m, out, from, to, m->order[i]);
}

static void print_phases(const struct model *m, FILE *out)
{
	if (!m->nr_phases) {
		fprintf(out, "\nNo boot phases: no command was recorded, or no phase pattern matched its output.\n");
		return;
	}
	fprintf(out, "\nBy boot phase: exits, and exits per second of the most frequent reasons\n");
	for (size_t i = 0; i < m->nr_phases; i += PHASE_COLUMNS) {
		size_t to = i + PHASE_COLUMNS;

		print_phase_block(m, out, i,
				  to < m->nr_phases ? to : m->nr_phases);
	}
}

static void print_vcpus(const struct model *m, FILE *out)
{
	const struct recording *r = m->rec;
	char exits[COUNT_TEXT_LEN];

	if (r->nr_vcpus < 2)
		return;
	fprintf(out, "\nBy vCPU\n\n  %-36s %5s %15s %6s\n", "guest", "vcpu",
		"exits", "%");
	for (size_t i = 0; i < r->nr_vcpus; i++)
		fprintf(out, "  %-36.36s %5u %15s %6.2f\n",
			r->vms[r->vcpus[i].vm].name, r->vcpus[i].vcpu_id,
			fmt_count(exits, model_exits(m->vcpus[i])),
			model_share(m, model_exits(m->vcpus[i])));
}

/* Print the raw code of the last unknown exit, to search for. */
static void print_unknown(const struct model *m, FILE *out)
{
	const struct recording *r = m->rec;
	const char *gap = "\n";

	for (size_t i = 0; i < r->nr_vcpus; i++) {
		if (!r->vcpus[i].has_unknown)
			continue;
		fprintf(out, "%sUNKNOWN: raw code of the last such exit of vCPU %u: %#" PRIx64 "\n",
			gap, r->vcpus[i].vcpu_id, r->vcpus[i].unknown_last);
		gap = "";
	}
}

void report_text(const struct model *m, FILE *out)
{
	print_header(m, out);
	if (!m->total) {
		fprintf(out, "\nNo exits were recorded.\n");
		return;
	}
	answer_how_many(m, out);
	answer_pattern(m, out);
	answer_which(m, out);
	print_phases(m, out);
	print_reasons(m, out);
	print_vcpus(m, out);
	print_unknown(m, out);
	report_dispositions(m, out);
	report_time(m, out);
	report_accounting(m, out);
}
