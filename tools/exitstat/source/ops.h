/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions that a source implements. Only the files of sources include it;
 * others include source.h.
 */
#ifndef EXITSTAT_SOURCE_OPS_H
#define EXITSTAT_SOURCE_OPS_H

#include "util.h"

/* Groups that are on for one VM. */
struct source_vm {
	uint64_t vm_id;
	uint32_t groups;
};

/* Groups that recorders have switched on: for all VMs, and for some. */
struct source_switched {
	uint32_t groups;
	struct source_vm *vms;
	size_t nr, cap;
};

/* An open source. A source with more data has its own struct that begins with it. */
struct source {
	const struct source_ops *ops;
	char *root;
	/* owned by group-refs.c: */
	int users;		/* the lock shared by recorders; -1: none */
	struct source_switched switched;	/* by this recorder */
	uint32_t limited;	/* of these, groups that it needs for its own VMs */
	uint32_t limitable;	/* groups that could be so */
};

struct source_ops {
	const char *name;
	bool in_process;	/* counts exist only while the source is open */
	bool shared;		/* the switches are global in the kernel */
	size_t size;		/* of its struct, which is zeroed */
	/*
	 * Returns 0 if it works; -EAGAIN if there is nothing to read yet, which is
	 * accepted for a source given by name; otherwise -errno. @why has the
	 * reason in any case.
	 */
	int (*open)(struct source *s, struct errbuf *why);
	/* Releases the results of open(), even after a failure; may be NULL. */
	void (*close)(struct source *s);
	int (*read)(struct source *s, struct buf *out, struct errbuf *err);
	/* Like read(), or what changed since its last call; NULL: the same as read. */
	int (*read_changes)(struct source *s, struct buf *out,
			    struct errbuf *err);
	/* The next read_changes() is the first one again; NULL without it. */
	void (*forget_changes)(struct source *s);
	int (*get_groups)(struct source *s, uint32_t *on, uint32_t *known,
			  struct errbuf *err);
	/* Switches one group, given as a bit. */
	int (*set_group)(struct source *s, uint32_t group, bool on,
			 struct errbuf *err);
	/*
	 * The groups that can be switched for one VM, and those that are on for it by
	 * themselves; and such a switch. NULL: all switches are for all VMs.
	 */
	int (*get_vm_groups)(struct source *s, uint64_t vm_id, uint32_t *on,
			     uint32_t *known, struct errbuf *err);
	int (*set_vm_group)(struct source *s, uint32_t group, uint64_t vm_id,
			    bool on, struct errbuf *err);
	int (*reset)(struct source *s, struct errbuf *err);
	/* May be NULL. */
	void (*remarks)(struct source *s, struct buf *out);
};

extern const struct source_ops source_patched;
extern const struct source_ops source_module;
extern const struct source_ops source_bpf;
extern const struct source_ops source_kvm_stats;

#endif
