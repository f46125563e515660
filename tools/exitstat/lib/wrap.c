// SPDX-License-Identifier: GPL-2.0-only
/* Implements wrap.h. */
#include <string.h>

#include "lib/wrap.h"

/* Break at a blank, but not before a percent sign. */
static bool may_break(const char *at)
{
	return *at == ' ' && at[1] != '%';
}

void wrap_text(FILE *out, int indent, const char *text)
{
	int room = WRAP_WIDTH - indent;

	while (*text) {
		int len = (int)strlen(text), cut = len;

		if (len > room) {
			for (cut = room; cut > 0 && !may_break(text + cut);
			     cut--)
				;
			if (!cut)
				cut = room;
		}
		fprintf(out, "%.*s\n", cut, text);
		text += cut;
		text += strspn(text, " ");
		if (*text)
			fprintf(out, "%*s", indent, "");
	}
}

void wrap_labelled(FILE *out, const char *label, const char *text)
{
	fprintf(out, "  %-*s", WRAP_LABEL - 2, label);
	wrap_text(out, WRAP_LABEL, text);
}

void wrap_paragraph(FILE *out, const char *title, struct buf *text)
{
	fprintf(out, "\n%s%s  ", title ? title : "", title ? "\n" : "");
	wrap_text(out, 2, text->data);
	buf_free(text);
}
