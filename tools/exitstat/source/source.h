/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where snapshots come from. Every source delivers the layout of
 * module/uapi/kvm_exit_stats.h, so nothing after this point knows which.
 */
#ifndef EXITSTAT_SOURCE_H
#define EXITSTAT_SOURCE_H

#include "util.h"

#define SOURCES_MAX	8

/* What became of a search for a source. */
struct source_choice {
	struct errbuf why;	/* why the one that was opened serves */
	/* Those that would have been better, and why not. */
	struct source_refusal {
		const char *name;
		struct errbuf why;
	} refused[SOURCES_MAX];
	size_t nr_refused;
};

struct source;

/*
 * Opens the source called @name on the machine below @root, or for "auto" the
 * first that serves. NULL with a line in @err: there is no such source, it does
 * not serve, or none does; @choice says why each does not.
 */
struct source *source_open(const char *root, const char *name,
			   struct source_choice *choice, struct errbuf *err);
/* Counts that live in this process end. NULL is none. */
void source_close(struct source *s);

const char *source_name(const struct source *s);
const char *source_root(const struct source *s);
/* Do its counts live only as long as it is open? */
bool source_is_in_process(const struct source *s);

/*
 * Appends one whole snapshot to @out. Groups are switched before the first one.
 * -errno with a line in @err, as of all below.
 */
int source_read(struct source *s, struct buf *out, struct errbuf *err);
/* Appends a line for each VM that could not be read. */
void source_remarks(struct source *s, struct buf *out);

/* KES_GROUP_*: which are on, and which this kernel has at all. */
int source_get_groups(struct source *s, uint32_t *on, uint32_t *known,
		      struct errbuf *err);
/*
 * Switches @groups (bits), in the order in which they need each other. What is
 * switched already stays. *@done says which were, also after an error.
 */
int source_switch(struct source *s, uint32_t groups, bool on, uint32_t *done,
		  struct errbuf *err);
/* The kernel's own texts count from now on; snapshots go on. */
int source_reset(struct source *s, struct errbuf *err);

/* Why this source and no better one, in a line for the recording. */
void source_why(const struct source_choice *choice, struct buf *out);
/* What may be asked for, from 0 on: "auto", "patched", ...; NULL behind the last. */
const char *source_word(size_t i);

#endif
