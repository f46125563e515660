/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a snapshot in the layout of module/uapi/kvm_exit_stats.h, for sources other
 * than the engine. Maintains the sizes and numbers of records and elements.
 */
#ifndef EXITSTAT_SNAPSHOT_BUILD_H
#define EXITSTAT_SNAPSHOT_BUILD_H

#include <linux/types.h>

#include "kvm_exit_stats.h"
#include "util.h"

/* Offsets, because the buffer moves when it grows. */
struct snap_build {
	struct buf *out;
	size_t begin;		/* start of the snapshot in the buffer */
	size_t record;		/* of the last record */
	uint32_t nr_records;
	uint32_t nr_vms;
};

/* Starts a snapshot, which is appended to @out. */
void snap_build_begin(struct snap_build *b, struct buf *out);
/* Adds a record; @head: the struct for @type, without type, size and number. */
void snap_build_record(struct snap_build *b, uint32_t type, const void *head);
/* Adds an element to the last record, in the struct for its type. */
void snap_build_element(struct snap_build *b, const void *element);
/* Completes the header; fields that are not part of the layout come from @from. */
void snap_build_end(struct snap_build *b, const struct kes_header *from);

#endif
