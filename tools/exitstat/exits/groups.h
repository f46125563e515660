/* SPDX-License-Identifier: GPL-2.0-only */
/* The groups of counters: names and dependencies. */
#ifndef EXITSTAT_GROUPS_H
#define EXITSTAT_GROUPS_H

#include <linux/types.h>

#include "kvm_exit_stats.h"
#include "util.h"

struct group {
	const char *name;
	uint32_t bit;		/* KES_GROUP_* */
	uint32_t needs;		/* groups that must be on first */
	const char *help;
};

#define NR_GROUPS	4
#define GROUPS_TEXT_LEN	64

/* In the order of dependency: switch on from the first, off from the last. */
extern const struct group group_table[NR_GROUPS];

/* Parse "count,time" into bits. -EINVAL with a line in @err. */
int groups_parse(const char *list, uint32_t *out, struct errbuf *err);
/* Format as "count,time", or "none". Returns @out. */
const char *groups_text(uint32_t groups, char out[GROUPS_TEXT_LEN]);
/* @groups and the groups that they need. */
uint32_t groups_with_needs(uint32_t groups);

#endif
