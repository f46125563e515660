// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat diff: loads the recordings of both sides and hands what differs to
 * the writers. FILE... before "--" is A, FILE... behind it is B; two files need
 * no "--".
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "diff/report.h"
#include "lib/plain.h"
#include "model/open.h"

#define MAX_RUNS	100	/* of both sides */

struct options {
	const char *files[MAX_RUNS];
	size_t nr_files;
	size_t nr_a;		/* of them; 0 without "--" */
	struct diff_view view;
	bool json;
	struct cmd_picture plot;	/* none: say it instead */
	const char *html;	/* the same */
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

/* state->quoted is the place of the first argument behind "--". */
static void add_file(void *options, char *file, struct argp_state *state)
{
	struct options *o = options;

	if (o->nr_files == MAX_RUNS)
		argp_error(state, "more than %d recordings", MAX_RUNS);
	if (state->quoted && !o->nr_a)
		o->nr_a = o->nr_files;
	if (state->quoted && !o->nr_a)
		argp_error(state, "no FILE before --, which would be A");
	o->files[o->nr_files++] = file;
}

static const struct option_row rows[] = {
	{ .arg = "FILE", OPT_CALL(add_file), .argument = true, .many = true },
	{ "by", 0, "reason|class", OPT_CHOICE(view.by, DIFF_BY_REASON),
	  "One table instead of both" },
	{ "phase", 0, "NAME|all", OPT_CALL_FOR(view, struct diff_view, phase),
	  "One phase, or each by itself" },
	{ "top", 0, "N", OPT_NUMBER(view.top, 1, 1000),
	  "Show the N largest changes of a table (default: 10)" },
	{ "all", 0, NULL, OPT_SET(view.top, SIZE_MAX), "Show all rows" },
	{ "plot", 0, "FILE", CMD_PICTURE(plot),
	  "Instead, draw the rates of both on the same scales; FILE's name ends in .svg, .png or .pdf" },
	{ "html", 0, "PAGE", OPT_TEXT(html),
	  "Instead, write a page for a browser, with both side by side: one file, which loads nothing" },
	CMD_JSON_OPTION,
	{ 0 }
};

static void check_files(struct options *o, struct argp_state *state)
{
	if (o->nr_files < 2)
		argp_error(state, "which two recordings? A B, or A... -- B...");
	if (!o->nr_a && o->nr_files > 2)
		argp_error(state,
			   "%zu recordings: put -- between those of A and those of B",
			   o->nr_files);
	if (!o->nr_a)
		o->nr_a = 1;
}

static void check_options(const struct options *o, struct argp_state *state)
{
	bool rows = o->view.phase || o->view.every_phase ||
		    o->view.top != DIFF_TOP;

	if (o->json && (o->view.by || rows || o->plot.path))
		argp_error(state,
			   "--json has everything: without --by, --phase, --top, --all and --plot");
	if (o->html && (o->view.by || rows || o->plot.path || o->json))
		argp_error(state,
			   "--html has everything: without --by, --phase, --top, --all, --plot and --json");
	if (o->plot.path && rows)
		argp_error(state,
			   "--plot draws the whole: without --phase, --top and --all");
}

static void finish(void *options, struct argp_state *state)
{
	check_files(options, state);
	check_options(options, state);
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

/* Does what the options ask for exist? */
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
	err_set(err, -ENOENT, "%.64s: no such phase (there %s)", v->phase,
		names.len ? "" : "are none");
	if (names.len)
		err_set(err, -ENOENT, "%.64s: no such phase (there are: %.300s)",
			v->phase, names.data);
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
	.help = "what differs between two recordings, or two sets of runs",
	.usage = "A B\nA... -- B...",
	.doc = "Say how the exits of recording B differ from those of A, by reason and phase. "
	       "Several runs of each show how much of it is chance.",
	.rows = rows,
	.in_order = true,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .view.top = DIFF_TOP },
	.run = run,
};
