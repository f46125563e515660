/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the writer and the reader of recordings both know: one SQLite database
 * per run, described for other programs in exitstat-recording(5).
 */
#ifndef EXITSTAT_REC_FORMAT_H
#define EXITSTAT_REC_FORMAT_H

#include <stdint.h>

#define REC_APPLICATION_ID	0x45584954	/* "EXIT" */
#define REC_EXPORT_ID		0x45584953	/* "EXIS": all of it as rows */
#define REC_VERSION		4
#define REC_PART_SUFFIX		".part"	/* of a file that is being made */

#define REC_NR_BUCKETS		40
#define REC_NR_STATES		5	/* KES_STATE_* without the guest */

/* Counters of one reason; -1 in a count: the source does not fill it. */
struct rec_counts {
	int64_t l1;
	int64_t l2;
	int64_t l2_reflected;
	int64_t fastpath;
	int64_t userspace;
};

/* Exits of both contexts. */
static inline uint64_t rec_total(const struct rec_counts *c)
{
	return (uint64_t)c->l1 + (c->l2 > 0 ? (uint64_t)c->l2 : 0);
}

#endif
