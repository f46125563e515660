// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the table of columns.h: the value of each column. cells.c formats
 * it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits/states.h"
#include "exits/fields.h"
#include "top/columns.h"

#define BIT(n)		(1u << (n))
#define VMS		BIT(TOP_VMS)
#define VCPUS		BIT(TOP_VCPUS)
#define REASONS		BIT(TOP_REASONS)
#define DETAIL		BIT(TOP_DETAIL)
#define ALL_LEVELS	(VMS | VCPUS | REASONS | DETAIL)
#define ABOVE_DETAIL	(VMS | VCPUS | REASONS)

#define EXITS		BIT(TOP_EXITS)
#define COST		(BIT(TOP_NS_HANDLER) | BIT(TOP_NS_USERSPACE))

/* Sum of @values in the last interval; NAN unless all of them are known. */
static double delta_of(const struct top_row *r, unsigned int values)
{
	double sum = 0;

	if ((r->delta_known & values) != values)
		return NAN;
	for (int i = 0; i < TOP_NR_VALUES; i++)
		if (values & BIT(i))
			sum += (double)r->delta.v[i];
	return sum;
}

/* A share of 0 is unknown. */
static double percent(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : NAN;
}

/* ---- numbers of @values, the column's ---- */

static double total(const struct top_row *r, const struct top_table *t,
		    unsigned int values)
{
	(void)t;
	(void)values;
	return r->now_known & EXITS ? (double)r->now.v[TOP_EXITS] : NAN;
}

static double delta(const struct top_row *r, const struct top_table *t,
		    unsigned int values)
{
	(void)t;
	return delta_of(r, values);
}

static double per_second(const struct top_row *r, const struct top_table *t,
			 unsigned int values)
{
	return t->interval_ns ?
	       delta_of(r, values) * 1e9 / (double)t->interval_ns : NAN;
}

static double share_of_whole(const struct top_row *r, const struct top_table *t,
			     unsigned int values)
{
	return percent(delta_of(r, values), delta_of(&t->whole, values));
}

/* Relative to the time of the row's vCPUs; for reasons, of all vCPUs. */
static double share_of_time(const struct top_row *r, const struct top_table *t,
			    unsigned int values)
{
	return percent(delta_of(r, values),
		       delta_of(r->nr_vcpus ? r : &t->whole, TOP_NS_VALUES));
}

static double mean(const struct top_row *r, const struct top_table *t,
		   unsigned int values)
{
	double n = delta_of(r, EXITS);

	(void)t;
	return n > 0 ? delta_of(r, values) / n : NAN;
}

static double pid(const struct top_row *r, const struct top_table *t,
		  unsigned int values)
{
	(void)t;
	(void)values;
	return r->vm ? r->vm->pid : NAN;
}

static double vcpus(const struct top_row *r, const struct top_table *t,
		    unsigned int values)
{
	(void)t;
	(void)values;
	return (double)r->nr_vcpus;
}

/* ---- texts ---- */

static void text_name(const struct top_row *r, char *out, size_t size)
{
	snprintf(out, size, "%s", r->name);
}

static void text_known_as(const struct top_row *r, char *out, size_t size)
{
	snprintf(out, size, "%s", r->known_as);
}

static void text_uuid(const struct top_row *r, char *out, size_t size)
{
	snprintf(out, size, "%s", r->vm ? r->vm->uuid : "");
}

static void text_pid(const struct top_row *r, char *out, size_t size)
{
	out[0] = '\0';
	if (r->vm)
		snprintf(out, size, "%u", r->vm->pid);
}

static void text_state(const struct top_row *r, char *out, size_t size)
{
	const char *text = "";

	if (r->vm && r->vm->destroyed)
		text = "destroyed";
	else if (r->vcpu)
		text = r->vcpu->state < 0 ? "" :
		       state_table[r->vcpu->state].name;
	else if (r->vm)
		text = "running";
	snprintf(out, size, "%s", text);
}

/* ---- the table ---- */

