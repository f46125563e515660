// SPDX-License-Identifier: GPL-2.0-only
/* Implements version.h. The makefile defines the versions of libraries. */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>

#include "cmd/version.h"
#include "lib/wrap.h"
#include "util.h"

#ifdef __clang__
#define COMPILER	__VERSION__	/* "Debian Clang 14.0.6" */
#else
#define COMPILER	"gcc " __VERSION__
#endif

/* Optional libraries. A version of "" means: not built in. */
static const struct {
	const char *name;
	const char *version;
	const char *without;
} parts[] = {
	{ "cairo", CAIRO_VERSION, "plot draws only in the terminal" },
	{ "libbpf", LIBBPF_VERSION, "no source bpf" },
	{ "ncursesw", NCURSES_VERSION, "top only prints tables" },
	{ "libmicrohttpd", MICROHTTPD_VERSION, "serve only writes files" },
	{ "uPlot", UPLOT_VERSION, "no HTML pages" },
};

void version_print(FILE *out)
{
	struct buf with = { 0 };

	fprintf(out, "exitstat %s\n", EXITSTAT_VERSION);
	buf_printf(&with, "built with %s, SQLite %s, jansson %s", COMPILER,
		   sqlite3_libversion(), JANSSON_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (*parts[i].version)
			buf_printf(&with, ", %s %s", parts[i].name,
				   parts[i].version);
	wrap_text(out, 0, with.data);
	buf_free(&with);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (!*parts[i].version)
			fprintf(out, "without %s: %s\n", parts[i].name,
				parts[i].without);
}
