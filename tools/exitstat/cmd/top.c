// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat top: options, and the switch for counting. The loop is top/run.c's.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>

#include "cmd/cmd.h"
#include "lib/plain.h"
#include "record/session.h"
#include "top/run.h"
#include "top/view.h"

struct options {
	struct cmd_common common;
	struct top_config top;
	uint32_t groups;	/* to be on, besides those that are */
	bool mdoc;
};

static const char *level_word(size_t i)
{
	return top_level_name((enum top_level)i);
}

/* One that cannot be sorted by is "". */
static const char *column_word(size_t i)
{
	if (i == top_nr_columns)
		return NULL;
	return top_columns[i].kind == TOP_TREND ? "" : top_columns[i].name;
}

static void interval(void *options, char *arg, struct argp_state *state)
{
	struct options *o = options;

	if (top_parse_interval(arg, &o->top.interval_ns))
		option_error(state,
			     "%s: need 10ms to 60m, as 500ms, 2s, 1m, or seconds",
			     arg);
}

static const struct option_row rows[] = {
	/* as vmstat has them */
	{ "interval", 0, "INTERVAL", OPT_CALL(interval), .argument = true },
	{ "count", 0, "COUNT", OPT_NUMBER(top.count, 1, UINT32_MAX),
	  .argument = true },
	{ "batch", 'b', NULL, OPT_SET(top.output, TOP_TEXT_OUT),
	  "Print a table for each sample, without a screen" },
	{ "json", 'j', NULL, OPT_SET(top.output, TOP_JSON_OUT),
	  "Print a JSON object for each sample, on a line of its own" },
	{ "total", 't', NULL, OPT_FLAG(top.total),
	  "Print the sum of all rows, one line per sample, like vmstat" },
	{ "level", 'l', "LEVEL", OPT_CHOICE_OF(top.level, TOP_VMS, level_word),
	  "Begin with vms (default), vcpus, reasons or detail" },
	{ "vm", 0, "VM", OPT_TEXT(top.vm),
	  "Begin with this VM: its name, pid or uuid" },
	{ "vcpu", 0, "N", OPT_NUMBER(top.vcpu, 0, UINT32_MAX),
	  "Begin with this vCPU of the VM" },
	{ "reason", 0, "REASON", OPT_TEXT_OF(top.reason, cmd_reason_word),
	  "Begin with the detail of this reason" },
	{ "sort", 's', "COLUMN", OPT_TEXT_OF(top.sort, column_word),
	  "Sort by this column (see below)" },
	{ "reverse", 'r', NULL, OPT_FLAG(top.reverse), "Reverse the sort order" },
	{ "filter", 'f', "TEXT", OPT_TEXT(top.filter),
	  "Show rows whose name contains TEXT (case-insensitive)" },
	{ "destroyed", 'd', NULL, OPT_FLAG(top.destroyed), "List destroyed VMs, too" },
	{ "groups", 0, "LIST", OPT_GROUPS(groups),
	  "Groups to switch on while top runs: count,time,histogram,detail (default: count, and those that are on)" },
	{ "output", 'o', "FILE", OPT_TEXT(top.record_file),
	  "File that the key w records to (default: exits-DATE-TIME.exitstat)" },
	{ "ascii", 0, NULL, OPT_FLAG(top.ascii), "ASCII only" },
	{ "width", 0, "COLUMNS", OPT_NUMBER(top.width, TOP_MIN_WIDTH, 400),
	  "Width of the output (default: the terminal's, otherwise 80)" },
	{ "mdoc", 0, NULL, OPT_FLAG(mdoc), .hidden = true },
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static void finish(void *options, struct argp_state *state)
{
	struct top_config *top = &((struct options *)options)->top;

	if (top->total && (top->filter || top->sort))
		argp_error(state, "--total adds up all rows: without --filter and --sort");
	if (top->total && top->output == TOP_SCREEN)
		top->output = TOP_TEXT_OUT;
}

struct run {
	const struct top_config *cfg;
	bool quiet_end;		/* nobody reads any more */
};

static int loop(void *arg)
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
	code = cmd_counting(o->top.source, o->groups, false, loop, &r);
	buf_free(&why);
	source_close(o->top.source);
	if (r.quiet_end) {
		/* as any filter whose reader has seen enough */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return code;
}

static void print_mdoc(void)
{
	struct buf b = { 0 };

	top_help_mdoc(&b);
	fputs(b.data, stdout);
	buf_free(&b);
}

static int run(void *options)
{
	struct options *o = options;
	struct source_choice choice;

	if (o->mdoc) {
		print_mdoc();
		return EXIT_CODE_OK;
	}
	if (!o->top.width)
		o->top.width = cmd_terminal_width(TOP_MIN_WIDTH);
	/* blocks of a trend need it */
	o->top.ascii = o->top.ascii || !plain_has_utf8();
	o->top.source = cmd_source(&o->common, &choice);
	return o->top.source ? run_source(o, &choice) : EXIT_CODE_FAILED;
}

const struct command cmd_top = {
	.name = "top",
	.help = "VMs, vCPUs and reasons as they run, on a screen",
	.usage = "[INTERVAL [COUNT]]",
	.doc = "Show VMs, vCPUs and exit reasons as they run, every INTERVAL (default: 1s), COUNT times.",
	.more = top_help_text,
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) {
		.top = { .clock = &clock_system, .interval_ns = NSEC_PER_SEC,
			 .level = TOP_NR_LEVELS, .vcpu = -1 },
	},
	.run = run,
};
