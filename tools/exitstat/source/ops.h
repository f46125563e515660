/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a kind of source implements. Only the files of sources include it;
 * everybody else has source.h.
 */
#ifndef EXITSTAT_SOURCE_OPS_H
#define EXITSTAT_SOURCE_OPS_H

#include "util.h"

/* An open source. A kind that keeps more begins its own struct with it. */
struct source {
	const struct source_ops *ops;
	char *root;
	/* hold.c's: */
	int users;		/* the lock that recorders share; -1: none */
	uint32_t held;		/* groups that this one switched on */
};

struct source_ops {
	const char *name;
	bool in_process;	/* counts live as long as the source is open */
	bool shared;		/* switches are the kernel's, for everybody */
	size_t size;		/* of its struct, which begins with zeros */
	/*
	 * 0: serves. -EAGAIN: nothing to read yet, but there may be; serves
	 * who asked for it by name. Else -errno. @why says why, in any case.
	 */
	int (*open)(struct source *s, struct errbuf *why);
	/* What open() left, also when it failed; may be NULL. */
	void (*close)(struct source *s);
	int (*read)(struct source *s, struct buf *out, struct errbuf *err);
	int (*get_groups)(struct source *s, uint32_t *on, uint32_t *known,
			  struct errbuf *err);
	/* Switches one, given as a bit. */
	int (*set_group)(struct source *s, uint32_t group, bool on,
			 struct errbuf *err);
	int (*reset)(struct source *s, struct errbuf *err);
	/* May be NULL. */
	void (*remarks)(struct source *s, struct buf *out);
};

extern const struct source_ops source_patched;
extern const struct source_ops source_module;
extern const struct source_ops source_bpf;
extern const struct source_ops source_kvm_stats;

#endif
