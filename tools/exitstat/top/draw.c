// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the drawing of view.h: a title, sums, warnings, the path, the
 * table, and a line for questions and messages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exits/states.h"
#include "exits/sources.h"
#include "exits/groups.h"
#include "exits/reasons.h"
#include "top/view.h"

/* Context of one drawing. */
struct pen {
	const struct top_scene *s;
	struct top_view *v;
	int width, height;
	struct top_page *page;
};

/* Return the next line, empty. Lines beyond the screen are dropped later. */
static struct buf *line(struct pen *p, enum top_attr attr)
{
	struct top_page *page = p->page;
	struct top_line *l;

	if (page->used == page->cap) {
		page->lines = vec_room(page->lines, page->used, &page->cap,
				       sizeof(*l));
		memset(page->lines + page->used, 0,
		       (page->cap - page->used) * sizeof(*l));
	}
	l = &page->lines[page->used++];
	l->text.len = 0;
	buf_append(&l->text, "", 0);
	l->attr = attr;
	return &l->text;
}

/* Cut a line at a column. UTF-8 continuation bytes take no column. */
static void clip(struct buf *b, int width)
{
	size_t i;
	int column = 0;

	for (i = 0; i < b->len; i++) {
		column += ((unsigned char)b->data[i] & 0xc0) != 0x80;
		if (column > width)
			break;
	}
	b->len = i;
	b->data[i] = '\0';
}

const char *top_no_detail(const struct top_data *d)
{
	if (!(d->hdr.groups_known & KES_GROUP_DETAIL))
		return "unavailable from this source";
	if (!(d->hdr.groups & KES_GROUP_DETAIL))
		return "group detail is off (exitstat enable detail, or top --groups detail)";
	return NULL;
}

void top_path_text(const struct top_data *d, const struct top_path *path,
		   struct buf *out)
{
	const struct top_vm *vm = top_path_vm(d, path);
	char name[48];

	top_vcpu_name(path->key.vcpu_id, path->key.order, name);
	buf_printf(out, "VMs");
	if (path->level == TOP_VMS)
		return;
	buf_printf(out, " > %s", !path->has_vm ? "(all)" : vm ? vm->name :
				 "(evicted)");
	if (vm && vm->destroyed)
		buf_printf(out, " (destroyed)");
	if (path->has_vcpu)
		buf_printf(out, " > %s", name);
	else if (path->level > TOP_VCPUS && path->has_vm)
		buf_printf(out, " > all vCPUs");
	if (path->level < TOP_DETAIL)
		return;
	reason_code_name(d->hdr.isa, path->key.code, name, sizeof(name));
	buf_printf(out, " > %s", name);
}

/* ---- above the table ---- */

static void draw_title(struct pen *p)
{
	char interval[COUNT_TEXT_LEN];
	struct buf *b = line(p, TOP_TITLE);

	buf_printf(b, "exitstat top: source %s, %s, every %s", p->s->source,
		   reason_isa_name(p->s->data->hdr.isa),
		   fmt_ns(interval, p->v->interval_ns));
	if (p->v->paused)
		buf_printf(b, "  PAUSED");
	if (p->s->recording)
		buf_printf(b, "  RECORDING %s", p->s->recording);
}

/* "-": unknown */
static const char *value_text(char out[COUNT_TEXT_LEN],
			      const struct top_row *r, enum top_value i)
{
	if (!(r->now_known & 1u << i))
		return "-";
	return 1u << i & TOP_NS_VALUES ? fmt_ns(out, r->now.v[i]) :
					 fmt_count(out, r->now.v[i]);
}

static void draw_sums(struct pen *p)
{
	const struct top_table *t = p->s->table;
	const struct top_row *w = &t->whole;
	bool rated = w->delta_known & 1u << TOP_EXITS && t->interval_ns;
	char rate[COUNT_TEXT_LEN], total[COUNT_TEXT_LEN];
	char groups[GROUPS_TEXT_LEN];
	struct buf *b = line(p, TOP_PLAIN);

	buf_printf(b, "%zu VM%s, %s exits/s, %s exits; groups: %s", t->nr_vms,
		   t->nr_vms == 1 ? "" : "s",
		   rated ? fmt_rate(rate, (double)w->delta.v[TOP_EXITS] * 1e9 /
				    (double)t->interval_ns) : "-",
		   value_text(total, w, TOP_EXITS),
		   groups_text(p->s->data->hdr.groups, groups));
	if (t->nr_destroyed && !p->v->destroyed)
		buf_printf(b, "; %zu destroyed", t->nr_destroyed);
}

