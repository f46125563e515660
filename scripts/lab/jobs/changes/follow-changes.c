// SPDX-License-Identifier: GPL-2.0-only
/*
 * follow-changes SNAPSHOT CHANGES PAUSE: read both files every PAUSE microseconds until
 * SIGTERM, and compare what CHANGES added up to with SNAPSHOT.
 *
 * In each round, SNAPSHOT is read before and after CHANGES. What is the same both times
 * did not change in between, so it must be the same in what CHANGES added up to: VMs,
 * and vCPUs with all their records. Prints the first differences, then the numbers of
 * rounds and of what was compared, and at last how many vCPUs and VMs the last round
 * listed and compared. Independent of exitstat.
 */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kvm_exit_stats.h>

#include "read-file.h"

#define MAX_FILE	(64 << 20)
#define MOST_REPORTS	20

/* An element of a record, or the head of a record, without sizes. */
struct entry {
	uint32_t type;
	bool head;
	uint64_t key[2];
	size_t size;
	unsigned char bytes[48 * 8];
};

/* vm 0, id 0: the sum of evicted VMs */
struct vcpu {
	uint64_t vm;
	uint32_t id;
	size_t nr, cap;
	struct entry *entries;
};

struct set {
	size_t nr, cap;
	struct vcpu *vcpus;
	size_t nr_vms, cap_vms;
	struct kes_vm_record *vms;
};

static volatile sig_atomic_t stopped;
static struct {
	unsigned long rounds, whole, compared, entries, vms, changed, evicted;
	unsigned long destroyed, differences;
} did;

static void stop(int sig)
{
	stopped = sig;
}

/* Room for one more element; data may move. */
static void *grow(void *data, size_t nr, size_t *cap, size_t size)
{
	if (nr < *cap)
		return data;
	*cap = *cap ? 2 * *cap : 16;
	data = realloc(data, *cap * size);
	if (!data)
		err(1, "memory");
	return data;
}

/* ---- sets ---- */

static void drop_vcpu(struct set *s, size_t i)
{
	free(s->vcpus[i].entries);
	s->vcpus[i] = s->vcpus[--s->nr];
}

static void drop_vcpus_of(struct set *s, uint64_t vm)
{
	for (size_t i = s->nr; i-- > 0;)
		if (s->vcpus[i].vm == vm)
			drop_vcpu(s, i);
}

static void clear(struct set *s)
{
	while (s->nr)
		drop_vcpu(s, s->nr - 1);
	s->nr_vms = 0;
}

static struct vcpu *find(const struct set *s, uint64_t vm, uint32_t id)
{
	for (size_t i = 0; i < s->nr; i++)
		if (s->vcpus[i].vm == vm && s->vcpus[i].id == id)
			return &s->vcpus[i];
	return NULL;
}

static struct vcpu *get(struct set *s, uint64_t vm, uint32_t id)
{
	struct vcpu *v = find(s, vm, id);

	if (v)
		return v;
	s->vcpus = grow(s->vcpus, s->nr, &s->cap, sizeof(*s->vcpus));
	v = &s->vcpus[s->nr++];
	*v = (struct vcpu){ .vm = vm, .id = id };
	return v;
}

static struct kes_vm_record *find_vm(const struct set *s, uint64_t id)
{
	for (size_t i = 0; i < s->nr_vms; i++)
		if (s->vms[i].vm_id == id)
			return &s->vms[i];
	return NULL;
}

/* Both lists have the same order, so the search begins at the same place. */
static struct entry *find_entry(const struct vcpu *v, const struct entry *e,
				size_t hint)
{
	for (size_t i = 0; i < v->nr; i++) {
		struct entry *x = &v->entries[(hint + i) % v->nr];

		if (x->type == e->type && x->head == e->head &&
		    !memcmp(x->key, e->key, sizeof(e->key)))
			return x;
	}
	return NULL;
}

static void put(struct vcpu *v, const struct entry *e, bool is_new)
{
	struct entry *to = is_new ? NULL : find_entry(v, e, 0);

	if (!to) {
		v->entries = grow(v->entries, v->nr, &v->cap, sizeof(*e));
		to = &v->entries[v->nr++];
	}
	*to = *e;
}

static void drop_type(struct vcpu *v, uint32_t type)
{
	size_t nr = 0;

	for (size_t i = 0; i < v->nr; i++)
		if (v->entries[i].type != type)
			v->entries[nr++] = v->entries[i];
	v->nr = nr;
}

/* ---- reading ---- */

static const struct {
	size_t head, element;
} shapes[] = {
	[KES_REC_VCPU] = { sizeof(struct kes_vcpu_record), sizeof(struct kes_exit) },
	[KES_REC_BASELINE] = { sizeof(struct kes_vcpu_record), sizeof(struct kes_exit) },
	[KES_REC_EVICTED] = { sizeof(struct kes_vcpu_record), sizeof(struct kes_exit) },
	[KES_REC_USERSPACE] = { sizeof(struct kes_userspace_record),
				sizeof(struct kes_userspace) },
	[KES_REC_TIME] = { sizeof(struct kes_time_record),
			   sizeof(struct kes_time_exit) },
	[KES_REC_HISTOGRAM] = { sizeof(struct kes_histogram_record),
				sizeof(struct kes_histogram_exit) },
	[KES_REC_DETAIL] = { sizeof(struct kes_detail_record),
			     sizeof(struct kes_detail_value) },
	[KES_REC_NESTED] = { sizeof(struct kes_nested_record),
			     sizeof(struct kes_nested) },
};

