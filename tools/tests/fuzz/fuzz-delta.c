// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes snapshot/delta.h and its users with a simulated host: VMs are created and
 * destroyed, counters grow, fall, wrap and vanish from the list, threads change their
 * state, snapshots are damaged. The input is the sequence of the host's actions.
 *
 * For each vCPU, the changes reported since its counters began must add up to the
 * counters, and no change is negative. If only counters change, the recorder, top and
 * serve agree on all counts and times. The recorder either refuses a snapshot or
 * writes a readable recording.
 */
#include <errno.h>

#include "fuzz.h"
#include "madehost.h"
#include "metrics/counters-snap.h"
#include "model/load.h"
#include "recmade.h"
#include "record/recorder.h"
#include "top/rows.h"

/* ---- damage ---- */

/* Write typical counters and sizes to up to three places. */
static void damage(struct host *h, struct snapwrite *w)
{
	static const uint64_t words[] = {
		0, 1, 2, 8, INT64_MAX, UINT64_MAX, 1ull << 63, UINT64_MAX - 5,
	};

	for (int n = next(h) % 4; n > 0; n--) {
		size_t at = next(h) | (size_t)next(h) << 8;
		uint8_t how = next(h);

		memcpy(w->data + at % (w->len / 4 - 1) * 4,
		       &words[how % ARRAY_LEN(words)], how & 8 ? 8 : 4);
	}
}

/* ---- the engine ---- */

/* Sum of the changes reported for a vCPU since its counters began. */
struct account {
	const struct delta_vm *vm;
	uint32_t vcpu_id;
	uint64_t created_ns;
	struct {
		uint64_t code, n[DELTA_NR_COUNTS];
	} exits[NR_CODES];
	uint64_t attempts, user, bucket[NR_CODES], ns;
};

static uint64_t first_of(uint64_t now)
{
	return (int64_t)now < 0 ? now : 0;
}

static void check_exits(struct account *a, const struct delta_change *c,
			const struct kes_exit *e)
{
	const struct delta_exit *x = c->exits.data;
	size_t i = 0;

	while (i < NR_CODES && a->exits[i].code && a->exits[i].code != e->code)
		i++;
	REQUIRE(i < NR_CODES);
	for (int k = 0; k < DELTA_NR_COUNTS; k++) {
		uint64_t now = (&e->l1)[k];

		if (!a->exits[i].code)
			a->exits[i].n[k] = first_of(now);
		for (size_t j = 0; j < c->exits.nr; j++)
			a->exits[i].n[k] += x[j].code == e->code ? x[j].n[k] : 0;
		REQUIRE(a->exits[i].n[k] == now);
	}
	a->exits[i].code = e->code;
}

static void check_lists(const struct delta_change *c)
{
	const struct delta_exit *x = c->exits.data;
	const struct delta_time *t = c->times.data;
	const struct delta_bucket *b = c->buckets.data;

	for (size_t i = 0; i < c->exits.nr; i++)
		for (int k = 0; k < DELTA_NR_COUNTS; k++)
			REQUIRE((int64_t)x[i].n[k] >= 0);
	for (size_t i = 0; i < c->times.nr; i++)
		for (int k = 0; k < DELTA_NR_STATES; k++)
			REQUIRE((int64_t)t[i].ns[k] >= 0);
	for (size_t i = 0; i < c->buckets.nr; i++)
		REQUIRE((int64_t)b[i].n > 0);
	REQUIRE((int64_t)c->elapsed_ns >= 0 && (int64_t)c->guest_ns >= 0);
}

static void check_change(struct delta *d, struct account *a,
			 const struct delta_change *c)
{
	const struct kes_exit *e = snap_exits(d->s, c->now);
	const struct delta_user *u = c->users.data;

	if (c->is_new || c->restarted)
		*a = (struct account) { .vm = a->vm, .vcpu_id = a->vcpu_id,
			.created_ns = a->created_ns,
			.attempts = first_of(c->now->attempts),
			.user = first_of(d->s->users[c->now->users.first].count) };
	check_lists(c);
	for (size_t i = 0; i < c->now->nr_exits; i++)
		if (!i || e[i].code != e[i - 1].code)	/* the first of two entries counts */
			check_exits(a, c, &e[i]);
	a->attempts += c->sums[DELTA_ATTEMPTS];
	REQUIRE(a->attempts == c->now->attempts);
	a->user += c->users.nr ? u->n : 0;
	REQUIRE(a->user == d->s->users[c->now->users.first].count);
}

struct engine {
	struct delta d;
	struct account accounts[64 * NR_VCPUS];
	size_t nr;
};

static void check_engine(struct engine *o, const struct snapshot *s)
{
	delta_begin(&o->d, s);
	for (size_t i = 0; i < s->nr_vms; i++)
		for (size_t k = 0; k < s->vms[i].nr_vcpus; k++) {
			const struct delta_change *c =
				delta_vcpu(&o->d, o->d.listed[i], k);

			if (!c->vcpu->user) {
				REQUIRE(o->nr < ARRAY_LEN(o->accounts));
				c->vcpu->user = (int64_t)++o->nr;
			}
			check_change(&o->d, &o->accounts[c->vcpu->user - 1], c);
		}
	delta_end(&o->d);
}

/* ---- recorder, top and serve ---- */

struct users {
	struct rec_writer *w;
	struct recorder *recorder;
	struct top_data top;
	struct counters counters;
	int64_t samples;
	uint64_t exits, ns[KES_NR_STATES];	/* in top, since the first snapshot */
	uint64_t first_exits, first_ns[KES_NR_STATES];	/* in serve, in the first snapshot */
};

static void name_top(void *arg UNUSED, const struct snap_vm *from,
		     struct top_vm *vm)
{
	snprintf(vm->name, sizeof(vm->name), "%u", from->pid);
}

