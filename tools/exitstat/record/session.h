/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the recorder: when to sample, what the command prints, which
 * phase it is in, and when to stop. The options are the command's
 * (cmd/record.c); the file is the writer's (recording/write.c).
 */
#ifndef EXITSTAT_SESSION_H
#define EXITSTAT_SESSION_H

#include "lib/child.h"
#include "lib/loop.h"
#include "record/phases.h"
#include "recording/writer.h"
#include "source/source.h"
#include "record/track.h"

struct session_config {
	const char *root;
	const struct source_ops *source;
	const struct clock *clock;
	uint64_t interval_ns;
	uint64_t duration_ns;	/* 0: until the command ends or a signal */
	char *const *command;	/* NULL: record what runs */
	bool quiet;
	bool all;
};

struct session {
	const struct session_config *cfg;
	struct rec_writer *w;
	struct tracker *track;
	struct phases *phases;
	struct child child;
	struct loop loop;
	struct buf bytes;
	struct snapshot snap;
	int64_t nr_samples;
	int64_t nr_phases;
	uint64_t missed;
	struct kes_header first; /* of the first snapshot */
	uint64_t stop_ns;	/* when -d ends, or LOOP_NEVER */
	bool phase_changed;
	bool stopping;
	int tee_rc;		/* -errno: the command's output is not passed on */
	int write_rc;		/* first error of the recording */
	struct errbuf err;	/* and what it was */
};

/*
 * Records from the sample before the command's start to the one after its
 * end (or until a signal or the duration). 0, or -errno with s->err set. A
 * write error does not end a running command: it is reported at once by
 * @warn, and the command is waited for.
 */
int session_run(struct session *s, void (*warn)(const char *line));
/* s->snap as the next sample, for who reads the source in another loop. */
int session_store(struct session *s, uint64_t begin_ns, uint64_t end_ns,
		  uint64_t missed);

/* Where a recording comes from; NULL is left out. */
struct session_origin {
	const char *source_why;
	const char *command;
	const char *phases;
};

/* Why this source and no better one, in a line for the recording. */
void session_source_why(const struct source_choice *c, struct buf *out);
/* Of the time of day: a recording's name if nobody gives it one. */
void session_default_name(char *out, size_t size);

/* Everything that is known before the first sample. */
int session_head(struct rec_writer *w, const struct session_config *cfg,
		 const struct session_origin *from, struct errbuf *err);
/*
 * What only the last snapshot and the command's end can tell. @machine: of the
 * command, or NULL.
 */
int session_tail(struct session *s, const char *machine, struct errbuf *err);
/*
 * What the last snapshot says of its source: isa, fields, groups, clock. Said
 * after the first sample, for recordings that are interrupted, and by the
 * caller at the end again, as all of it may change.
 */
int session_describe(struct session *s, struct errbuf *err);
void session_free(struct session *s);

#endif
