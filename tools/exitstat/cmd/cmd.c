// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements cmd.h: options that every command has, and complaints.
 */
#include <err.h>
#include <stdlib.h>

#include "lib/outfile.h"
#include "cmd/cmd.h"
#include "exits/groups.h"
#include "source/hold.h"

enum { OPT_ROOT = 0x100, OPT_SOURCE };

static const struct argp_option options[] = {
	{ "root", OPT_ROOT, "DIR", 0,
	  "Look for /proc and /sys below DIR (also: EXITSTAT_ROOT)", 10 },
	{ "source", OPT_SOURCE, "SOURCE", 0,
	  "Where counts come from: auto (default; the first that works) or one of",
	  10 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct cmd_common *c = state->input;
	const char *root;

	switch (key) {
	case ARGP_KEY_INIT:
		root = getenv("EXITSTAT_ROOT");
		c->root = root ? root : "";
		c->source = "auto";
		return 0;
	case OPT_ROOT:
		c->root = arg;
		return 0;
	case OPT_SOURCE:
		c->source = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The table of sources makes its help. */
static char *filter(int key, const char *text, void *input)
{
	char names[128];

	(void)input;
	if (key != OPT_SOURCE)
		return (char *)text;
	source_names(names, sizeof(names));
	return xasprintf("%s %s", text, names);
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.help_filter = filter,
};
const struct argp_child cmd_common_children[] = { { &argp, 0, NULL, 0 },
						  { 0 } };

struct source *cmd_source(const struct cmd_common *common,
			  struct source_choice *choice)
{
	struct errbuf err;
	struct source *s = source_open(common->root, common->source, choice,
				       &err);

	if (s)
		return s;
	cmd_fail(&err);
	if (choice->nr_refused > 1)
		for (size_t i = 0; i < choice->nr_refused; i++)
			warnx("  %s: %s", choice->refused[i].name,
			      choice->refused[i].why.text);
	return NULL;
}

int cmd_counting(struct source *s, uint32_t groups, bool quiet,
		 int (*run)(void *arg), void *arg)
{
	struct errbuf note, err;
	int code;

	if (hold_begin(s, groups_closure(groups | KES_GROUP_COUNT), &note,
		       &err)) {
		code = cmd_fail(&err);
	} else {
		if (*note.text)
			warnx("%s", note.text);
		code = run(arg);
	}
	if (hold_end(s, &note, &err))
		code = cmd_fail(&err);
	if (*note.text && !quiet)
		warnx("%s", note.text);
	return code;
}

int cmd_fail(const struct errbuf *err)
{
	warnx("%s", err->text);
	return EXIT_CODE_FAILED;
}

error_t cmd_one_file(int key, char *arg, struct argp_state *state,
		     const char **file)
{
	switch (key) {
	case ARGP_KEY_ARG:
		if (*file)
			argp_error(state, "one FILE at a time");
		*file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!*file)
			argp_error(state, "which FILE?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

uint64_t cmd_number(struct argp_state *state, const char *what,
		    const char *arg, uint64_t min, uint64_t max)
{
	uint64_t n = 0;

	if (parse_u64(arg, min, max, &n))
		argp_error(state, "%s: %s: need a number from %llu to %llu",
			   what, arg, (unsigned long long)min,
			   (unsigned long long)max);
	return n;
}

uint64_t cmd_duration(struct argp_state *state, const char *what,
		      const char *arg, uint64_t min_ns, uint64_t max_ns)
{
	char lo[COUNT_TEXT_LEN], hi[COUNT_TEXT_LEN];
	uint64_t ns = 0;

	if (parse_duration(arg, min_ns, max_ns, &ns))
		argp_error(state,
			   "%s: %s: need a whole number with a unit (us, ms, s, m), from %s to %s",
			   what, arg, fmt_ns(lo, min_ns), fmt_ns(hi, max_ns));
	return ns;
}

int cmd_draw(const char *path, cmd_draw_fn fn, const void *arg,
	     struct errbuf *err)
{
	struct outfile out;
	struct errbuf why;
	int rc = outfile_open(&out, path, err);

	if (rc)
		return rc;
	rc = fn(arg, out.f, &why);
	if (!rc)
		return outfile_commit(&out, err);
	outfile_abort(&out);
	return err_set(err, rc, "%s: %.400s", path, why.text);
}
