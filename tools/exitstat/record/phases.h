/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds boot phases in a guest's serial output: the pattern file and the line scanner.
 * Independent of time: the caller adds timestamps.
 */
#ifndef EXITSTAT_PHASES_H
#define EXITSTAT_PHASES_H

#include <regex.h>

#include "util.h"

#define PHASES_MAX	128	/* as in tools/guestbench/plan.py */
#define PHASE_LINE_MAX	512

struct phase_pattern {
	char name[32];
	bool at_start;		/* begins with the command */
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

/* Called when a phase begins; @line is the matching line, printable. */
typedef void (*phase_begin_fn)(void *arg, const char *name, const char *line);

/* Parses a pattern file; @what names it in errors. Returns 0, or -EINVAL with a message. */
int phases_parse(struct phases *p, const char *text, const char *what,
		 struct errbuf *err);
void phases_free(struct phases *p);

/* Call when the command starts: begins the first phase if it has no pattern. */
void phases_start(struct phases *p, phase_begin_fn begin, void *arg);
/* Scans more output, of any length, with lines split anywhere. */
void phases_feed(struct phases *p, const char *data, size_t len,
		 phase_begin_fn begin, void *arg);

#endif
