// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit test of partial snapshots in exitstat serve and top: a simulated host is shown
 * twice, from full snapshots and from what changed. Metrics and the values of top must
 * be the same after each sample.
 */
#include "unit.h"
#include "madehost.h"
#include "metrics/counters-snap.h"
#include "metrics/metrics.h"
#include "top/data.h"

#define NR_HOSTS	150
#define NR_SAMPLES	40

struct shown {
	struct snapshot snap;
	struct snapwrite bytes;
	struct counters counters;
	struct top_data top;
	struct buf text;
};

static void name_series(void *arg UNUSED, const struct snap_vm *from,
			char name[64], char uuid[40])
{
	snprintf(name, 64, "vm%llu", (unsigned long long)from->vm_id);
	*uuid = '\0';
}

static void name_row(void *arg UNUSED, const struct snap_vm *from,
		     struct top_vm *vm)
{
	name_series(NULL, from, vm->name, vm->uuid);
}

static void shown_begin(struct shown *s)
{
	memset(s, 0, sizeof(*s));
	counters_init(&s->counters, &(struct counters_config) {
		.per_vcpu = true, .max_vms = 10, .keep_ns = 5000,
		.name = name_series });
	s->top.name = name_row;
}

static void shown_end(struct shown *s)
{
	counters_free(&s->counters);
	top_data_free(&s->top);
	snapshot_free(&s->snap);
	snapwrite_free(&s->bytes);
	buf_free(&s->text);
}

/* ---- the values of top ---- */

static void put_values(struct buf *out, const struct top_values *now,
		       const struct top_values *delta)
{
	for (int k = 0; k < TOP_NR_VALUES; k++)
		buf_printf(out, " %llu+%llu", (unsigned long long)now->v[k],
			   (unsigned long long)delta->v[k]);
}

/* Times of a vCPU that runs begin with its first record of them. */
static void put_vcpu(struct buf *out, const struct top_data *d,
		     const struct top_vcpu *v)
{
	buf_printf(out, "vcpu %u known %x state %d fresh %d", v->vcpu_id,
		   v->known, v->state, v->fresh);
	put_values(out, &v->guest_now, &v->guest_delta);
	for (size_t i = 0; i < v->nr; i++) {
		buf_printf(out, "\n  %llx rate %.1f",
			   (unsigned long long)v->cells[i].code,
			   (double)v->cells[i].rate[d->at]);
		put_values(out, &v->cells[i].now, &v->cells[i].delta);
	}
	for (size_t i = 0; i < v->nr_details; i++)
		buf_printf(out, "\n  %llx value %llx %llu+%llu",
			   (unsigned long long)v->details[i].code,
			   (unsigned long long)v->details[i].value,
			   (unsigned long long)v->details[i].count,
			   (unsigned long long)v->details[i].delta);
	buf_printf(out, "\n");
}

static void put_top(struct buf *out, const struct top_data *d)
{
	for (size_t i = 0; i < d->nr; i++) {
		const struct top_vm *vm = d->vms[i];

		buf_printf(out, "vm %s destroyed %d\n", vm->name, vm->destroyed);
		for (size_t k = 0; k < vm->nr; k++)
			if (vm->vcpus[k].listed)
				put_vcpu(out, d, &vm->vcpus[k]);
	}
}

/* ---- two readers ---- */

static void show(struct shown *s, struct snapwrite *w)
{
	const struct metrics_self self = { .source = "patched", .up = true };
	struct om om = { .out = &s->text };

	snapwrite_free(&s->bytes);
	s->bytes = *w;
	must(snapshot_parse(&s->snap, w->data, w->len, &err));
	counters_update(&s->counters, &s->snap);
	top_data_update(&s->top, &s->snap);
	s->text.len = 0;
	metrics_write(&om, &s->counters, &self);
	put_top(&s->text, &s->top);
	buf_append(&s->text, "", 1);
}

/* The texts are long: compare line by line. Values of this process differ. */
static void compare(const struct shown *full, const struct shown *partial)
{
	char *a = full->text.data, *b = partial->text.data;

	while (*a || *b) {
		size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");

		if ((n != m || memcmp(a, b, n)) && strncmp(a, "process_", 8) != 0)
			fail_msg("\"%.*s\" instead of \"%.*s\"", (int)m, b,
				 (int)n, a);
		a += n + !!a[n];
		b += m + !!b[m];
	}
}

/* Some answers are whole snapshots, as after the file was opened again. */
static void show_both(struct shown *full, struct shown *partial,
		      const struct host *before, const struct host *h, bool first)
{
	struct snapwrite all, some;

	make_snapshot(h, &all);
	if (!first && random_below(10)) {
		make_changes(before, h, &some);
	} else {
		make_snapshot(h, &some);
		snapwrite_header(&some)->flags = KES_FLAG_CHANGES;
	}
	show(full, &all);
	show(partial, &some);
	compare(full, partial);
}

static void metrics_and_top_equal_those_of_full_snapshots(void **state UNUSED)
{
	static const uint8_t plain = 2;
	static struct shown full, partial;

	for (int n = 0; n < NR_HOSTS; n++) {
		struct host h = host_begin(&plain, 1), before;

		shown_begin(&full);
		shown_begin(&partial);
		for (int sample = 0; sample < NR_SAMPLES; sample++) {
			before = h;
			live(&h);
			show_both(&full, &partial, &before, &h, !sample);
		}
		shown_end(&full);
		shown_end(&partial);
	}
}

UNIT_TESTS("changes-shown",
	   TEST(metrics_and_top_equal_those_of_full_snapshots))
