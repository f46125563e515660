// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat plot: selects the terminal or a file, whose name selects the format.
 * plot/ draws.
 */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/usage.h"
#include "exits/groups.h"
#include "lib/plain.h"
#include "model/open.h"
#include "plot/plot.h"

#define MIN_WIDTH	40	/* columns */
#define MAX_WIDTH	400

struct options {
	const char *file;
	struct cmd_picture output;
	enum plot_chart chart;
	uint64_t nr_reasons;
	int width;		/* 0: the terminal's */
	bool term, ascii;
};

static const struct option_row rows[] = {
	CMD_ONE_FILE("FILE"),
	{ "output", 'o', "FILE", CMD_PICTURE(output),
	  "write the picture to FILE, which ends in .svg, .png or .pdf" },
	{ "chart", 0, "exits|time|latency", OPT_CHOICE(chart, PLOT_EXITS),
	  "draw exit rates (default), the time of vCPUs by state, or the duration of exits" },
	{ "reasons", 'n', "N", OPT_NUMBER(nr_reasons, 1, 20),
	  "show the N most frequent reasons (default: 8), the others as one" },
	{ "term", 0, NULL, OPT_FLAG(term),
	  "draw in the terminal (default without -o)" },
	{ "ascii", 0, NULL, OPT_FLAG(ascii),
	  "in the terminal, use only ASCII characters" },
	{ "width", 0, "COLUMNS", OPT_NUMBER(width, MIN_WIDTH, MAX_WIDTH),
	  "width in the terminal (default: that of the terminal, or 80)" },
	{ 0 }
};

static void finish(void *options)
{
	const struct options *o = options;

	if (o->file && o->term && o->output.path)
		usage_error("--term excludes --output");
	if (o->file && o->chart != PLOT_EXITS && !o->output.path)
		usage_error("this chart requires --output");
}

static int terminal_width(const struct options *o)
{
	int width = o->width ? o->width : cmd_terminal_width(MIN_WIDTH);

	return width < MAX_WIDTH ? width : MAX_WIDTH;
}

/* Block characters require UTF-8; colours require a terminal and no NO_COLOR. */
static void plot_to_terminal(const struct model *m, const struct options *o)
{
	const char *no_colour = getenv("NO_COLOR");
	struct plot_term_config cfg = {
		.width = terminal_width(o),
		.height = 16,
		.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour),
		.ascii = o->ascii || !plain_has_utf8(),
	};
	struct plain text;

	plot_term(m, o->nr_reasons, &cfg, plain_begin(&text));
	plain_end(&text);
}

struct drawing {
	struct plot_picture what;
	enum plot_format format;
};

static int draw(const void *arg, FILE *out, struct errbuf *why)
{
	const struct drawing *d = arg;

	return plot_draw(&d->what, d->format, out, why);
}

static int plot(void *arg, const struct model *m, struct errbuf *err)
{
	const struct options *o = arg;
	const struct drawing d = {
		{ .m = m, .chart = o->chart, .nr_reasons = o->nr_reasons },
		o->output.format,
	};

	if (o->output.path)
		return cmd_draw(o->output.path, draw, &d, err);
	plot_to_terminal(m, o);
	return 0;
}

static int run(void *arg)
{
	static const uint32_t groups[] = {	/* that a chart requires */
		[PLOT_TIME] = KES_GROUP_TIME,
		[PLOT_LATENCY] = KES_GROUP_HISTOGRAM,
	};
	const struct options *o = arg;
	const struct model_need need = {
		.to = "plot", .exits = true, .group = groups[o->chart],
		.latency_cols = o->chart == PLOT_LATENCY ?
				PLOT_LATENCY_COLS : 0,
	};
	struct errbuf err;

	return cmd_model(o->file, &need, plot, arg, &err) ?
	       cmd_fail(&err) : EXIT_CODE_OK;
}

const struct command cmd_plot = {
	.name = "plot",
	.help = "draw exit rates over time (SVG, PNG, PDF, terminal)",
	.usage = "FILE",
	.doc = "Draw exit rates by reason over time, with boot phases.",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .nr_reasons = 8 },
	.run = run,
};
