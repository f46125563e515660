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
	bool in_process;	/* counts live as long as this process does */
	bool shared;		/* switches are the kernel's, for everybody */
	/*
	 * 0: serves. -EAGAIN: nothing to read yet, but there may be; serves
	 * who asked for it by name. Else -errno. @why says why, in any case.
	 */
	int (*probe)(const char *root, struct errbuf *why);
	/*
	 * Appends one whole snapshot to @out. Groups are switched before the
	 * first one.
	 */
	int (*read)(const char *root, struct buf *out, struct errbuf *err);
	/* KES_GROUP_*: which are on, and which this kernel has at all. */
	int (*get_groups)(const char *root, uint32_t *on, uint32_t *known,
			  struct errbuf *err);
	/* Switches one, given as a bit. */
	int (*set_group)(const char *root, uint32_t group, bool on,
			 struct errbuf *err);
	/* The kernel's own texts count from now on; snapshots go on. */
	int (*reset)(const char *root, struct errbuf *err);
	/* Appends a line for each VM that could not be read; may be NULL. */
	void (*remarks)(struct buf *out);
};

/*
 * Switches @groups (bits), in the order in which they need each other. What is
 * switched already stays. *@done says which were, also after an error.
 */
int source_switch(const struct source_ops *src, const char *root,
		  uint32_t groups, bool on, uint32_t *done,
		  struct errbuf *err);

extern const struct source_ops source_patched;
extern const struct source_ops source_module;
extern const struct source_ops source_bpf;
extern const struct source_ops source_kvm_stats;

#define SOURCES_MAX	8

/* What became of a search for a source. */
struct source_choice {
	const struct source_ops *ops;	/* NULL: none serves */
	struct errbuf why;		/* why it does */
	/* Those that would have been better, and why not. */
	struct source_refusal {
		const struct source_ops *ops;
		struct errbuf why;
	} refused[SOURCES_MAX];
	size_t nr_refused;
};

/*
 * Looks for the source called @name, or for "auto" the first that serves.
 * -EINVAL with a line in @err: no source has this name. -ENODEV: it does not
 * serve, or none does; @choice says why each does not.
 */
int source_choose(const char *name, const char *root,
		  struct source_choice *choice, struct errbuf *err);
/* Why this source and no better one, in a line for the recording. */
void source_why(const struct source_choice *choice, struct buf *out);
/* "auto, patched, ..." for help texts; @size bytes at @out. */
void source_names(char *out, size_t size);

#endif
