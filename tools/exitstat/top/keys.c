// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the keys of view.h: the table of keys, from which the help is made,
 * and their actions.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "top/view.h"

void top_view_init(struct top_view *v, uint64_t interval_ns)
{
	memset(v, 0, sizeof(*v));
	v->interval_ns = interval_ns;
	v->page = 1;
	for (int i = 0; i < TOP_NR_LEVELS; i++)
		v->sort[i] = top_column_default((enum top_level)i);
}

void top_view_say(struct top_view *v, bool alarm, const char *text)
{
	snprintf(v->message, sizeof(v->message), "%s", text);
	v->alarm = alarm;
}

int top_parse_interval(const char *text, uint64_t *ns)
{
	uint64_t seconds;

	if (parse_u64(text, 1, TOP_MAX_INTERVAL_NS / NSEC_PER_SEC, &seconds))
		return parse_duration(text, TOP_MIN_INTERVAL_NS,
				      TOP_MAX_INTERVAL_NS, ns);
	*ns = seconds * NSEC_PER_SEC;
	return 0;
}

/* ---- the cursor ---- */

size_t top_view_cursor(const struct top_view *v, const struct top_table *t)
{
	const struct top_key *key = &v->cursor[v->path.level];
	size_t place = v->place[v->path.level];

	/* in the first line, the cursor does not follow its row */
	if (!place)
		return 0;
	for (size_t i = 0; i < t->nr; i++)
		if (top_key_equal(&t->rows[i].key, key))
			return i;
	return place < t->nr ? place : t->nr ? t->nr - 1 : 0;
}

/* @row may be beyond the last. */
static void move_to(struct top_view *v, const struct top_table *t, size_t row)
{
	if (!t->nr)
		return;
	if (row >= t->nr)
		row = t->nr - 1;
	v->cursor[v->path.level] = t->rows[row].key;
	v->place[v->path.level] = row;
}

static enum top_effect act_move(struct top_view *v, const struct top_table *t,
				int rows)
{
	size_t at = top_view_cursor(v, t), up = (size_t)-rows;

	if (rows < 0)
		move_to(v, t, at > up ? at - up : 0);
	else
		move_to(v, t, at + (size_t)rows);
	return TOP_NO_EFFECT;
}

static enum top_effect act_page(struct top_view *v, const struct top_table *t,
				int pages)
{
	return act_move(v, t, pages * (int)v->page);
}

static enum top_effect act_end(struct top_view *v, const struct top_table *t,
			       int last)
{
	move_to(v, t, last ? SIZE_MAX : 0);
	return TOP_NO_EFFECT;
}

/* ---- down and up the levels ---- */

static void take_vm(struct top_view *v, const struct top_row *r)
{
	v->path.has_vm = !r->key.all;
	v->path.key = (struct top_key) { .vm_id = r->key.vm_id,
					 .created_ns = r->key.created_ns };
}

static void take_vcpu(struct top_view *v, const struct top_row *r)
{
	v->path.has_vcpu = !r->key.all;
	v->path.key.vcpu_id = r->key.vcpu_id;
	v->path.key.order = r->key.order;
}

/* Show a level from its first row. */
static void enter(struct top_view *v, enum top_level level)
{
	v->path.level = level;
	v->place[level] = 0;
	v->first[level] = 0;
	v->filter[level][0] = '\0';
}

static enum top_effect act_into(struct top_view *v, const struct top_table *t,
				int arg)
{
	const struct top_row *r;

	(void)arg;
	if (!t->nr)
		return TOP_NO_EFFECT;
	r = &t->rows[top_view_cursor(v, t)];
	switch (v->path.level) {
	case TOP_VMS:
		take_vm(v, r);
		enter(v, r->key.all ? TOP_REASONS : TOP_VCPUS);
		break;
	case TOP_VCPUS:
		take_vcpu(v, r);
		enter(v, TOP_REASONS);
		break;
	case TOP_REASONS:
		v->path.key.code = r->key.code;
		enter(v, TOP_DETAIL);
		break;
	default:
		break;
	}
	return TOP_NO_EFFECT;
}

/* From a VM to its reasons, all vCPUs together. */
static enum top_effect act_reasons(struct top_view *v,
				   const struct top_table *t, int arg)
{
	(void)arg;
	if (v->path.level == TOP_VMS && t->nr) {
		take_vm(v, &t->rows[top_view_cursor(v, t)]);
		enter(v, TOP_REASONS);
	} else if (v->path.level == TOP_VCPUS) {
		v->path.has_vcpu = false;
		enter(v, TOP_REASONS);
	}
	return TOP_NO_EFFECT;
}

