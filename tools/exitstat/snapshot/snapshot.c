// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements snapshot.h: the only place that reads the bytes of a snapshot.
 *
 * Every access goes through get(), which checks bounds and copies, so alignment does
 * not matter. A snapshot is accepted as a whole or not at all: sizes, counts and the
 * order of records must be consistent.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot/snapshot.h"

struct bytes {
	const unsigned char *data;
	size_t len;
};

static int get(const struct bytes *b, size_t off, void *out, size_t len)
{
	if (off > b->len || len > b->len - off)
		return -EPROTO;
	memcpy(out, b->data + off, len);
	return 0;
}

static int check_header(const struct kes_header *h, size_t len,
			struct errbuf *err)
{
	if (h->magic != KES_MAGIC)
		return err_set(err, -EPROTO,
			       "not an exit statistics snapshot (wrong magic)");
	if (h->version != KES_VERSION)
		return err_set(err, -EPROTO,
			       "snapshot version %u, but this exitstat supports %u (use the exitstat that matches this kernel)",
			       h->version, KES_VERSION);
	if (h->size > len)
		return err_set(err, -EPROTO,
			       "snapshot truncated: %zu of %llu bytes", len,
			       (unsigned long long)h->size);
	if (h->size < len)
		return err_set(err, -EPROTO,
			       "snapshot of %llu bytes is followed by %llu more",
			       (unsigned long long)h->size,
			       (unsigned long long)(len - h->size));
	if (h->header_size < sizeof(*h) || h->header_size % 8 ||
	    h->header_size > h->size)
		return err_set(err, -EPROTO, "invalid snapshot header size %u",
			       h->header_size);
	return 0;
}

static int parse_vm(struct snapshot *s, const struct bytes *b, size_t off,
		    const struct kes_record *rec)
{
	struct kes_vm_record r;
	struct snap_vm *vm;

	if (rec->size < sizeof(r) || get(b, off, &r, sizeof(r)))
		return -EPROTO;
	s->vms = vec_room(s->vms, s->nr_vms, &s->cap_vms, sizeof(*s->vms));
	vm = &s->vms[s->nr_vms++];
	memset(vm, 0, sizeof(*vm));
	vm->vm_id = r.vm_id;
	vm->created_ns = r.created_ns;
	vm->destroyed_ns = r.destroyed_ns;
	vm->pid = r.pid;
	vm->destroyed = r.flags & KES_VM_DESTROYED;
	vm->evicted = r.flags & KES_VM_EVICTED;
	vm->groups = r.groups | s->hdr.groups;
	vm->nr_vcpus = r.nr_vcpus;
	vm->first_vcpu = s->nr_vcpus;
	memcpy(vm->comm, r.comm, sizeof(r.comm));
	return 0;
}

static int parse_exits(struct snapshot *s, const struct bytes *b, size_t off,
		       const struct kes_vcpu_record *r)
{
	struct kes_exit *to;

	if (!r->nr_exits)
		return 0;
	s->exits = vec_reserve(s->exits, s->nr_exits, r->nr_exits,
			       &s->cap_exits, sizeof(*s->exits));
	to = s->exits + s->nr_exits;
	s->nr_exits += r->nr_exits;
	if (r->exit_size == sizeof(*to))
		return get(b, off, to, r->nr_exits * sizeof(*to));
	for (uint32_t i = 0; i < r->nr_exits; i++)
		if (get(b, off + (size_t)i * r->exit_size, to + i, sizeof(*to)))
			return -EPROTO;
	return 0;
}

/* Usable as an array in place: elements of this size, aligned, within bounds. */
static bool can_stay(const struct snapshot *s, const struct bytes *b, size_t off,
		     const struct kes_vcpu_record *r)
{
	return s->stays && r->exit_size == sizeof(struct kes_exit) &&
	       (uintptr_t)(b->data + off) % _Alignof(struct kes_exit) == 0 &&
	       off <= b->len &&
	       r->nr_exits <= (b->len - off) / sizeof(struct kes_exit);
}

