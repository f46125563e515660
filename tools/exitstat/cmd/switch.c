// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat enable, disable and reset: the engine's switches. What needs what
 * is source/source.c's to say; nothing is switched on that was not asked for.
 */
#include "cmd/cmd.h"
#include "source/hold.h"

struct options {
	struct cmd_common common;
	uint32_t groups;
};

static const struct option_row rows[] = {
	{ .arg = "GROUP", OPT_GROUPS(groups), .argument = true, .many = true,
	  .missing = "which GROUP? (count, time, histogram, detail)" },
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static const struct option_row reset_rows[] = { CMD_COMMON_OPTIONS, { 0 } };

/* The open source, or NULL after a complaint. */
static struct source *begin(const struct options *o)
{
	struct source_choice choice;
	struct source *src = cmd_source(&o->common, &choice);
	struct errbuf err;

	if (!src || !source_is_in_process(src))
		return src;
	err_set(&err, 0,
		"source %s counts only while an exitstat runs: there is nothing to switch (exitstat record --groups)",
		source_name(src));
	cmd_fail(&err);
	source_close(src);
	return NULL;
}

static int switch_groups(const struct options *o, bool on)
{
	struct source *src = begin(o);
	struct errbuf err;
	uint32_t done;
	int rc;

	if (!src)
		return EXIT_CODE_FAILED;
	rc = source_switch(src, o->groups, on, &done, &err);
	if (!rc)
		hold_forget(src, o->groups);
	source_close(src);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}

static int enable(void *options)
{
	return switch_groups(options, true);
}

static int disable(void *options)
{
	return switch_groups(options, false);
}

static int reset(void *options)
{
	struct source *src = begin(options);
	struct errbuf err;
	int rc;

	if (!src)
		return EXIT_CODE_FAILED;
	rc = source_reset(src, &err);
	source_close(src);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}

const struct command cmd_enable = {
	.name = "enable",
	.help = "switch groups on: count, time, histogram, detail",
	.usage = "GROUP...",
	.doc = "Switch groups on: count, time, histogram, detail.\v"
	       "time and detail need count, histogram needs time.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = enable,
};

const struct command cmd_disable = {
	.name = "disable",
	.help = "switch groups off",
	.usage = "GROUP...",
	.doc = "Switch groups off: count, time, histogram, detail.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = disable,
};

const struct command cmd_reset = {
	.name = "reset",
	.help = "let the kernel's own texts count from now on",
	.doc = "Let the kernel's own texts and sysfs files count from now on.\v"
	       "Recordings are not disturbed: their counters never go back.",
	.rows = reset_rows,
	.size = sizeof(struct options),
	.run = reset,
};
