/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Boot phases from a guest's serial output: the pattern file and the scanner
 * of lines. Knows nothing of time: the caller stamps what it reports.
 */
#ifndef EXITSTAT_PHASES_H
#define EXITSTAT_PHASES_H

#include <regex.h>

#include "util.h"

#define PHASES_MAX	128	/* as in tools/guestbench/plan.py */
#define PHASE_LINE_MAX	512

struct phase_pattern {
	char name[32];
	bool at_start;		/* begins when the command does */
	regex_t re;
};

struct phases {
	struct phase_pattern list[PHASES_MAX];
	size_t nr;
	int current;		/* -1 before the first */
	char line[PHASE_LINE_MAX];
	size_t len;
};

/* The patterns compiled into the tool (phases.conf). */
extern const char phases_default[];

/* Called when a phase begins; @line is what matched, printable. */
typedef void (*phase_begin_fn)(void *arg, const char *name, const char *line);

/* @what names the text in errors. -EINVAL with a line in @err. */
int phases_parse(struct phases *p, const char *text, const char *what,
		 struct errbuf *err);
void phases_free(struct phases *p);

/* The command starts: begins the first phase if it has no pattern. */
void phases_start(struct phases *p, phase_begin_fn begin, void *arg);
/* More output, of any length, with lines cut anywhere. */
void phases_feed(struct phases *p, const char *data, size_t len,
		 phase_begin_fn begin, void *arg);

#endif
