/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands, and what several of them share: options, sources, recordings,
 * pictures and error messages. Only commands print; other code returns.
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

/* Print the completion script for bash. */
void completion_bash(const struct command *const *commands, size_t nr);

/* ---- options ---- */

/* --root and --source; NULL if absent. */
struct cmd_common {
	const char *root;
	const char *source;
};

#define CMD_COMMON_OPTIONS \
	{ "root", 0, "DIR", OPT_TEXT(common.root), \
	  "read /proc and /sys below DIR (default: EXITSTAT_ROOT)" }, \
	{ "source", 0, "SOURCE", OPT_WORD(common.source, source_word), \
	  "source of the counts: %s (default: the first that works)" }

/* The directory above /proc and /sys: --root, EXITSTAT_ROOT or "". */
const char *cmd_root(const struct cmd_common *common);

#define CMD_JSON_OPTION \
	{ "json", 'j', NULL, OPT_FLAG(json), "print one JSON object" }
#define CMD_FORCE_OPTION \
	{ "force", 0, NULL, OPT_FLAG(force), "replace FILE if it exists" }

/* The only argument, which is required. */
#define CMD_ONE_FILE(called) \
	{ .arg = (called), OPT_TEXT(file), .argument = true, \
	  .missing = "which FILE?", .again = "one FILE at a time" }

/* option_row.word of a REASON, which may also be another text */
const char *cmd_reason_word(size_t i);

/* A picture to draw. The ending of its name selects the format. */
struct cmd_picture {
	const char *path;	/* NULL: none */
	enum plot_format format;
};

/* Reports a usage error if the ending is unknown. */
void cmd_picture(void *picture, char *path, struct argp_state *state);
#define CMD_PICTURE(field) \
	OPT_CALL_FOR(field, struct cmd_picture, cmd_picture)

/* ---- helpers ---- */

/* Print "exitstat NAME: text" on standard error; return EXIT_CODE_FAILED. */
int cmd_fail(const struct errbuf *err);

/*
 * Open the source that --source selects. NULL after an error message. With
 * @explain, or as root, a line for each source that is not usable follows.
 */
struct source *cmd_source(const struct cmd_common *common, bool explain,
			  struct source_choice *choice);
/* Read one snapshot from it. -errno with a line in @err. */
int cmd_snapshot(struct source *src, struct snapshot *s, struct errbuf *err);

#define CMD_VM_OPTION(_field, _help) \
	{ "vm", 0, "VM", OPT_TEXT(_field), _help ": its name, pid, uuid or id" }

/*
 * Set @vm_id to the id of the running VM that has this name, pid or uuid, or else this
 * id. -errno with a line in @err.
 */
int cmd_find_vm(struct source *src, const char *text, uint64_t *vm_id,
		struct errbuf *err);

/*
 * Run @run with @groups (bits) and the groups that they need switched on: for VM
 * @vm_id alone if the source can, or for all if it is 0. Those that were off are
 * switched off afterwards, unless another recorder needs them. Print notes about
 * other recorders; with @quiet, not those at the end. Return the exit code of @run,
 * or EXIT_CODE_FAILED after an error message.
 */
int cmd_counting(struct source *s, uint32_t groups, uint64_t vm_id, bool quiet,
		 int (*run)(void *arg), void *arg);

/* Call @fn with the model of @file. -errno with a line in @err, also from @fn. */
typedef int (*cmd_model_fn)(void *arg, const struct model *m,
			    struct errbuf *err);
int cmd_model(const char *file, const struct model_need *need,
	      cmd_model_fn fn, void *arg, struct errbuf *err);

/*
 * Draw into @path, which appears when the picture is complete. The line that
 * @fn leaves in @err does not name the file.
 */
typedef int (*cmd_draw_fn)(const void *arg, FILE *out, struct errbuf *err);
int cmd_draw(const char *path, cmd_draw_fn fn, const void *arg,
	     struct errbuf *err);

/* Columns of the terminal; 80 without one, or if it has fewer than @least. */
int cmd_terminal_width(int least);
/* Print a warning if exits were lost. */
void cmd_print_lost(const struct snapshot *s);

#endif
