// SPDX-License-Identifier: GPL-2.0-only
/*
 * Metadata of the compared recordings, and which of it differs between A and B.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff/report.h"
#include "exits/groups.h"

#define FACT_LEN	256

/* A value of a recording's metadata; may use @out. */
typedef const char *(*fact_fn)(const struct model *m, const char *key,
			       char out[FACT_LEN]);

static const char *meta(const struct model *m, const char *key,
			char out[FACT_LEN])
{
	(void)out;
	return rec_get(m->rec, key);
}

static const char *machine(const struct model *m, const char *key,
			   char out[FACT_LEN])
{
	(void)key;
	(void)out;
	return model_machine(m);
}

static const char *guest(const struct model *m, const char *key,
			 char out[FACT_LEN])
{
	(void)key;
	model_guest_text(m, out, FACT_LEN);
	return out + (strncmp(out, "guest ", 6) ? 0 : 6);
}

static const char *groups(const struct model *m, const char *key,
			  char out[FACT_LEN])
{
	(void)key;
	return groups_text(m->rec->groups, out);
}

static const char *interval(const struct model *m, const char *key,
			    char out[FACT_LEN])
{
	return fmt_ns(out, rec_get_u64(m->rec, key));
}

static const struct {
	const char *name;
	const char *key;
	fact_fn text;
} facts[] = {
	{ "kernel", "kernel", meta },
	{ "cpu", "cpu", meta },
	{ "lab", "lab", meta },
	{ "guest", NULL, guest },
	{ "machine", NULL, machine },
	{ "command", "command", meta },
	{ "end", "command_end", meta },
	{ "interval", "interval_ns", interval },
	{ "groups", NULL, groups },
	{ "source", "source", meta },
	{ "fields", "fields", meta },
	{ "isa", "isa", meta },
};

/* The distinct values of the runs of a side. */
static char *text_of_side(const struct diff_side *side, size_t fact)
{
	struct buf all = { 0 };

	for (size_t i = 0; i < side->nr_runs; i++) {
		char text[FACT_LEN];
		const char *one = facts[fact].text(&side->runs[i],
						   facts[fact].key, text);

		if (!*one)
			one = "not recorded";
		if (!all.len || !strstr(all.data, one))
			buf_printf(&all, "%s%s", all.len ? " | " : "", one);
	}
	return all.data;
}

void diff_facts_make(struct diff_facts *f, const struct diff *d)
{
	f->nr = ARRAY_LEN(facts);
	f->f = xcalloc(f->nr, sizeof(*f->f));
	for (size_t i = 0; i < f->nr; i++) {
		f->f[i].name = facts[i].name;
		for (int s = 0; s < DIFF_SIDES; s++)
			f->f[i].text[s] = text_of_side(&d->side[s], i);
		f->f[i].same = !strcmp(f->f[i].text[DIFF_A],
				       f->f[i].text[DIFF_B]);
	}
}

void diff_facts_free(struct diff_facts *f)
{
	for (size_t i = 0; i < f->nr; i++)
		for (int s = 0; s < DIFF_SIDES; s++)
			free(f->f[i].text[s]);
	free(f->f);
	memset(f, 0, sizeof(*f));
}

static bool has_word(const char *text, const char *word, size_t len)
{
	while (*text) {
		size_t n = strcspn(text, " ");

		if (n == len && !strncmp(text, word, len))
			return true;
		text += n + strspn(text + n, " ");
	}
	return false;
}

/* A value that differs is printed with its option: "-smp 2". */
void diff_only_in(const char *command, const char *other, struct buf *out)
{
	const char *option = NULL;

	while (*command) {
		size_t n = strcspn(command, " ");
		bool there = has_word(other, command, n);

		if (!there && option && *command != '-')
			buf_printf(out, "%s%.*s", out->len ? " " : "",
				   (int)strcspn(option, " "), option);
		if (!there)
			buf_printf(out, "%s%.*s", out->len ? " " : "", (int)n,
				   command);
		option = there && *command == '-' ? command : NULL;
		command += n + strspn(command + n, " ");
	}
}

const struct model *diff_nearest(const struct diff *d, enum diff_which side,
				 size_t *which)
{
	const struct diff_side *s = &d->side[side];
	double mean = d->whole.exits.side[side].mean;

	*which = 0;
	for (size_t i = 1; i < s->nr_runs; i++)
		if (fabs((double)s->runs[i].total - mean) <
		    fabs((double)s->runs[*which].total - mean))
			*which = i;
	return &s->runs[*which];
}
