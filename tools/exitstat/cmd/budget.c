// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat check-budget: loads the budget and one recording after the other,
 * and hands what they have to budget-*.c. The status is that of a comparison: 0
 * within, 1 over, 2 for all that leaves the question open.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "budget/budget.h"
#include "cmd/cmd.h"
#include "lib/outfile.h"
#include "lib/plain.h"
#include "model/open.h"

#define MAX_MARGIN	1000
#define DEFAULT_MARGIN	10

enum { OPT_INIT = 0x200, OPT_MARGIN };

struct options {
	const char **files;
	size_t nr_files, cap_files;
	const char *budget;
	unsigned int margin;
	bool init, json, has_margin;
};

static const struct argp_option option_table[] = {
	{ "budget", 'b', "FILE", 0,
	  "The budgets, as exitstat-budget(5) describes them", 0 },
	{ "init", OPT_INIT, NULL, 0,
	  "Write budgets that the recordings keep: to the FILE of --budget, or to standard output",
	  0 },
	{ "margin", OPT_MARGIN, "PERCENT", 0,
	  "With --init: so much more than the most that a run had (default: 10%)",
	  0 },
	{ "json", 'j', NULL, 0, "For programs: one JSON object", 0 },
	{ 0 }
};

static unsigned int parse_margin(struct argp_state *state, const char *arg)
{
	size_t len = strlen(arg);
	char *digits = xstrdup(arg);
	unsigned int n;

	if (len > 1 && digits[len - 1] == '%')
		digits[len - 1] = '\0';
	n = (unsigned int)cmd_number(state, "margin", digits, 0, MAX_MARGIN);
	free(digits);
	return n;
}

static void check_options(const struct options *o, struct argp_state *state)
{
	if (!o->nr_files)
		argp_error(state, "which FILE?");
	if (!o->init && !o->budget)
		argp_error(state, "which --budget? (--init writes one)");
	if (!o->init && o->has_margin)
		argp_error(state, "--margin is for --init");
	if (o->init && o->json)
		argp_error(state, "--init writes budgets: without --json");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'b':
		o->budget = arg;
		return 0;
	case OPT_INIT:
		o->init = true;
		return 0;
	case OPT_MARGIN:
		o->has_margin = true;
		o->margin = parse_margin(state, arg);
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		o->files = vec_room(o->files, o->nr_files, &o->cap_files,
				    sizeof(*o->files));
		o->files[o->nr_files++] = arg;
		return 0;
	case ARGP_KEY_END:
		check_options(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_check_budget = {
	.options = option_table,
	.parser = parse,
	.args_doc = "FILE... --budget BUDGETS",
	.doc = "Say whether recordings keep budgets of exits: in all, by phase, reason or class, or of returns to user space.\v"
	       "The exit status is 0 if all are kept, 1 if one is exceeded, and 2 if that cannot be told.",
};

typedef int (*model_fn)(void *arg, const struct model *m,
			struct errbuf *err);

static int with_file(const char *path, model_fn fn, void *arg,
		     struct errbuf *err)
{
	/* what an unfinished or empty run has would keep any budget */
	static const struct model_need need = { .exits = true,
						.complete = true };
	struct recording rec;
	struct model m;
	int rc = model_open(&m, &rec, path, &need, err);

	if (rc)
		return rc;
	rc = fn(arg, &m, err);
	model_close(&m);
	return rc;
}

struct checks {
	struct budget b;
	struct budget_check *c;
	size_t nr;
};

static int check_one(void *arg, const struct model *m,
		     struct errbuf *err)
{
	struct checks *all = arg;

	(void)err;
	budget_check(&all->c[all->nr++], &all->b, m);
	return 0;
}

/* What is over is certain, whatever else cannot be told. */
static int status_of(const struct checks *all)
{
	int code = EXIT_CODE_OK;

	for (size_t i = 0; i < all->nr; i++) {
		if (all->c[i].nr_over)
			return EXIT_CODE_FAILED;
		if (all->c[i].nr_unknown)
			code = EXIT_CODE_USAGE;
	}
	return code;
}

static void print(const struct checks *all, bool json)
{
	struct plain text;

	if (json) {
		budget_json(&all->b, all->c, all->nr, stdout);
		return;
	}
	budget_text(&all->b, all->c, all->nr, plain_begin(&text));
	plain_end(&text);
}

static int check_all(const struct options *o, struct errbuf *err)
{
	struct checks all = { .c = xcalloc(o->nr_files, sizeof(*all.c)) };
	int code = EXIT_CODE_USAGE;
	int rc = budget_read(&all.b, o->budget, err);

	for (size_t i = 0; i < o->nr_files && !rc; i++)
		rc = with_file(o->files[i], check_one, &all, err);
	if (!rc) {
		print(&all, o->json);
		code = status_of(&all);
	}
	for (size_t i = 0; i < all.nr; i++)
		budget_check_free(&all.c[i]);
	free(all.c);
	budget_free(&all.b);
	if (rc)
		cmd_fail(err);
	return code;
}

static int add_one(void *arg, const struct model *m, struct errbuf *err)
{
	return budget_init_add(arg, m, err);
}

/* Budgets that somebody has edited are not written over. */
static int write_new(const struct budget_init *init, const struct options *o,
		     struct errbuf *err)
{
	struct outfile out;
	int rc;

	if (o->budget && !access(o->budget, F_OK))
		return err_set(err, -EEXIST,
			       "%.300s: there is one already (remove it first)",
			       o->budget);
	rc = outfile_open(&out, o->budget, err);
	if (rc)
		return rc;
	budget_init_write(init, o->margin, out.f);
	return outfile_commit(&out, err);
}

static int init_all(const struct options *o, struct errbuf *err)
{
	struct budget_init *init = budget_init_new();
	int rc = 0;

	for (size_t i = 0; i < o->nr_files && !rc; i++)
		rc = with_file(o->files[i], add_one, init, err);
	if (!rc)
		rc = write_new(init, o, err);
	budget_init_free(init);
	if (rc)
		cmd_fail(err);
	return rc ? EXIT_CODE_USAGE : EXIT_CODE_OK;
}

int cmd_check_budget(int argc, char **argv)
{
	struct options o = { .margin = DEFAULT_MARGIN };
	struct errbuf err;
	int code;

	if (argp_parse(&argp_check_budget, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	code = o.init ? init_all(&o, &err) : check_all(&o, &err);
	free(o.files);
	return code;
}