/* Types whose records have only what changed; the others replace the last one. */
static bool is_partial(uint32_t type)
{
	return type == KES_REC_VCPU || type == KES_REC_TIME ||
	       type == KES_REC_HISTOGRAM;
}

static void put_part(struct vcpu *v, uint32_t type, bool head, bool is_new,
		     const unsigned char *at, size_t size)
{
	struct entry e = { .type = type, .head = head, .size = size };

	if (size > sizeof(e.bytes))
		errx(1, "an entry of %zu bytes", size);
	memcpy(e.bytes, at, size);
	if (!head && type == KES_REC_DETAIL)
		memcpy(e.key, at, 16);
	else if (!head)
		memcpy(e.key, at, type == KES_REC_USERSPACE ? 4 : 8);
	/* a reason's other values are beside a value of 0 */
	if (!head && type == KES_REC_DETAIL)
		e.key[0] |= (uint64_t)(at[24] & KES_DETAIL_OTHER) << 32;
	put(v, &e, is_new);
}

/* The head begins after what all have: type, size, ids and a number. */
#define IDS	24

static void put_record(struct vcpu *v, const unsigned char *at, bool whole)
{
	const struct kes_userspace_record *r = (const void *)at;
	uint32_t type = r->rec.type;
	size_t head = shapes[type].head, element = shapes[type].element;
	bool is_new = whole || !is_partial(type);

	if (!whole && is_new)
		drop_type(v, type);
	put_part(v, type, true, is_new, at + IDS, head - IDS);
	for (size_t off = head; off + element <= r->rec.size; off += element)
		put_part(v, type, false, is_new, at + off, element);
}

/* Records that a listed vCPU no longer has: their group is off. */
static void drop_missing(struct vcpu *v, uint32_t types)
{
	for (uint32_t type = KES_REC_USERSPACE; type <= KES_REC_NESTED; type++)
		if (!(types >> type & 1))
			drop_type(v, type);
}

/* A VM that was destroyed has all its vCPUs: those that counted nothing are gone. */
static void put_vm(struct set *s, const struct kes_vm_record *r, bool is_changes)
{
	struct kes_vm_record *vm = find_vm(s, r->vm_id);

	if (r->flags & (KES_VM_DESTROYED | KES_VM_EVICTED))
		drop_vcpus_of(s, r->vm_id);
	did.destroyed += is_changes && r->flags & KES_VM_DESTROYED;
	if (r->flags & KES_VM_EVICTED) {
		if (!vm)
			errx(1, "vm %llu: evicted, but was not listed",
			     (unsigned long long)r->vm_id);
		*vm = s->vms[--s->nr_vms];
		did.evicted++;
		return;
	}
	if (!vm) {
		s->vms = grow(s->vms, s->nr_vms, &s->cap_vms, sizeof(*s->vms));
		vm = &s->vms[s->nr_vms++];
	}
	*vm = *r;
	vm->nr_vcpus = 0;
}

/* Returns end_ns. */
static uint64_t take(struct set *s, const unsigned char *data, size_t len,
		     uint64_t since, bool is_changes)
{
	const struct kes_header *h = (const void *)data;
	struct vcpu *v = NULL;
	uint32_t types = 0;

	if (len < sizeof(*h) || h->size != len)
		errx(1, "%zu bytes, of %llu", len, (unsigned long long)h->size);
	if (!(h->flags & KES_FLAG_CHANGES) != !is_changes)
		errx(1, "flags %llx", (unsigned long long)h->flags);
	if (h->since && h->since != since)
		errx(1, "changes since another time");
	if (!h->since)
		clear(s);
	did.whole += is_changes && !h->since;
	for (size_t off = h->header_size; off < len;) {
		const struct kes_userspace_record *r = (const void *)(data + off);

		off += r->rec.size;
		if (r->rec.type == KES_REC_VM) {
			put_vm(s, (const void *)r, is_changes);
			continue;
		}
		if (r->rec.type == KES_REC_VCPU || r->rec.type == KES_REC_EVICTED) {
			if (v)
				drop_missing(v, types);
			v = get(s, r->vm_id, r->vcpu_id);
			did.changed += is_changes && h->since && r->vm_id;
			types = 0;
		}
		if (!v || r->rec.type > KES_REC_NESTED || !shapes[r->rec.type].head)
			errx(1, "a record of type %u", r->rec.type);
		types |= 1u << r->rec.type;
		put_record(v, (const unsigned char *)r, !h->since);
	}
	if (v)
		drop_missing(v, types);
	return h->end_ns;
}