static enum top_effect act_back(struct top_view *v, const struct top_table *t,
				int arg)
{
	(void)t;
	(void)arg;
	if (*v->filter[v->path.level]) {
		v->filter[v->path.level][0] = '\0';
		return TOP_NO_EFFECT;
	}
	switch (v->path.level) {
	case TOP_DETAIL:
		v->path.level = TOP_REASONS;
		v->path.key.code = 0;
		break;
	case TOP_REASONS:
		v->path.level = v->path.has_vm ? TOP_VCPUS : TOP_VMS;
		v->path.has_vcpu = false;
		v->path.key.vcpu_id = 0;
		v->path.key.order = 0;
		break;
	default:
		v->path = (struct top_path) { .level = TOP_VMS };
	}
	return TOP_NO_EFFECT;
}

/* ---- order, filter, time ---- */

static enum top_effect act_sort(struct top_view *v, const struct top_table *t,
				int direction)
{
	(void)t;
	v->sort[v->path.level] = top_column_next(v->sort[v->path.level],
						 v->path.level, direction);
	return TOP_NO_EFFECT;
}

static enum top_effect act_reverse(struct top_view *v,
				   const struct top_table *t, int arg)
{
	(void)t;
	(void)arg;
	v->reverse[v->path.level] = !v->reverse[v->path.level];
	return TOP_NO_EFFECT;
}

/* Show the help from its start, or ask for a filter (to edit) or an interval. */
static enum top_effect act_mode(struct top_view *v, const struct top_table *t,
				int mode)
{
	(void)t;
	v->mode = (enum top_mode)mode;
	v->help_first = 0;
	snprintf(v->input, sizeof(v->input), "%s", mode == TOP_ASK_FILTER ?
		 v->filter[v->path.level] : "");
	return TOP_NO_EFFECT;
}

static enum top_effect act_interval(struct top_view *v,
				    const struct top_table *t, int direction)
{
	static const uint64_t steps_ms[] = {
		100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000,
	};
	uint64_t best = 0;

	(void)t;
	for (size_t i = 0; i < ARRAY_LEN(steps_ms); i++) {
		uint64_t ns = steps_ms[i] * NSEC_PER_MSEC;

		if (direction > 0 ? ns > v->interval_ns && !best :
				    ns < v->interval_ns)
			best = ns;
	}
	if (!best)
		return TOP_NO_EFFECT;
	v->interval_ns = best;
	return TOP_NEW_INTERVAL;
}

static enum top_effect act_pause(struct top_view *v, const struct top_table *t,
				 int arg)
{
	(void)t;
	(void)arg;
	v->paused = !v->paused;
	return TOP_NO_EFFECT;
}

static enum top_effect act_destroyed(struct top_view *v, const struct top_table *t,
				int arg)
{
	(void)t;
	(void)arg;
	v->destroyed = !v->destroyed;
	return TOP_NO_EFFECT;
}

/* An action for the program. */
static enum top_effect act_outside(struct top_view *v,
				   const struct top_table *t, int effect)
{
	(void)v;
	(void)t;
	return (enum top_effect)effect;
}

/* ---- the table ---- */

