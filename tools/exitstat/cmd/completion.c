// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat completion: prints a script with which bash completes commands,
 * options, their values and the names of recordings. The words come from the
 * tables that the parser uses: that of commands and the rows of each command.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/usage.h"

/* ---- values ---- */

/*
 * Print @call, the words that the value of @row may be, and "'". Skip words with
 * a blank or a "'", which the script could not quote. Return their number; print
 * nothing if there are none.
 */
static size_t put_words(const struct option_row *row, const char *call)
{
	const char *word;
	size_t len, n = 0;

	for (size_t i = 0; (word = option_word(row, i, &len)); i++)
		if (len && !memchr(word, ' ', len) && !memchr(word, '\'', len))
			printf("%s%.*s", n++ ? " " : call, (int)len, word);
	if (n)
		putchar('\'');
	return n;
}

/* How the script completes a value without words, by the name in its help. */
static const struct {
	const char *name;
	const char *how;	/* the suffix of the script's function */
} kinds[] = {
	{ "FILE", "files" },
	{ "DIR", "files" },
	{ "LOG", "files" },
	{ "COMMAND", "command" },
};

static const char *how_to_complete(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return kinds[i].how;
	return "none";
}

/* Print the call that completes a value: "_exitstat_words 'vmx svm'" */
static void put_call(const struct option_row *row, const char *words)
{
	printf("_exitstat_");
	if (!put_words(row, words))
		printf("%s", how_to_complete(row->arg));
}

/* ---- commands and options ---- */

/* "	--output|-o) call" for an option with a value */
static void put_value(const struct option_row *row)
{
	printf("\t\t--%s", row->name);
	if (row->key)
		printf("|-%c", row->key);
	printf(") ");
	put_call(row, row->kind == OPTION_GROUPS ? "list '" : "words '");
	printf(" ;;\n");
}

/* The first argument. If it is a FILE, it is a recording. */
static void put_argument(const struct option_row *row)
{
	while (row->kind && !row->argument)
		row++;
	if (!row->kind || !row->arg)
		printf("_exitstat_none");
	else if (!strcmp(row->arg, "FILE"))
		printf("_exitstat_recordings");
	else
		put_call(row, "words '");
}

static void put_command(const struct command *c)
{
	const struct option_row *rows = c->rows, *row;

	printf("\t%s)\n\t\tcase $opt in\n", c->name);
	for (row = rows; row->kind; row++)
		if (!row->argument && row->arg)
			put_value(row);
	printf("\t\t*) _exitstat_rest '");
	for (row = rows; row->kind; row++)
		if (!row->argument && !row->hidden)
			printf(" --%s", row->name);
	for (row = common_rows; row->kind; row++)
		printf(" --%s", row->name);
	printf("' ");
	put_argument(rows);
	printf(" ;;\n\t\tesac ;;\n");
}

static void put_commands(const struct command *const *commands, size_t nr)
{
	printf("\t'') _exitstat_words '");
	for (size_t i = 0; i < nr; i++)
		printf("%s ", commands[i]->name);
	printf("--help --version' ;;\n");
	for (size_t i = 0; i < nr; i++)
		put_command(commands[i]);
}

/* ---- the script ---- */

static const char head[] =
	"# SPDX-License-Identifier: GPL-2.0-only\n"
	"# shellcheck shell=bash\n"
	"# Made by: exitstat completion bash\n"
	"\n"
	"_exitstat_none() { return 0; }\n"
	"\n"
	"_exitstat_words() { mapfile -t COMPREPLY < <(compgen -P \"$glue\" -W \"$1\" -- \"$cur\"); }\n"
	"\n"
	"# the last word of \"a,b,c\"\n"
	"_exitstat_list()\n"
	"{\n"
	"	[[ $cur != *,* ]] || glue+=${cur%,*},\n"
	"	cur=${cur##*,}\n"
	"	_exitstat_words \"$1\"\n"
	"}\n"
	"\n"
	"_exitstat_files()\n"
	"{\n"
	"	mapfile -t COMPREPLY < <(compgen -P \"$glue\" -f -- \"$cur\")\n"
	"	compopt -o filenames 2>/dev/null || true\n"
	"}\n"
	"\n"
	"_exitstat_recordings()\n"
	"{\n"
	"	mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"; compgen -f -X '!*.exitstat' -- \"$cur\")\n"
	"	compopt -o filenames 2>/dev/null || true\n"
	"}\n"
	"\n"
	"# the words after --, in record\n"
	"_exitstat_command()\n"
	"{\n"
	"	[[ $ended ]] || return 0\n"
	"	if [[ $ended == 1 ]]; then\n"
	"		mapfile -t COMPREPLY < <(compgen -c -- \"$cur\")\n"
	"	else\n"
	"		_exitstat_files\n"
	"	fi\n"
	"}\n"
	"\n"
	"# an option, or an argument\n"
	"_exitstat_rest()\n"
	"{\n"
	"	if [[ $cur == -* && ! $ended ]]; then\n"
	"		_exitstat_words \"$1\"\n"
	"	else\n"
	"		\"${@:2}\"\n"
	"	fi\n"
	"}\n"
	"\n"
	"# The option whose value $cur may be. --name=value is three words.\n"
	"_exitstat_option()\n"
	"{\n"
	"	local prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"	if [[ $cur == = ]]; then\n"
	"		cur='' opt=$prev\n"
	"	elif [[ $prev == = ]]; then\n"
	"		opt=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"	elif [[ $cur == --*=* ]]; then\n"
	"		opt=${cur%%=*} glue=${cur%%=*}=\n"
	"		cur=${cur#*=}\n"
	"	else\n"
	"		opt=$prev\n"
	"	fi\n"
	"}\n"
	"\n"
	"_exitstat()\n"
	"{\n"
	"	local IFS=$' \\t\\n' cur=${COMP_WORDS[COMP_CWORD]} cmd='' opt='' glue='' ended='' i\n"
	"	COMPREPLY=()\n"
	"	[[ $COMP_CWORD -lt 2 ]] || cmd=${COMP_WORDS[1]}\n"
	"	for ((i = 2; i < COMP_CWORD; i++)); do\n"
	"		[[ ! $ended && ${COMP_WORDS[i]} != -- ]] || ended=$((ended + 1))\n"
	"	done\n"
	"	[[ ! $cmd || $ended ]] || _exitstat_option\n"
	"	case $cmd in\n";

static const char tail[] =
	"	esac\n"
	"	return 0\n"
	"}\n"
	"\n"
	"complete -F _exitstat exitstat\n";

void completion_bash(const struct command *const *commands, size_t nr)
{
	fputs(head, stdout);
	put_commands(commands, nr);
	fputs(tail, stdout);
}
