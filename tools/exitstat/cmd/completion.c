// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat completion: writes a script with which bash completes commands,
 * options, their values and recordings. All of it comes from the tables that
 * parse them: that of commands, each command's argp, and by the name that an
 * argument has there ("SOURCE"), the table that it is looked up in.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "export/export.h"
#include "exits/groups.h"
#include "import/import.h"
#include "exits/reasons.h"
#include "top/columns.h"

struct options {
	bool any;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (strcmp(arg, "bash"))
			argp_error(state, "%s: need bash", arg);
		o->any = true;
		return 0;
	case ARGP_KEY_END:
		if (!o->any)
			argp_error(state, "for which shell? (bash)");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_completion = {
	.parser = parse,
	.args_doc = "bash",
	.doc = "Write a script that lets bash complete commands, options and their values.\v"
	       "For this shell: . <(exitstat completion bash)",
};

/* ---- values by the name of their kind ---- */

static void source_words(FILE *out)
{
	char names[128];

	source_names(names, sizeof(names));
	for (char *c = names; *c; c++)
		if (*c != ',')
			fputc(*c, out);
}

static void group_words(FILE *out)
{
	for (size_t i = 0; i < NR_GROUPS; i++)
		fprintf(out, "%s%s", i ? " " : "", group_table[i].name);
}

static void table_words(FILE *out)
{
	for (size_t i = 0; i < export_nr_tables; i++)
		fprintf(out, "%s%s", i ? " " : "", export_tables[i].name);
}

static void format_words(FILE *out)
{
	for (size_t i = 0; i < export_nr_formats; i++)
		fprintf(out, "%s%s", i ? " " : "", export_formats[i].name);
}

static void log_format_words(FILE *out)
{
	for (size_t i = 0; i < import_nr_formats; i++)
		fprintf(out, "%s%s", i ? " " : "", import_formats[i].name);
}

static void level_words(FILE *out)
{
	for (int i = 0; i < TOP_NR_LEVELS; i++)
		fprintf(out, "%s%s", i ? " " : "",
			top_level_name((enum top_level)i));
}

static void column_words(FILE *out)
{
	for (size_t i = 0; i < top_nr_columns; i++)
		if (top_columns[i].kind != TOP_TREND)
			fprintf(out, "%s%s", i ? " " : "", top_columns[i].name);
}

/* A name that two processors have is there twice, and offered once. */
static void reason_words(FILE *out)
{
	const struct reason *list;
	size_t nr;

	list = reason_list(&nr);
	for (size_t i = 0; i < nr; i++)
		if (!strpbrk(list[i].name, " '"))
			fprintf(out, "%s%s", i ? " " : "", list[i].name);
}

static const struct kind {
	const char *name;	/* as in the help */
	const char *how;	/* of the script's function that completes it */
	void (*words)(FILE *out);
} kinds[] = {
	{ "SOURCE", "words", source_words },
	{ "GROUP", "words", group_words },
	{ "LIST", "list", group_words },
	{ "TABLE", "words", table_words },
	{ "FORMAT", "words", format_words },
	{ "LOGFORMAT", "words", log_format_words },
	{ "LEVEL", "words", level_words },
	{ "COLUMN", "words", column_words },
	{ "REASON", "words", reason_words },
	{ "FILE", "files", NULL },
	{ "DIR", "files", NULL },
	{ "LOG", "files", NULL },
	{ "COMMAND", "command", NULL },
	/* as arguments; what is not listed is for people to make up */
	{ "A", "recordings", NULL },
	{ "RECORDING", "recordings", NULL },
};

static const struct kind *kind_of(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strlen(kinds[i].name) == len &&
		    !strncmp(kinds[i].name, name, len))
			return &kinds[i];
	return NULL;
}