static void draw_troubles(struct pen *p)
{
	uint64_t lost = p->s->data->hdr.lost;
	uint64_t restarts = p->s->data->delta.restarts;
	char text[LOST_TEXT_LEN], restarted[RESTARTS_TEXT_LEN];

	if (lost)
		buf_printf(line(p, TOP_WARN), "%s",
			   source_lost_text(lost, text));
	if (restarts)
		buf_printf(line(p, TOP_WARN), "%s",
			   source_restarts_text(restarts, restarted));
	if (p->s->remark)
		buf_printf(line(p, TOP_WARN), "%s", p->s->remark);
}

static void draw_path(struct pen *p)
{
	const struct top_vm *vm = top_path_vm(p->s->data, &p->v->path);
	const char *filter = p->v->filter[p->v->path.level];
	struct buf *b = line(p, TOP_PLAIN);

	top_path_text(p->s->data, &p->v->path, b);
	if (vm && p->v->path.level == TOP_VCPUS)
		buf_printf(b, "   pid %u, uuid %s", vm->pid,
			   *vm->uuid ? vm->uuid : "-");
	if (*filter)
		buf_printf(b, "   filter: %s", filter);
}

/* "2,009 exits: 12 fastpath, 3 userspace, ...", and the same for times */
static void draw_parts(struct pen *p)
{
	static const struct {
		enum top_value value;
		const char *name;
	} counts[] = {
		{ TOP_FASTPATH, "fastpath" }, { TOP_USERSPACE, "userspace" },
		{ TOP_REFLECTED, "reflected" }, { TOP_L2, "from L2" },
	};
	const struct top_row *w = &p->s->table->whole;
	struct buf *b = line(p, TOP_DIM);
	char n[COUNT_TEXT_LEN];

	buf_printf(b, "%s exits", value_text(n, w, TOP_EXITS));
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		buf_printf(b, "%s %s %s", i ? "," : ":",
			   value_text(n, w, counts[i].value), counts[i].name);
	b = line(p, TOP_DIM);
	buf_printf(b, "time");
	for (int s = KES_STATE_HANDLER; s < KES_NR_STATES; s++)
		buf_printf(b, "%s %s %s", s > KES_STATE_HANDLER ? "," : ":",
			   value_text(n, w, (enum top_value)(TOP_NS_GUEST + s)),
			   state_table[s].name);
}

static void draw_reason(struct pen *p)
{
	uint32_t isa = p->s->data->hdr.isa;
	const struct reason *r = reason_by_code(isa, p->v->path.key.code);

	buf_printf(line(p, TOP_DIM), "%s: %s",
		   r ? reason_class_name(r->class) : "other",
		   r ? r->meaning : reason_code_meaning(isa));
	draw_parts(p);
}

/* ---- the table ---- */

/* Scroll just enough to keep the cursor on the screen. */
static size_t first_row(struct pen *p, size_t cursor)
{
	size_t *first = &p->v->first[p->v->path.level];

	if (*first + p->v->page > p->s->table->nr)
		*first = p->s->table->nr < p->v->page ? 0 :
			 p->s->table->nr - p->v->page;
	if (cursor < *first)
		*first = cursor;
	else if (cursor >= *first + p->v->page)
		*first = cursor - p->v->page + 1;
	return *first;
}

static void draw_nothing(struct pen *p)
{
	const char *filter = p->v->filter[p->v->path.level];
	const char *why = NULL;

	if (*filter)
		why = "no row matches the filter (Esc: clear it)";
	else if (p->v->path.level == TOP_DETAIL)
		why = top_no_detail(p->s->data);
	else if (p->v->path.level == TOP_VMS)
		why = "no VM is running";
	buf_printf(line(p, TOP_DIM), "%s", why ? why : "no exits yet");
}

