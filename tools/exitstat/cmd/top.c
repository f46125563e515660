// SPDX-License-Identifier: GPL-2.0-only
/* exitstat top: options and switching groups on. top/run.c has the loop. */
#include <err.h>
#include <errno.h>
#include <signal.h>

#include "cmd/cmd.h"
#include "cmd/parse.h"
#include "cmd/usage.h"
#include "lib/plain.h"
#include "record/session.h"
#include "top/run.h"
#include "top/view.h"

struct options {
	struct cmd_common common;
	struct top_config top;
	uint32_t groups;	/* to switch on */
	bool mdoc;
};

static const char *level_word(size_t i)
{
	return top_level_name((enum top_level)i);
}

/* The @i-th column that rows can be sorted by. */
static const char *column_word(size_t i)
{
	for (size_t c = 0; c < top_nr_columns; c++)
		if (top_columns[c].kind != TOP_TREND && !i--)
			return top_columns[c].name;
	return NULL;
}

static void interval(void *options, char *arg, struct argp_state *state)
{
	struct options *o = options;

	if (top_parse_interval(arg, &o->top.interval_ns))
		parse_error(state,
			     "%s: need a time from 10ms to 60m, such as 500ms, 2s, 1m or 2 (seconds)",
			     arg);
}

static const struct option_row rows[] = {
	/* as in vmstat */
	{ "interval", 0, "INTERVAL", OPT_CALL(interval), .argument = true },
	{ "count", 0, "COUNT", OPT_NUMBER(top.count, 1, UINT32_MAX),
	  .argument = true },
	{ "batch", 'b', NULL, OPT_SET(top.output, TOP_TEXT_OUT),
	  "print a table for each sample, without a screen" },
	{ "json", 'j', NULL, OPT_SET(top.output, TOP_JSON_OUT),
	  "print a line with a JSON object for each sample" },
	{ "total", 't', NULL, OPT_FLAG(top.total),
	  "print a line with the sum of all rows for each sample" },
	{ "level", 'l', "LEVEL", OPT_CHOICE_OF(top.level, TOP_VMS, level_word),
	  "begin with this level: %s (default: vms)" },
	{ "vm", 0, "VM", OPT_TEXT(top.vm),
	  "begin with this VM: its name, pid or uuid" },
	{ "vcpu", 0, "N", OPT_NUMBER(top.vcpu, 0, UINT32_MAX),
	  "begin with this vCPU of the VM" },
	{ "reason", 0, "REASON", OPT_TEXT_OF(top.reason, cmd_reason_word),
	  "begin with the detail of this reason" },
	{ "sort", 's', "COLUMN", OPT_WORD(top.sort, column_word),
	  "sort by this column: %s" },
	{ "reverse", 'r', NULL, OPT_FLAG(top.reverse), "reverse the sort order" },
	{ "filter", 'f', "TEXT", OPT_TEXT(top.filter),
	  "show only rows whose name contains TEXT, ignoring case" },
	{ "destroyed", 'd', NULL, OPT_FLAG(top.destroyed),
	  "include destroyed VMs" },
	{ "groups", 0, "LIST", OPT_GROUPS(groups),
	  "switch the groups in LIST on while top runs: count,time,histogram,detail (default: count and those that are on)" },
	{ "output", 'o', "FILE", OPT_TEXT(top.record_file),
	  "recording that the key w writes (default: exits-DATE-TIME.exitstat)" },
	{ "ascii", 0, NULL, OPT_FLAG(top.ascii), "use only ASCII characters" },
	{ "width", 0, "COLUMNS", OPT_NUMBER(top.width, TOP_MIN_WIDTH, 400),
	  "width of tables (default: that of the terminal, or 80)" },
	{ "mdoc", 0, NULL, OPT_FLAG(mdoc), .hidden = true },
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static void finish(void *options)
{
	struct top_config *top = &((struct options *)options)->top;

	if (top->total && (top->filter || top->sort))
		usage_error("--total adds up all rows: it excludes --filter and --sort");
	if (top->total && top->output == TOP_SCREEN)
		top->output = TOP_TEXT_OUT;
}

struct run {
	const struct top_config *cfg;
	bool pipe_closed;
};

static int loop(void *arg)
{
	struct run *r = arg;
	struct errbuf recorded, err;
	int code = EXIT_CODE_OK, rc;

	rc = top_run(r->cfg, &recorded, &err);
	r->pipe_closed = rc == -EPIPE;
	if (rc && rc != -EPIPE)
		code = cmd_fail(&err);
	if (*recorded.text)
		warnx("%s", recorded.text);
	return code;
}

static int run_source(struct options *o, const struct source_choice *choice)
{
	struct run r = { .cfg = &o->top };
	struct buf why = { 0 };
	int code;

	source_why(choice, &why);
	o->top.source_why = why.data;
	code = cmd_counting(o->top.source, o->groups, 0, false, loop, &r);
	buf_free(&why);
	source_close(o->top.source);
	if (r.pipe_closed) {
		/* end as other programs do when their pipe is closed */
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
	/* the blocks of a trend require UTF-8 */
	o->top.ascii = o->top.ascii || !plain_has_utf8();
	o->top.source = cmd_source(&o->common, false, &choice);
	return o->top.source ? run_source(o, &choice) : EXIT_CODE_FAILED;
}

const struct command cmd_top = {
	.name = "top",
	.help = "show running VMs, vCPUs and reasons, updated continuously",
	.usage = "[INTERVAL [COUNT]]",
	.doc = "Show running VMs, vCPUs and exit reasons, updated every INTERVAL (default: 1s), COUNT times. Keys: ? shows help, q quits.",
	.notes = "exitstat-top(1) describes keys and columns.\n",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) {
		.top = { .clock = &clock_system, .interval_ns = NSEC_PER_SEC,
			 .level = TOP_NR_LEVELS, .vcpu = -1 },
	},
	.run = run,
};
