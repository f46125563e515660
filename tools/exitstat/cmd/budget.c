// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat check-budget: checks recordings against budgets, or writes budgets
 * that recordings meet. The exit code is that of a comparison: 0 if all budgets
 * are met, 1 if one is exceeded, 2 if that is undecidable or an error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "budget/budget.h"
#include "cmd/cmd.h"
#include "cmd/parse.h"
#include "cmd/usage.h"
#include "lib/outfile.h"
#include "lib/plain.h"
#include "model/open.h"

#define MAX_MARGIN	1000
#define DEFAULT_MARGIN	10

struct options {
	struct option_list files;
	const char *budget;
	unsigned int margin;	/* percent */
	bool init, json, has_margin;
};

static void margin(void *options, char *arg, struct argp_state *state)
{
	struct options *o = options;
	size_t len = strlen(arg);
	char *digits = xstrdup(arg);

	if (len > 1 && digits[len - 1] == '%')
		digits[len - 1] = '\0';
	o->margin = (unsigned int)parse_number(state, digits, 0, MAX_MARGIN);
	o->has_margin = true;
	free(digits);
}

static const struct option_row rows[] = {
	{ .arg = "FILE", OPT_LIST(files), .argument = true, .many = true,
	  .missing = "which FILE?" },
	{ "budget", 'b', "FILE", OPT_TEXT(budget),
	  "read the budgets from FILE, see exitstat-budget(5)" },
	{ "init", 0, NULL, OPT_FLAG(init),
	  "write budgets that the recordings meet, to the FILE of --budget or to standard output" },
	{ "margin", 0, "PERCENT", OPT_CALL(margin),
	  "with --init, allow this much more than the largest run (default: 10%)" },
	CMD_JSON_OPTION,
	{ 0 }
};

static void finish(void *options)
{
	const struct options *o = options;

	if (!o->files.nr)
		return;
	if (!o->init && !o->budget)
		usage_error("which --budget? (--init writes one)");
	if (!o->init && o->has_margin)
		usage_error("--margin requires --init");
	if (o->init && o->json)
		usage_error("--init writes budgets: it excludes --json");
}

/* Call @fn for each file in turn. */
static int each_file(const struct options *o, cmd_model_fn fn, void *arg,
		     struct errbuf *err)
{
	/* an incomplete or empty run would meet any budget */
	static const struct model_need need = { .exits = true,
						.complete = true };
	int rc = 0;

	for (size_t i = 0; i < o->files.nr && !rc; i++)
		rc = cmd_model(o->files.p[i], &need, fn, arg, err);
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

/* An exceeded budget is certain even if another one is undecidable. */
static int status_of(const struct checks *all)
{
	int code = EXIT_CODE_OK;

	for (size_t i = 0; i < all->nr; i++) {
		if (all->c[i].nr_exceeded)
			return EXIT_CODE_FAILED;
		if (all->c[i].nr_undecidable)
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
	struct checks all = { .c = xcalloc(o->files.nr, sizeof(*all.c)) };
	int code = EXIT_CODE_USAGE;
	int rc = budget_read(&all.b, o->budget, err);

	if (!rc)
		rc = each_file(o, check_one, &all, err);
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

/* Refuse to overwrite budgets, which may have been edited. */
static int write_new(const struct budget_init *init, const struct options *o,
		     struct errbuf *err)
{
	struct outfile out;
	int rc;

	if (o->budget && !access(o->budget, F_OK))
		return err_set(err, -EEXIST,
			       "%.300s: File exists (remove it first)",
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
	int rc = each_file(o, add_one, init, err);

	if (!rc)
		rc = write_new(init, o, err);
	budget_init_free(init);
	if (rc)
		cmd_fail(err);
	return rc ? EXIT_CODE_USAGE : EXIT_CODE_OK;
}

static int run(void *options)
{
	const struct options *o = options;
	struct errbuf err;
	int code = o->init ? init_all(o, &err) : check_all(o, &err);

	free(o->files.p);
	return code;
}

const struct command cmd_check_budget = {
	.name = "check-budget",
	.help = "check recordings against a budget of exits",
	.usage = "FILE... --budget BUDGETS",
	.doc = "Check recordings against budgets for exits (in total, by phase, reason or class), for their time and for returns to user space.",
	.notes = "Exit status: 0 if all budgets are met, 1 if one is exceeded, 2 if that is\n"
		 "undecidable, or after an error.\n",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .margin = DEFAULT_MARGIN },
	.run = run,
};
