// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat: why do KVM guests exit, how often, in which phase of a boot?
 *
 * The table of commands and its help. Each command is a file of cmd/ with
 * options of its own; nothing else is known about it here.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

static int complete(int argc, char **argv);

static const struct command commands[] = {
	{ "list", cmd_list, &argp_list, "VMs that run, and which source counts them" },
	{ "check", cmd_check, &argp_check, "are the counts right? closure, and ftrace's count" },
	{ "enable", cmd_enable, &argp_enable,
	  "switch groups on: count, time, histogram, detail" },
	{ "disable", cmd_disable, &argp_disable, "switch groups off" },
	{ "reset", cmd_reset, &argp_reset, "let the kernel's own texts count from now on" },
	{ "top", cmd_top, &argp_top, "VMs, vCPUs and reasons as they run, on a screen" },
	{ "record", cmd_record, &argp_record, "record exits while a command (a guest) runs" },
	{ "report", cmd_report, &argp_report, "how many exits, why, when: words and tables" },
	{ "plot", cmd_plot, &argp_plot, "exit rates over time: SVG, PNG, PDF, terminal" },
	{ "diff", cmd_diff, &argp_diff,
	  "what differs between two recordings, or two sets of runs" },
	{ "check-budget", cmd_check_budget, &argp_check_budget,
	  "does a recording keep its budget of exits?" },
	{ "serve", cmd_serve, &argp_serve, "the exits of all VMs for Prometheus (OpenMetrics)" },
	{ "export", cmd_export, &argp_export, "a recording as CSV, JSON or a trace for Perfetto" },
	{ "import", cmd_import, &argp_import,
	  "a recording of what kvm_stat or perf kvm stat wrote" },
	{ "explain", cmd_explain, &argp_explain,
	  "what an exit reason means, costs, and how to avoid it" },
	{ "completion", complete, &argp_completion,
	  "completion of all this by a shell" },
};

static int complete(int argc, char **argv)
{
	return cmd_completion(argc, argv, commands, ARRAY_LEN(commands));
}

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: exitstat COMMAND [OPTION...]\n\n"
		"VM exits of KVM guests by reason, over time and by boot phase.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\nexitstat COMMAND --help says more; so does exitstat-COMMAND(1).\n");
}

static int run_command(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		argv[1] = xasprintf("exitstat %s", commands[i].name);
		program_invocation_name = argv[1];
		program_invocation_short_name = argv[1];
		return commands[i].run(argc - 1, argv + 1);
	}
	warnx("%s: no such command (exitstat --help lists them)", argv[1]);
	return EXIT_CODE_USAGE;
}

/*
 * Output that did not reach its reader is a failure, whatever came before and
 * whoever called exit(): argp does after --help.
 */
static void close_stdout(int code, void *arg)
{
	(void)arg;
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return;
	warnx("standard output: %s",
	      errno ? strerror(errno) : "not all of it could be written");
	_exit(code ? code : EXIT_CODE_FAILED);
}

int main(int argc, char **argv)
{
	program_invocation_short_name = (char *)"exitstat";
	argp_err_exit_status = EXIT_CODE_USAGE;
	/* a reader that has seen enough ends us quietly, whoever started us */
	signal(SIGPIPE, SIG_DFL);
	on_exit(close_stdout, NULL);
	if (argc < 2) {
		print_help(stderr);
		return EXIT_CODE_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return EXIT_CODE_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("exitstat %s\n", EXITSTAT_VERSION);
		return EXIT_CODE_OK;
	}
	return run_command(argc, argv);
}
