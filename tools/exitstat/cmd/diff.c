// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat diff: loads the recordings of both sides, compares them and passes
 * the result to a writer. Side A is the FILEs before "--", side B those after it;
 * two FILEs need no "--".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/usage.h"
#include "diff/report.h"
#include "lib/plain.h"
#include "model/open.h"

#define MAX_RUNS	100	/* of both sides */

struct options {
	const char *files[MAX_RUNS];
	size_t nr_files;
	size_t nr_a;		/* files of side A; 0 without "--" */
	struct diff_view view;
	bool json;
	struct cmd_picture plot;	/* instead of text */
	const char *html;	/* instead of text; or NULL */
};

/* The runs of both sides, in the order of their files. */
struct runs {
	struct recording rec[MAX_RUNS];
	struct model m[MAX_RUNS];
	size_t nr;
};

static void phase(void *view, char *arg, struct argp_state *state)
{
	struct diff_view *v = view;

	(void)state;
	v->every_phase = !strcmp(arg, "all");
	v->phase = v->every_phase ? NULL : arg;
}

/* state->quoted is the index of the first argument after "--", or 0. */
static void add_file(void *options, char *file, struct argp_state *state)
{
	struct options *o = options;

	if (o->nr_files == MAX_RUNS)
		usage_error("more than %d recordings", MAX_RUNS);
	if (state->quoted && !o->nr_a)
		o->nr_a = o->nr_files;
	if (state->quoted && !o->nr_a)
		usage_error("which A? no FILE before --");
	o->files[o->nr_files++] = file;
}

static const struct option_row rows[] = {
	{ .arg = "FILE", OPT_CALL(add_file), .argument = true, .many = true },
	{ "by", 0, "reason|class", OPT_CHOICE(view.by, DIFF_BY_REASON),
	  "print only this table (default: both)" },
	{ "phase", 0, "NAME|all", OPT_CALL_FOR(view, struct diff_view, phase),
	  "compare one phase, or each phase separately" },
	{ "top", 0, "N", OPT_NUMBER(view.top, 1, 1000),
	  "show the N largest changes of a table (default: 10)" },
	{ "all", 0, NULL, OPT_SET(view.top, SIZE_MAX), "show all rows" },
	{ "plot", 0, "FILE", CMD_PICTURE(plot),
	  "instead, draw the rates of both on the same scales; FILE ends in .svg, .png or .pdf" },
	{ "html", 0, "PAGE", OPT_TEXT(html),
	  "instead, write an HTML page that shows both side by side" },
	CMD_JSON_OPTION,
	{ 0 }
};

static void check_files(struct options *o)
{
	if (o->nr_files < 2)
		usage_error("which two recordings? A B, or A... -- B...");
	if (!o->nr_a && o->nr_files > 2)
		usage_error("%zu recordings: put -- between those of A and those of B",
			    o->nr_files);
	if (!o->nr_a)
		o->nr_a = 1;
}

static void check_options(const struct options *o)
{
	bool rows = o->view.phase || o->view.every_phase ||
		    o->view.top != DIFF_TOP;

	if (o->json && (o->view.by || rows || o->plot.path))
		usage_error("--json contains everything: it excludes --by, --phase, --top, --all and --plot");
	if (o->html && (o->view.by || rows || o->plot.path || o->json))
		usage_error("--html contains everything: it excludes --by, --phase, --top, --all, --plot and --json");
	if (o->plot.path && rows)
		usage_error("--plot draws the whole run: it excludes --phase, --top and --all");
}

static void finish(void *options)
{
	check_files(options);
	check_options(options);
}

static int load(struct runs *runs, const char *file, struct errbuf *err)
{
	static const struct model_need need = { .to = "compare", .exits = true };
	int rc = model_open(&runs->m[runs->nr], &runs->rec[runs->nr], file,
			    &need, err);

	runs->nr += !rc;
	return rc;
}

static void unload(struct runs *runs)
{
	for (size_t i = 0; i < runs->nr; i++)
		model_close(&runs->m[i]);
	free(runs);
}

/* Fail if the selected table or phase does not exist. */
static int check_view(const struct diff *d, const struct diff_view *v,
		      struct errbuf *err)
{
	struct buf names = { 0 };

	if (v->by == DIFF_BY_REASON && !d->same_isa)
		return err_set(err, -EINVAL,
			       "A is %.20s and B is %.20s: their reasons cannot be compared (--by class)",
			       d->isa[DIFF_A], d->isa[DIFF_B]);
	if (!v->phase || diff_find(d, v->phase))
		return 0;
	for (size_t i = 0; i < d->nr_phases; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", d->phases[i].name);
	err_set(err, -ENOENT, "%.64s: no such phase (%s%.300s)", v->phase,
		names.len ? "one of " : "the recordings have none",
		names.len ? names.data : "");
	buf_free(&names);
	return -ENOENT;
}

struct drawing {
	const struct diff *d;
	const struct options *o;
};

static int draw(const void *arg, FILE *out, struct errbuf *err)
{
	const struct drawing *w = arg;

	return diff_plot(w->d, w->o->view.by, w->o->plot.format, out, err);
}

static int write_html(const void *arg, FILE *out, struct errbuf *err)
{
	return diff_html(((const struct drawing *)arg)->d, out, err);
}

static int show(const struct diff *d, const struct options *o,
		struct errbuf *err)
{
	const struct drawing what = { d, o };
	struct plain text;

	if (o->plot.path)
		return cmd_draw(o->plot.path, draw, &what, err);
	if (o->html)
		return cmd_draw(o->html, write_html, &what, err);
	if (o->json) {
		diff_json(d, stdout);
		return 0;
	}
	diff_text(d, &o->view, plain_begin(&text));
	plain_end(&text);
	return 0;
}

static int compare(const struct runs *runs, const struct options *o,
		   struct errbuf *err)
{
	const struct diff_side sides[DIFF_SIDES] = {
		[DIFF_A] = { runs->m, o->nr_a },
		[DIFF_B] = { runs->m + o->nr_a, runs->nr - o->nr_a },
	};
	struct diff d;
	int rc = diff_make(&d, sides, err);

	if (rc)
		return rc;
	rc = check_view(&d, &o->view, err);
	if (!rc)
		rc = show(&d, o, err);
	diff_free(&d);
	return rc;
}

static int run(void *options)
{
	const struct options *o = options;
	struct runs *runs = xcalloc(1, sizeof(*runs));
	struct errbuf err;
	int rc = 0;

	for (size_t i = 0; i < o->nr_files && !rc; i++)
		rc = load(runs, o->files[i], &err);
	if (!rc)
		rc = compare(runs, o, &err);
	unload(runs);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}

const struct command cmd_diff = {
	.name = "diff",
	.help = "compare two recordings, or two sets of runs",
	.usage = "A B\nA... -- B...",
	.doc = "Compare the exits of recording B with those of A, by reason and phase. Several runs of each give confidence intervals.",
	.rows = rows,
	.in_order = true,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .view.top = DIFF_TOP },
	.run = run,
};
