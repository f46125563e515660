// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parts of the text report: the disposition of exits by reason, the reasons for
 * which KVM_RUN returned to user space, and the accounting check.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exits/fields.h"
#include "lib/wrap.h"
#include "report/report.h"

static bool has_dispositions(const struct model *m)
{
	return rec_has_field(m->rec, FIELD_USERSPACE) ||
	       rec_has_field(m->rec, FIELD_FASTPATH);
}

enum { EXITS, FASTPATH, KERNEL, USERSPACE, REFLECTED, NR_COLUMNS };

/* The field that a column requires; NULL: every source has it. */
static const char *const fields[NR_COLUMNS] = {
	[FASTPATH] = FIELD_FASTPATH,
	[USERSPACE] = FIELD_USERSPACE,
	[REFLECTED] = FIELD_REFLECTED,
};

static bool is_available(const struct recording *r, int column)
{
	return !fields[column] || rec_has_field(r, fields[column]);
}

static void print_row(const struct recording *r, const char *name,
		      const uint64_t n[NR_COLUMNS], FILE *out)
{
	char text[COUNT_TEXT_LEN];

	fprintf(out, "  %-21.21s", name);
	for (int i = 0; i < NR_COLUMNS; i++)
		fprintf(out, " %*s", i ? 10 : 11, !is_available(r, i) ? "-" :
			n[i] ? fmt_count(text, n[i]) : ".");
	fprintf(out, "\n");
}

static void print_users(const struct model *m, FILE *out)
{
	const struct model_cell *all = m->all;
	char count[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	if (!all->nr_users)
		return;
	buf_printf(&b, "KVM_RUN returned to user space for: ");
	for (size_t i = 0; i < all->nr_users; i++)
		buf_printf(&b, "%s%s %s", i ? ", " : "",
			   rec_kvm_exit_name(m->rec, all->users[i].code),
			   fmt_count(count, all->users[i].count));
	buf_printf(&b, ".");
	wrap_paragraph(out, NULL, &b);
}

/* Of VMX's exits: what the list of reasons does not show. */
static void print_modifiers(const struct model *m, FILE *out)
{
	static const char *const texts[MODEL_NR_MODIFIERS] = {
		[MODEL_FORCED] = "PREEMPTION_TIMER exits that KVM forced",
		[MODEL_BUS_LOCK] = "exits for another reason with a bus lock",
		[MODEL_ENCLAVE] = "exits in an enclave",
	};
	char count[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	for (int i = 0; i < MODEL_NR_MODIFIERS; i++)
		if (m->all->modifiers[i])
			buf_printf(&b, "%s%s %s", b.len ? ", " : "Of these, ",
				   fmt_count(count, m->all->modifiers[i]),
				   texts[i]);
	if (!b.len)
		return;
	buf_printf(&b, ".");
	wrap_paragraph(out, NULL, &b);
}

static void print_head(const struct recording *r, FILE *out)
{
	bool all = true;

	for (int i = 0; i < NR_COLUMNS; i++)
		all &= is_available(r, i);
	fprintf(out, "\nDisposition (kernel: handled in the kernel%s)\n\n",
		all ? "" : "; -: unavailable from the source,\nincluded in kernel");
	fprintf(out, "  %-21s %11s %10s %10s %10s %10s\n", "reason", "exits",
		"fastpath", "kernel", "userspace", "reflected");
}

void report_dispositions(const struct model *m, FILE *out)
{
	uint64_t sum[NR_COLUMNS] = { 0 };

	if (!has_dispositions(m))
		return;
	print_head(m->rec, out);
	for (size_t i = 0; i < m->nr_seen; i++) {
		const struct model_reason *r = model_ranked(m, i);
		uint64_t n[NR_COLUMNS] = {
			[EXITS] = model_exits(r->sum),
			[FASTPATH] = model_filled(r->sum->n.fastpath),
			[USERSPACE] = model_filled(r->sum->n.userspace),
			[REFLECTED] = model_filled(r->sum->n.reflected),
		};
		uint64_t others = n[FASTPATH] + n[USERSPACE] + n[REFLECTED];

		n[KERNEL] = n[EXITS] > others ? n[EXITS] - others : 0;
		for (int k = 0; k < NR_COLUMNS; k++)
			sum[k] += n[k];
		print_row(m->rec, r->name, n, out);
	}
	print_row(m->rec, "all", sum, out);
	print_modifiers(m, out);
	print_users(m, out);
}

/* A vCPU sampled in guest mode has an attempt without an exit. */
static bool may_be_in_flight(const struct model *m, int64_t open)
{
	bool any_running = m->rec->interrupted;

	for (size_t i = 0; i < m->rec->nr_vms; i++)
		any_running |= !m->rec->vms[i].destroyed_ns;
	return any_running && open >= -(int64_t)m->rec->nr_vcpus &&
	       open <= (int64_t)m->rec->nr_vcpus;
}

/* attempts = exits + failed entries + emulated entries */
void report_accounting(const struct model *m, FILE *out)
{
	const uint64_t *n = m->all->entries;
	int64_t open = model_unaccounted(m);
	char attempts[COUNT_TEXT_LEN], exits[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	if (!m->has_accounting)
		return;
	buf_printf(&b, "%s VM-entry attempts = %s exits + %" PRIu64
		   " failed entries + %" PRIu64 " emulated entries; ",
		   fmt_count(attempts, n[MODEL_ATTEMPTS]),
		   fmt_count(exits, m->total), n[MODEL_ENTRY_FAILED],
		   n[MODEL_ENTRY_EMULATED]);
	if (!open)
		buf_printf(&b, "0 unaccounted.");
	else if ((uint64_t)llabs(open) <=
		 rec_get_u64(m->rec, "switches") * m->rec->nr_vcpus)
		buf_printf(&b, "%+" PRId64 " unaccounted, because counting was switched while guests ran.",
			   open);
	else if (may_be_in_flight(m, open))
		buf_printf(&b, "%+" PRId64 " unaccounted: in flight, because the guest was still running.",
			   open);
	else
		buf_printf(&b, "%+" PRId64 " unaccounted: the counts are WRONG.",
			   open);
	wrap_paragraph(out, "Accounting check", &b);
}
