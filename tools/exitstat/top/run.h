/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * exitstat top as it runs: one loop of samples, keys and signals, which shows
 * each sample on the screen or prints it (batch.c), and can record on the
 * side (record.c). The options are cmd/top.c's.
 */
#ifndef EXITSTAT_TOP_RUN_H
#define EXITSTAT_TOP_RUN_H

#include "record/session.h"
#include "source/source.h"
#include "top/view.h"

enum top_output { TOP_SCREEN, TOP_TEXT_OUT, TOP_JSON_OUT };

struct top_config {
	const char *root;
	const struct source_ops *source;
	const char *source_why;
	const struct clock *clock;
	enum top_output output;
	uint64_t interval_ns;
	uint64_t count;		/* samples until the end, 0: no end */
	const char *record_file;	/* NULL: by the time of day */
	int width;		/* of printed text */
	bool ascii;
	/* what to show at first */
	enum top_level level;
	const char *vm;		/* name, pid or uuid; or NULL */
	const char *reason;	/* or NULL */
	int64_t vcpu;		/* or -1 */
	const char *sort;	/* column, or NULL */
	const char *filter;	/* or NULL */
	bool reverse, dead;
	bool total;		/* print the sum of all rows, a line a sample */
};

/*
 * 0, or -errno with a line in @err; -EPIPE: nobody reads any more. *@note is
 * what a user should know at the end, or "".
 */
int top_run(const struct top_config *cfg, struct errbuf *note,
	    struct errbuf *err);

/*
 * Shows what @cfg asks for at first. -ENOENT with a line in @err when there is
 * no such VM, vCPU, reason or column.
 */
int top_view_start(struct top_view *v, const struct top_config *cfg,
		   const struct top_data *d, struct errbuf *err);

/* ---- printed ---- */

void top_batch_text(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out);
/* The one row of top_total(); the header comes again now and then. */
void top_batch_line(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out);
void top_batch_json(const struct top_scene *s, const struct top_view *v,
		    struct buf *out);

/* ---- recorded ---- */

struct top_recorder {
	struct session session;
	char file[256];
	bool on;
};

/*
 * Begins a recording, of the VM @vm_id alone if it is not 0. Its first sample
 * is the next one that top_record_sample() gets.
 */
int top_record_begin(struct top_recorder *r, const struct top_config *cfg,
		     uint64_t interval_ns, uint64_t vm_id, struct errbuf *err);
/*
 * What was read of the source. After an error it is over. Harmless when nothing
 * is recorded, as are the others below.
 */
int top_record_sample(struct top_recorder *r, const struct snapshot *snap,
		      uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		      struct errbuf *err);
/* There is no next sample, for this reason; what there is stays readable. */
int top_record_fail(struct top_recorder *r, int rc, const char *why,
		    struct errbuf *err);
int top_record_end(struct top_recorder *r, struct errbuf *err);

#endif
