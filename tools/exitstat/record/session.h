/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording that is being made: what it says of itself, its samples, its
 * phases and its end. Who reads the source, and when, is the caller's: of
 * record the loop in run.h, of top its own.
 */
#ifndef EXITSTAT_SESSION_H
#define EXITSTAT_SESSION_H

#include "clock.h"
#include "record/track.h"
#include "recording/writer.h"

struct session_config {
	const char *file;
	bool replace;			/* a file of this name */
	const struct clock *clock;
	uint64_t interval_ns;
	struct track_config vms;	/* which ones, below which root */
	/* what the recording says of itself; NULL is left out */
	const char *source, *source_why;
	const char *command, *phases;
};

struct session {
	struct rec_writer *w;
	struct tracker *track;
	const char *machine;		/* of the command, or NULL */
	const struct snapshot *snap;	/* of the last sample */
	struct kes_header first;	/* of the first snapshot */
	int64_t nr_samples;
	int64_t nr_phases;
	uint64_t missed;
	uint64_t restarts;		/* that the recording tells of */
};

/* Of the time of day: a recording's name if nobody gives it one. */
void session_default_name(char *out, size_t size);

/*
 * Makes the file, and writes what is known before the first sample. 0, or
 * -errno with a line in @err and no file; session_free() in any case.
 */
int session_begin(struct session *s, const struct session_config *cfg,
		  struct errbuf *err);
/*
 * The next sample. @snap stays the caller's, and there until the session ends
 * or has the next one. -errno with a line in @err.
 */
int session_store(struct session *s, const struct snapshot *snap,
		  uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		  struct errbuf *err);
/* A phase begins, and the one before ends. -errno with a line in @err. */
int session_phase(struct session *s, const char *name, const char *line,
		  uint64_t at_ns, struct errbuf *err);

/*
 * One of these ends the session. Completes the file with what only the end can
 * tell; @command_end may be NULL. -errno with a line in @err: it was left.
 */
int session_finish(struct session *s, uint64_t at_ns, const char *command_end,
		   struct errbuf *err);
/* What there is stays readable, as FILE.part. */
void session_leave(struct session *s);
/* Nothing stays. */
void session_discard(struct session *s);

void session_free(struct session *s);

#endif
