// SPDX-License-Identifier: GPL-2.0-only
/* Implements build.h. */
#include <stddef.h>
#include <string.h>

#include "snapshot/build.h"

#define RECORD(_head, _nr, _element) \
	{ sizeof(_head), offsetof(_head, _nr), sizeof(_element) }

static const struct layout {
	size_t head;
	size_t nr;		/* offset of the number of elements, or 0 */
	size_t element;
} layouts[] = {
	[KES_REC_VM] = { sizeof(struct kes_vm_record), 0, 0 },
	[KES_REC_VCPU] = RECORD(struct kes_vcpu_record, nr_exits,
				struct kes_exit),
	[KES_REC_EVICTED] = RECORD(struct kes_vcpu_record, nr_exits,
				   struct kes_exit),
	[KES_REC_USERSPACE] = RECORD(struct kes_userspace_record, nr,
				     struct kes_userspace),
	[KES_REC_TIME] = RECORD(struct kes_time_record, nr,
				struct kes_time_exit),
	[KES_REC_HISTOGRAM] = RECORD(struct kes_histogram_record, nr,
				     struct kes_histogram_exit),
	[KES_REC_DETAIL] = RECORD(struct kes_detail_record, nr,
				  struct kes_detail_value),
	[KES_REC_NESTED] = RECORD(struct kes_nested_record, nr,
				  struct kes_nested),
};

void snap_build_begin(struct snap_build *b, struct buf *out)
{
	const struct kes_header nothing_yet = { 0 };

	*b = (struct snap_build) { .out = out, .begin = out->len };
	buf_append(out, &nothing_yet, sizeof(nothing_yet));
}

void snap_build_record(struct snap_build *b, uint32_t type, const void *head)
{
	const struct kes_record rec = { type, (uint32_t)layouts[type].head };

	b->record = b->out->len;
	b->nr_records++;
	b->nr_vms += type == KES_REC_VM;
	buf_append(b->out, head, layouts[type].head);
	memcpy(b->out->data + b->record, &rec, sizeof(rec));
}

void snap_build_element(struct snap_build *b, const void *element)
{
	const struct layout *l;
	struct kes_record rec;
	uint32_t nr;

	memcpy(&rec, b->out->data + b->record, sizeof(rec));
	l = &layouts[rec.type];
	memcpy(&nr, b->out->data + b->record + l->nr, sizeof(nr));
	rec.size += (uint32_t)l->element;
	nr++;
	memcpy(b->out->data + b->record, &rec, sizeof(rec));
	memcpy(b->out->data + b->record + l->nr, &nr, sizeof(nr));
	buf_append(b->out, element, l->element);
}

void snap_build_end(struct snap_build *b, const struct kes_header *from)
{
	struct kes_header h = *from;

	h.magic = KES_MAGIC;
	h.version = KES_VERSION;
	h.header_size = sizeof(h);
	h.size = b->out->len - b->begin;
	h.nr_records = b->nr_records;
	h.nr_vms = b->nr_vms;
	memcpy(b->out->data + b->begin, &h, sizeof(h));
}
