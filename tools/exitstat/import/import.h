/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns text output of other tools into a recording. Parsers fill a struct import line
 * by line, which is then written as a whole, so that a file with an error at its end
 * leaves nothing.
 */
#ifndef EXITSTAT_IMPORT_H
#define EXITSTAT_IMPORT_H

#include <stdio.h>

#include "util.h"

/* The limit of one count, so that sums fit. */
#define IMPORT_MAX_COUNT	1000000000000

struct import_vm {
	uint32_t pid;		/* 0: unknown, or all VMs together */
	char name[64];
};

struct import_vcpu {
	size_t vm;
	uint32_t id;
	uint32_t tid;		/* 0: unknown */
};

struct import_count {
	size_t interval;	/* from 0; ends at ends[interval + 1] */
	size_t vcpu;
	size_t name;
	uint64_t n;
};

/* State of the kvm_stat parser from the banner. */
struct import_column {
	enum { COLUMN_OTHER, COLUMN_TOTAL, COLUMN_REASON } kind;
	size_t name;
};

struct import {
	/* from the user; 0: not given */
	uint32_t isa;		/* KES_ISA_* */
	uint64_t interval_ns;
	uint64_t duration_ns;

	/* the result */
	char **names;		/* names of reasons in the file */
	size_t nr_names, cap_names;
	struct import_vm *vms;
	size_t nr_vms, cap_vms;
	struct import_vcpu *vcpus;
	size_t nr_vcpus, cap_vcpus;
	uint64_t *ends;		/* the first is the start of the first interval */
	size_t nr_ends, cap_ends;
	struct import_count *counts;
	size_t nr_counts, cap_counts;
	uint64_t start_wall_ns;	/* 0: unknown */
	uint64_t shift_ns;	/* added to times, so that they are not 0 */
	uint64_t lost;		/* events reported as lost in the file */
	uint64_t negative;	/* counts below 0, read as 0 */

	/* state of parsers */
	char *banner;
	struct import_column *columns;
	size_t nr_columns, cap_columns;
	uint64_t *stamps;	/* times of kvm_stat's lines, wall clock in seconds */
	size_t nr_stamps, cap_stamps;
	uint64_t block_sum, block_ns;
	size_t nr_blocks;
	bool in_block;
};

struct import_format {
	const char *name;
	const char *help;
	/* Whether this line identifies the format. */
	bool (*is)(const char *line);
	/* Called for each line from that one on. May modify the line. */
	int (*line)(struct import *im, char *line, struct errbuf *err);
	int (*end)(struct import *im, struct errbuf *err);	/* or NULL */
};

extern const struct import_format *const import_formats[];
extern const size_t import_nr_formats;

/*
 * Reads all of @f. If *@format is NULL, it is detected. Returns 0, or -errno with a
 * message in @err that starts with @path and, if applicable, the line number.
 */
int import_read(struct import *im, FILE *f, const char *path,
		const struct import_format **format, struct errbuf *err);
/*
 * Makes the recording @out. *@unknown: the names that are not reasons of the ISA,
 * separated by ", "; they are recorded.
 */
int import_write(struct import *im, const char *path,
		 const struct import_format *format, const char *out,
		 bool force, struct buf *unknown, struct errbuf *err);
void import_free(struct import *im);

/* ---- for parsers ---- */

size_t import_name(struct import *im, const char *name);
/* Finds or adds a VM by PID, or by name if the PID is 0. */
size_t import_vm(struct import *im, uint32_t pid, const char *name);
size_t import_vcpu(struct import *im, size_t vm, uint32_t id, uint32_t tid);
/* Ends an interval; times must increase. The first call starts the first interval. */
void import_end_interval(struct import *im, uint64_t end_ns);
/* Adds a count to the interval that import_end_interval() ended last. */
void import_add(struct import *im, size_t vcpu, size_t name, uint64_t n);

/* ---- the parsers ---- */

extern const struct import_format import_kvm_stat, import_report, import_script;

#endif