const struct top_column top_columns[] = {
	{ "name", "NAME", TOP_TEXT, ALL_LEVELS, 14, 0,
	  "VM: QEMU's -name, otherwise the name of its process; vCPU: its number; reason; value of a detail",
	  NULL, 0, text_name },
	{ "known_as", "KNOWN AS", TOP_TEXT, DETAIL, 22, 3,
	  "well-known name of a port, MSR, page, ...", NULL, 0, text_known_as },
	{ "pid", "PID", TOP_TEXT, VMS, 7, 2, "process that created the VM",
	  pid, 0, text_pid },
	{ "uuid", "UUID", TOP_TEXT, VMS, 36, 12, "QEMU's -uuid", NULL, 0,
	  text_uuid },
	{ "vcpus", "VCPUS", TOP_COUNT, VMS, 5, 2, "number of vCPUs", vcpus, 0,
	  NULL },
	{ "state", "STATE", TOP_TEXT, VMS | VCPUS, 9, 9,
	  "VM: running or destroyed; vCPU: the state of its thread, one of guest, handler, userspace, polling, blocked, preempted and sleeping",
	  NULL, 0, text_state },
	{ "per_s", "EXITS/S", TOP_RATE, ALL_LEVELS, 9, 0,
	  "exits per second in the last interval", per_second, EXITS, NULL },
	{ "delta", "DELTA", TOP_COUNT, ALL_LEVELS, 9, 1,
	  "exits in the last interval", delta, EXITS, NULL },
	{ "total", "TOTAL", TOP_COUNT, ALL_LEVELS, 11, 1,
	  "exits since the VM was created or counting was switched on", total,
	  EXITS, NULL },
	{ "percent", "EXITS%", TOP_PERCENT, ALL_LEVELS, 6, 4,
	  "share of the exits of all rows in the last interval", share_of_whole,
	  EXITS, NULL },
	{ "cost_percent", "COST%", TOP_PERCENT, ABOVE_DETAIL, 6, 1,
	  "share of vCPU time that exits cost: handler and userspace",
	  share_of_time, COST, NULL },
	{ "guest_time_percent", "GUEST%", TOP_PERCENT, VMS | VCPUS, 6, 7,
	  "share of vCPU time in state guest", share_of_time,
	  BIT(TOP_NS_GUEST), NULL },
	{ "handler_time_percent", "HANDLER%", TOP_PERCENT, ABOVE_DETAIL, 8, 10,
	  "share of vCPU time in state handler", share_of_time,
	  BIT(TOP_NS_HANDLER), NULL },
	{ "userspace_time_percent", "USERSPACE%", TOP_PERCENT, ABOVE_DETAIL, 10, 10,
	  "share of vCPU time in state userspace", share_of_time,
	  BIT(TOP_NS_USERSPACE), NULL },
	{ "polling_time_percent", "POLLING%", TOP_PERCENT, ABOVE_DETAIL, 8, 11,
	  "share of vCPU time in state polling", share_of_time,
	  BIT(TOP_NS_POLLING), NULL },
	{ "blocked_time_percent", "BLOCKED%", TOP_PERCENT, ABOVE_DETAIL, 8, 8,
	  "share of vCPU time in state blocked", share_of_time,
	  BIT(TOP_NS_BLOCKED), NULL },
	{ "preempted_time_percent", "PREEMPTED%", TOP_PERCENT, ABOVE_DETAIL, 10, 11,
	  "share of vCPU time in state preempted", share_of_time,
	  BIT(TOP_NS_PREEMPTED), NULL },
	{ "sleeping_time_percent", "SLEEPING%", TOP_PERCENT, ABOVE_DETAIL, 9, 12,
	  "share of vCPU time in state sleeping", share_of_time,
	  BIT(TOP_NS_SLEEPING), NULL },
	{ "mean_ns", "MEAN", TOP_NS, ABOVE_DETAIL, 7, 6,
	  "mean cost of an exit: handler and userspace", mean, COST, NULL },
	{ FIELD_FASTPATH "_per_s", "FASTPATH/S", TOP_RATE, ABOVE_DETAIL, 10, 14,
	  "exits per second that were handled by a fastpath", per_second,
	  BIT(TOP_FASTPATH), NULL },
	{ FIELD_USERSPACE "_per_s", "USERSPACE/S", TOP_RATE, ABOVE_DETAIL, 11, 13,
	  "exits per second that returned to user space", per_second,
	  BIT(TOP_USERSPACE), NULL },
	{ FIELD_REFLECTED "_per_s", "REFLECTED/S", TOP_RATE, ABOVE_DETAIL, 11, 16,
	  "exits of L2 per second that were reflected to L1", per_second,
	  BIT(TOP_REFLECTED), NULL },
	{ "received_per_s", "RECEIVED/S", TOP_RATE, ABOVE_DETAIL, 10, 17,
	  "exits per second that L1 received from L2, by the reason that L1 sees",
	  per_second, BIT(TOP_RECEIVED), NULL },
	{ FIELD_L2 "_per_s", "L2/S", TOP_RATE, ABOVE_DETAIL, 9, 15,
	  "exits of L2 per second", per_second, BIT(TOP_L2), NULL },
	{ "trend", "TREND", TOP_TREND, ABOVE_DETAIL, 8, 1,
	  "rates of the last intervals, newest on the right; full height is the row's highest rate",
	  NULL, 0, NULL },
};
const size_t top_nr_columns = ARRAY_LEN(top_columns);
_Static_assert(ARRAY_LEN(top_columns) <=
	       ARRAY_LEN(((struct top_layout *)0)->width),
	       "a layout has room for all columns");