/* "csv|json" are words themselves; of "NAME|all" one is. */
static bool put_choices(FILE *out, const char *name)
{
	bool any = false;

	while (*name) {
		size_t len = strcspn(name, "|");

		if (islower((unsigned char)*name)) {
			fprintf(out, "%s%.*s", any ? " " : "words '", (int)len,
				name);
			any = true;
		}
		name += len + (name[len] == '|');
	}
	if (any)
		fprintf(out, "'");
	return any;
}

/* The script's call that completes a value, "none" if nothing can. */
static void put_call(FILE *out, const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	const struct kind *k = kind_of(name, len);
	bool is_name = len && name[len] != '|';

	fprintf(out, "_exitstat_");
	if (is_name && k && k->words) {
		fprintf(out, "%s '", k->how);
		k->words(out);
		fprintf(out, "'");
	} else if (is_name && k) {
		fprintf(out, "%s", k->how);
	} else if (is_name || !put_choices(out, name)) {
		fprintf(out, "none");
	}
}

/* ---- commands and options ---- */

typedef void (*option_fn)(FILE *out, const struct argp_option *o);

static bool is_end(const struct argp_option *o)
{
	return !o->key && !o->name && !o->doc && !o->group;
}

static void each_option(FILE *out, const struct argp *argp, option_fn fn)
{
	for (const struct argp_option *o = argp->options; o && !is_end(o); o++)
		if (o->name && !(o->flags & OPTION_HIDDEN))
			fn(out, o);
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		each_option(out, c->argp, fn);
}

static void put_name(FILE *out, const struct argp_option *o)
{
	fprintf(out, " --%s", o->name);
}

/* "	--output|-o) how" of an option that has a value */
static void put_value(FILE *out, const struct argp_option *o)
{
	if (!o->arg)
		return;
	fprintf(out, "\t\t--%s", o->name);
	if (o->key < 0x80 && isgraph(o->key))
		fprintf(out, "|-%c", o->key);
	fprintf(out, ") ");
	put_call(out, o->arg);
	fprintf(out, " ;;\n");
}

/* Of "[INTERVAL [COUNT]]" the first; a FILE to read is a recording. */
static void put_argument(FILE *out, const char *doc)
{
	doc = doc ? doc : "";
	doc += strspn(doc, "[-. ");
	put_call(out, strncmp(doc, "FILE", 4) ? doc : "RECORDING");
}

static void put_command(FILE *out, const struct command *c)
{
	fprintf(out, "\t%s)\n\t\tcase $opt in\n", c->name);
	each_option(out, c->argp, put_value);
	fprintf(out, "\t\t*) _exitstat_rest '");
	each_option(out, c->argp, put_name);
	fprintf(out, " --help --usage' ");
	put_argument(out, c->argp->args_doc);
	fprintf(out, " ;;\n\t\tesac ;;\n");
}

static void put_commands(FILE *out, const struct command *commands,
			 size_t nr_commands)
{
	fprintf(out, "\t'') _exitstat_words '");
	for (size_t i = 0; i < nr_commands; i++)
		fprintf(out, "%s ", commands[i].name);
	fprintf(out, "--help --version' ;;\n");
	for (size_t i = 0; i < nr_commands; i++)
		if (commands[i].argp)
			put_command(out, &commands[i]);
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
	"# the last of \"a,b,c\"\n"
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
	"# what comes behind --, in record\n"
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
	"# An option, or what the command is about\n"
	"_exitstat_rest()\n"
	"{\n"
	"	if [[ $cur == -* && ! $ended ]]; then\n"
	"		_exitstat_words \"$1\"\n"
	"	else\n"
	"		\"${@:2}\"\n"
	"	fi\n"
	"}\n"
	"\n"
	"# The option that $cur may be the value of; --name=value is three words.\n"
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

int cmd_completion(int argc, char **argv, const struct command *commands,
		   size_t nr_commands)
{
	struct options o = { 0 };

	if (argp_parse(&argp_completion, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	fputs(head, stdout);
	put_commands(stdout, commands, nr_commands);
	fputs(tail, stdout);
	return EXIT_CODE_OK;
}
