/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a snapshot in the layout of module/uapi/kvm_exit_stats.h, for sources
 * whose counts are not the kernel's snapshot: sizes and numbers of records and
 * elements are kept here.
 */
#ifndef EXITSTAT_SNAPSHOT_BUILD_H
#define EXITSTAT_SNAPSHOT_BUILD_H

#include <linux/types.h>

#include "kvm_exit_stats.h"
#include "util.h"

/* By offset, as the buffer moves when it grows. */
struct snap_build {
	struct buf *out;
	size_t begin;		/* of the snapshot in the buffer */
	size_t record;		/* of the last record */
	uint32_t nr_records;
	uint32_t nr_vms;
};

/* A snapshot that is appended to @out. */
void snap_build_begin(struct snap_build *b, struct buf *out);
/* @head: the struct of a record of @type, without type, size and number. */
void snap_build_record(struct snap_build *b, uint32_t type, const void *head);
/* An element of the last record, of the struct that its type has. */
void snap_build_element(struct snap_build *b, const void *element);
/* The header: what is not the layout's is taken from @from. */
void snap_build_end(struct snap_build *b, const struct kes_header *from);

#endif
