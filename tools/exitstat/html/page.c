// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a page: the template, with text and data in place of its marks. Text from
 * a recording appears only as HTML text, with &, < and > escaped, or in a JSON
 * string, with them as \uXXXX. So a guest's name cannot end its element.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "html/html.h"

/* Generated: html/assets and uPlot in one file, terminated by 0. */
static const char template[] = {
#include "html-template.inc"
};

/* Escape of each byte; NULL: none. */
static const char *const in_html[UCHAR_MAX + 1] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;",
};
static const char *const in_json[UCHAR_MAX + 1] = {
	['&'] = "\\u0026", ['<'] = "\\u003c", ['>'] = "\\u003e",
};

static void put(FILE *out, const char *text, size_t size,
		const char *const escaped[UCHAR_MAX + 1])
{
	for (size_t i = 0; i < size; i++) {
		const char *as = escaped[(unsigned char)text[i]];

		if (as)
			fputs(as, out);
		else
			fputc(text[i], out);
	}
}

static int put_chunk(const char *text, size_t size, void *out)
{
	put(out, text, size, in_json);
	return 0;
}

/* In JSON, &, < and > occur in strings only. */
static void put_json(FILE *out, const json_t *value)
{
	json_dump_callback(value, put_chunk, out,
			   JSON_COMPACT | JSON_REAL_PRECISION(9));
}

static void put_title(FILE *out, const struct html_page *page)
{
	put(out, page->title, strlen(page->title), in_html);
}

static void put_text(FILE *out, const struct html_page *page)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	page->text(page->arg, f);
	fclose(f);
	put(out, text, size, in_html);
	free(text);
}

static void put_facts(FILE *out, const struct html_page *page)
{
	put_json(out, page->facts);
}

static void put_extra(FILE *out, const struct html_page *page)
{
	put_json(out, page->extra);
}

/* In the order of the template, each once. */
static const struct {
	const char *mark;
	void (*put)(FILE *out, const struct html_page *page);
} marks[] = {
	{ "@@TITLE@@", put_title },
	{ "@@TEXT@@", put_text },
	{ "@@FACTS@@", put_facts },
	{ "@@EXTRA@@", put_extra },
};

int html_write(const struct html_page *page, FILE *out, struct errbuf *err)
{
	const char *at = template;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		const char *mark = strstr(at, marks[i].mark);

		if (!mark) {
			rc = err_set(err, -EINVAL, "template: no %s",
				     marks[i].mark);
			break;
		}
		fwrite(at, 1, (size_t)(mark - at), out);
		marks[i].put(out, page);
		at = mark + strlen(marks[i].mark);
	}
	if (!rc)
		fputs(at, out);
	json_decref(page->facts);
	json_decref(page->extra);
	return rc;
}
