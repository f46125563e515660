/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes snapshots for tests: a second implementation of the kernel's side of
 * kvm_exit_stats.h, so that the tool's parser is not tested against itself.
 */
#ifndef TESTS_SNAPWRITE_H
#define TESTS_SNAPWRITE_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "kvm_exit_stats.h"

struct snapwrite {
	unsigned char *data;
	size_t len;
	size_t cap;
	size_t vm_off;		/* offset of the last VM and vCPU record, 0: none */
	size_t vcpu_off;
	size_t part_off;	/* offset of the last record of a group */
};

void snapwrite_begin(struct snapwrite *s, uint32_t isa, uint64_t fields);
void snapwrite_vm(struct snapwrite *s, uint64_t vm_id, uint32_t pid,
		  uint64_t created_ns, uint64_t destroyed_ns, const char *comm);
/* @type is that of a vCPU, baseline or evicted record. */
void snapwrite_vcpu(struct snapwrite *s, uint32_t type, uint32_t vcpu_id,
		    uint64_t attempts);
void snapwrite_exit(struct snapwrite *s, const struct kes_exit *e);
/* Set header fields for the groups other than count. */
void snapwrite_clock(struct snapwrite *s, uint64_t tsc_khz, uint64_t now_cyc,
		     uint32_t groups);
/* Begin a record of a group for the last vCPU: KES_REC_USERSPACE and so on. */
void snapwrite_part(struct snapwrite *s, uint32_t type);
/* Set the head of the KES_REC_TIME record just begun. */
void snapwrite_time(struct snapwrite *s, uint64_t first_cyc, uint64_t last_cyc,
		    uint64_t guest_cyc, uint32_t state);
/* Add one element, of the size for the record's type. */
void snapwrite_element(struct snapwrite *s, const void *element);
/* Add a record of an unknown type. */
void snapwrite_unknown(struct snapwrite *s, uint32_t size);
/* Set the sizes and counts in the header. */
void snapwrite_end(struct snapwrite *s);
/* Write a temporary file and rename it, so that a reader sees all or nothing. */
int snapwrite_store(const struct snapwrite *s, const char *path);
void snapwrite_free(struct snapwrite *s);

static inline struct kes_header *snapwrite_header(struct snapwrite *s)
{
	return (struct kes_header *)s->data;
}

/* Return the last record of a VM, of a vCPU, of a group. */
static inline struct kes_vm_record *snapwrite_last_vm(struct snapwrite *s)
{
	return (struct kes_vm_record *)(s->data + s->vm_off);
}

static inline struct kes_vcpu_record *snapwrite_last_vcpu(struct snapwrite *s)
{
	return (struct kes_vcpu_record *)(s->data + s->vcpu_off);
}

static inline struct kes_time_record *snapwrite_last_time(struct snapwrite *s)
{
	return (struct kes_time_record *)(s->data + s->part_off);
}

uint64_t snapwrite_now_ns(void);

/* ---- parts of most test snapshots ---- */

/* Set the time of the snapshot. */
static inline void snapwrite_at(struct snapwrite *s, uint64_t ns)
{
	snapwrite_header(s)->begin_ns = ns;
	snapwrite_header(s)->end_ns = ns;
}

static inline void snapwrite_count(struct snapwrite *s, uint64_t code,
				   uint64_t l1, uint64_t userspace)
{
	snapwrite_exit(s, &(struct kes_exit) {
		.code = code, .l1 = l1, .userspace = userspace });
}

/* Add a KES_REC_TIME without elements, for a thread in @state for exit @code. */
static inline void snapwrite_times(struct snapwrite *s, uint64_t first_cyc,
				   uint64_t last_cyc, uint64_t guest_cyc,
				   uint32_t state, uint64_t code)
{
	snapwrite_part(s, KES_REC_TIME);
	snapwrite_time(s, first_cyc, last_cyc, guest_cyc, state);
	snapwrite_last_time(s)->state_code = code;
}

/* The first value is for KES_STATE_HANDLER. */
static inline void snapwrite_handler(struct snapwrite *s, uint64_t code,
				     uint64_t cyc, uint64_t max_cyc)
{
	snapwrite_element(s, &(struct kes_time_exit) {
		.code = code, .cyc = { cyc }, .max_cyc = max_cyc });
}

static inline void snapwrite_detail(struct snapwrite *s, uint64_t code,
				    uint64_t value, uint64_t count,
				    uint32_t flags)
{
	snapwrite_element(s, &(struct kes_detail_value) {
		.code = code, .value = value, .count = count, .flags = flags });
}

#endif
