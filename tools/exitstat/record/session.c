// SPDX-License-Identifier: GPL-2.0-only
/* Implements session.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exits/fields.h"
#include "exits/groups.h"
#include "exits/reasons.h"
#include "lib/sysroot.h"
#include "record/session.h"

/* The minimum time for comparing the TSC with the clock. */
#define MIN_CLOCK_NS	(NSEC_PER_SEC / 2)

/* ---- metadata ---- */

/* Write the metadata known before the first sample. */
static int put_head(struct rec_writer *w, const struct session_config *cfg,
		    struct errbuf *err)
{
	char kernel[128], cpu[128];
	const struct rec_fact facts[] = {
		{ "version", .text = EXITSTAT_VERSION },
		{ "kernel", .text = kernel },
		{ "cpu", .text = cpu },
		{ "lab", .text = getenv("EXITSTAT_LAB") },
		{ "command", .text = cfg->command },
		{ "source", .text = cfg->source },
		{ "source_why", .text = cfg->source_why },
		{ "phases", .text = cfg->phases },
		{ "interval_ns", NULL, cfg->interval_ns, true },
		{ "start_wall_ns", NULL, clock_wall_ns(cfg->clock), true },
		{ "start_mono_ns", NULL, clock_mono_ns(cfg->clock), true },
	};
	int rc = rec_begin(w, err);

	sysroot_line(cfg->vms.root, "/proc/sys/kernel/osrelease", kernel,
		     sizeof(kernel));
	sysroot_cpu_model(cfg->vms.root, cpu, sizeof(cpu));
	if (!rc)
		rc = rec_facts(w, facts, ARRAY_LEN(facts), err);
	return rc ? rc : rec_commit(w, err);
}

/* The TSC frequency by the clock; the kernel's value may be wrong. */
static uint64_t seen_khz(const struct kes_header *from,
			 const struct kes_header *to)
{
	uint64_t ns = to->end_ns - from->end_ns;

	if (!to->tsc_khz || ns < MIN_CLOCK_NS)
		return 0;
	return (uint64_t)((unsigned __int128)(to->now_cyc - from->now_cyc) *
			  1000000 / ns);
}

/*
 * Write the source's data from the last snapshot: after the first sample, for
 * interrupted recordings, and again at the end, because it may change.
 */
static int put_source(struct session *s, struct errbuf *err)
{
	const struct kes_header *h = &s->snap->hdr, *first = &s->first;
	char fields[FIELDS_TEXT_LEN], on[GROUPS_TEXT_LEN];
	char known[GROUPS_TEXT_LEN];
	const struct recorder_sums sums = recorder_sums(s->recorder);
	uint64_t khz = seen_khz(first, h);
	const struct rec_fact facts[] = {
		{ "fields", .text = fields },
		{ "isa", .text = reason_isa_name(h->isa) },
		{ "groups", .text = groups_text(h->groups | sums.groups, on) },
		{ "groups_known", .text = groups_text(h->groups_known, known) },
		{ "lost", NULL, h->lost - first->lost, h->lost > first->lost },
		{ "tsc_khz", NULL, h->tsc_khz, h->tsc_khz },
		{ "switches", NULL, h->switches - first->switches, true },
		{ "tsc_seen_khz", NULL, khz, khz },
		{ "tsc_unstable", NULL, 1, h->flags & KES_FLAG_TSC_UNSTABLE },
		{ "tsc_backwards", NULL, sums.backwards, sums.backwards },
	};

	fields_text(h->fields, fields, sizeof(fields));
	return rec_facts(s->w, facts, ARRAY_LEN(facts), err);
}

/* Written at once, for interrupted recordings. */
static int put_restarts(struct session *s, struct errbuf *err)
{
	uint64_t restarts = recorder_sums(s->recorder).restarts;

	if (restarts == s->restarts)
		return 0;
	s->restarts = restarts;
	return rec_meta_u64(s->w, "restarts", restarts, err);
}

/* ---- from the beginning to the end ---- */

void session_default_name(char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(out, size, "exits-%Y%m%d-%H%M%S.exitstat", &tm);
}

int session_begin(struct session *s, const struct session_config *cfg,
		  struct errbuf *err)
{
	static const struct snapshot nothing;
	int rc;

	*s = (struct session) { .machine = cfg->vms.machine, .snap = &nothing };
	rc = rec_create(&s->w, cfg->file, cfg->replace, err);
	if (rc)
		return rc;
	rc = put_head(s->w, cfg, err);
	if (rc) {
		session_discard(s);
		return rc;
	}
	s->recorder = recorder_new(&cfg->vms);
	return 0;
}

int session_store(struct session *s, const struct snapshot *snap,
		  uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		  struct errbuf *err)
{
	int rc = rec_begin(s->w, err);

	s->snap = snap;
	s->missed += missed;
	if (!s->nr_samples++)
		s->first = snap->hdr;
	if (!rc)
		rc = rec_sample(s->w, s->nr_samples, begin_ns, end_ns, missed,
				err);
	if (!rc)
		rc = recorder_sample(s->recorder, snap, s->nr_samples, s->w,
				     err);
	if (!rc && s->nr_samples == 1)
		rc = put_source(s, err);
	if (!rc)
		rc = put_restarts(s, err);
	return rc ? rc : rec_commit(s->w, err);
}

static int end_phase(struct session *s, uint64_t at_ns, struct errbuf *err)
{
	return s->nr_phases ? rec_phase_end(s->w, s->nr_phases, at_ns, err) : 0;
}

int session_phase(struct session *s, const char *name, const char *line,
		  uint64_t at_ns, struct errbuf *err)
{
	int rc = end_phase(s, at_ns, err);

	s->nr_phases++;
	return rc ? rc : rec_phase(s->w, s->nr_phases, name, at_ns, line, err);
}

static int put_tail(struct session *s, const char *command_end,
		    struct errbuf *err)
{
	const struct rec_fact facts[] = {
		{ "machine", .text = s->machine },
		{ "command_end", .text = command_end },
	};
	int rc = rec_begin(s->w, err);

	if (!rc)
		rc = put_source(s, err);
	if (!rc)
		rc = rec_facts(s->w, facts, ARRAY_LEN(facts), err);
	if (!rc)
		rc = recorder_finish(s->recorder, s->w, err);
	if (!rc)
		rc = rec_meta_u64(s->w, "missed", s->missed, err);
	return rc ? rc : rec_commit(s->w, err);
}

int session_finish(struct session *s, uint64_t at_ns, const char *command_end,
		   struct errbuf *err)
{
	struct rec_writer *w = s->w;
	int rc = end_phase(s, at_ns, err);

	if (!rc)
		rc = put_tail(s, command_end, err);
	if (rc) {
		session_leave(s);
		return rc;
	}
	s->w = NULL;
	return rec_finish(w, err);
}

void session_leave(struct session *s)
{
	rec_leave(s->w);
	s->w = NULL;
}

void session_discard(struct session *s)
{
	rec_discard(s->w);
	s->w = NULL;
}

void session_free(struct session *s)
{
	recorder_free(s->recorder);
	s->recorder = NULL;
}