static void name_counters(void *arg UNUSED, const struct snap_vm *from,
		       char name[64], char uuid[40] UNUSED)
{
	snprintf(name, 64, "%u", from->pid);
}

static void users_begin(struct users *u)
{
	choose_work();
	*u = (struct users) { .top.name = name_top };
	must(rec_create(&u->w, work, true, &err));
	u->recorder = recorder_new(&(struct recorder_config) {
		.root = "/nonexistent", .all = true });
	counters_init(&u->counters, &(struct counters_config) {
		.max_vms = 2, .keep_ns = 5000, .name = name_counters });
}

/* Return false if the recorder refuses the snapshot (only if damaged or -ERANGE). */
static bool users_record(struct users *u, const struct snapshot *s, bool damaged)
{
	uint64_t at = ((uint64_t)u->samples + 1) * 1000;
	int rc;

	must(rec_begin(u->w, &err));
	must(rec_sample(u->w, u->samples + 1, at, at, 0, &err));
	rc = recorder_sample(u->recorder, s, u->samples + 1, u->w, &err);
	REQUIRE(!rc || rc == -ERANGE || damaged);
	if (rc)
		return false;
	must(rec_commit(u->w, &err));
	u->samples++;
	return true;
}

static void add_top(struct users *u, const struct top_vcpu *v)
{
	u->ns[KES_STATE_GUEST] += v->guest_delta.v[TOP_NS_GUEST];
	for (size_t i = 0; i < v->nr; i++) {
		u->exits += v->cells[i].delta.v[TOP_EXITS];
		for (int k = KES_STATE_HANDLER; k < KES_NR_STATES; k++)
			u->ns[k] += v->cells[i].delta.v[TOP_NS_GUEST + k];
	}
}

static uint64_t host_exits(const struct counters *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->host.nr; i++)
		for (size_t k = 0; k < m->host.vcpus[i].nr; k++)
			n += m->host.vcpus[i].counts[k].v[COUNTERS_L1] +
			     m->host.vcpus[i].counts[k].v[COUNTERS_L2];
	return n;
}

static void show(const struct top_data *d)
{
	static const enum top_level levels[] = { TOP_VMS, TOP_REASONS,
						 TOP_DETAIL };
	struct top_table t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		struct top_path path = { .level = levels[i],
					 .key = { .code = codes[0] } };

		top_rows(d, &path, NULL, true, &t);
	}
	top_table_free(&t);
}

static void users_update(struct users *u, const struct snapshot *s)
{
	if (top_data_update(&u->top, s))
		show(&u->top);
	for (size_t i = 0; u->top.samples > 1 && i < u->top.nr; i++)
		for (size_t k = 0; k < u->top.vms[i]->nr; k++)
			add_top(u, &u->top.vms[i]->vcpus[k]);
	counters_update(&u->counters, s);
	if (u->counters.samples != 1)
		return;
	u->first_exits = host_exits(&u->counters);
	memcpy(u->first_ns, &u->counters.host.sums[COUNTERS_NS_GUEST],
	       sizeof(u->first_ns));
}

/* The recorder, top and serve must have the same counts and times. */
static void users_agree(const struct users *u, const struct model *m)
{
	REQUIRE(m->total == recorder_sums(u->recorder).exits);
	REQUIRE(m->total == u->exits);
	REQUIRE(m->total == host_exits(&u->counters) - u->first_exits);
	for (int k = 0; k < KES_NR_STATES; k++) {
		REQUIRE(m->all->ns[k] == u->ns[k]);
		REQUIRE(m->all->ns[k] ==
			u->counters.host.sums[COUNTERS_NS_GUEST + k] -
			u->first_ns[k]);
	}
}

/* The recording must be readable. */
static void users_read(const struct users *u, bool agree)
{
	struct recording r;
	struct model m;

	must(rec_open(&r, part, &err));
	must(model_load(&m, &r, &err));
	if (agree)
		users_agree(u, &m);
	model_free(&m);
	rec_close(&r);
}

static void users_end(struct users *u)
{
	recorder_free(u->recorder);
	top_data_free(&u->top);
	counters_free(&u->counters);
}

static bool step(struct engine *o, struct users *u, struct host *h,
		 struct snapshot *s)
{
	struct snapwrite w;
	bool good;

	happen(h);
	make_snapshot(h, &w);
	if (h->damaged)
		damage(h, &w);
	good = !snapshot_parse(s, w.data, w.len, &err);
	REQUIRE(good || h->damaged);
	snapwrite_free(&w);
	if (!good)
		return false;
	if (!h->damaged)
		check_engine(o, s);
	users_update(u, s);
	return users_record(u, s, h->damaged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct engine *o = xcalloc(1, sizeof(*o));
	struct host h = host_begin(data, len);
	struct snapshot s = { 0 };
	struct users u;

	o->d.keep_ns = 3000;
	o->d.groups = KES_GROUP_HISTOGRAM;
	users_begin(&u);
	for (int i = 0; i < NR_SNAPSHOTS && h.len; i++)
		if (!step(o, &u, &h, &s))
			break;
	rec_leave(u.w);
	if (u.samples)
		users_read(&u, !h.wild && !h.damaged);
	users_end(&u);
	delta_free(&o->d);
	snapshot_free(&s);
	free(o);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
static void seed(size_t i UNUSED, struct buf *out)
{
	for (size_t k = 0; k < 512; k++) {
		uint8_t byte = (uint8_t)random_below(256);

		buf_append(out, &byte, 1);
	}
}

FUZZ_WITH(.inputs = "simulated hosts: changes add up, all users agree",
	  .runs = 700, .nr_seeds = 8, .seed = seed)
#endif