static void draw_rows(struct pen *p)
{
	const struct top_table *t = p->s->table;
	enum top_level level = p->v->path.level;
	struct top_layout l = top_layout(level, p->width);
	size_t cursor = top_view_cursor(p->v, t), first;

	top_header(&l, p->v->sort[level], p->v->reverse[level],
		   line(p, TOP_HEADER));
	p->v->page = p->height > (int)p->page->used + 1 ?
		     (size_t)p->height - p->page->used - 1 : 1;
	first = first_row(p, cursor);
	if (!t->nr)
		draw_nothing(p);
	for (size_t i = first; i < t->nr && i < first + p->v->page; i++) {
		const struct top_row *r = &t->rows[i];
		bool destroyed = r->vm && r->vm->destroyed;

		top_cells(r, t, &l, p->s->ascii,
			  line(p, i == cursor ? TOP_CURSOR :
			       destroyed ? TOP_DIM : TOP_PLAIN));
	}
}

/* ---- below the table ---- */

static void draw_hints(struct buf *b)
{
	for (size_t i = 0; i < top_nr_bindings; i++)
		if (top_bindings[i].hint)
			buf_printf(b, "%s%s", b->len ? "  " : "",
				   top_bindings[i].hint);
}

static void draw_bottom(struct pen *p)
{
	const struct top_view *v = p->v;

	if (v->mode == TOP_ASK_FILTER)
		buf_printf(line(p, TOP_PLAIN), "filter: %s_", v->input);
	else if (v->mode == TOP_ASK_INTERVAL)
		buf_printf(line(p, TOP_PLAIN), "interval: %s_", v->input);
	else if (*v->message)
		buf_printf(line(p, v->alarm ? TOP_WARN : TOP_PLAIN), "%s",
			   v->message);
	else if (v->mode == TOP_HELP)
		buf_printf(line(p, TOP_DIM), "Up, Down, PageDown: scroll; any other key: back");
	else
		draw_hints(line(p, TOP_DIM));
}

/* Pad or cut to the height of the screen, less the last line. */
static void fill(struct pen *p)
{
	while (p->page->used + 1 < (size_t)p->height)
		line(p, TOP_PLAIN);
	if (p->page->used + 1 > (size_t)p->height)
		p->page->used = (size_t)p->height - 1;
}

static void draw_help(struct pen *p)
{
	struct buf text = { 0 };
	size_t nr = 0, last;
	char *at;

	top_help_text(&text);
	for (at = text.data; (at = strchr(at, '\n')); at++)
		nr++;
	p->v->page = (size_t)p->height - 1;
	last = nr > p->v->page ? nr - p->v->page : 0;
	if (p->v->help_first > last)
		p->v->help_first = last;
	at = text.data;
	for (size_t i = 0; i < nr && i < p->v->help_first + p->v->page; i++) {
		size_t len = strcspn(at, "\n");

		if (i >= p->v->help_first)
			buf_printf(line(p, *at == ' ' ? TOP_PLAIN : TOP_TITLE),
				   "%.*s", (int)len, at);
		at += len + 1;
	}
	buf_free(&text);
}

static void draw_table(struct pen *p)
{
	draw_title(p);
	draw_sums(p);
	draw_troubles(p);
	draw_path(p);
	if (p->v->path.level == TOP_DETAIL)
		draw_reason(p);
	draw_rows(p);
}

void top_draw(const struct top_scene *s, struct top_view *v, int width,
	      int height, struct top_page *out)
{
	struct pen p = { s, v, width, height, out };

	out->used = 0;
	if (width < TOP_MIN_WIDTH || height < TOP_MIN_HEIGHT)
		buf_printf(line(&p, TOP_PLAIN), "needs %dx%d", TOP_MIN_WIDTH,
			   TOP_MIN_HEIGHT);
	else if (v->mode == TOP_HELP)
		draw_help(&p);
	else
		draw_table(&p);
	if (height > 1) {
		fill(&p);
		draw_bottom(&p);
	}
	out->nr = out->used;
	for (size_t i = 0; i < out->nr; i++)
		clip(&out->lines[i].text, width);
}

void top_page_free(struct top_page *p)
{
	for (size_t i = 0; i < p->cap; i++)
		buf_free(&p->lines[i].text);
	free(p->lines);
	memset(p, 0, sizeof(*p));
}