const struct top_binding top_bindings[] = {
	{ "Up, k", { TOP_KEY_UP, 'k' }, "one row up", NULL, act_move, -1 },
	{ "Down, j", { TOP_KEY_DOWN, 'j' }, "one row down", NULL, act_move, 1 },
	{ "PageUp", { TOP_KEY_PAGE_UP }, "one screen up", NULL, act_page, -1 },
	{ "PageDown", { TOP_KEY_PAGE_DOWN }, "one screen down", NULL, act_page, 1 },
	{ "Home, g", { TOP_KEY_HOME, 'g' }, "first row", NULL, act_end, 0 },
	{ "End, G", { TOP_KEY_END, 'G' }, "last row", NULL, act_end, 1 },
	{ "Enter, Right, l", { TOP_KEY_ENTER, TOP_KEY_RIGHT, 'l' },
	  "open the row: vCPUs of a VM, reasons of a vCPU, details of a reason", "Enter open", act_into, 0 },
	{ "Left, Backspace, Esc",
	  { TOP_KEY_LEFT, TOP_KEY_BACKSPACE, TOP_KEY_ESCAPE },
	  "clear the filter, or go back one level", "Esc back", act_back, 0 },
	{ "r", { 'r' }, "show the reasons of a VM, all vCPUs together", NULL, act_reasons, 0 },
	{ ">, .", { '>', '.' }, "sort by the next column", "<> sort", act_sort, 1 },
	{ "<, ,", { '<', ',' }, "sort by the previous column", NULL, act_sort, -1 },
	{ "i", { 'i' }, "reverse the sort order", NULL, act_reverse, 0 },
	{ "/", { '/' }, "show rows whose name (or uuid) contains a text", "/ filter", act_mode, TOP_ASK_FILTER },
	{ "e", { 'e' }, "show or hide destroyed VMs", NULL, act_destroyed, 0 },
	{ "Space, p", { ' ', 'p' },
	  "pause the display; a recording continues", "p pause", act_pause, 0 },
	{ "+, =", { '+', '=' }, "increase the interval", NULL, act_interval, 1 },
	{ "-", { '-' }, "decrease the interval", NULL, act_interval, -1 },
	{ "s", { 's' }, "enter an interval: 500ms, 2s, 1m, or seconds", NULL, act_mode, TOP_ASK_INTERVAL },
	{ "w", { 'w' },
	  "start or stop recording this VM, or all VMs, to a file", "w record", act_outside, TOP_RECORD },
	{ "?, h, F1", { '?', 'h', TOP_KEY_HELP }, "this help", "? help", act_mode, TOP_HELP },
	{ "q", { 'q' }, "quit", "q quit", act_outside, TOP_QUIT },
};
const size_t top_nr_bindings = ARRAY_LEN(top_bindings);

/* ---- questions and the help ---- */

static enum top_effect finish_input(struct top_view *v)
{
	uint64_t ns;

	if (v->mode == TOP_ASK_FILTER) {
		snprintf(v->filter[v->path.level], TOP_FILTER_LEN, "%s",
			 v->input);
		v->place[v->path.level] = 0;
		v->mode = TOP_TABLE;
		return TOP_NO_EFFECT;
	}
	v->mode = TOP_TABLE;
	if (!*v->input)
		return TOP_NO_EFFECT;
	if (top_parse_interval(v->input, &ns)) {
		top_view_say(v, true,
			     "interval: not in 10ms to 60m (examples: 500ms, 2s, 1m, 5)");
		return TOP_NO_EFFECT;
	}
	v->interval_ns = ns;
	return TOP_NEW_INTERVAL;
}

static enum top_effect key_input(struct top_view *v, int key)
{
	size_t len = strlen(v->input);

	if (key == TOP_KEY_ENTER)
		return finish_input(v);
	if (key == TOP_KEY_ESCAPE)
		v->mode = TOP_TABLE;
	else if (key == TOP_KEY_BACKSPACE && len)
		v->input[len - 1] = '\0';
	else if (key >= ' ' && key < 0x7f && len + 1 < sizeof(v->input))
		snprintf(v->input + len, 2, "%c", key);
	return TOP_NO_EFFECT;
}

/* help_first may be too large here: draw_help() limits it. */
static enum top_effect key_help(struct top_view *v, int key)
{
	size_t page = v->page;

	if (key == TOP_KEY_DOWN || key == 'j')
		v->help_first++;
	else if (key == TOP_KEY_PAGE_DOWN || key == ' ')
		v->help_first += page;
	else if ((key == TOP_KEY_UP || key == 'k') && v->help_first)
		v->help_first--;
	else if (key == TOP_KEY_PAGE_UP)
		v->help_first -= v->help_first < page ? v->help_first : page;
	else if (key != TOP_KEY_UP && key != 'k')
		v->mode = TOP_TABLE;
	return TOP_NO_EFFECT;
}

enum top_effect top_view_key(struct top_view *v, const struct top_table *t,
			     int key)
{
	if (v->mode == TOP_HELP)
		return key_help(v, key);
	if (v->mode != TOP_TABLE)
		return key_input(v, key);
	v->message[0] = '\0';
	for (size_t i = 0; i < top_nr_bindings; i++) {
		const struct top_binding *b = &top_bindings[i];

		for (const int *k = b->keys; *k; k++)
			if (*k == key)
				return b->act(v, t, b->arg);
	}
	return TOP_NO_EFFECT;
}
