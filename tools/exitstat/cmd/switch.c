// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat enable, disable and reset: the engine's switches. What needs what
 * is source/source.c's to say; nothing is switched on that was not asked for.
 */
#include "cmd/cmd.h"
#include "exits/groups.h"
#include "source/hold.h"

struct options {
	struct cmd_common common;
	uint32_t groups;
	bool takes_groups;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct errbuf err;
	uint32_t groups;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case ARGP_KEY_ARG:
		if (!o->takes_groups)
			return ARGP_ERR_UNKNOWN;
		if (groups_parse(arg, &groups, &err))
			argp_error(state, "%s", err.text);
		o->groups |= groups;
		return 0;
	case ARGP_KEY_END:
		if (o->takes_groups && !o->groups)
			argp_error(state,
				   "which GROUP? (count, time, histogram, detail)");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_enable = {
	.parser = parse,
	.args_doc = "GROUP...",
	.doc = "Switch groups on: count, time, histogram, detail.\v"
	       "time and detail need count, histogram needs time.",
	.children = cmd_common_children,
};

const struct argp argp_disable = {
	.parser = parse,
	.args_doc = "GROUP...",
	.doc = "Switch groups off: count, time, histogram, detail.",
	.children = cmd_common_children,
};

const struct argp argp_reset = {
	.parser = parse,
	.doc = "Let the kernel's own texts and sysfs files count from now on.\v"
	       "Recordings are not disturbed: their counters never go back.",
	.children = cmd_common_children,
};

/* The open source, or NULL after a complaint. */
static struct source *begin(const struct argp *argp, struct options *o,
			    int argc, char **argv)
{
	struct source_choice choice;
	struct source *src;
	struct errbuf err;

	if (argp_parse(argp, argc, argv, 0, NULL, o))
		return NULL;
	src = cmd_source(&o->common, &choice);
	if (!src || !source_is_in_process(src))
		return src;
	err_set(&err, 0,
		"source %s counts only while an exitstat runs: there is nothing to switch (exitstat record --groups)",
		source_name(src));
	cmd_fail(&err);
	source_close(src);
	return NULL;
}

static int switch_groups(const struct argp *argp, int argc, char **argv,
			 bool on)
{
	struct options o = { .takes_groups = true };
	struct source *src = begin(argp, &o, argc, argv);
	struct errbuf err;
	uint32_t done;
	int rc;

	if (!src)
		return EXIT_CODE_FAILED;
	rc = source_switch(src, o.groups, on, &done, &err);
	if (!rc)
		hold_forget(src, o.groups);
	source_close(src);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}

int cmd_enable(int argc, char **argv)
{
	return switch_groups(&argp_enable, argc, argv, true);
}

int cmd_disable(int argc, char **argv)
{
	return switch_groups(&argp_disable, argc, argv, false);
}

int cmd_reset(int argc, char **argv)
{
	struct options o = { 0 };
	struct source *src = begin(&argp_reset, &o, argc, argv);
	struct errbuf err;
	int rc;

	if (!src)
		return EXIT_CODE_FAILED;
	rc = source_reset(src, &err);
	source_close(src);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}
