// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a recording as a trace for Perfetto and chrome://tracing: JSON in the Trace
 * Event Format. Each VM is a process with a counter for each vCPU and reason, in exits
 * per second; boot phases are slices of a separate process.
 *
 * Times are CLOCK_MONOTONIC in microseconds, so that the trace lines up with other
 * traces of the host. A counter keeps its value until the next event, so one is written
 * where the rate changes, at the start of its interval.
 */
#include <stdlib.h>

#include "recording/json.h"
#include "export/export.h"
#include "lib/json-text.h"

#define PHASES_PID	1	/* the format requires processes; those of VMs follow */
#define VM_PID(vm)	((json_int_t)(vm) + 2)

struct trace {
	const struct recording *r;
	FILE *out;
	bool any;
	size_t sample;		/* sample of the counts in @exits */
	uint64_t *exits;	/* by vCPU and reason, in this sample */
	double *rate;		/* last value written */
};

static double us(uint64_t ns)
{
	return (double)ns / 1000.0;
}

static void put(struct trace *t, json_t *event)
{
	fputs(t->any ? ",\n" : "\n", t->out);
	t->any = true;
	json_dumpf(event, t->out, JSON_COMPACT | JSON_REAL_PRECISION(16));
	json_decref(event);
}

/* ---- processes and threads ---- */

static void put_name(struct trace *t, const char *what, json_int_t pid,
		     json_int_t tid, const char *name)
{
	put(t, json_pack("{s:s, s:s, s:I, s:I, s:{s:o}}", "ph", "M", "name",
			 what, "pid", pid, "tid", tid,
			 "args", "name", json_text(name)));
}

static void put_order(struct trace *t, json_int_t pid)
{
	put(t, json_pack("{s:s, s:s, s:I, s:I, s:{s:I}}", "ph", "M", "name",
			 "process_sort_index", "pid", pid, "tid", (json_int_t)0,
			 "args", "sort_index", pid));
}

static void put_vm(struct trace *t, size_t i)
{
	const struct rec_vm *vm = &t->r->vms[i];
	char *name = xasprintf("%s (pid %u)", vm->name, vm->pid);

	put_name(t, "process_name", VM_PID(i), 0, name);
	put_order(t, VM_PID(i));
	free(name);
}

/* In an interrupted recording the last phase has no end. */
static void put_phase(struct trace *t, const struct rec_phase *p)
{
	const struct rec_sample *last = t->r->samples + t->r->nr_samples - 1;
	uint64_t end_ns = p->end_ns ? p->end_ns : last->end_ns;

	if (end_ns < p->begin_ns)
		end_ns = p->begin_ns;
	put(t, json_pack("{s:s, s:s, s:o, s:I, s:I, s:f, s:f, s:{s:o}}",
			 "ph", "X", "cat", "phase", "name", json_text(p->name),
			 "pid", (json_int_t)PHASES_PID, "tid", (json_int_t)1,
			 "ts", us(p->begin_ns), "dur", us(end_ns - p->begin_ns),
			 "args", "line", json_text(p->line)));
}

static void put_phases(struct trace *t)
{
	if (!t->r->nr_phases || !t->r->nr_samples)
		return;
	put_name(t, "process_name", PHASES_PID, 0, "boot");
	put_name(t, "thread_name", PHASES_PID, 1, "phases");
	put_order(t, PHASES_PID);
	for (size_t i = 0; i < t->r->nr_phases; i++)
		put_phase(t, &t->r->phases[i]);
}

/* ---- counters ---- */

static void put_rate(struct trace *t, size_t cell, uint64_t at_ns, double rate)
{
	const struct rec_vcpu *v = &t->r->vcpus[cell / t->r->nr_reasons];
	const struct rec_reason *reason =
		&t->r->reasons[cell % t->r->nr_reasons];
	char *name = xasprintf("vCPU %u %s", v->vcpu_id, reason->name);

	put(t, json_pack("{s:s, s:s, s:o, s:I, s:I, s:f, s:{s:f}}",
			 "ph", "C", "cat", "exits", "name", json_text(name),
			 "pid", VM_PID(v->vm), "tid", (json_int_t)0,
			 "ts", us(at_ns), "args", "exits/s", rate));
	t->rate[cell] = rate;
	free(name);
}

static void end_sample(struct trace *t)
{
	size_t nr = t->r->nr_vcpus * t->r->nr_reasons;
	uint64_t begin_ns = export_begin_ns(t->r, t->sample);
	uint64_t end_ns = t->r->samples[t->sample].end_ns;

	for (size_t i = 0; i < nr; i++) {
		double rate = end_ns > begin_ns ? (double)t->exits[i] * 1e9 /
			      (double)(end_ns - begin_ns) : 0;

		if (rate != t->rate[i])
			put_rate(t, i, begin_ns, rate);
		t->exits[i] = 0;
	}
}

static int add_delta(void *arg, const int64_t *n)
{
	struct rec_counts counts = rec_counts(n + 3);
	struct trace *t = arg;

	while (t->sample < (size_t)n[0]) {
		end_sample(t);
		t->sample++;
	}
	t->exits[(size_t)n[1] * t->r->nr_reasons + (size_t)n[2]] +=
		rec_total(&counts);
	return 0;
}

/* After the last sample nothing is known: set all counters to 0. */
static void put_end(struct trace *t)
{
	size_t nr = t->r->nr_vcpus * t->r->nr_reasons;

	for (; t->sample < t->r->nr_samples; t->sample++)
		end_sample(t);
	for (size_t i = 0; i < nr; i++)
		if (t->rate[i] != 0)
			put_rate(t, i,
				 t->r->samples[t->r->nr_samples - 1].end_ns, 0);
}

static void put_meta(struct trace *t)
{
	json_t *o = rec_meta_json(t->r);

	fputs("\n],\n\"displayTimeUnit\": \"ms\",\n\"otherData\": ", t->out);
	json_dumpf(o, t->out, JSON_COMPACT);
	fputs("}\n", t->out);
	json_decref(o);
}

int export_trace(struct recording *r, const struct export_table *table,
		 FILE *out, struct errbuf *err)
{
	size_t nr = r->nr_vcpus * r->nr_reasons;
	struct trace t = { .r = r, .out = out };
	int rc;

	(void)table;
	t.exits = xcalloc(nr, sizeof(*t.exits));
	t.rate = xcalloc(nr, sizeof(*t.rate));
	fputs("{\"traceEvents\": [", out);
	for (size_t i = 0; i < r->nr_vms; i++)
		put_vm(&t, i);
	put_phases(&t);
	rc = rec_for_each_row(r, PACK_DELTA, add_delta, &t, err);
	if (!rc) {
		put_end(&t);
		put_meta(&t);
	}
	free(t.exits);
	free(t.rate);
	return rc;
}
