// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a page: the template, with a recording's text and data in the place of
 * its marks. What a recording has is only ever text of HTML, where &, < and >
 * are escaped, or a string of JSON, where they are \uXXXX: no name of a guest
 * can end the element that it is in.
 */
#include <errno.h>
#include <string.h>

#include "html/html.h"

/* Made by the build: html/ and uPlot in one, and a 0. */
static const char template[] = {
#include "html-template.inc"
};

static const char *escape_html(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

static const char *escape_json(char c)
{
	switch (c) {
	case '&':
		return "\\u0026";
	case '<':
		return "\\u003c";
	case '>':
		return "\\u003e";
	default:
		return NULL;
	}
}

static void put(FILE *out, const char *text, size_t size,
		const char *(*escape)(char c))
{
	for (size_t i = 0; i < size; i++) {
		const char *escaped = escape(text[i]);

		if (escaped)
			fputs(escaped, out);
		else
			fputc(text[i], out);
	}
}

static void put_text(FILE *out, const char *text)
{
	put(out, text, strlen(text), escape_html);
}

static int put_chunk(const char *text, size_t size, void *out)
{
	put(out, text, size, escape_json);
	return 0;
}

/* In what jansson writes, &, < and > are only ever inside of strings. */
static void put_json(FILE *out, const json_t *value)
{
	json_dump_callback(value, put_chunk, out,
			   JSON_COMPACT | JSON_REAL_PRECISION(9));
}

static void put_title(FILE *out, const struct html_page *page)
{
	put_text(out, page->title);
}

static void put_report(FILE *out, const struct html_page *page)
{
	put_text(out, page->text);
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
	{ "@@TEXT@@", put_report },
	{ "@@FACTS@@", put_facts },
	{ "@@EXTRA@@", put_extra },
};

int html_write(const struct html_page *page, FILE *out, struct errbuf *err)
{
	const char *at = template;

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		const char *mark = strstr(at, marks[i].mark);

		if (!mark)
			return err_set(err, -EINVAL, "template: no %s",
				       marks[i].mark);
		fwrite(at, 1, (size_t)(mark - at), out);
		marks[i].put(out, page);
		at = mark + strlen(marks[i].mark);
	}
	fputs(at, out);
	return 0;
}
