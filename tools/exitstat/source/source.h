/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sources of snapshots. Every source delivers the layout of
 * module/uapi/kvm_exit_stats.h, so the rest of the tool does not depend on it.
 */
#ifndef EXITSTAT_SOURCE_H
#define EXITSTAT_SOURCE_H

#include "util.h"

#define SOURCES_MAX	8

/* The result of a search for a source. */
struct source_choice {
	struct errbuf why;	/* why the opened source was chosen */
	/* Better sources, and why they do not work. */
	struct source_refusal {
		const char *name;
		struct errbuf why;
	} refused[SOURCES_MAX];
	size_t nr_refused;
};

struct source;

/*
 * Opens the source @name on the machine below @root, or for "auto" the first that
 * works. Returns NULL with a message in @err if it is unknown or does not work, or if
 * none works; @choice has the reason for each.
 */
struct source *source_open(const char *root, const char *name,
			   struct source_choice *choice, struct errbuf *err);
/* Closes a source, with counts that exist only in this process. NULL is ignored. */
void source_close(struct source *s);

const char *source_name(const struct source *s);
const char *source_root(const struct source *s);
/* Whether its counts exist only while it is open. */
bool source_is_in_process(const struct source *s);

/*
 * Appends a snapshot to @out. Groups must be switched before the first one. Returns
 * 0, or -errno with a message in @err, like all functions below.
 */
int source_read(struct source *s, struct buf *out, struct errbuf *err);
/*
 * Appends what changed since the last call, if the source supports it (see
 * snapshot_is_partial()); otherwise, and the first time, a snapshot.
 */
int source_read_changes(struct source *s, struct buf *out, struct errbuf *err);
/* The next source_read_changes() appends a snapshot: an answer was not used. */
void source_forget_changes(struct source *s);
/* Appends a line for each VM that could not be read. */
void source_remarks(struct source *s, struct buf *out);

/* KES_GROUP_*: the groups that are on, and those that this kernel has. */
int source_get_groups(struct source *s, uint32_t *on, uint32_t *known,
		      struct errbuf *err);
/*
 * Switches @groups (bits), in the order of their dependencies. Groups already in
 * that state stay. *@done has the switched groups, even after an error.
 */
int source_switch(struct source *s, uint32_t groups, bool on, uint32_t *done,
		  struct errbuf *err);
/*
 * The same for one VM: KES_GROUP_* that can be switched for it, and those that are on
 * for it alone. A group that is on for all VMs need not be among them.
 */
int source_get_vm_groups(struct source *s, uint64_t vm_id, uint32_t *on,
			 uint32_t *known, struct errbuf *err);
/* Like source_switch(), for one VM. */
int source_switch_vm(struct source *s, uint64_t vm_id, uint32_t groups, bool on,
		     uint32_t *done, struct errbuf *err);
/* Restarts the kernel's own texts at 0; snapshots are not affected. */
int source_reset(struct source *s, struct errbuf *err);

/* Why this source was chosen, in one line for the recording. */
void source_why(const struct source_choice *choice, struct buf *out);
/* The names of sources by index: "auto", "patched", ...; NULL after the last. */
const char *source_word(size_t i);

#endif
