/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command as the table of main.c has it, and what several commands share:
 * options, sources, recordings, pictures and how to complain. Commands print;
 * everything else returns.
 */
#ifndef EXITSTAT_CMD_H
#define EXITSTAT_CMD_H

#include <stdio.h>

#include "cmd/options.h"
#include "plot/plot.h"
#include "source/source.h"

struct model_need;
struct snapshot;

extern const struct command cmd_check;
extern const struct command cmd_check_budget;
extern const struct command cmd_diff;
extern const struct command cmd_disable;
extern const struct command cmd_enable;
extern const struct command cmd_explain;
extern const struct command cmd_export;
extern const struct command cmd_import;
extern const struct command cmd_list;
extern const struct command cmd_plot;
extern const struct command cmd_record;
extern const struct command cmd_report;
extern const struct command cmd_reset;
extern const struct command cmd_serve;
extern const struct command cmd_top;

/* The script for bash. */
void completion_bash(const struct command *const *commands, size_t nr);

/* ---- options ---- */

/* --root and --source, NULL when they are not given. */
struct cmd_common {
	const char *root;
	const char *source;
};

#define CMD_COMMON_OPTIONS \
	{ "root", 0, "DIR", OPT_TEXT(common.root), \
	  "Look for /proc and /sys below DIR (also: EXITSTAT_ROOT)", 10 }, \
	{ "source", 0, "SOURCE", OPT_TEXT_OF(common.source, source_word), \
	  "Where counts come from: auto (default; the first that works) or one of", \
	  10, .help_words = true }

/* Where /proc and /sys are, below "" or a directory: from EXITSTAT_ROOT too. */
const char *cmd_root(const struct cmd_common *common);

#define CMD_JSON_OPTION \
	{ "json", 'j', NULL, OPT_FLAG(json), "For programs: one JSON object" }
#define CMD_FORCE_OPTION \
	{ "force", 0, NULL, OPT_FLAG(force), "Replace FILE if it exists" }

/* The only argument, which must be given. */
#define CMD_ONE_FILE(called) \
	{ .arg = (called), OPT_TEXT(file), .argument = true, \
	  .missing = "which FILE?", .again = "one FILE at a time" }

/* option_row.word of a REASON, which may be any text */
const char *cmd_reason_word(size_t i);

/* A file to draw, whose name says how: a usage error if it does not. */
struct cmd_picture {
	const char *path;	/* NULL: none */
	enum plot_format format;
};

void cmd_picture(void *picture, char *path, struct argp_state *state);
#define CMD_PICTURE(field) \
	OPT_CALL_FOR(field, struct cmd_picture, cmd_picture)

/* ---- what commands do alike ---- */

/* "exitstat NAME: text" on standard error; returns EXIT_CODE_FAILED. */
int cmd_fail(const struct errbuf *err);

/*
 * Opens the source that --source asks for, or NULL after a complaint: one line,
 * or one for each source if none serves.
 */
struct source *cmd_source(const struct cmd_common *common,
			  struct source_choice *choice);
/* One snapshot of it. -errno with a line in @err. */
int cmd_snapshot(struct source *src, struct snapshot *s, struct errbuf *err);

/*
 * Runs @run while what is off of @groups (bits), and of those that they need, is
 * switched on. Says what a user should know: with @quiet not how it ended.
 * Returns the exit code of @run, or EXIT_CODE_FAILED after a complaint.
 */
int cmd_counting(struct source *s, uint32_t groups, bool quiet,
		 int (*run)(void *arg), void *arg);

/* Calls @fn with the model of @file. -errno with a line in @err, as of @fn. */
typedef int (*cmd_model_fn)(void *arg, const struct model *m,
			    struct errbuf *err);
int cmd_model(const char *file, const struct model_need *need,
	      cmd_model_fn fn, void *arg, struct errbuf *err);

/*
 * Draws into @path, which appears when the picture is complete. @fn's line in
 * @err does not name the file.
 */
typedef int (*cmd_draw_fn)(const void *arg, FILE *out, struct errbuf *err);
int cmd_draw(const char *path, cmd_draw_fn fn, const void *arg,
	     struct errbuf *err);

/* Columns of the terminal; 80 if there is none or it has less than @least. */
int cmd_terminal_width(int least);
/* A line, if exits were seen and not counted. */
void cmd_print_lost(const struct snapshot *s);

#endif
