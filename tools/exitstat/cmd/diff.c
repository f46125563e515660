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
#include "html/html.h"
#include "lib/plain.h"
#include "model/open.h"

#define MAX_RUNS	100	/* of both sides */

enum { OPT_BY = 0x200, OPT_PHASE, OPT_TOP, OPT_ALL, OPT_PLOT, OPT_HTML };

struct options {
	const char *files[MAX_RUNS];
	size_t nr_files;
	size_t nr_a;		/* of them; 0 without "--" */
	struct diff_view view;
	bool json;
	const char *plot;	/* NULL: say it instead */
	enum plot_format format;
	const char *html;	/* the same */
};

/* The runs of both sides, in the order of their files. */
struct runs {
	struct recording rec[MAX_RUNS];
	struct model m[MAX_RUNS];
	size_t nr;
};

static const struct argp_option option_table[] = {
	{ "by", OPT_BY, "reason|class", 0,
	  "One table instead of both", 0 },
	{ "phase", OPT_PHASE, "NAME|all", 0,
	  "One phase, or each by itself", 0 },
	{ "top", OPT_TOP, "N", 0,
	  "Show the N largest changes of a table (default: 10)", 0 },
	{ "all", OPT_ALL, NULL, 0, "Show all rows", 0 },
	{ "plot", OPT_PLOT, "FILE", 0,
	  "Instead, draw the rates of both on the same scales; FILE's name ends in .svg, .png or .pdf",
	  0 },
	{ "html", OPT_HTML, "PAGE", 0,
	  "Instead, write a page for a browser, with both side by side: one file, which loads nothing",
	  0 },
	{ "json", 'j', NULL, 0, "For programs: one JSON object", 0 },
	{ 0 }
};

static enum diff_by find_by(struct argp_state *state, const char *name)
{
	if (!strcmp(name, "reason"))
		return DIFF_BY_REASON;
	if (strcmp(name, "class"))
		argp_error(state, "by: %s: need reason or class", name);
	return DIFF_BY_CLASS;
}

/* state->quoted is the place of the first argument behind "--". */
static void add_file(struct options *o, const char *file,
		     struct argp_state *state)
{
	if (o->nr_files == MAX_RUNS)
		argp_error(state, "more than %d recordings", MAX_RUNS);
	if (state->quoted && !o->nr_a)
		o->nr_a = o->nr_files;
	if (state->quoted && !o->nr_a)
		argp_error(state, "no FILE before --, which would be A");
	o->files[o->nr_files++] = file;
}

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

	if (o->json && (o->view.by || rows || o->plot))
		argp_error(state,
			   "--json has everything: without --by, --phase, --top, --all and --plot");
	if (o->html && (o->view.by || rows || o->plot || o->json))
		argp_error(state,
			   "--html has everything: without --by, --phase, --top, --all, --plot and --json");
	if (o->plot && rows)
		argp_error(state,
			   "--plot draws the whole: without --phase, --top and --all");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_BY:
		o->view.by = find_by(state, arg);
		return 0;
	case OPT_PHASE:
		o->view.every_phase = !strcmp(arg, "all");
		o->view.phase = o->view.every_phase ? NULL : arg;
		return 0;
	case OPT_TOP:
		o->view.top = cmd_number(state, "top", arg, 1, 1000);
		return 0;
	case OPT_ALL:
		o->view.top = SIZE_MAX;
		return 0;
	case OPT_PLOT:
		o->plot = arg;
		if (!plot_format_of(arg, &o->format))
			argp_error(state,
				   "plot: %s: need a name that ends in .svg, .png or .pdf",
				   arg);
		return 0;
	case OPT_HTML:
		o->html = arg;
		return 0;
	case 'j':
		o->json = true;
		return 0;
	case ARGP_KEY_ARG:
		add_file(o, arg, state);
		return 0;
	case ARGP_KEY_END:
		check_files(o, state);
		check_options(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_diff = {
	.options = option_table,
	.parser = parse,
	.args_doc = "A B\nA... -- B...",
	.doc = "Say how the exits of recording B differ from those of A, by reason and phase. "
	       "Several runs of each show how much of it is chance.",
};

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

	return diff_plot(w->d, w->o->view.by, w->o->format, out, err);
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

	if (o->plot)
		return cmd_draw(o->plot, draw, &what, err);
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

int cmd_diff(int argc, char **argv)
{
	struct options o = { .view.top = DIFF_TOP };
	struct runs *runs;
	struct errbuf err;
	int rc = 0;

	if (argp_parse(&argp_diff, argc, argv, ARGP_IN_ORDER, NULL, &o))
		return EXIT_CODE_USAGE;
	runs = xcalloc(1, sizeof(*runs));
	for (size_t i = 0; i < o.nr_files && !rc; i++)
		rc = load(runs, o.files[i], &err);
	if (!rc)
		rc = compare(runs, &o, &err);
	unload(runs);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}
