/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Definitions for writers and readers of recordings. A recording is an SQLite
 * database; exitstat-recording(5) describes it for other programs.
 */
#ifndef EXITSTAT_REC_FORMAT_H
#define EXITSTAT_REC_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_APPLICATION_ID	0x45584954	/* "EXIT" */
#define REC_EXPORT_ID		0x45584953	/* "EXIS": an export, with all numbers as rows */
#define REC_VERSION		7
#define REC_OLDEST_VERSION	6	/* that can be read */
#define REC_PART_SUFFIX		".part"	/* of an unfinished recording */

#define REC_NR_BUCKETS		40
#define REC_NR_STATES		6	/* KES_STATE_* without the guest */

/*
 * The tables with plain rows, which have ids from 1 or another key. In order of
 * reference.
 */
enum rec_table {
	REC_META, REC_VM, REC_VCPU, REC_REASON, REC_SAMPLE, REC_PHASE,
	REC_KVM_EXIT, REC_NR_TABLES
};

struct rec_meta {
	const char *key;
	const char *value;
	bool is_number;		/* in the file */
};

struct rec_vm {
	uint64_t vm_id;
	uint32_t pid;
	const char *name;
	const char *comm;
	const char *cmdline;
	const char *machine;	/* NULL: unknown */
	uint64_t created_ns;
	uint64_t destroyed_ns;	/* 0: existed at the end of the recording */
};

struct rec_vcpu {
	size_t vm;		/* index into recording.vms */
	uint32_t vcpu_id;
	bool has_unknown;
	uint64_t unknown_last;	/* raw code, if has_unknown */
};

struct rec_reason {
	const char *isa;
	uint64_t code;
	const char *name;
	const char *class;
	const char *meaning;
	const char *reference;
};

struct rec_kvm_exit {
	uint32_t code;		/* KVM_EXIT_* */
	const char *name;	/* without the prefix */
};

struct rec_sample {
	uint64_t begin_ns;
	uint64_t end_ns;
	uint64_t missed;
	int phase;		/* index of the phase of its counts; -1: none */
};

struct rec_phase {
	const char *name;
	uint64_t begin_ns;
	uint64_t end_ns;	/* 0: the recording was interrupted */
	const char *line;
};

/* Counters of one reason; a count of -1 is unavailable from the source. */
struct rec_counts {
	int64_t l1;
	int64_t l2;
	int64_t reflected;
	int64_t fastpath;
	int64_t userspace;
};

/* The counters of a row of PACK_DELTA, given its first value. */
static inline struct rec_counts rec_counts(const int64_t *n)
{
	return (struct rec_counts) { n[0], n[1], n[2], n[3], n[4] };
}

/* Exits of both contexts. */
static inline uint64_t rec_total(const struct rec_counts *c)
{
	return (uint64_t)c->l1 + (c->l2 > 0 ? (uint64_t)c->l2 : 0);
}

#endif
