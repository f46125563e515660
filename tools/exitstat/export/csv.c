// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a table of a recording as CSV. Unavailable fields are empty. Text is quoted
 * according to RFC 4180 if necessary.
 */
#include <inttypes.h>
#include <string.h>

#include "export/export.h"

static void put_text(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_row(void *arg, const struct export_row *row)
{
	FILE *out = arg;

	for (size_t i = 0; i < row->nr; i++) {
		if (i)
			fputc(',', out);
		if (row->v[i].kind == EXPORT_NUMBER)
			fprintf(out, "%" PRId64, row->v[i].n);
		else if (row->v[i].kind == EXPORT_TEXT)
			put_text(out, row->v[i].text);
	}
	fputc('\n', out);
}

int export_csv(struct recording *r, const struct export_table *t, FILE *out,
	       struct errbuf *err)
{
	int rc = export_need(r, t, err);

	if (rc)
		return rc;
	for (size_t i = 0; t->columns[i]; i++)
		fprintf(out, "%s%s", i ? "," : "", t->columns[i]);
	fputc('\n', out);
	return export_for_each(r, t, put_row, out, err);
}
