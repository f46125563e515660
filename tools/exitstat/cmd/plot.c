// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat plot: chooses between the terminal and a file, and the file's
 * format by its name. Drawing is done by plot-*.c.
 */
#include <stdlib.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "exits/groups.h"
#include "lib/plain.h"
#include "model/open.h"
#include "plot/plot.h"

#define MIN_WIDTH	40	/* of the terminal */
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
	  "Draw FILE, whose name ends in .svg, .png or .pdf" },
	{ "chart", 0, "exits|time|latency", OPT_CHOICE(chart, PLOT_EXITS),
	  "What to draw: exit rates (default), where the vCPUs' time goes, or how long exits take" },
	{ "reasons", 'n', "N", OPT_NUMBER(nr_reasons, 1, 20),
	  "Show the N most frequent reasons (default: 8), the rest as one" },
	{ "term", 0, NULL, OPT_FLAG(term),
	  "Draw in the terminal (default without -o)" },
	{ "ascii", 0, NULL, OPT_FLAG(ascii),
	  "In the terminal, use ASCII letters only" },
	{ "width", 0, "COLUMNS", OPT_NUMBER(width, MIN_WIDTH, MAX_WIDTH),
	  "Width of the terminal (default: ask it, else 80)" },
	{ 0 }
};

static void finish(void *options, struct argp_state *state)
{
	const struct options *o = options;

	if (o->file && o->term && o->output.path)
		argp_error(state, "--term or --output, not both");
	if (o->file && o->chart != PLOT_EXITS && !o->output.path)
		argp_error(state, "this chart needs --output");
}

static int terminal_width(const struct options *o)
{
	int width = o->width ? o->width : cmd_terminal_width(MIN_WIDTH);

	return width < MAX_WIDTH ? width : MAX_WIDTH;
}

/* Blocks need UTF-8; colour wants a terminal and no NO_COLOR. */
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
	static const uint32_t groups[] = {	/* that a chart shows */
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
	.help = "exit rates over time: SVG, PNG, PDF, terminal",
	.usage = "FILE",
	.doc = "Plot exit rates by reason over time, with boot phases.",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .nr_reasons = 8 },
	.run = run,
};
