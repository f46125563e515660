// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat top: options, and the switch for counting. The loop is top/run.c's.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "exits/groups.h"
#include "lib/plain.h"
#include "record/session.h"
#include "top/run.h"
#include "top/view.h"

enum { OPT_VM = 0x200, OPT_VCPU, OPT_REASON, OPT_ASCII, OPT_WIDTH, OPT_DEAD,
       OPT_GROUPS, OPT_MDOC };

struct options {
	struct cmd_common common;
	struct top_config top;
	uint32_t groups;	/* to be on, besides those that are */
	uint64_t width;
	int nr_args;
	bool mdoc;
};

static const struct argp_option option_table[] = {
	{ "batch", 'b', NULL, 0, "Print a table for each sample, without a screen",
	  0 },
	{ "json", 'j', NULL, 0,
	  "Print a JSON object for each sample, on a line of its own", 0 },
	{ "total", 't', NULL, 0,
	  "Print the sum of all rows, a line for each sample, as vmstat does", 0 },
	{ "level", 'l', "LEVEL", 0,
	  "Begin with vms (default), vcpus, reasons or detail", 0 },
	{ "vm", OPT_VM, "VM", 0, "Begin with this VM: its name, pid or uuid", 0 },
	{ "vcpu", OPT_VCPU, "N", 0, "Begin with this vCPU of the VM", 0 },
	{ "reason", OPT_REASON, "REASON", 0,
	  "Begin with the detail of this reason", 0 },
	{ "sort", 's', "COLUMN", 0, "Sort by this column (see below)", 0 },
	{ "reverse", 'r', NULL, 0, "Turn the order round", 0 },
	{ "filter", 'f', "TEXT", 0, "Rows with TEXT in their name", 0 },
	{ "dead", 'd', NULL, 0, "VMs that ended too", 0 },
	{ "groups", OPT_GROUPS, "LIST", 0,
	  "Switch these on while it runs: count,time,histogram,detail (default: count, and what is on)",
	  0 },
	{ "output", 'o', "FILE", 0,
	  "What the key w records into (default: exits-DATE-TIME.exitstat)", 0 },
	{ "ascii", OPT_ASCII, NULL, 0, "ASCII only", 0 },
	{ "width", OPT_WIDTH, "COLUMNS", 0,
	  "Width of what is printed (default: the terminal's, else 80)", 0 },
	{ "mdoc", OPT_MDOC, NULL, OPTION_HIDDEN, NULL, 0 },
	{ 0 }
};

static enum top_level level_of(struct argp_state *state, const char *name)
{
	for (int i = 0; i < TOP_NR_LEVELS; i++)
		if (!strcmp(top_level_name((enum top_level)i), name))
			return (enum top_level)i;
	argp_error(state, "level: %s: need vms, vcpus, reasons or detail",
		   name);
	return TOP_VMS;
}

/* [INTERVAL [COUNT]], as vmstat has it. */
static void positional(struct options *o, const char *arg,
		       struct argp_state *state)
{
	if (o->nr_args == 0) {
		if (top_parse_interval(arg, &o->top.interval_ns))
			argp_error(state,
				   "interval: %s: need 10ms to 60m, as 500ms, 2s, 1m, or seconds",
				   arg);
	} else if (o->nr_args == 1) {
		o->top.count = cmd_number(state, "count", arg, 1, UINT32_MAX);
	} else {
		argp_error(state, "%s: one argument too many", arg);
	}
	o->nr_args++;
}

static error_t parse_shown(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'l':
		o->top.level = level_of(state, arg);
		return 0;
	case OPT_VM:
		o->top.vm = arg;
		return 0;
	case OPT_VCPU:
		o->top.vcpu = (int64_t)cmd_number(state, "vcpu", arg, 0,
						  UINT32_MAX);
		return 0;
	case OPT_REASON:
		o->top.reason = arg;
		return 0;
	case 's':
		o->top.sort = arg;
		return 0;
	case 'r':
		o->top.reverse = true;
		return 0;
	case 'f':
		o->top.filter = arg;
		return 0;
	case 'd':
		o->top.dead = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct errbuf err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'b':
		o->top.output = TOP_TEXT_OUT;
		return 0;
	case 'j':
		o->top.output = TOP_JSON_OUT;
		return 0;
	case 't':
		o->top.total = true;
		return 0;
	case OPT_GROUPS:
		if (groups_parse(arg, &o->groups, &err))
			argp_error(state, "groups: %s", err.text);
		return 0;
	case 'o':
		o->top.record_file = arg;
		return 0;
	case OPT_ASCII:
		o->top.ascii = true;
		return 0;
	case OPT_WIDTH:
		o->width = cmd_number(state, "width", arg, TOP_MIN_WIDTH, 400);
		return 0;
	case OPT_MDOC:
		o->mdoc = true;
		return 0;
	case ARGP_KEY_ARG:
		positional(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		if (o->top.total && (o->top.filter || o->top.sort))
			argp_error(state, "--total adds up all rows: without --filter and --sort");
		if (o->top.total && o->top.output == TOP_SCREEN)
			o->top.output = TOP_TEXT_OUT;
		return 0;
	default:
		return parse_shown(key, arg, state);
	}
}

static char *help_filter(int key, const char *text, void *input)
{
	struct buf b = { 0 };

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	top_help_text(&b);
	return b.data;
}

const struct argp argp_top = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[INTERVAL [COUNT]]",
	.doc = "Show VMs, vCPUs and exit reasons as they run, every INTERVAL (default: 1s), COUNT times.\v ",
	.children = cmd_common_children,
	.help_filter = help_filter,
};

/* Blocks of a trend need UTF-8. */
static void ask_terminal(struct options *o)
{
	struct winsize ws;

	if (!plain_has_utf8())
		o->top.ascii = true;
	o->top.width = 80;
	if (o->width)
		o->top.width = (int)o->width;
	else if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) &&
		 ws.ws_col >= TOP_MIN_WIDTH)
		o->top.width = ws.ws_col;
}

struct run {
	const struct top_config *cfg;
	bool quiet_end;		/* nobody reads any more */
};

static int run(void *arg)
{
	struct run *r = arg;
	struct errbuf told, err;
	int code = EXIT_CODE_OK, rc;

	rc = top_run(r->cfg, &told, &err);
	r->quiet_end = rc == -EPIPE;
	if (rc && rc != -EPIPE)
		code = cmd_fail(&err);
	if (*told.text)
		warnx("%s", told.text);
	return code;
}

static int run_source(struct options *o, const struct source_choice *choice)
{
	struct run r = { .cfg = &o->top };
	struct buf why = { 0 };
	int code;

	source_why(choice, &why);
	o->top.source_why = why.data;
	code = cmd_counting(o->top.source, o->groups, false, run, &r);
	buf_free(&why);
	source_close(o->top.source);
	if (r.quiet_end) {
		/* as any filter whose reader has seen enough */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return code;
}

int cmd_top(int argc, char **argv)
{
	struct options o = {
		.top = { .clock = &clock_system, .interval_ns = NSEC_PER_SEC,
			 .level = TOP_NR_LEVELS, .vcpu = -1 },
	};
	struct source_choice choice;
	struct buf b = { 0 };

	if (argp_parse(&argp_top, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (o.mdoc) {
		top_help_mdoc(&b);
		fputs(b.data, stdout);
		buf_free(&b);
		return EXIT_CODE_OK;
	}
	ask_terminal(&o);
	o.top.source = cmd_source(&o.common, &choice);
	return o.top.source ? run_source(&o, &choice) : EXIT_CODE_FAILED;
}
