// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat: count VM exits of KVM guests by reason, over time and by boot phase.
 *
 * The table of commands, the general help, and the search for a command. Each
 * command is a file of cmd/ with a table of its own options.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/parse.h"
#include "cmd/usage.h"
#include "cmd/version.h"

struct options {
	const char *what;	/* NULL: the general help */
	int shell;		/* the only one is bash */
};

static int complete(void *options);
static int help(void *options);
static int version(void *options);
static const char *command_word(size_t i);

static const struct option_row completion_rows[] = {
	{ .arg = "bash", OPT_CHOICE(shell, 0), .argument = true, .many = true,
	  .missing = "which shell? (bash)" },
	{ 0 }
};

static const struct command completion_command = {
	.name = "completion",
	.help = "print a shell completion script",
	.usage = "bash",
	.doc = "Print a script that lets bash complete commands, options and their values.",
	.notes = "To use it in the current shell: . <(exitstat completion bash)\n",
	.rows = completion_rows,
	.size = sizeof(struct options),
	.run = complete,
};

static const struct option_row help_rows[] = {
	{ .arg = "COMMAND", OPT_TEXT_OF(what, command_word), .argument = true,
	  .again = "one COMMAND at a time" },
	{ 0 }
};

static const struct command help_command = {
	.name = "help",
	.usage = "[COMMAND]",
	.doc = "Show the options of a command. Without COMMAND, list the commands.",
	.rows = help_rows,
	.size = sizeof(struct options),
	.run = help,
};

static const struct option_row version_rows[] = { { 0 } };

static const struct command version_command = {
	.name = "version",
	.doc = "Show the version and what it was built with.",
	.rows = version_rows,
	.size = sizeof(struct options),
	.run = version,
};

/* In the order of the help, which does not list the last two. */
static const struct command *const commands[] = {
	&cmd_list, &cmd_check, &cmd_enable, &cmd_disable, &cmd_reset, &cmd_top,
	&cmd_record, &cmd_report, &cmd_plot, &cmd_diff, &cmd_check_budget,
	&cmd_serve, &cmd_export, &cmd_import, &cmd_explain, &completion_command,
	&help_command, &version_command,
};

static int complete(void *options)
{
	(void)options;
	completion_bash(commands, ARRAY_LEN(commands));
	return EXIT_CODE_OK;
}

static int version(void *options)
{
	(void)options;
	version_print(stdout);
	return EXIT_CODE_OK;
}

static const char *command_word(size_t i)
{
	return i < ARRAY_LEN(commands) ? commands[i]->name : NULL;
}

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: exitstat COMMAND [OPTION...]\n\n"
		"Count VM exits of KVM guests by reason, over time and by boot phase.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (commands[i]->help)
			fprintf(out, "  %-12s %s\n", commands[i]->name,
				commands[i]->help);
	fprintf(out,
		"\n"
		"See \"exitstat help COMMAND\" for the options of a command, \"exitstat --version\"\n"
		"for the version and what it was built with, and exitstat(1).\n");
}

/* ---- unknown commands ---- */

/* Names that other tools have for a command. */
static const struct {
	const char *word;
	const char *command;
} aliases[] = {
	{ "ls", "list" }, { "ps", "list" }, { "vms", "list" },
	{ "stat", "top" }, { "watch", "top" }, { "live", "top" },
	{ "start", "record" }, { "run", "record" }, { "trace", "record" },
	{ "show", "report" }, { "view", "report" }, { "summary", "report" },
	{ "draw", "plot" }, { "graph", "plot" }, { "chart", "plot" },
	{ "compare", "diff" }, { "convert", "export" }, { "verify", "check" },
	{ "on", "enable" }, { "off", "disable" }, { "clear", "reset" },
	{ "metrics", "serve" }, { "info", "explain" }, { "why", "explain" },
};

static void suggest_command(struct buf *out, const char *typed)
{
	const char *names[ARRAY_LEN(commands)];

	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (!strcasecmp(typed, aliases[i].word)) {
			buf_printf(out, "did you mean %s? ",
				   aliases[i].command);
			return;
		}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		names[i] = commands[i]->name;
	usage_suggest(out, typed, names, ARRAY_LEN(names));
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && !strcmp(text + len - n, end);
}

static __attribute__((noreturn)) void no_such_command(const char *typed)
{
	struct buf advice = { 0 };

	if (ends_in(typed, ".exitstat") || !access(typed, R_OK))
		usage_error("%s: no such command (to show a recording: exitstat report %s)",
			    typed, typed);
	suggest_command(&advice, typed);
	usage_error("%s: no such command (%sexitstat --help lists them)", typed,
		    advice.data ? advice.data : "");
}

static __attribute__((noreturn)) void no_such_option(const char *typed)
{
	static const char *const names[] = { "--help", "--version" };
	struct buf advice = { 0 };

	usage_suggest(&advice, typed, names, ARRAY_LEN(names));
	usage_error("%s: no such option (%sexitstat --help)", typed,
		    advice.data ? advice.data : "");
}

/* ---- commands ---- */

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	return NULL;
}

static int help(void *options)
{
	const struct options *o = options;
	const struct command *c = o->what ? find_command(o->what) : NULL;

	if (o->what && !c)
		no_such_command(o->what);
	if (c)
		usage_print(c, stdout);
	else
		print_help(stdout);
	return EXIT_CODE_OK;
}

static int run_command(const struct command *c, int argc, char **argv)
{
	void *options;
	int code;

	argv[0] = xasprintf("exitstat %s", c->name);
	program_invocation_name = argv[0];
	program_invocation_short_name = argv[0];
	options = parse_options(c, argc, argv);
	code = c->run(options);
	free(options);
	return code;
}

/* The command that an option before any command stands for. */
static const struct command *command_of_option(const char *word)
{
	static const struct {
		const char *option;
		const struct command *command;
	} table[] = {
		{ "--help", &help_command }, { "-h", &help_command },
		{ "-?", &help_command }, { "--version", &version_command },
		{ "-V", &version_command },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (!strcmp(word, table[i].option))
			return table[i].command;
	return NULL;
}

/*
 * Report output that could not be written, also after an exit() elsewhere, such
 * as that after --help.
 */
static void close_stdout(int code, void *arg)
{
	(void)arg;
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return;
	warnx("standard output: %s", errno ? strerror(errno) : "write error");
	_exit(code ? code : EXIT_CODE_FAILED);
}

int main(int argc, char **argv)
{
	const struct command *c;

	program_invocation_short_name = (char *)"exitstat";
	/* a closed pipe ends exitstat silently, even if the parent ignores SIGPIPE */
	signal(SIGPIPE, SIG_DFL);
	on_exit(close_stdout, NULL);
	if (argc < 2) {
		print_help(stderr);
		return EXIT_CODE_USAGE;
	}
	c = command_of_option(argv[1]);
	if (c)
		return c->run(&(struct options) { 0 });
	if (*argv[1] == '-')
		no_such_option(argv[1]);
	c = find_command(argv[1]);
	if (!c)
		no_such_command(argv[1]);
	return run_command(c, argc - 1, argv + 1);
}
