/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the recorder: when to sample, what the command prints, which
 * phase it is in, and when to stop. The options are the command's
 * (cmd/record.c); the recording is session.h's.
 */
#ifndef EXITSTAT_RECORD_RUN_H
#define EXITSTAT_RECORD_RUN_H

#include "lib/child.h"
#include "record/phases.h"
#include "record/session.h"
#include "source/source.h"

struct record_config {
	struct source *source;
	struct session_config session;	/* file, clock, interval, which VMs */
	uint64_t duration_ns;	/* 0: until the command ends or a signal */
	char *const *command;	/* NULL: record what runs */
	struct phases *phases;	/* of the command */
	void (*warn)(const char *line);
};

/* What a user is told at the end. */
struct record_result {
	struct track_sums sums;
	int64_t nr_samples;
	uint64_t missed;
	struct child child;	/* how the command ended */
	int tee_rc;		/* -errno: its output is not passed on to the end */
	bool warned;		/* of the error, by warn() */
};

/*
 * Records from the sample before the command's start to the one after its
 * end (or until a signal or the duration). 0, or -errno with a line in @err. A
 * write error does not end a running command: it is reported at once by
 * warn(), the command is waited for, and what there is stays readable.
 */
int record_run(const struct record_config *cfg, struct record_result *result,
	       struct errbuf *err);

#endif
