// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat enable, disable and reset: the switches of the engine. They switch
 * only the groups that were named; source/source.c checks dependencies.
 */
#include <errno.h>

#include "cmd/cmd.h"
#include "exits/groups.h"
#include "source/group-refs.h"

struct options {
	struct cmd_common common;
	const char *vm;
	uint32_t groups;
};

static const struct option_row rows[] = {
	{ .arg = "GROUP", OPT_GROUPS(groups), .argument = true, .many = true,
	  .missing = "which GROUP? (count, time, histogram, detail)" },
	CMD_VM_OPTION(vm, "only for this VM"),
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

/* A group that is on for all VMs cannot be off for one. */
static int check_off(struct source *src, uint32_t groups, struct errbuf *err)
{
	char text[GROUPS_TEXT_LEN], text2[GROUPS_TEXT_LEN];
	uint32_t on, known;
	int rc = source_get_groups(src, &on, &known, err);

	if (rc || !(groups & on))
		return rc;
	return err_set(err, -EBUSY,
		       "on for all VMs: %s (exitstat disable %s)",
		       groups_text(groups & on, text),
		       groups_text(groups & on, text2));
}

static int switch_vm(struct source *src, const struct options *o, bool on,
		     uint64_t *vm_id, struct errbuf *err)
{
	int rc = cmd_find_vm(src, o->vm, vm_id, err);
	uint32_t done;

	if (!rc && !on)
		rc = check_off(src, o->groups, err);
	return rc ? rc : source_switch_vm(src, *vm_id, o->groups, on, &done,
					  err);
}

static int switch_groups(const struct options *o, bool on)
{
	struct source *src = begin(o);
	uint64_t vm_id = 0;
	struct errbuf err;
	uint32_t done;
	int rc;

	if (!src)
		return EXIT_CODE_FAILED;
	rc = o->vm ? switch_vm(src, o, on, &vm_id, &err) :
		     source_switch(src, o->groups, on, &done, &err);
	if (!rc)
		group_refs_forget(src, o->groups, vm_id);
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
	.doc = "Switch groups of counters on: count, time, histogram, detail; all but count also for one VM.",
	.notes = "time and detail require count; histogram requires time.\n",
	.rows = rows,
	.size = sizeof(struct options),
	.run = enable,
};

const struct command cmd_disable = {
	.name = "disable",
	.help = "switch groups of counters off",
	.usage = "GROUP...",
	.doc = "Switch groups of counters off: count, time, histogram, detail; all but count also for one VM.",
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
