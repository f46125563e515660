// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements snapwrite.h. Test code: aborts if out of memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "snapwrite.h"

static void *append(struct snapwrite *s, size_t size)
{
	void *at;

	if (s->len + size > s->cap) {
		s->cap = (s->len + size) * 2;
		s->data = realloc(s->data, s->cap);
		if (!s->data)
			abort();
	}
	at = s->data + s->len;
	memset(at, 0, size);
	s->len += size;
	return at;
}

void snapwrite_begin(struct snapwrite *s, uint32_t isa, uint64_t fields)
{
	struct kes_header *h;

	memset(s, 0, sizeof(*s));
	h = append(s, sizeof(*h));
	h->magic = KES_MAGIC;
	h->version = KES_VERSION;
	h->header_size = sizeof(*h);
	h->isa = isa;
	h->source = KES_SOURCE_PATCHED;
	h->groups = KES_GROUP_COUNT;
	h->groups_known = KES_GROUP_COUNT | KES_GROUP_TIME |
			  KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL;
	h->fields = fields;
	h->begin_ns = snapwrite_now_ns();
}

void snapwrite_vm(struct snapwrite *s, uint64_t vm_id, uint32_t pid,
		  uint64_t created_ns, uint64_t destroyed_ns, const char *comm)
{
	struct kes_vm_record *vm = append(s, sizeof(*vm));

	s->vm_off = (size_t)((unsigned char *)vm - s->data);
	vm->rec.type = KES_REC_VM;
	vm->rec.size = sizeof(*vm);
	vm->vm_id = vm_id;
	vm->pid = pid;
	vm->created_ns = created_ns;
	vm->destroyed_ns = destroyed_ns;
	vm->flags = destroyed_ns ? KES_VM_DESTROYED : 0;
	snprintf(vm->comm, sizeof(vm->comm), "%s", comm);
	snapwrite_header(s)->nr_vms++;
	snapwrite_header(s)->nr_records++;
}

void snapwrite_vcpu(struct snapwrite *s, uint32_t type, uint32_t vcpu_id,
		    uint64_t attempts)
{
	struct kes_vcpu_record *v = append(s, sizeof(*v));
	struct kes_vm_record *vm = snapwrite_last_vm(s);

	s->vcpu_off = (size_t)((unsigned char *)v - s->data);
	v->rec.type = type;
	v->rec.size = sizeof(*v);
	v->vcpu_id = vcpu_id;
	v->exit_size = sizeof(struct kes_exit);
	v->attempts = attempts;
	if (type != KES_REC_EVICTED)
		v->vm_id = vm->vm_id;
	if (type == KES_REC_VCPU)
		vm->nr_vcpus++;
	snapwrite_header(s)->nr_records++;
}

void snapwrite_exit(struct snapwrite *s, const struct kes_exit *e)
{
	struct kes_exit *to = append(s, sizeof(*to));
	struct kes_vcpu_record *v = snapwrite_last_vcpu(s);

	*to = *e;
	v->nr_exits++;
	v->rec.size += sizeof(*to);
}

void snapwrite_clock(struct snapwrite *s, uint64_t tsc_khz, uint64_t now_cyc,
		     uint32_t groups)
{
	struct kes_header *h = snapwrite_header(s);

	h->tsc_khz = tsc_khz;
	h->now_cyc = now_cyc;
	h->groups = groups;
}

void snapwrite_part(struct snapwrite *s, uint32_t type)
{
	size_t size = type == KES_REC_TIME ? sizeof(struct kes_time_record) :
					     sizeof(struct kes_detail_record);
	struct kes_detail_record *r = append(s, size);
	struct kes_vcpu_record *v = snapwrite_last_vcpu(s);

	s->part_off = (size_t)((unsigned char *)r - s->data);
	r->rec.type = type;
	r->rec.size = (uint32_t)size;
	r->vm_id = v->vm_id;
	r->vcpu_id = v->vcpu_id;
	snapwrite_header(s)->nr_records++;
}

void snapwrite_time(struct snapwrite *s, uint64_t first_cyc, uint64_t last_cyc,
		    uint64_t guest_cyc, uint32_t state)
{
	struct kes_time_record *r = snapwrite_last_time(s);

	r->first_cyc = first_cyc;
	r->last_cyc = last_cyc;
	r->guest_cyc = guest_cyc;
	r->state = state;
	r->state_code = KES_CODE_NONE;
}

static size_t element_size(uint32_t type)
{
	switch (type) {
	case KES_REC_USERSPACE:
		return sizeof(struct kes_userspace);
	case KES_REC_TIME:
		return sizeof(struct kes_time_exit);
	case KES_REC_HISTOGRAM:
		return sizeof(struct kes_histogram_exit);
	case KES_REC_NESTED:
		return sizeof(struct kes_nested);
	default:
		return sizeof(struct kes_detail_value);
	}
}

void snapwrite_element(struct snapwrite *s, const void *element)
{
	struct kes_detail_record *r = (void *)(s->data + s->part_off);
	size_t size = element_size(r->rec.type);

	memcpy(append(s, size), element, size);
	/* the buffer may have moved */
	r = (void *)(s->data + s->part_off);
	r->nr++;
	r->rec.size += (uint32_t)size;
}

void snapwrite_unknown(struct snapwrite *s, uint32_t size)
{
	struct kes_record *r = append(s, size);

	r->type = 0x7777;
	r->size = size;
	snapwrite_header(s)->nr_records++;
}

void snapwrite_end(struct snapwrite *s)
{
	struct kes_header *h = snapwrite_header(s);

	h->size = s->len;
	if (!h->end_ns)
		h->end_ns = snapwrite_now_ns();
}

int snapwrite_store(const struct snapwrite *s, const char *path)
{
	char tmp[4096];
	FILE *f;
	int rc;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	f = fopen(tmp, "w");
	if (!f)
		return -1;
	rc = fwrite(s->data, 1, s->len, f) == s->len ? 0 : -1;
	if (fclose(f) || rc)
		return -1;
	return rename(tmp, path);
}

void snapwrite_free(struct snapwrite *s)
{
	free(s->data);
	memset(s, 0, sizeof(*s));
}

uint64_t snapwrite_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}
