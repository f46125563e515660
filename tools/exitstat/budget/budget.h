/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit budgets: how many exits a run may have, in all or in a phase, by reason
 * or class, and how often it may return to user space. exitstat-budget(5)
 * describes the file; budget.c reads it, found.c finds what a recording
 * has, report.c says which budgets it keeps, init.c writes one.
 */
#ifndef EXITSTAT_BUDGET_H
#define EXITSTAT_BUDGET_H

#include <stdio.h>

#include "model/model.h"

/* The largest budget: exact as a double, like everything below it. */
#define BUDGET_MAX	1000000000000000ull

enum budget_what {
	BUDGET_EXITS, BUDGET_REASON, BUDGET_CLASS, BUDGET_USERSPACE,
	BUDGET_KVM_EXIT, BUDGET_NR_WHAT
};

/* Exits, exits per second, or ns that they cost (handler and user space). */
enum budget_unit { BUDGET_COUNT, BUDGET_RATE, BUDGET_TIME };

struct budget_line {
	unsigned int line;	/* of the file, from 1 */
	char phase[64];		/* "": the whole run */
	enum budget_what what;
	enum budget_unit unit;
	char name[64];		/* of a reason, class or KVM_EXIT_*, or "" */
	uint64_t max;
};

struct budget {
	char *path;
	struct budget_line *lines;
	size_t nr, cap;
};

/*
 * @len bytes of a file that errors call @path. -EINVAL: one line in @err with
 * the number of the line that is wrong. Frees what it made then.
 */
int budget_parse(struct budget *b, const char *text, size_t len,
		 const char *path, struct errbuf *err);
int budget_read(struct budget *b, const char *path, struct errbuf *err);
void budget_free(struct budget *b);

const char *budget_what_name(enum budget_what what);
const char *budget_unit_name(enum budget_unit unit);
/* As in the file: "[kernel early] reason IO_INSTRUCTION" */
void budget_label(const struct budget_line *l, struct buf *out);
/* "1,234", "12,000/s", "1.20 s" */
const char *budget_fmt(char out[COUNT_TEXT_LEN], enum budget_unit unit,
		       double x);
/* Can a budget file name this reason? */
bool budget_knows_reason(const char *name);

/* -errno with the reason in @err where the recording cannot tell: never 0. */
int budget_found(const struct model *m, const struct budget_line *l,
		 double *found, struct errbuf *err);

enum budget_state { BUDGET_KEPT, BUDGET_OVER, BUDGET_UNKNOWN };

struct budget_verdict {
	enum budget_state state;
	double found;		/* NAN: unknown */
	struct errbuf why;	/* of unknown */
};

/* One recording's verdicts on all lines. */
struct budget_check {
	char *file;
	struct budget_verdict *v;	/* index: budget.lines */
	size_t nr_kept, nr_over, nr_unknown;
};

/* @c->file is a copy; budget_check_free() frees all. */
void budget_check(struct budget_check *c, const struct budget *b,
		  const struct model *m);
void budget_check_free(struct budget_check *c);
/* One line for each budget that is not kept, and one for each recording. */
void budget_text(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out);
void budget_json(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out);

/* A budget that all runs added so far keep, with a margin. */
struct budget_init;
struct budget_init *budget_init_new(void);
int budget_init_add(struct budget_init *i, const struct model *m,
		    struct errbuf *err);
void budget_init_write(const struct budget_init *i, unsigned int margin,
		       FILE *out);
void budget_init_free(struct budget_init *i);

#endif
