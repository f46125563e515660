/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where snapshots come from. Every source delivers the layout of
 * module/uapi/kvm_exit_stats.h, so nothing after this point knows which.
 */
#ifndef EXITSTAT_SOURCE_H
#define EXITSTAT_SOURCE_H

#include "util.h"

struct source_ops {
	const char *name;
	const char *help;
	/* 0: serves. Else -errno. @why says why, in either case. */
	int (*probe)(const char *root, struct errbuf *why);
	/* Appends one whole snapshot to @out. */
	int (*read)(const char *root, struct buf *out, struct errbuf *err);
	/* KES_GROUP_*: which are on, and which this kernel has at all. */
	int (*get_groups)(const char *root, uint32_t *on, uint32_t *known,
			  struct errbuf *err);
	/* Switches one, given as a bit. */
	int (*set_group)(const char *root, uint32_t group, bool on,
			 struct errbuf *err);
	/* The kernel's own texts count from now on; snapshots go on. */
	int (*reset)(const char *root, struct errbuf *err);
};

/*
 * Switches @groups (bits), in the order in which they need each other. What is
 * switched already stays. *@done says which were, also after an error.
 */
int source_switch(const struct source_ops *src, const char *root,
		  uint32_t groups, bool on, uint32_t *done,
		  struct errbuf *err);

extern const struct source_ops source_patched;

/*
 * The source called @name, or for "auto" the first that serves. NULL when
 * none does; @why then says what to do. On success @why says why this one.
 */
const struct source_ops *source_pick(const char *name, const char *root,
				     struct errbuf *why);
/* "auto|patched|..." for help texts; @size bytes at @out. */
void source_names(char *out, size_t size);

#endif
