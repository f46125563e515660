/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all commands share: the table's entry, the options --root and
 * --source, and how to complain. Commands print; everything else returns.
 */
#ifndef EXITSTAT_CMD_H
#define EXITSTAT_CMD_H

#include <argp.h>
#include <stdio.h>

#include "source/source.h"

/*
 * A command of the table in main.c. run() returns an exit code (util.h); its
 * argv[0] is "exitstat NAME".
 */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const struct argp *argp;	/* what completion knows of it, or NULL */
	const char *help;
};

int cmd_check(int argc, char **argv);
int cmd_check_budget(int argc, char **argv);
int cmd_completion(int argc, char **argv, const struct command *commands,
		   size_t nr_commands);
int cmd_diff(int argc, char **argv);
int cmd_disable(int argc, char **argv);
int cmd_enable(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_plot(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_reset(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_top(int argc, char **argv);
extern const struct argp argp_check;
extern const struct argp argp_check_budget;
extern const struct argp argp_completion;
extern const struct argp argp_diff;
extern const struct argp argp_disable;
extern const struct argp argp_enable;
extern const struct argp argp_explain;
extern const struct argp argp_export;
extern const struct argp argp_import;
extern const struct argp argp_list;
extern const struct argp argp_plot;
extern const struct argp argp_record;
extern const struct argp argp_report;
extern const struct argp argp_reset;
extern const struct argp argp_serve;
extern const struct argp argp_top;

/* --root and --source; the input of the argp child is this struct. */
struct cmd_common {
	const char *root;	/* "" or a directory, from EXITSTAT_ROOT too */
	const char *source;
};

/* The .children of a command that has these options. */
extern const struct argp_child cmd_common_children[];

/*
 * Opens the source that --source asks for, or NULL after a complaint: one line,
 * or one for each source if none serves.
 */
struct source *cmd_source(const struct cmd_common *common,
			  struct source_choice *choice);

/*
 * Runs @run while what is off of @groups (bits), and of those that they need, is
 * switched on. Says what a user should know: with @quiet not how it ended.
 * Returns the exit code of @run, or EXIT_CODE_FAILED after a complaint.
 */
int cmd_counting(struct source *s, uint32_t groups, bool quiet,
		 int (*run)(void *arg), void *arg);

/* "exitstat NAME: text" on standard error; returns EXIT_CODE_FAILED. */
int cmd_fail(const struct errbuf *err);

/*
 * For the parser of a command whose only argument is FILE: takes it, and a
 * usage error (exit 2) if there is none or another. Returns as a parser does.
 */
error_t cmd_one_file(int key, char *arg, struct argp_state *state,
		     const char **file);

/*
 * Draws into @path, which appears when the picture is complete. @fn's line in
 * @err does not name the file.
 */
typedef int (*cmd_draw_fn)(const void *arg, FILE *out, struct errbuf *err);
int cmd_draw(const char *path, cmd_draw_fn fn, const void *arg,
	     struct errbuf *err);

/* Checked option values: a usage error (exit 2) when @arg is not one. */
uint64_t cmd_number(struct argp_state *state, const char *what,
		    const char *arg, uint64_t min, uint64_t max);
uint64_t cmd_duration(struct argp_state *state, const char *what,
		      const char *arg, uint64_t min_ns, uint64_t max_ns);

#endif
