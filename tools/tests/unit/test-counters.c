// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of counters.h on a simulated host: VMs start, end, return under their names,
 * are unreadable for a while, and kvm is reloaded. The host's total must equal the
 * simulated exits, and no counter may decrease. Also tests the escaping of labels in
 * openmetrics.h.
 */

#include "unit.h"
#include "metrics/counters-snap.h"
#include "metrics/metrics.h"
#include "snaptake.h"

#define NR_VMS		8
#define NR_CODES	4
#define KEEP_NS		5000
#define ROUNDS		4000

static const uint64_t codes[NR_CODES] = { 0x7b, 0x72, 0x78, 0x400 };

/* A slot of the host for a VM; slots can share a name. */
struct guest {
	uint64_t id, created_ns, destroyed_ns;
	bool there, hidden;
	uint64_t n[NR_CODES], l2[NR_CODES];
};

struct host {
	struct guest guests[NR_VMS];
	uint64_t now_ns, next_id;
	uint64_t truth;		/* exits since the first snapshot, including those in it */
	struct counters counters;
	struct snapshot snap;
};

static void name_vm(void *arg UNUSED, const struct snap_vm *from, char name[64],
		    char uuid[40])
{
	snprintf(name, 64, "vm%u", from->pid % 3);
	if (from->pid % 2)
		snprintf(uuid, 40, "uuid%u", from->pid % 3);
}

static void start(struct host *h, size_t i)
{
	h->guests[i] = (struct guest) { .id = ++h->next_id,
		.created_ns = ++h->now_ns, .there = true };
}

static void run(struct host *h, struct guest *g)
{
	for (size_t c = 0; c < NR_CODES; c++) {
		uint64_t n = (uint64_t)(rand() % 100), l2 = rand() % 10 ? 0 : n;

		g->n[c] += n;
		g->l2[c] += l2;
		h->truth += n + l2;
	}
}

/* Reload kvm: all VMs are destroyed, ids begin at 0 again. */
static void reload(struct host *h)
{
	h->next_id = 0;
	for (size_t i = 0; i < NR_VMS; i++)
		h->guests[i].there = false;
}

/* An unreadable VM does not run: its exits would be counted later. */
static void happen(struct host *h)
{
	if (!(rand() % 200))
		reload(h);
	for (size_t i = 0; i < NR_VMS; i++) {
		struct guest *g = &h->guests[i];

		if (!g->there) {
			if (!(rand() % 8))
				start(h, i);
			continue;
		}
		g->hidden = !g->destroyed_ns && !(rand() % 40);
		if (!g->destroyed_ns && !g->hidden)
			run(h, g);
		if (g->destroyed_ns && !(rand() % 8))
			g->there = false;
		else if (!g->destroyed_ns && !g->hidden && !(rand() % 25))
			g->destroyed_ns = h->now_ns;
	}
}

static void look(struct host *h)
{
	struct snapwrite w;

	snapwrite_begin(&w, KES_ISA_SVM, KES_FIELD_CONTEXT);
	for (size_t i = 0; i < NR_VMS; i++) {
		const struct guest *g = &h->guests[i];

		if (!g->there || g->hidden)
			continue;
		snapwrite_vm(&w, g->id, 100 + (uint32_t)i, g->created_ns,
			     g->destroyed_ns, "x");
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, 0);
		for (size_t c = 0; c < NR_CODES; c++)
			snapwrite_exit(&w, &(struct kes_exit) {
				.code = codes[c], .l1 = g->n[c], .l2 = g->l2[c] });
		/* KVM_CREATE_VCPU fails: the id is listed twice for a moment */
		if (!(rand() % 10))
			snapwrite_vcpu(&w, KES_REC_VCPU, 0, 0);
	}
	h->now_ns += 100;
	snapwrite_at(&w, h->now_ns);
	snaptake(&w, &h->snap);
	counters_update(&h->counters, &h->snap);
}

static uint64_t total(const struct counters_series *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->nr; i++)
		for (size_t k = 0; k < s->vcpus[i].nr; k++)
			n += s->vcpus[i].counts[k].v[COUNTERS_L1] +
			     s->vcpus[i].counts[k].v[COUNTERS_L2];
	return n;
}

/* A series before and after an update, identified by its address. */
struct seen {
	const struct counters_series *s;
	char vm[80];
	uint64_t n;
};

