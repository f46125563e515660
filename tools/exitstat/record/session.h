/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes a recording: its metadata, samples, phases and end. The caller reads the
 * source and decides when: the loop in run.h for record, its own loop for top.
 */
#ifndef EXITSTAT_SESSION_H
#define EXITSTAT_SESSION_H

#include "clock.h"
#include "record/recorder.h"
#include "recording/writer.h"

struct session_config {
	const char *file;
	bool replace;			/* an existing file */
	const struct clock *clock;
	uint64_t interval_ns;
	struct recorder_config vms;	/* which VMs, below which root */
	/* metadata; NULL is omitted */
	const char *source, *source_why;
	const char *command, *phases;
};

struct session {
	struct rec_writer *w;
	struct recorder *recorder;
	const char *machine;		/* of the command, or NULL */
	const struct snapshot *snap;	/* of the last sample */
	struct kes_header first;	/* of the first snapshot */
	int64_t nr_samples;
	int64_t nr_phases;
	uint64_t missed;
	uint64_t restarts;		/* written to the recording */
};

/* The default name of a recording, from the time of day. */
void session_default_name(char *out, size_t size);

/*
 * Creates the file and writes the metadata known before the first sample. Returns 0, or
 * -errno with a message in @err and no file; session_free() must follow in any case.
 */
int session_begin(struct session *s, const struct session_config *cfg,
		  struct errbuf *err);
/*
 * Writes the next sample. @snap belongs to the caller and must stay valid until the next
 * sample or the end of the session. Returns 0, or -errno with a message.
 */
int session_store(struct session *s, const struct snapshot *snap,
		  uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		  struct errbuf *err);
/* Begins a phase and ends the previous one. Returns 0, or -errno with a message. */
int session_phase(struct session *s, const char *name, const char *line,
		  uint64_t at_ns, struct errbuf *err);

/*
 * One of these ends the session. Completes the file with the final metadata;
 * @command_end may be NULL. Returns 0, or -errno with a message; the file is then left
 * incomplete.
 */
int session_finish(struct session *s, uint64_t at_ns, const char *command_end,
		   struct errbuf *err);
/* Keeps the samples so far, as FILE.part. */
void session_leave(struct session *s);
/* Removes the file. */
void session_discard(struct session *s);

void session_free(struct session *s);

#endif
