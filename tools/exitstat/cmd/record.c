// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat record: options, the metadata of the recording, and switching groups
 * on. record/run.c has the loop.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/usage.h"
#include "lib/sysroot.h"
#include "exits/sources.h"
#include "lib/qemu-args.h"
#include "exits/groups.h"
#include "source/group-refs.h"
#include "record/run.h"

struct options {
	struct cmd_common common;
	const char *output;
	const char *phases;
	const char *vm;
	uint64_t interval_ns;
	uint64_t duration_ns;
	uint32_t groups;	/* to switch on */
	bool all, force, quiet;
	char **command;
	size_t nr_command;
};

/* COMMAND takes all remaining arguments. */
static void command(void *options, char *arg, struct argp_state *state)
{
	struct options *o = options;

	(void)arg;
	o->command = &state->argv[state->next - 1];
	o->nr_command = (size_t)(state->argc - state->next + 1);
	state->next = state->argc;
}

static const struct option_row rows[] = {
	{ .arg = "COMMAND", OPT_CALL(command), .argument = true },
	{ "interval", 'i', "TIME",
	  OPT_DURATION(interval_ns, NSEC_PER_MSEC, 3600 * NSEC_PER_SEC),
	  "time between samples, such as 20ms or 1s (default: 100ms)" },
	{ "output", 'o', "FILE", OPT_TEXT(output),
	  "recording to write (default: exits-DATE-TIME.exitstat)" },
	{ "duration", 'd', "TIME",
	  OPT_DURATION(duration_ns, NSEC_PER_MSEC, 30 * 86400 * NSEC_PER_SEC),
	  "stop after TIME, and send SIGTERM to COMMAND" },
	{ "all", 0, NULL, OPT_FLAG(all),
	  "with COMMAND, record all VMs, not only those that it creates" },
	CMD_VM_OPTION(vm, "record only this VM, which is running"),
	{ "phases", 0, "FILE", OPT_TEXT(phases),
	  "read the patterns of boot phases from FILE, see exitstat-recording(5)" },
	{ "groups", 0, "LIST", OPT_GROUPS(groups),
	  "also record the groups in LIST: count,time,histogram,detail (default: count and those that are on)" },
	CMD_FORCE_OPTION,
	{ "quiet", 'q', NULL, OPT_FLAG(quiet), "print only errors" },
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static int load_phases(struct phases *p, const char *file, struct buf *text,
		       struct errbuf *err)
{
	int rc;

	if (!file) {
		buf_append(text, phases_default, strlen(phases_default));
		return phases_parse(p, text->data, "phases.conf", err);
	}
	rc = sysroot_read("", file, text);
	if (rc)
		return err_set(err, rc, "%s: %s", file, strerror(-rc));
	buf_append(text, "", 0);
	if (strlen(text->data) != text->len)
		return err_set(err, -EINVAL, "%s: not a text file", file);
	return phases_parse(p, text->data, file, err);
}

static char *joined(char *const *command, size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", command[i]);
	return b.data;
}

static void warn_line(const char *line)
{
	warnx("%s", line);
}

/* Print a line for each VM that could not be read. Return true if there is one. */
static bool print_remarks(struct source *source)
{
	struct buf b = { 0 };
	bool any;

	source_remarks(source, &b);
	any = b.len;
	for (char *line = b.data ? strtok(b.data, "\n") : NULL; line;
	     line = strtok(NULL, "\n"))
		warn_line(line);
	buf_free(&b);
	return any;
}

static void print_end(const struct record_config *cfg,
		    const struct record_result *end)
{
	const struct recorder_sums *sums = &end->sums;
	char exits[COUNT_TEXT_LEN], restarts[RESTARTS_TEXT_LEN];

	if (sums->vms_guessed)
		warnx("recorded %zu VM%s whose parent process is unknown: newer than the command",
		      sums->vms_guessed, sums->vms_guessed == 1 ? "" : "s");
	if (sums->vms_vanished)
		warnx("%zu VM%s exited between samples: %s final counts were not recorded",
		      sums->vms_vanished, sums->vms_vanished == 1 ? "" : "s",
		      sums->vms_vanished == 1 ? "its" : "their");
	if (sums->restarts)
		warnx("%s", source_restarts_text(sums->restarts, restarts));
	if (!print_remarks(cfg->source) && !sums->vms && cfg->command)
		warnx("the command created no VM%s",
		      sums->vms_left_out ? "; others did (record them with --all)" :
		      " (does it use KVM, with -enable-kvm?)");
	if (end->missed)
		warnx("%llu of %llu sample deadlines missed",
		      (unsigned long long)end->missed,
		      (unsigned long long)end->missed +
		      (unsigned long long)end->nr_samples);
	warnx("%s: %s exits from %zu VM%s in %lld samples", cfg->session.file,
	      fmt_count(exits, sums->exits), sums->vms,
	      sums->vms == 1 ? "" : "s", (long long)end->nr_samples);
}

static int child_code(const struct record_config *cfg, const struct child *c)
{
	char text[64];

	if (!cfg->command || !c->status)
		return EXIT_CODE_OK;
	child_describe(c, text, sizeof(text));
	warnx("%s %s", cfg->command[0], text);
	return EXIT_CODE_FAILED;
}

/* A closed pipe is not an error, a full disk is. */
static int tee_code(int tee_rc)
{
	if (!tee_rc || tee_rc == -EPIPE)
		return EXIT_CODE_OK;
	warnx("standard output: %s (the recording is complete, the command's output is not)",
	      strerror(-tee_rc));
	return EXIT_CODE_FAILED;
}

struct run {
	const struct options *o;
	const struct record_config *cfg;
};

static int loop(void *arg)
{
	const struct options *o = ((struct run *)arg)->o;
	const struct record_config *cfg = ((struct run *)arg)->cfg;
	uint32_t switched = group_refs_switched(cfg->source);
	char text[GROUPS_TEXT_LEN];
	struct record_result end;
	struct errbuf err;
	int code;

	if (switched && !o->quiet)
		warnx("groups switched on for this recording: %s",
		      groups_text(switched, text));
	if (record_run(cfg, &end, &err))
		return end.warned ? EXIT_CODE_FAILED : cmd_fail(&err);
	if (!o->quiet)
		print_end(cfg, &end);
	code = tee_code(end.tee_rc);
	return child_code(cfg, &end.child) ? EXIT_CODE_FAILED : code;
}

/* Record from @source; @vm_id: only this VM, or 0. */
static int run_with(const struct options *o, struct source *source,
		    uint64_t vm_id, const struct source_choice *choice,
		    struct phases *phases, const char *phases_text)
{
	char *command = o->command ? joined(o->command, o->nr_command) : NULL;
	struct buf why = { 0 };
	char machine[64];
	struct record_config cfg = {
		.source = source,
		.session = {
			.file = o->output,
			.replace = o->force,
			.clock = &clock_system,
			.interval_ns = o->interval_ns,
			.vms = { .root = cmd_root(&o->common),
				 .all = o->all || vm_id || !command,
				 .vm_id = vm_id },
			.source = source_name(source),
			.command = command,
			.phases = command ? phases_text : NULL,
		},
		.duration_ns = o->duration_ns,
		.command = o->command,
		.phases = phases,
		.limit_groups = command && !o->all && !vm_id,
		.warn = warn_line,
	};
	int code;

	source_why(choice, &why);
	cfg.session.source_why = why.data;
	if (command) {
		qemu_args_machine(o->command, o->nr_command, machine,
				  sizeof(machine));
		cfg.session.vms.machine = machine;
	}
	if (choice->nr_refused && !o->quiet)
		warnx("source: %s (exitstat list shows why no better one is usable)",
		      source_name(source));
	code = cmd_counting(source, o->groups, vm_id, o->quiet, loop,
			    &(struct run) { o, &cfg });
	buf_free(&why);
	free(command);
	return code;
}

static int run(void *options)
{
	struct options *o = options;
	struct source_choice choice;
	struct source *source;
	struct phases phases;
	struct buf text = { 0 };
	struct errbuf err;
	uint64_t vm_id = 0;
	char output[64];
	int code;

	session_default_name(output, sizeof(output));
	if (!o->output)
		o->output = output;
	if (load_phases(&phases, o->phases, &text, &err)) {
		buf_free(&text);
		return cmd_fail(&err);
	}
	source = cmd_source(&o->common, false, &choice);
	if (!source)
		code = EXIT_CODE_FAILED;
	else if (o->vm && cmd_find_vm(source, o->vm, &vm_id, &err))
		code = cmd_fail(&err);
	else
		code = run_with(o, source, vm_id, &choice, &phases, text.data);
	source_close(source);
	phases_free(&phases);
	buf_free(&text);
	return code;
}

static void finish(void *options)
{
	const struct options *o = options;

	if (o->vm && o->all)
		usage_error("--vm excludes --all");
}

const struct command cmd_record = {
	.name = "record",
	.help = "record exits while a command, such as a guest, runs",
	.usage = "[-- COMMAND...]",
	.doc = "Run COMMAND, which starts a guest, and record VM exits until it ends. Without COMMAND, record until ^C. The standard output of COMMAND is passed on, and searched for the beginnings of boot phases.",
	.notes = "Example:\n"
		 "  exitstat record -o boot.exitstat -- qemu-system-x86_64 -enable-kvm \\\n"
		 "    -nographic -kernel bzImage -append console=ttyS0\n",
	.rows = rows,
	.finish = finish,
	.in_order = true,
	.size = sizeof(struct options),
	.defaults = &(const struct options) {
		.interval_ns = 100 * NSEC_PER_MSEC,
	},
	.run = run,
};