static void none_decreased(const struct counters *all, struct seen *seen,
			   size_t *nr)
{
	for (size_t i = 0; i < *nr; i++)
		for (size_t k = 0; k < all->nr; k++)
			if (all->series[k] == seen[i].s &&
			    !strcmp(all->series[k]->vm, seen[i].vm))
				assert_true(total(seen[i].s) >= seen[i].n);
	*nr = all->nr;
	assert_true(*nr <= 64);
	for (size_t i = 0; i < *nr; i++) {
		seen[i].s = all->series[i];
		seen[i].n = total(all->series[i]);
		memcpy(seen[i].vm, all->series[i]->vm, sizeof(seen[i].vm));
	}
}

/* Names of series are unique. */
static void names_differ(const struct counters *all)
{
	for (size_t i = 0; i < all->nr; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(!strcmp(all->series[i]->vm,
					     all->series[k]->vm) &&
				     !strcmp(all->series[i]->uuid,
					     all->series[k]->uuid));
}

static void run_host(size_t max_vms)
{
	struct host *h = calloc(1, sizeof(*h));
	struct seen seen[64];
	size_t nr = 0;

	h->now_ns = 1000000;
	counters_init(&h->counters, &(struct counters_config) {
		.max_vms = max_vms, .keep_ns = KEEP_NS, .name = name_vm });
	for (int round = 0; round < ROUNDS; round++) {
		happen(h);
		look(h);
		assert_int_equal(total(&h->counters.host), h->truth);
		assert_true(h->counters.nr <= max_vms);
		none_decreased(&h->counters, seen, &nr);
		names_differ(&h->counters);
	}
	assert_true(h->truth > 100000);
	assert_int_equal(h->counters.restarts, 0);
	counters_free(&h->counters);
	snapshot_free(&h->snap);
	free(h);
}

static void no_exit_is_lost(void **state UNUSED)
{
	for (unsigned int seed = 1; seed <= 5; seed++) {
		srand(seed);
		run_host(1000);
	}
}

/* All exits are counted either under a name or under "other". */
static void number_of_vms_is_limited(void **state UNUSED)
{
	for (size_t max = 0; max <= 4; max++) {
		srand(7);
		run_host(max);
	}
}

/* More reasons than the limit: the rest are one reason, and all are counted. */
static void excess_reasons_are_counted_as_unknown(void **state UNUSED)
{
	struct counters_series *s;
	struct counters all;
	char name[32];

	counters_init(&all, &(struct counters_config) { .max_vms = 1 });
	s = counters_open(&all, "x", "");
	for (int i = 0; i < 3 * COUNTERS_MAX_KEYS; i++) {
		snprintf(name, sizeof(name), "reason %d", i);
		counters_add(&all, s, 0, counters_key(&all, name, "nonsense"),
			     COUNTERS_L1, 1);
	}
	assert_int_equal(all.nr_keys, COUNTERS_MAX_KEYS);
	assert_string_equal(all.keys[COUNTERS_MAX_KEYS - 1].name, "UNKNOWN");
	assert_string_equal(all.keys[0].class, "other");
	assert_int_equal(total(s), 3 * COUNTERS_MAX_KEYS);
	counters_free(&all);
}

static void labels_are_escaped(void **state UNUSED)
{
	static const struct om_family family = { "a_seconds", OM_COUNTER,
						 "seconds", "Help" };
	const struct om_label labels[] = {
		{ "none", "" }, { "bad", "\xff\xc0\x80\xed\xa0\x80\xe2\x82" },
		{ "good", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "odd", "a\"b\\c\nd" },
	};
	struct buf b = { 0 };
	struct om om = { .out = &b, .format = OM_OPENMETRICS,
			 .stamp_ns = 1234567891234ull };

	om_family(&om, &family);
	om_family(&om, &family);
	om_ns(&om, labels, ARRAY_LEN(labels), UINT64_MAX);
	om_end(&om);
	assert_string_equal(b.data,
		"# TYPE a_seconds counter\n# UNIT a_seconds seconds\n"
		"# HELP a_seconds Help\n"
		"a_seconds_total{bad=\"????????\",good=\"\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\","
		"odd=\"a\\\"b\\\\c\\nd\"} 18446744073.709551615 1234.567\n# EOF\n");
	buf_free(&b);
}

UNIT_TESTS("counters",
	   TEST(no_exit_is_lost), TEST(number_of_vms_is_limited),
	   TEST(excess_reasons_are_counted_as_unknown),
	   TEST(labels_are_escaped))
