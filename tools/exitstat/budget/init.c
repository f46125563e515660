// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a budget file from recordings: for each count, the maximum of all runs
 * plus a margin. The same recordings in the same order give the same text.
 *
 * Rates and times are left out, because they vary between runs. So are reasons with
 * less than 1 % of their phase's exits, for which one exit is a large change.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "budget/budget.h"

#define SHARE	100	/* a reason needs at least 1 of 100 exits */
#define COLUMN	34	/* where numbers end */

struct seed {
	struct budget_line l;	/* .max: the maximum of all runs */
	uint64_t least;
	size_t runs;		/* number of runs with this value */
};

struct budget_init {
	struct seed *seeds;
	size_t nr, cap;
	struct buf files;
	struct buf isa, source;
	size_t nr_runs;
	char (*phases)[64];	/* [0]: the whole run */
	size_t nr_phases, cap_phases;
};

static size_t add_phase(struct budget_init *i, const char *name)
{
	char shown[64];

	copy_printable(shown, sizeof(shown), name);
	for (size_t p = 0; p < i->nr_phases; p++)
		if (!strcmp(i->phases[p], shown))
			return p;
	i->phases = vec_room(i->phases, i->nr_phases, &i->cap_phases,
			     sizeof(*i->phases));
	memcpy(i->phases[i->nr_phases], shown, sizeof(shown));
	return i->nr_phases++;
}

struct budget_init *budget_init_new(void)
{
	struct budget_init *i = xcalloc(1, sizeof(*i));

	add_phase(i, "");
	return i;
}

void budget_init_free(struct budget_init *i)
{
	free(i->seeds);
	free(i->phases);
	buf_free(&i->files);
	buf_free(&i->isa);
	buf_free(&i->source);
	free(i);
}

static struct seed *find(const struct budget_init *i, const char *phase,
			 enum budget_what what, const char *name)
{
	for (size_t k = 0; k < i->nr; k++)
		if (i->seeds[k].l.what == what &&
		    !strcmp(i->seeds[k].l.phase, phase) &&
		    !strcmp(i->seeds[k].l.name, name))
			return &i->seeds[k];
	return NULL;
}

static void put(struct budget_init *i, const struct budget_line *l, uint64_t n)
{
	struct seed *s = find(i, l->phase, l->what, l->name);

	if (!s) {
		i->seeds = vec_room(i->seeds, i->nr, &i->cap,
				    sizeof(*i->seeds));
		s = &i->seeds[i->nr++];
		*s = (struct seed){ .l = *l, .least = n };
	}
	s->runs++;
	if (n > s->l.max)
		s->l.max = n;
	if (n < s->least)
		s->least = n;
}

/* An unavailable value gets no budget. */
static void put_found(struct budget_init *i, const struct model *m,
		      const char *phase, enum budget_what what,
		      const char *name)
{
	struct budget_line l = { .what = what };
	struct errbuf why;
	double found;

	copy_printable(l.phase, sizeof(l.phase), phase);
	copy_printable(l.name, sizeof(l.name), name);
	if (!budget_found(m, &l, &found, &why))
		put(i, &l, (uint64_t)found);
}

static bool is_first(const struct recording *r, size_t reason)
{
	for (size_t k = 0; k < reason; k++)
		if (!strcmp(r->reasons[k].name, r->reasons[reason].name))
			return false;
	return true;
}

static void put_phase(struct budget_init *i, const struct model *m,
		      const char *phase)
{
	const struct recording *r = m->rec;

	put_found(i, m, phase, BUDGET_EXITS, "");
	put_found(i, m, phase, BUDGET_USERSPACE, "");
	for (size_t k = 0; k < r->nr_reasons; k++)
		if (is_first(r, k) && budget_knows_reason(r->reasons[k].name))
			put_found(i, m, phase, BUDGET_REASON,
				  r->reasons[k].name);
}