static bool vcpu_sizes_agree(const struct kes_vcpu_record *r)
{
	uint64_t exits = (uint64_t)r->nr_exits * r->exit_size;

	if (r->nr_exits &&
	    (r->exit_size < sizeof(struct kes_exit) || r->exit_size % 8))
		return false;
	return r->rec.size == sizeof(*r) + exits;
}

static bool is_in_last_vm(const struct snapshot *s, uint64_t vm_id)
{
	const struct snap_vm *vm;

	if (!s->nr_vms)
		return false;
	vm = &s->vms[s->nr_vms - 1];
	return vm->vm_id == vm_id;
}

/* Only their sum is kept. */
static int parse_evicted(struct snapshot *s, const struct bytes *b, size_t off,
			 const struct kes_vcpu_record *r)
{
	size_t first = s->nr_exits;
	int rc = parse_exits(s, b, off, r);

	for (size_t i = first; i < s->nr_exits; i++)
		s->evicted += s->exits[i].l1 + s->exits[i].l2;
	s->nr_exits = first;
	return rc;
}

static int parse_vcpu(struct snapshot *s, const struct bytes *b, size_t off,
		      const struct kes_record *rec)
{
	struct kes_vcpu_record r;
	struct snap_vcpu *v;

	if (rec->size < sizeof(r) || get(b, off, &r, sizeof(r)) ||
	    !vcpu_sizes_agree(&r))
		return -EPROTO;
	if (rec->type == KES_REC_EVICTED)
		return parse_evicted(s, b, off + sizeof(r), &r);
	/* the baseline of evicted VMs comes first, as VM 0 */
	if (rec->type == KES_REC_BASELINE && !s->nr_vms && !r.vm_id)
		return 0;
	if (!is_in_last_vm(s, r.vm_id))
		return -EPROTO;
	if (rec->type == KES_REC_BASELINE)
		return 0;
	s->vcpus = vec_room(s->vcpus, s->nr_vcpus, &s->cap_vcpus,
			    sizeof(*s->vcpus));
	v = &s->vcpus[s->nr_vcpus++];
	*v = (struct snap_vcpu) {
		.vm_id = r.vm_id,
		.vcpu_id = r.vcpu_id,
		.unknown_last = r.unknown_last,
		.attempts = r.attempts,
		.entry_failed = r.entry_failed,
		.entry_emulated = r.entry_emulated,
		.bus_lock = r.bus_lock,
		.enclave = r.enclave,
		.forced = r.forced,
		.first_exit = s->nr_exits,
		.nr_exits = r.nr_exits,
	};
	if (!can_stay(s, b, off + sizeof(r), &r))
		return parse_exits(s, b, off + sizeof(r), &r);
	v->in_place = (const void *)(b->data + off + sizeof(r));
	return 0;
}

/* The records of groups start alike; this table has the differences. */
struct part_head {
	struct kes_record rec;
	__u64 vm_id;
	__u32 vcpu_id;
	__u32 nr;
};

