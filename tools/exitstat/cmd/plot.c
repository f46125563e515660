// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat plot: chooses between the terminal and a file, and the file's
 * format by its name. Drawing is done by plot-*.c.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "exits/groups.h"
#include "lib/plain.h"
#include "model/open.h"
#include "plot/plot.h"

enum { OPT_TERM = 0x200, OPT_ASCII, OPT_WIDTH, OPT_CHART };

struct options {
	const char *file;
	const char *output;
	enum plot_format format;
	enum plot_chart chart;
	uint64_t nr_reasons;
	uint64_t width;
	bool term, ascii;
};

static const struct argp_option option_table[] = {
	{ "output", 'o', "FILE", 0,
	  "Draw FILE, whose name ends in .svg, .png or .pdf", 0 },
	{ "chart", OPT_CHART, "exits|time|latency", 0,
	  "What to draw: exit rates (default), where the vCPUs' time goes, or how long exits take",
	  0 },
	{ "reasons", 'n', "N", 0,
	  "Show the N most frequent reasons (default: 8), the rest as one", 0 },
	{ "term", OPT_TERM, NULL, 0,
	  "Draw in the terminal (default without -o)", 0 },
	{ "ascii", OPT_ASCII, NULL, 0,
	  "In the terminal, use ASCII letters only", 0 },
	{ "width", OPT_WIDTH, "COLUMNS", 0,
	  "Width of the terminal (default: ask it, else 80)", 0 },
	{ 0 }
};

static const struct {
	const char *name;
	uint32_t group;		/* that it shows, or 0 */
} charts[] = {
	[PLOT_EXITS] = { "exits", 0 },
	[PLOT_TIME] = { "time", KES_GROUP_TIME },
	[PLOT_LATENCY] = { "latency", KES_GROUP_HISTOGRAM },
};

static bool find_chart(const char *name, enum plot_chart *out)
{
	for (size_t i = 0; i < ARRAY_LEN(charts); i++) {
		if (strcmp(charts[i].name, name))
			continue;
		*out = (enum plot_chart)i;
		return true;
	}
	return false;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		if (!plot_format_of(arg, &o->format))
			argp_error(state,
				   "output: %s: need a name that ends in .svg, .png or .pdf",
				   arg);
		return 0;
	case 'n':
		o->nr_reasons = cmd_number(state, "reasons", arg, 1, 20);
		return 0;
	case OPT_CHART:
		if (!find_chart(arg, &o->chart))
			argp_error(state,
				   "chart: %s: need exits, time or latency",
				   arg);
		return 0;
	case OPT_TERM:
		o->term = true;
		return 0;
	case OPT_ASCII:
		o->ascii = true;
		return 0;
	case OPT_WIDTH:
		o->width = cmd_number(state, "width", arg, 40, 400);
		return 0;
	case ARGP_KEY_END:
		if (o->file && o->term && o->output)
			argp_error(state, "--term or --output, not both");
		if (o->file && o->chart != PLOT_EXITS && !o->output)
			argp_error(state, "this chart needs --output");
		return cmd_one_file(key, arg, state, &o->file);
	default:
		return cmd_one_file(key, arg, state, &o->file);
	}
}

const struct argp argp_plot = {
	.options = option_table,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Plot exit rates by reason over time, with boot phases.",
};

static int terminal_width(const struct options *o)
{
	struct winsize ws;

	if (o->width)
		return (int)o->width;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col >= 40)
		return ws.ws_col < 400 ? ws.ws_col : 400;
	return 80;
}

/* Blocks need UTF-8; colour wants a terminal and no NO_COLOR. */
static int plot_to_terminal(const struct model *m, const struct options *o)
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
	return EXIT_CODE_OK;
}

struct drawing {
	const struct model *m;
	const struct options *o;
};

static int draw(const void *arg, FILE *out, struct errbuf *why)
{
	const struct drawing *d = arg;

	const struct plot_picture what = {
		.m = d->m, .chart = d->o->chart,
		.nr_reasons = d->o->nr_reasons,
	};

	return plot_draw(&what, d->o->format, out, why);
}

static int plot_to_file(const struct model *m, const struct options *o)
{
	const struct drawing d = { m, o };
	struct errbuf err;

	return cmd_draw(o->output, draw, &d, &err) ? cmd_fail(&err) :
						     EXIT_CODE_OK;
}

int cmd_plot(int argc, char **argv)
{
	struct options o = { .nr_reasons = 8 };
	struct model_need need = { .to = "plot", .exits = true };
	struct recording rec;
	struct errbuf err;
	struct model m;
	int code;

	if (argp_parse(&argp_plot, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	need.group = charts[o.chart].group;
	if (o.chart == PLOT_LATENCY)
		need.latency_cols = PLOT_LATENCY_COLS;
	if (model_open(&m, &rec, o.file, &need, &err))
		return cmd_fail(&err);
	code = o.output ? plot_to_file(&m, &o) : plot_to_terminal(&m, &o);
	model_close(&m);
	return code;
}
