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

struct options {
	int shell;		/* there is one */
};

static int complete(void *options);

static const struct option_row completion_rows[] = {
	{ .arg = "bash", OPT_CHOICE(shell, 0), .argument = true, .many = true,
	  .missing = "for which shell? (bash)" },
	{ 0 }
};

static const struct command completion = {
	.name = "completion",
	.help = "completion of all this by a shell",
	.usage = "bash",
	.doc = "Write a script that lets bash complete commands, options and their values.\v"
	       "For this shell: . <(exitstat completion bash)",
	.rows = completion_rows,
	.size = sizeof(struct options),
	.run = complete,
};

/* In the order of the help. */
static const struct command *const commands[] = {
	&cmd_list, &cmd_check, &cmd_enable, &cmd_disable, &cmd_reset, &cmd_top,
	&cmd_record, &cmd_report, &cmd_plot, &cmd_diff, &cmd_check_budget,
	&cmd_serve, &cmd_export, &cmd_import, &cmd_explain, &completion,
};

static int complete(void *options)
{
	(void)options;
	completion_bash(commands, ARRAY_LEN(commands));
	return EXIT_CODE_OK;
}

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: exitstat COMMAND [OPTION...]\n\n"
		"VM exits of KVM guests by reason, over time and by boot phase.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-12s %s\n", commands[i]->name, commands[i]->help);
	fprintf(out, "\nexitstat COMMAND --help says more; so does exitstat-COMMAND(1).\n");
}

static int run_command(const struct command *c, int argc, char **argv)
{
	void *options;
	int code;

	argv[0] = xasprintf("exitstat %s", c->name);
	program_invocation_name = argv[0];
	program_invocation_short_name = argv[0];
	options = options_parse(c, argc, argv);
	code = c->run(options);
	free(options);
	return code;
}

static int find_command(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(argv[1], commands[i]->name))
			return run_command(commands[i], argc - 1, argv + 1);
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
	return find_command(argc, argv);
}
