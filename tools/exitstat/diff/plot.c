// SPDX-License-Identifier: GPL-2.0-only
/*
 * A comparison as a picture: selects runs, layers and rows; plot/ draws them. A
 * layer is a reason or class that is frequent in A or B. Both charts have the same
 * layers in the same order.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "diff/report.h"

#define MAX_LAYERS	9
#define MAX_PHASES	11	/* rows that fit beside the lower chart */
#define OTHER_COLOUR	0xbdbdbd

/* The argument of plot_draw_pair() and its arrays. */
struct picture {
	struct plot_pair pair;
	struct plot_layer layers[MAX_LAYERS + 1];
	struct plot_pair_row reasons[MAX_LAYERS + 2];
	struct plot_pair_row phases[MAX_PHASES + 3];
	size_t *layer_of[DIFF_SIDES];
};

static double most(const struct diff_row *r)
{
	return fmax(r->side[DIFF_A].mean, r->side[DIFF_B].mean);
}

static int by_most(const void *a, const void *b)
{
	const struct diff_row *x = *(const struct diff_row *const *)a;
	const struct diff_row *y = *(const struct diff_row *const *)b;

	if (most(x) != most(y))
		return most(x) > most(y) ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The colour of the most frequent reason with this row name. */
static bool find_colour(const struct diff *d, const struct model *m,
			bool by_class, const char *name, uint32_t *colour)
{
	for (size_t i = 0; i < m->nr_seen; i++) {
		char key[64];

		diff_key(d, m, m->order[i], by_class, key, sizeof(key));
		if (strcmp(key, name))
			continue;
		*colour = model_ranked(m, i)->colour;
		return true;
	}
	return false;
}

static void put_row(struct plot_pair_row *out, const char *name,
		    enum diff_unit unit, const struct diff_row *r)
{
	char text[COUNT_TEXT_LEN];

	out->colour = PLOT_NO_COLOUR;
	snprintf(out->text[0], sizeof(out->text[0]), "%.63s", name);
	snprintf(out->text[1], sizeof(out->text[1]), "%s",
		 diff_fmt(text, unit, r->side[DIFF_A].mean));
	snprintf(out->text[2], sizeof(out->text[2]), "%s",
		 diff_fmt(text, unit, r->side[DIFF_B].mean));
	snprintf(out->text[3], sizeof(out->text[3]), "%s",
		 diff_fmt_ratio(text, r));
}

static void put_head(struct plot_pair_row *out, const struct diff *d,
		     const char *name)
{
	const char *const text[] = {
		name,
		d->side[DIFF_A].nr_runs > 1 ? "mean A" : "A",
		d->side[DIFF_B].nr_runs > 1 ? "mean B" : "B",
		"change",
	};

	for (size_t i = 0; i < ARRAY_LEN(text); i++)
		snprintf(out->text[i], sizeof(out->text[i]), "%s", text[i]);
}

static void put_layer(struct picture *p, const struct diff_row *r,
		      const char *name, uint32_t colour)
{
	struct plot_layer *l = &p->layers[p->pair.nr_layers++];
	struct plot_pair_row *row = &p->reasons[p->pair.nr_reasons++];

	l->colour = colour;
	snprintf(l->name, sizeof(l->name), "%s", name);
	put_row(row, name, DIFF_EXITS, r);
	row->colour = colour;
}

/* One layer for all other rows. */
static void put_rest(struct picture *p, const struct diff_row *const *rows,
		     size_t nr)
{
	struct diff_row sum = { 0 };
	char name[64];

	for (size_t i = 0; i < nr; i++)
		for (int s = 0; s < DIFF_SIDES; s++)
			sum.side[s].mean += rows[i]->side[s].mean;
	sum.kind = diff_kind_of(&sum);
	snprintf(name, sizeof(name), "%zu others", nr);
	put_layer(p, &sum, name, OTHER_COLOUR);
}

static void choose_layers(struct picture *p, const struct diff *d,
			  const struct diff_table *t, bool by_class)
{
	const struct diff_row **rows = xcalloc(t->nr, sizeof(*rows));
	size_t n = t->nr <= MAX_LAYERS + 1 ? t->nr : MAX_LAYERS;

	for (size_t i = 0; i < t->nr; i++)
		rows[i] = &t->rows[i];
	qsort(rows, t->nr, sizeof(*rows), by_most);
	put_head(&p->reasons[0], d,
		 by_class ? "class of exits" : "exit reason");
	p->pair.nr_reasons = 1;
	for (size_t i = 0; i < n; i++) {
		uint32_t colour = OTHER_COLOUR;

		if (!find_colour(d, p->pair.m[DIFF_A], by_class, rows[i]->name,
				 &colour))
			find_colour(d, p->pair.m[DIFF_B], by_class,
				    rows[i]->name, &colour);
		put_layer(p, rows[i], rows[i]->name, colour);
	}
	if (n < t->nr)
		put_rest(p, rows + n, t->nr - n);
	free(rows);
}

/* Map reasons to layers; those without a layer are in the last one. */
static size_t *find_layers(const struct picture *p, const struct diff *d,
			   const struct model *m, bool by_class)
{
	size_t *of = xcalloc(m->rec->nr_reasons, sizeof(*of));

	for (size_t i = 0; i < m->rec->nr_reasons; i++) {
		char key[64];

		diff_key(d, m, i, by_class, key, sizeof(key));
		while (of[i] + 1 < p->pair.nr_layers &&
		       strcmp(p->layers[of[i]].name, key))
			of[i]++;
	}
	return of;
}

static void choose_phases(struct picture *p, const struct diff *d)
{
	struct plot_pair_row *rows = p->phases;
	size_t n = 0;

	put_head(&rows[n++], d, d->nr_phases ? "exits by boot phase" : "exits");
	for (size_t i = 0; i < d->nr_phases && i < MAX_PHASES; i++)
		put_row(&rows[n++], d->phases[i].name, DIFF_EXITS,
			&d->phases[i].exits);
	put_row(&rows[n++], "all", DIFF_EXITS, &d->whole.exits);
	put_row(&rows[n++], "time", DIFF_NS, &d->whole.takes);
	p->pair.nr_phases = n;
}

static void write_label(struct picture *p, const struct diff *d, int side,
			size_t which)
{
	const struct model *m = p->pair.m[side];
	char exits[COUNT_TEXT_LEN], ns[COUNT_TEXT_LEN];
	struct buf b = { 0 };

	buf_printf(&b, "%s: %s exits in %s, %s", diff_side_name(side),
		   fmt_count(exits, m->total), fmt_ns(ns, m->end_ns),
		   m->rec->path);
	if (d->side[side].nr_runs > 1)
		buf_printf(&b, " (run %zu of %zu, closest to their mean)",
			   which + 1, d->side[side].nr_runs);
	snprintf(p->pair.label[side], sizeof(p->pair.label[side]), "%s",
		 b.data);
	buf_free(&b);
}

/* Differences in metadata first, then what is the same. */
static void write_subtitle(struct picture *p, const struct diff *d)
{
	static const char *const kept[] = { "machine", "source", "isa",
					    "kernel", "lab", "cpu" };
	struct buf b = { 0 }, same = { 0 };
	struct diff_facts f;

	diff_facts_make(&f, d);
	for (size_t k = 0; k < ARRAY_LEN(kept); k++) {
		for (size_t i = 0; i < f.nr; i++) {
			char *const *text = f.f[i].text;

			if (strcmp(f.f[i].name, kept[k]))
				continue;
			if (f.f[i].same)
				buf_printf(&same, ", %s %s", kept[k],
					   text[DIFF_A]);
			else
				buf_printf(&b, ", %s %s (A) and %s (B)",
					   kept[k], text[DIFF_A],
					   text[DIFF_B]);
		}
	}
	if (same.len)
		buf_append(&b, same.data, same.len);
	snprintf(p->pair.subtitle, sizeof(p->pair.subtitle), "%s", b.data + 2);
	diff_facts_free(&f);
	buf_free(&b);
	buf_free(&same);
}

/* The headline, with an arrow instead of "->". */
static void write_title(struct picture *p, const struct diff *d)
{
	struct buf b = { 0 };
	char *arrow;

	diff_headline(d, &d->whole, &b);
	arrow = strstr(b.data, "->");
	if (arrow)
		snprintf(p->pair.title, sizeof(p->pair.title), "%.*s\u2192%s",
			 (int)(arrow - b.data), b.data, arrow + 2);
	else
		snprintf(p->pair.title, sizeof(p->pair.title), "%s", b.data);
	buf_free(&b);
}

int diff_plot(const struct diff *d, enum diff_by by, enum plot_format format,
	      FILE *out, struct errbuf *err)
{
	bool by_class = by == DIFF_BY_CLASS || !d->same_isa;
	struct picture *p = xcalloc(1, sizeof(*p));
	int rc;

	for (int s = 0; s < DIFF_SIDES; s++) {
		size_t which;

		p->pair.m[s] = diff_nearest(d, s, &which);
		write_label(p, d, s, which);
	}
	write_title(p, d);
	write_subtitle(p, d);
	choose_layers(p, d, by_class ? &d->whole.classes : &d->whole.reasons,
		      by_class);
	choose_phases(p, d);
	p->pair.layers = p->layers;
	p->pair.reasons = p->reasons;
	p->pair.phases = p->phases;
	for (int s = 0; s < DIFF_SIDES; s++) {
		p->layer_of[s] = find_layers(p, d, p->pair.m[s], by_class);
		p->pair.layer_of[s] = p->layer_of[s];
	}
	rc = plot_draw(&(struct plot_picture) { .m = p->pair.m[DIFF_A],
						.pair = &p->pair },
		       format, out, err);
	for (int s = 0; s < DIFF_SIDES; s++)
		free(p->layer_of[s]);
	free(p);
	return rc;
}
