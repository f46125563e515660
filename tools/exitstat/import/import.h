/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of exits that other tools wrote as text, as a recording: parsers fill
 * a struct import line by line, which is then written as a whole, so that
 * nothing of a file that is wrong at its end is left.
 */
#ifndef EXITSTAT_IMPORT_H
#define EXITSTAT_IMPORT_H

#include <stdio.h>

#include "util.h"

/* Of one count: sums of them fit. */
#define IMPORT_MAX_COUNT	1000000000000

struct import_vm {
	uint32_t pid;		/* 0: not known, or all VMs together */
	char name[64];
};

struct import_vcpu {
	size_t vm;
	uint32_t id;
	uint32_t tid;		/* 0: not known */
};

struct import_count {
	size_t interval;	/* from 0 on: ends at ends[interval + 1] */
	size_t vcpu;
	size_t name;
	uint64_t n;
};

/* What the parser of kvm_stat knows from the banner. */
struct import_column {
	enum { COLUMN_OTHER, COLUMN_TOTAL, COLUMN_REASON } kind;
	size_t name;
};

struct import {
	/* what the user said; 0: nothing */
	uint32_t isa;		/* KES_ISA_* */
	uint64_t interval_ns;
	uint64_t duration_ns;

	/* what was found */
	char **names;		/* of reasons, as the file has them */
	size_t nr_names, cap_names;
	struct import_vm *vms;
	size_t nr_vms, cap_vms;
	struct import_vcpu *vcpus;
	size_t nr_vcpus, cap_vcpus;
	uint64_t *ends;		/* the first is where the first interval begins */
	size_t nr_ends, cap_ends;
	struct import_count *counts;
	size_t nr_counts, cap_counts;
	uint64_t start_wall_ns;	/* 0: not known */
	uint64_t shift_ns;	/* of times, to what is not 0 */
	uint64_t lost;		/* events that the file says were lost */
	uint64_t negative;	/* counts below 0, taken for 0 */

	/* while it is parsed */
	char *banner;
	struct import_column *columns;
	size_t nr_columns, cap_columns;
	uint64_t *stamps;	/* of kvm_stat's lines, wall clock in seconds */
	size_t nr_stamps, cap_stamps;
	uint64_t block_sum, block_ns;
	size_t nr_blocks;
	bool in_block;
};

struct import_format {
	const char *name;
	const char *help;
	/* Is this a line that the file begins with, in effect? */
	bool (*is)(const char *line);
	/* From that line on. The line may be changed. */
	int (*line)(struct import *im, char *line, struct errbuf *err);
	int (*end)(struct import *im, struct errbuf *err);	/* or NULL */
};

extern const struct import_format *const import_formats[];
extern const size_t import_nr_formats;

/*
 * Reads all of @f. *@format is found when it is NULL. -errno with a line in
 * @err that begins with @path and, where it is about one, the line's number.
 */
int import_read(struct import *im, FILE *f, const char *path,
		const struct import_format **format, struct errbuf *err);
/*
 * Makes the recording @out. *@unknown: the names that are no reason of the
 * isa, ", " between them; they are kept.
 */
int import_write(struct import *im, const char *path,
		 const struct import_format *format, const char *out,
		 bool force, struct buf *unknown, struct errbuf *err);
void import_free(struct import *im);

/* ---- for parsers ---- */

size_t import_name(struct import *im, const char *name);
/* By pid, and if that is 0, by name. */
size_t import_vm(struct import *im, uint32_t pid, const char *name);
size_t import_vcpu(struct import *im, size_t vm, uint32_t id, uint32_t tid);
/* Times go on, in steps of 1 ns or more. The first call begins the first. */
void import_end_interval(struct import *im, uint64_t end_ns);
/* In the interval that import_end_interval() ended last. */
void import_add(struct import *im, size_t vcpu, size_t name, uint64_t n);

/* ---- the parsers ---- */

extern const struct import_format import_kvm_stat, import_report, import_script;

#endif
