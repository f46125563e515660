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

/* The source, or NULL after a complaint. */
static const struct source_ops *begin(const struct argp *argp,
				      struct options *o, int argc, char **argv)
{
	const struct source_ops *src;
	struct source_choice choice;
	struct errbuf err;

	if (argp_parse(argp, argc, argv, 0, NULL, o))
		return NULL;
	src = cmd_source(&o->common, &choice);
	if (!src || !src->in_process)
		return src;
	err_set(&err, 0,
		"source %s counts only while an exitstat runs: there is nothing to switch (exitstat record --groups)",
		src->name);
	cmd_fail(&err);
	return NULL;
}

static int switch_groups(const struct argp *argp, int argc, char **argv,
			 bool on)
{
	struct options o = { .takes_groups = true };
	const struct source_ops *src = begin(argp, &o, argc, argv);
	struct errbuf err;
	uint32_t done;

	if (!src)
		return EXIT_CODE_FAILED;
	if (source_switch(src, o.common.root, o.groups, on, &done, &err))
		return cmd_fail(&err);
	hold_forget(src, o.common.root, o.groups);
	return EXIT_CODE_OK;
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
	const struct source_ops *src = begin(&argp_reset, &o, argc, argv);
	struct errbuf err;

	if (!src)
		return EXIT_CODE_FAILED;
	return src->reset(o.common.root, &err) ? cmd_fail(&err) : EXIT_CODE_OK;
}