/* Append a word that is not in the list. */
static void add_word(struct buf *b, const char *word)
{
	char shown[128];

	copy_printable(shown, sizeof(shown), *word ? word : "unknown");
	if (!b->len || !strstr(b->data, shown))
		buf_printf(b, "%s%s", b->len ? ", " : "", shown);
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int budget_init_add(struct budget_init *i, const struct model *m,
		    struct errbuf *err)
{
	bool *seen = xcalloc(m->nr_phases + i->nr_phases + 1, sizeof(*seen));

	if (i->nr_runs && strcmp(i->isa.data, model_isa(m))) {
		free(seen);
		return err_set(err, -EINVAL,
			       "%.200s: isa %.20s differs from %.20s of the recordings before it (a budget file is for one isa)",
			       m->rec->path, model_isa(m), i->isa.data);
	}
	if (!i->nr_runs++)
		buf_printf(&i->isa, "%s", model_isa(m));
	add_word(&i->source, rec_get(m->rec, "source"));
	buf_printf(&i->files, "#   %s\n", file_name(m->rec->path));
	put_phase(i, m, "");
	for (size_t p = 0; p < m->nr_phases; p++) {
		size_t at = add_phase(i, m->phases[p].name);

		if (!seen[at])
			put_phase(i, m, m->phases[p].name);
		seen[at] = true;
	}
	free(seen);
	return 0;
}

static uint64_t with_margin(uint64_t n, unsigned int percent)
{
	return n + (n * percent + 99) / 100;
}

static void write_seed(const struct budget_init *i, const struct seed *s,
		       unsigned int margin, FILE *out)
{
	char max[COUNT_TEXT_LEN], most[COUNT_TEXT_LEN], least[COUNT_TEXT_LEN];
	uint64_t low = s->runs == i->nr_runs ? s->least : 0;
	int n = fprintf(out, "%s%s%s", budget_what_name(s->l.what),
			*s->l.name ? " " : "", s->l.name);

	fprintf(out, "%*s  # %s", n < COLUMN ? COLUMN - n : 1,
		fmt_count(max, with_margin(s->l.max, margin)),
		fmt_count(least, low));
	if (low != s->l.max)
		fprintf(out, " to %s", fmt_count(most, s->l.max));
	fprintf(out, "\n");
}

static int by_most(const void *a, const void *b)
{
	const struct seed *x = *(const struct seed *const *)a;
	const struct seed *y = *(const struct seed *const *)b;

	if (x->l.max != y->l.max)
		return x->l.max > y->l.max ? -1 : 1;
	return strcmp(x->l.name, y->l.name);
}

static void write_reasons(const struct budget_init *i, const char *phase,
			  uint64_t exits, unsigned int margin, FILE *out)
{
	const struct seed **rows = xcalloc(i->nr, sizeof(*rows));
	size_t nr = 0, rare = 0;

	for (size_t k = 0; k < i->nr; k++) {
		const struct seed *s = &i->seeds[k];

		if (s->l.what != BUDGET_REASON || strcmp(s->l.phase, phase) ||
		    !s->l.max)
			continue;
		if (s->l.max < exits / SHARE)
			rare++;
		else
			rows[nr++] = s;
	}
	if (nr)
		qsort(rows, nr, sizeof(*rows), by_most);
	for (size_t k = 0; k < nr; k++)
		write_seed(i, rows[k], margin, out);
	if (rare)
		fprintf(out, "# %zu reason%s with less than 1 %% left out\n",
			rare, rare == 1 ? "" : "s");
	free(rows);
}

static void write_phase(const struct budget_init *i, const char *phase,
			unsigned int margin, FILE *out)
{
	const struct seed *exits = find(i, phase, BUDGET_EXITS, "");
	const struct seed *users = find(i, phase, BUDGET_USERSPACE, "");

	if (*phase && (!exits || exits->runs < i->nr_runs)) {
		fprintf(out, "\n# [%s]: not in every recording\n", phase);
		return;
	}
	fprintf(out, *phase ? "\n[%s]\n" : "%s\n", phase);
	if (exits)
		write_seed(i, exits, margin, out);
	if (users && users->runs == i->nr_runs)
		write_seed(i, users, margin, out);
	if (exits)
		write_reasons(i, phase, exits->l.max, margin, out);
}

/* Leave out a phase that is equal to the whole run. */
static bool is_one_phase(const struct budget_init *i)
{
	const struct seed *whole = find(i, "", BUDGET_EXITS, ""), *one;

	if (i->nr_phases != 2)
		return false;
	one = find(i, i->phases[1], BUDGET_EXITS, "");
	return one && one->l.max == whole->l.max && one->least == whole->least;
}

void budget_init_write(const struct budget_init *i, unsigned int margin,
		       FILE *out)
{
	fprintf(out,
		"# Exit budgets for exitstat check-budget; see exitstat-budget(5).\n"
		"# Each is the maximum of all runs plus %u %%; the comment has the range of the\n"
		"# runs. Counts of identical runs are equal or nearly so; rates (exits 5,000/s)\n"
		"# and times (reason NAME 20ms) vary, so there are none here.\n"
		"#\n"
		"# From %zu recording%s (%s, source %s):\n%s",
		margin, i->nr_runs, i->nr_runs == 1 ? "" : "s",
		*i->isa.data ? i->isa.data : "isa unknown", i->source.data,
		i->files.data);
	for (size_t p = 0; p < (is_one_phase(i) ? 1 : i->nr_phases); p++)
		write_phase(i, i->phases[p], margin, out);
}