size_t top_column_by_name(const char *name, enum top_level level)
{
	for (size_t i = 0; i < top_nr_columns; i++)
		if (top_column_is_at(i, level) && !strcmp(top_columns[i].name, name))
			return i;
	return SIZE_MAX;
}

size_t top_column_default(enum top_level level)
{
	return top_column_by_name(level == TOP_VCPUS ? "name" : "per_s", level);
}

size_t top_column_next(size_t column, enum top_level level, int direction)
{
	do {
		column = (column + top_nr_columns +
			  (size_t)(direction < 0 ? -1 : 1)) % top_nr_columns;
	} while (!top_column_is_at(column, level) ||
		 top_columns[column].kind == TOP_TREND);
	return column;
}

/* ---- the order of rows ---- */

struct order {
	const struct top_table *t;
	const struct top_column *c;
	bool reverse;
};

/* strverscmp() sorts "vCPU 2" before "vCPU 10". */
static int compare_text(const struct order *o, const struct top_row *a,
			const struct top_row *b)
{
	char x[64], y[64];

	o->c->text(a, x, sizeof(x));
	o->c->text(b, y, sizeof(y));
	return strverscmp(x, y) * (o->reverse ? -1 : 1);
}

static int compare_number(const struct order *o, const struct top_row *a,
			  const struct top_row *b)
{
	double x = top_number(o->c, a, o->t), y = top_number(o->c, b, o->t);

	if (isnan(x) || isnan(y))
		return isnan(x) - isnan(y);
	if (o->c->kind == TOP_TEXT)	/* an identifier such as a pid */
		return ((x > y) - (x < y)) * (o->reverse ? -1 : 1);
	return ((y > x) - (y < x)) * (o->reverse ? -1 : 1);
}

/* Equal rows keep the same order from sample to sample. */
static int compare(const void *va, const void *vb, void *arg)
{
	const struct top_row *a = va, *b = vb;
	const struct order *o = arg;
	int rc;

	if (a->key.all != b->key.all)
		return b->key.all - a->key.all;
	rc = o->c->number ? compare_number(o, a, b) : compare_text(o, a, b);
	if (!rc && a->now.v[TOP_EXITS] != b->now.v[TOP_EXITS])
		rc = a->now.v[TOP_EXITS] > b->now.v[TOP_EXITS] ? -1 : 1;
	if (!rc)
		rc = strverscmp(a->name, b->name);
	if (!rc && a->key.vm_id != b->key.vm_id)
		rc = a->key.vm_id < b->key.vm_id ? -1 : 1;
	return rc;
}

void top_sort(struct top_table *t, size_t column, bool reverse)
{
	struct order o = { t, &top_columns[column], reverse };

	if (t->nr)
		qsort_r(t->rows, t->nr, sizeof(*t->rows), compare, &o);
}