/* ---- comparing ---- */

static bool is_same(const struct vcpu *a, const struct vcpu *b, bool report)
{
	for (size_t i = 0; i < a->nr; i++) {
		struct entry *e = find_entry(b, &a->entries[i], i);

		if (e && !memcmp(e->bytes, a->entries[i].bytes, e->size))
			continue;
		if (report)
			printf("vm %llu vcpu %u: type %u head %d code %llx differs%s\n",
			       (unsigned long long)a->vm, a->id,
			       a->entries[i].type, a->entries[i].head,
			       (unsigned long long)a->entries[i].key[0],
			       e ? "" : ": missing");
		return false;
	}
	return true;
}

static void differ(const struct vcpu *v, const struct vcpu *ours)
{
	if (did.differences++ >= MOST_REPORTS)
		return;
	printf("round %lu: vm %llu vcpu %u: %s\n", did.rounds,
	       (unsigned long long)v->vm, v->id, ours ? "differs" : "missing");
	if (ours) {
		is_same(v, ours, true);
		is_same(ours, v, true);
	}
}

/* Returns how many were compared. */
static size_t compare_vcpus(const struct set *before, const struct set *after,
			    const struct set *merged)
{
	size_t compared = 0;

	for (size_t i = 0; i < after->nr; i++) {
		const struct vcpu *v = &after->vcpus[i];
		const struct vcpu *old = find(before, v->vm, v->id);
		const struct vcpu *ours = find(merged, v->vm, v->id);

		if (!old || old->nr != v->nr || !is_same(v, old, false))
			continue;
		compared++;
		did.entries += v->nr;
		if (!ours || ours->nr != v->nr || !is_same(v, ours, false))
			differ(v, ours);
	}
	return compared;
}

static bool same_vm(const struct kes_vm_record *a, const struct kes_vm_record *b)
{
	return a && b && !memcmp(a, b, sizeof(*a));
}

static size_t compare_vms(const struct set *before, const struct set *after,
			  const struct set *merged)
{
	size_t compared = 0;

	for (size_t i = 0; i < after->nr_vms; i++) {
		struct kes_vm_record *vm = &after->vms[i];

		vm->rec.size = 0;
		vm->nr_vcpus = 0;
	}
	for (size_t i = 0; i < after->nr_vms; i++) {
		const struct kes_vm_record *vm = &after->vms[i];
		struct kes_vm_record *old = find_vm(before, vm->vm_id);
		struct kes_vm_record *ours = find_vm(merged, vm->vm_id);

		if (old)
			old->rec.size = 0;
		if (!same_vm(vm, old))
			continue;
		compared++;
		if (ours)
			ours->rec.size = 0;
		if (!same_vm(vm, ours) && did.differences++ < MOST_REPORTS)
			printf("round %lu: vm %llu: record %s\n", did.rounds,
			       (unsigned long long)vm->vm_id,
			       ours ? "differs" : "missing");
	}
	return compared;
}

/* What is in neither snapshot must not be left. */
static void compare_gone(const struct set *before, const struct set *after,
			 const struct set *merged)
{
	for (size_t i = 0; i < merged->nr; i++) {
		const struct vcpu *v = &merged->vcpus[i];

		if (find(before, v->vm, v->id) || find(after, v->vm, v->id))
			continue;
		if (did.differences++ < MOST_REPORTS)
			printf("round %lu: vm %llu vcpu %u: no longer listed\n",
			       did.rounds, (unsigned long long)v->vm, v->id);
	}
}

/* ---- files ---- */

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

int main(int argc, char **argv)
{
	static struct set before, after, merged;
	unsigned char *data = malloc(MAX_FILE);
	size_t vcpus = 0, vms = 0;
	int snapshot, changes;
	uint64_t since = 0;
	bool last;

	if (argc != 4 || !data)
		return 2;
	snapshot = open_file(argv[1]);
	changes = open_file(argv[2]);
	signal(SIGTERM, stop);
	do {
		last = stopped;
		take(&before, data, read_file(snapshot, data, MAX_FILE), 0, false);
		since = take(&merged, data, read_file(changes, data, MAX_FILE), since, true);
		take(&after, data, read_file(snapshot, data, MAX_FILE), 0, false);
		did.rounds++;
		did.compared += vcpus = compare_vcpus(&before, &after, &merged);
		did.vms += vms = compare_vms(&before, &after, &merged);
		compare_gone(&before, &after, &merged);
		if (!last)
			usleep((useconds_t)atoi(argv[3]));
	} while (!last);
	printf("rounds %lu whole %lu compared %lu entries %lu vms %lu changed %lu destroyed %lu evicted %lu differences %lu\n",
	       did.rounds, did.whole, did.compared, did.entries, did.vms,
	       did.changed, did.destroyed, did.evicted, did.differences);
	printf("last: vcpus %zu of %zu, vms %zu of %zu\n", vcpus, after.nr, vms,
	       after.nr_vms);
	return did.differences ? 1 : 0;
}
