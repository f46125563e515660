// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat enable, disable and reset: the switches of the engine. They switch
 * only the groups that were named; source/source.c checks dependencies.
 */
#include "cmd/cmd.h"
#include "source/group-refs.h"

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

/* Open a source with switches. NULL after an error message. */
static struct source *begin(const struct options *o)
{
	struct source_choice choice;
	struct source *src = cmd_source(&o->common, false, &choice);
	struct errbuf err;

	if (!src || !source_is_in_process(src))
		return src;
	err_set(&err, 0,
		"source %s counts only while exitstat runs and has no switches (use exitstat record --groups)",
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
		group_refs_forget(src, o->groups);
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
	.help = "switch groups of counters on",
	.usage = "GROUP...",
	.doc = "Switch groups of counters on: count, time, histogram, detail.",
	.notes = "time and detail require count; histogram requires time.\n",
	.rows = rows,
	.size = sizeof(struct options),
	.run = enable,
};

const struct command cmd_disable = {
	.name = "disable",
	.help = "switch groups of counters off",
	.usage = "GROUP...",
	.doc = "Switch groups of counters off: count, time, histogram, detail.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = disable,
};

const struct command cmd_reset = {
	.name = "reset",
	.help = "restart the kernel's text and sysfs counters at 0",
	.doc = "Restart the counters in the kernel's text and sysfs files at 0.",
	.notes = "Recordings are not affected: the counters that they read are not reset.\n",
	.rows = reset_rows,
	.size = sizeof(struct options),
	.run = reset,
};
