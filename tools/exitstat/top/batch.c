// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat top without a screen: prints a table, a line, or a JSON object on one
 * line for each sample.
 */
#include <stdlib.h>

#include "exits/sources.h"
#include "exits/groups.h"
#include "lib/json-text.h"
#include "exits/reasons.h"
#include "top/batch.h"

#define LINES_PER_HEADER	20	/* like vmstat on a terminal of 24 lines */

static void trim(struct buf *b)
{
	while (b->len && b->data[b->len - 1] == ' ')
		b->data[--b->len] = '\0';
	buf_printf(b, "\n");
}

void top_batch_text(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out)
{
	enum top_level level = v->path.level;
	struct top_layout l = top_layout(level, width);
	char interval[COUNT_TEXT_LEN] = "no interval yet", lost[LOST_TEXT_LEN];
	char restarts[RESTARTS_TEXT_LEN];
	const char *why;

	if (s->table->interval_ns)
		fmt_ns(interval, s->table->interval_ns);
	buf_printf(out, "%s", s->data->samples > 1 ? "\n" : "");
	top_path_text(s->data, &v->path, out);
	buf_printf(out, " (sample %llu, source %s, %s, %s)\n",
		   (unsigned long long)s->data->samples, s->source,
		   reason_isa_name(s->data->hdr.isa), interval);
	if (s->data->hdr.lost)
		buf_printf(out, "%s\n",
			   source_lost_text(s->data->hdr.lost, lost));
	if (s->data->delta.restarts)
		buf_printf(out, "%s\n",
			   source_restarts_text(s->data->delta.restarts,
						restarts));
	if (s->remark)
		buf_printf(out, "%s\n", s->remark);
	top_header(&l, v->sort[level], v->reverse[level], out);
	trim(out);
	for (size_t i = 0; i < s->table->nr; i++) {
		top_cells(&s->table->rows[i], s->table, &l, s->ascii, out);
		trim(out);
	}
	why = level == TOP_DETAIL ? top_no_detail(s->data) : NULL;
	if (why)
		buf_printf(out, "(%s)\n", why);
}

void top_batch_line(const struct top_scene *s, const struct top_view *v,
		    int width, struct buf *out)
{
	struct top_layout l = top_layout(v->path.level, width);

	if (s->data->samples % LINES_PER_HEADER == 1) {
		top_header(&l, SIZE_MAX, false, out);
		trim(out);
	}
	top_cells(&s->table->rows[0], s->table, &l, s->ascii, out);
	trim(out);
}

static json_t *json_path(const struct top_scene *s, const struct top_view *v)
{
	struct buf b = { 0 };
	json_t *text;

	top_path_text(s->data, &v->path, &b);
	text = json_text(b.data);
	buf_free(&b);
	return text;
}

void top_batch_json(const struct top_scene *s, const struct top_view *v,
		    struct buf *out)
{
	const struct kes_header *h = &s->data->hdr;
	char groups[GROUPS_TEXT_LEN];
	json_t *rows = json_array(), *o;
	char *text;

	for (size_t i = 0; i < s->table->nr; i++)
		if (!s->table->rows[i].key.all)
			json_array_append_new(rows, top_json(
				&s->table->rows[i], s->table, v->path.level));
	o = json_pack("{s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:o}",
		      "level", top_level_name(v->path.level),
		      "path", json_path(s, v),
		      "sample", (json_int_t)s->data->samples,
		      "time_ns", (json_int_t)h->end_ns,
		      "interval_ns", s->table->interval_ns ?
		      json_number(s->table->interval_ns) : json_null(),
		      "source", json_text(s->source),
		      "isa", json_text(reason_isa_name(h->isa)),
		      "groups", json_text(groups_text(h->groups, groups)),
		      "lost", (json_int_t)h->lost,
		      "restarts", (json_int_t)s->data->delta.restarts,
		      "rows", rows);
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	buf_printf(out, "%s\n", text ? text : "{}");
	free(text);
	json_decref(o);
}
