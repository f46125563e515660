// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements phases.h.
 *
 * An incomplete line is matched too, so that a prompt can be a pattern. Matching a line
 * twice is harmless, because phases only advance.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/phases.h"

const char phases_default[] =
#include "phases.inc"
;

static char *trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len && strchr(" \t\r", s[len - 1]))
		s[--len] = '\0';
	return s;
}

static int add_pattern(struct phases *p, char *name, char *ere,
		       struct errbuf *err)
{
	struct phase_pattern *pat = &p->list[p->nr];
	char text[128];
	int rc;

	if (p->nr == PHASES_MAX)
		return err_set(err, -EINVAL, "more than %d phases", PHASES_MAX);
	if (!*name || strlen(name) >= sizeof(pat->name))
		return err_set(err, -EINVAL,
			       "phase names have 1 to %zu characters",
			       sizeof(pat->name) - 1);
	if (!*ere && p->nr)
		return err_set(err, -EINVAL,
			       "only the first phase may have no pattern");
	strcpy(pat->name, name);
	pat->at_start = !*ere;
	rc = regcomp(&pat->re, ere, REG_EXTENDED | REG_NOSUB);
	if (rc) {
		regerror(rc, &pat->re, text, sizeof(text));
		return err_set(err, -EINVAL, "%s", text);
	}
	p->nr++;
	return 0;
}

static int parse_line(struct phases *p, char *line, struct errbuf *err)
{
	char *colon;

	line = trim(line);
	if (!*line || *line == '#')
		return 0;
	colon = strchr(line, ':');
	if (!colon)
		return err_set(err, -EINVAL, "expected NAME: PATTERN");
	*colon = '\0';
	return add_pattern(p, trim(line), trim(colon + 1), err);
}

int phases_parse(struct phases *p, const char *text, const char *what,
		 struct errbuf *err)
{
	char *copy = xstrdup(text), *next = copy, *line;
	struct errbuf detail;
	unsigned int nr = 0;
	int rc = 0;

	memset(p, 0, sizeof(*p));
	p->current = -1;
	while (!rc && (line = strsep(&next, "\n"))) {
		nr++;
		rc = parse_line(p, line, &detail);
	}
	free(copy);
	if (rc) {
		phases_free(p);
		return err_set(err, rc, "%s:%u: %s", what, nr, detail.text);
	}
	if (!p->nr)
		return err_set(err, -EINVAL, "%s: no phases", what);
	return 0;
}

void phases_free(struct phases *p)
{
	for (size_t i = 0; i < p->nr; i++)
		regfree(&p->list[i].re);
	p->nr = 0;
}

void phases_start(struct phases *p, phase_begin_fn begin, void *arg)
{
	if (!p->nr || !p->list[0].at_start)
		return;
	p->current = 0;
	begin(arg, p->list[0].name, "");
}

static void try_line(struct phases *p, phase_begin_fn begin, void *arg)
{
	char shown[PHASE_LINE_MAX];

	if (!p->len)
		return;
	p->line[p->len] = '\0';
	for (size_t i = (size_t)(p->current + 1); i < p->nr; i++) {
		if (p->list[i].at_start ||
		    regexec(&p->list[i].re, p->line, 0, NULL, 0))
			continue;
		p->current = (int)i;
		copy_printable(shown, sizeof(shown), p->line);
		begin(arg, p->list[i].name, shown);
		return;
	}
}

void phases_feed(struct phases *p, const char *data, size_t len,
		 phase_begin_fn begin, void *arg)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n' || data[i] == '\r') {
			try_line(p, begin, arg);
			p->len = 0;
		} else if (p->len < sizeof(p->line) - 1 && data[i]) {
			/* the rest of an overlong line is ignored */
			p->line[p->len++] = data[i];
		}
	}
	try_line(p, begin, arg);
}