#define SAME_HEAD(_type) \
	static_assert(offsetof(_type, vm_id) == \
		      offsetof(struct part_head, vm_id) && \
		      offsetof(_type, vcpu_id) == \
		      offsetof(struct part_head, vcpu_id) && \
		      offsetof(_type, nr) == offsetof(struct part_head, nr), \
		      #_type)

SAME_HEAD(struct kes_userspace_record);
SAME_HEAD(struct kes_time_record);
SAME_HEAD(struct kes_histogram_record);
SAME_HEAD(struct kes_detail_record);
SAME_HEAD(struct kes_nested_record);

#define PART(_field, _head, _element) { \
	.head = sizeof(_head), \
	.element = sizeof(_element), \
	.array = offsetof(struct snapshot, _field), \
	.nr = offsetof(struct snapshot, nr_##_field), \
	.cap = offsetof(struct snapshot, cap_##_field), \
	.part = offsetof(struct snap_vcpu, _field), \
}

static const struct part {
	size_t head;		/* bytes before the first element */
	size_t element;
	size_t array, nr, cap;	/* offsets in struct snapshot */
	size_t part;		/* offset in struct snap_vcpu */
} parts[] = {
	[KES_REC_USERSPACE] = PART(users, struct kes_userspace_record,
				   struct kes_userspace),
	[KES_REC_TIME] = PART(times, struct kes_time_record,
			      struct kes_time_exit),
	[KES_REC_HISTOGRAM] = PART(histograms, struct kes_histogram_record,
				   struct kes_histogram_exit),
	[KES_REC_DETAIL] = PART(details, struct kes_detail_record,
				struct kes_detail_value),
	[KES_REC_NESTED] = PART(nested, struct kes_nested_record,
				struct kes_nested),
};

static int parse_elements(struct snapshot *s, const struct bytes *b, size_t off,
			  const struct part *p, uint32_t nr)
{
	void **array = (void **)((char *)s + p->array);
	size_t *used = (size_t *)((char *)s + p->nr);
	size_t *cap = (size_t *)((char *)s + p->cap);

	for (uint32_t i = 0; i < nr; i++, off += p->element) {
		*array = vec_room(*array, *used, cap, p->element);
		if (get(b, off, (char *)*array + *used * p->element,
			p->element))
			return -EPROTO;
		(*used)++;
	}
	return 0;
}

/* Check that the record follows its vCPU's record, and is not repeated. */
static struct snap_vcpu *part_owner(struct snapshot *s,
				    const struct part_head *h)
{
	struct snap_vcpu *v;

	if (!s->nr_vcpus || !is_in_last_vm(s, h->vm_id))
		return NULL;
	v = &s->vcpus[s->nr_vcpus - 1];
	return v->vm_id == h->vm_id && v->vcpu_id == h->vcpu_id ? v : NULL;
}

/* The kernel writes first_cyc before last_cyc: a read in between has no time yet. */
static int parse_time(struct snap_vcpu *v, const struct bytes *b, size_t off)
{
	struct kes_time_record *t = &v->time;

	if (get(b, off, t, sizeof(*t)) || t->state >= KES_NR_STATES)
		return -EPROTO;
	if (!t->last_cyc)
		t->first_cyc = 0;
	return t->last_cyc < t->first_cyc ? -EPROTO : 0;
}

static int parse_part(struct snapshot *s, const struct bytes *b, size_t off,
		      const struct kes_record *rec)
{
	const struct part *p = &parts[rec->type];
	struct snap_part *to;
	struct part_head h;
	struct snap_vcpu *v;

	if (rec->size < p->head || get(b, off, &h, sizeof(h)) ||
	    rec->size != p->head + (uint64_t)h.nr * p->element)
		return -EPROTO;
	v = part_owner(s, &h);
	if (!v)
		return -EPROTO;
	to = (struct snap_part *)((char *)v + p->part);
	if (to->there)
		return -EPROTO;
	to->there = true;
	to->first = *(size_t *)((char *)s + p->nr);
	to->nr = h.nr;
	if (rec->type == KES_REC_TIME && parse_time(v, b, off))
		return -EPROTO;
	return parse_elements(s, b, off + p->head, p, h.nr);
}

static int parse_record(struct snapshot *s, const struct bytes *b, size_t off,
			const struct kes_record *rec)
{
	switch (rec->type) {
	case KES_REC_VM:
		return parse_vm(s, b, off, rec);
	case KES_REC_VCPU:
	case KES_REC_BASELINE:
	case KES_REC_EVICTED:
		return parse_vcpu(s, b, off, rec);
	case KES_REC_USERSPACE:
	case KES_REC_TIME:
	case KES_REC_HISTOGRAM:
	case KES_REC_DETAIL:
	case KES_REC_NESTED:
		return parse_part(s, b, off, rec);
	default:
		return 0;	/* unknown type of a newer kernel: skip */
	}
}

static int parse_records(struct snapshot *s, const struct bytes *b,
			 struct errbuf *err)
{
	size_t off = s->hdr.header_size;
	struct kes_record rec;

	for (uint32_t i = 0; i < s->hdr.nr_records; i++) {
		if (get(b, off, &rec, sizeof(rec)) ||
		    rec.size < sizeof(rec) || rec.size % 8 ||
		    rec.size > b->len - off ||
		    parse_record(s, b, off, &rec))
			return err_set(err, -EPROTO,
				       "snapshot record %u at byte %zu is inconsistent",
				       i, off);
		off += rec.size;
	}
	if (off != b->len)
		return err_set(err, -EPROTO,
			       "snapshot has %zu bytes after its last record",
			       b->len - off);
	return 0;
}

/* Also true for a thread in its first state, when no reason has time yet. */
static int check_clock(const struct snapshot *s, struct errbuf *err)
{
	for (size_t i = 0; !s->hdr.tsc_khz && i < s->nr_vcpus; i++)
		if (s->vcpus[i].times.there)
			return err_set(err, -EPROTO,
				       "snapshot has times, but no TSC frequency");
	return 0;
}

static int check_counts(const struct snapshot *s, struct errbuf *err)
{
	if (s->nr_vms != s->hdr.nr_vms)
		return err_set(err, -EPROTO,
			       "snapshot announces %u VMs but lists %zu",
			       s->hdr.nr_vms, s->nr_vms);
	for (size_t i = 0; i < s->nr_vms; i++) {
		size_t end = i + 1 < s->nr_vms ? s->vms[i + 1].first_vcpu :
						 s->nr_vcpus;

		if (end - s->vms[i].first_vcpu != s->vms[i].nr_vcpus)
			return err_set(err, -EPROTO,
				       "snapshot announces %u vCPUs of VM %llu but lists %zu",
				       s->vms[i].nr_vcpus,
				       (unsigned long long)s->vms[i].vm_id,
				       end - s->vms[i].first_vcpu);
	}
	return 0;
}

static int parse(struct snapshot *s, const void *data, size_t len,
		 struct errbuf *err)
{
	struct bytes b = { data, len };
	int rc;

	s->nr_vms = 0;
	s->nr_vcpus = 0;
	s->nr_exits = 0;
	s->nr_users = 0;
	s->nr_times = 0;
	s->nr_histograms = 0;
	s->nr_details = 0;
	s->nr_nested = 0;
	s->evicted = 0;
	if (get(&b, 0, &s->hdr, sizeof(s->hdr)))
		return err_set(err, -EPROTO,
			       "snapshot truncated: %zu bytes, the header alone has %zu",
			       len, sizeof(s->hdr));
	rc = check_header(&s->hdr, len, err);
	if (!rc)
		rc = parse_records(s, &b, err);
	if (!rc)
		rc = check_clock(s, err);
	return rc ? rc : check_counts(s, err);
}

int snapshot_parse(struct snapshot *s, const void *data, size_t len,
		   struct errbuf *err)
{
	s->stays = false;
	return parse(s, data, len, err);
}

int snapshot_parse_in_place(struct snapshot *s, const void *data, size_t len,
			    struct errbuf *err)
{
	s->stays = true;
	return parse(s, data, len, err);
}

void snapshot_free(struct snapshot *s)
{
	free(s->vms);
	free(s->vcpus);
	free(s->exits);
	free(s->users);
	free(s->times);
	free(s->histograms);
	free(s->details);
	free(s->nested);
	memset(s, 0, sizeof(*s));
}

uint64_t snapshot_vm_exits(const struct snapshot *s, const struct snap_vm *vm)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		const struct snap_vcpu *v = &s->vcpus[vm->first_vcpu + i];

		for (size_t j = 0; j < v->nr_exits; j++)
			sum += snap_exits(s, v)[j].l1 +
			       snap_exits(s, v)[j].l2;
	}
	return sum;
}

int64_t snapshot_unaccounted(const struct snapshot *s,
			     const struct snap_vcpu *v)
{
	uint64_t ends = v->entry_failed + v->entry_emulated;

	for (size_t i = 0; i < v->nr_exits; i++)
		ends += snap_exits(s, v)[i].l1 + snap_exits(s, v)[i].l2;
	return (int64_t)(v->attempts - ends);
}
