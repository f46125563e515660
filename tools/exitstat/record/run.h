/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of the recorder: samples at deadlines, scans the command's output for phases,
 * and decides when to stop. cmd/record.c has the options, session.h the recording.
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
	char *const *command;	/* NULL: record all VMs */
	struct phases *phases;	/* phases of the command */
	bool limit_groups;	/* to the recorded VMs, if others run */
	void (*warn)(const char *line);
};

/* The result, for the user. */
struct record_result {
	struct recorder_sums sums;
	int64_t nr_samples;
	uint64_t missed;
	struct child child;	/* how the command ended */
	int tee_rc;		/* -errno: its output could not be passed on */
	bool warned;		/* the error was reported by warn() */
};

/*
 * Records from the sample before the command's start to the one after its end (or until
 * a signal or the end of the duration). Returns 0, or -errno with a message in @err. A
 * write error does not end a running command: it is reported at once by warn(), the
 * command continues, and the samples recorded so far stay readable.
 */
int record_run(const struct record_config *cfg, struct record_result *result,
	       struct errbuf *err);

#endif
