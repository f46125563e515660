/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exit budgets: limits for the exits of a run or of a phase, in total, by reason or
 * class, and for returns to user space. exitstat-budget(5) describes the file;
 * budget.c parses it, found.c finds the values of a recording, report.c compares
 * and reports them, init.c writes a file.
 */
#ifndef EXITSTAT_BUDGET_H
#define EXITSTAT_BUDGET_H

#include <stdio.h>

#include "model/model.h"

/* The largest budget; it and all smaller ones are exact as a double. */
#define BUDGET_MAX	1000000000000000ull

enum budget_what {
	BUDGET_EXITS, BUDGET_REASON, BUDGET_CLASS, BUDGET_USERSPACE,
	BUDGET_KVM_EXIT, BUDGET_NR_WHAT
};

/* Exits, exits per second, or their cost in ns (handler and userspace). */
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
 * Parse @len bytes; @path is the file's name in messages. Returns 0, or -EINVAL
 * with a message in @err that has the number of the invalid line.
 */
int budget_parse(struct budget *b, const char *text, size_t len,
		 const char *path, struct errbuf *err);
int budget_read(struct budget *b, const char *path, struct errbuf *err);
void budget_free(struct budget *b);

const char *budget_what_name(enum budget_what what);
const char *budget_unit_name(enum budget_unit unit);
/* "[kernel early] reason IO_INSTRUCTION", as in the file */
void budget_label(const struct budget_line *l, struct buf *out);
/* "1,234", "12,000/s", "1.20 s" */
const char *budget_fmt(char out[COUNT_TEXT_LEN], enum budget_unit unit,
		       double x);
/* Is this a valid reason in a budget file? */
bool budget_knows_reason(const char *name);

/* Return 0, or -errno with the reason in @err if the value is unavailable. */
int budget_found(const struct model *m, const struct budget_line *l,
		 double *found, struct errbuf *err);

enum budget_state { BUDGET_MET, BUDGET_EXCEEDED, BUDGET_UNDECIDABLE };

struct budget_verdict {
	enum budget_state state;
	double found;		/* NAN: undecidable */
	struct errbuf why;	/* if undecidable */
};

/* Verdicts on all lines for one recording. */
struct budget_check {
	char *file;
	struct budget_verdict *v;	/* index: budget.lines */
	size_t nr_met, nr_exceeded, nr_undecidable;
};

/* Free the result with budget_check_free(). */
void budget_check(struct budget_check *c, const struct budget *b,
		  const struct model *m);
void budget_check_free(struct budget_check *c);
/* Print a line for each budget that is not met, and one for each recording. */
void budget_text(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out);
void budget_json(const struct budget *b, const struct budget_check *c,
		 size_t nr, FILE *out);

/* A budget file that all added runs meet, with a margin. */
struct budget_init;
struct budget_init *budget_init_new(void);
int budget_init_add(struct budget_init *i, const struct model *m,
		    struct errbuf *err);
void budget_init_write(const struct budget_init *i, unsigned int margin,
		       FILE *out);
void budget_init_free(struct budget_init *i);

#endif
