// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of exitstat top without a terminal: what keys do, and what the
 * lines of the screen say.
 */

#include "top-fixture.h"

/* ---- keys ---- */

static void drill(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	usual(o, 1);
	show(o);
	path_is(o, "VMs");
	key(o, TOP_KEY_DOWN);	/* from (all) to the busiest */
	key(o, TOP_KEY_DOWN);
	key(o, TOP_KEY_ENTER);
	path_is(o, "VMs > web");
	key(o, TOP_KEY_END);
	key(o, TOP_KEY_RIGHT);
	path_is(o, "VMs > web > vCPU 10");
	assert_int_equal(o->table.nr, 1);
	key(o, 'l');
	path_is(o, "VMs > web > vCPU 10 > IOIO");
	key(o, 'l');		/* there is no further */
	key(o, TOP_KEY_LEFT);
	key(o, TOP_KEY_ESCAPE);
	key(o, TOP_KEY_ENTER);	/* the cursor is where it was */
	path_is(o, "VMs > web > vCPU 10");
	key(o, TOP_KEY_BACKSPACE);
	key(o, TOP_KEY_BACKSPACE);
	key(o, TOP_KEY_BACKSPACE);
	path_is(o, "VMs");
	key(o, 'g');
	key(o, TOP_KEY_ENTER);
	path_is(o, "VMs > (all)");
	assert_int_equal(o->table.nr, 3);
	assert_int_equal(number(o, "IOIO", "delta"), 112);
}

static void gone(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	show(o);
	key(o, 'G');
	key(o, TOP_KEY_ENTER);
	at(o, 9 * S, 0x1f);
	take(o);
	draw(o, 80, 24);
	assert_string_equal(line(o, 2), "VMs > (gone)");
	key(o, TOP_KEY_ENTER);	/* nothing to go into */
	key(o, TOP_KEY_LEFT);
	draw(o, 80, 24);
	assert_string_equal(line(o, 4), "no VM runs");
}

static void ended(void **state)
{
	struct world *o = *state;

	at(o, 5 * S, 0x1f);
	snapwrite_vm(&o->w, 1, 700, 10, 20, "old");
	vcpu(o, 0);
	exits(o, IOIO, 5, 0);
	take(o);
	draw(o, 80, 24);
	assert_int_equal(o->table.nr, 0);
	assert_non_null(strstr(line(o, 1), "0 VMs"));
	assert_non_null(strstr(line(o, 1), "; 1 ended"));
	key(o, 'e');
	assert_int_equal(number(o, "old", "total"), 5);
	draw(o, 80, 24);
	assert_int_equal(o->page.lines[4].attr, TOP_CURSOR);
}

static void order(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	usual(o, 1);
	show(o);
	assert_string_equal(o->table.rows[0].name, "(all)");
	assert_string_equal(o->table.rows[1].name, "db");
	key(o, 'i');
	assert_string_equal(o->table.rows[0].name, "(all)");
	assert_string_equal(o->table.rows[1].name, "web");
	key(o, '<');		/* left of the rate: the state, a text */
	assert_string_equal(top_columns[o->view.sort[TOP_VMS]].name, "state");
	o->view.sort[TOP_VMS] = top_column_by_name("name", TOP_VMS);
	o->view.reverse[TOP_VMS] = false;
	show(o);
	assert_string_equal(o->table.rows[1].name, "db");
	/* each level has an order of its own; 10 comes after 0 there */
	key(o, 'G');
	key(o, TOP_KEY_ENTER);
	assert_string_equal(o->table.rows[2].name, "vCPU 10");
	for (size_t i = 0; i < 2 * top_nr_columns; i++) {
		key(o, '>');
		draw(o, 200, 24);
	}
}

static void type(struct world *o, const char *text)
{
	for (; *text; text++)
		key(o, *text);
}

static void filter(void **state)
{
	struct world *o = *state;

	usual(o, 1);
	show(o);
	type(o, "/WEx");
	key(o, TOP_KEY_BACKSPACE);
	draw(o, 80, 24);
	assert_string_equal(line(o, 23), "filter: WE_");
	key(o, TOP_KEY_ENTER);
	assert_int_equal(o->table.nr, 1);
	assert_string_equal(o->table.rows[0].name, "web");
	type(o, "/");
	key(o, TOP_KEY_ESCAPE);	/* as it was */
	assert_int_equal(o->table.nr, 1);
	key(o, TOP_KEY_ESCAPE);
	assert_int_equal(o->table.nr, 3);
	type(o, "/bbbb");	/* a part of the uuid */
	key(o, TOP_KEY_ENTER);
	assert_int_equal(o->table.nr, 1);
	key(o, TOP_KEY_ESCAPE);
	type(o, "/none of these, and longer than there is room for");
	key(o, TOP_KEY_ENTER);
	draw(o, 80, 24);
	assert_non_null(strstr(line(o, 4), "nothing has this text"));
}

static void interval(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	show(o);
	assert_int_equal(top_view_key(&o->view, &o->table, '+'),
			 TOP_NEW_INTERVAL);
	assert_int_equal(o->view.interval_ns, 2 * S);
	key(o, '-');
	key(o, '-');
	assert_int_equal(o->view.interval_ns, S / 2);
	type(o, "s250ms");
	assert_int_equal(top_view_key(&o->view, &o->table, TOP_KEY_ENTER),
			 TOP_NEW_INTERVAL);
	assert_int_equal(o->view.interval_ns, S / 4);
	type(o, "s1ms");
	assert_int_equal(top_view_key(&o->view, &o->table, TOP_KEY_ENTER),
			 TOP_NO_EFFECT);
	assert_int_equal(o->view.interval_ns, S / 4);
	assert_true(o->view.alarm);
	draw(o, 80, 24);
	assert_non_null(strstr(line(o, 23), "interval: need 10ms"));
	type(o, "s3");
	key(o, TOP_KEY_ENTER);
	assert_int_equal(o->view.interval_ns, 3 * S);
}

static void effects(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	show(o);
	assert_int_equal(top_view_key(&o->view, &o->table, 'w'), TOP_RECORD);
	assert_int_equal(top_view_key(&o->view, &o->table, 'q'), TOP_QUIT);
	key(o, ' ');
	assert_true(o->view.paused);
	draw(o, 80, 24);
	assert_non_null(strstr(line(o, 0), "PAUSED"));
	key(o, 'p');
	assert_false(o->view.paused);
	/* nothing else does anything */
	for (int k = 0; k < 0x1100; k++) {
		bool bound = false;

		for (size_t i = 0; i < top_nr_bindings; i++)
			for (const int *b = top_bindings[i].keys; *b; b++)
				bound |= *b == k;
		if (!bound)
			assert_int_equal(top_view_key(&o->view, &o->table, k),
					 TOP_NO_EFFECT);
	}
	assert_int_equal(o->view.mode, TOP_TABLE);
}

/* No key is bound twice. */
static void bindings(void **state)
{
	for (size_t i = 0; i < top_nr_bindings; i++)
		for (const int *a = top_bindings[i].keys; *a; a++)
			for (size_t k = i + 1; k < top_nr_bindings; k++)
				for (const int *b = top_bindings[k].keys; *b; b++)
					assert_int_not_equal(*a, *b);
}

/* ---- the screen ---- */

static size_t columns_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void sizes(void **state)
{
	struct world *o = *state;

	for (uint64_t n = 0; n < 40; n++)
		usual(o, n);
	for (int mode = TOP_TABLE; mode <= TOP_ASK_INTERVAL; mode++)
		for (int height = 1; height < 60; height += 3)
			for (int width = 1; width < 260; width += 7) {
				o->view.mode = (enum top_mode)mode;
				draw(o, width, height);
				assert_int_equal(o->page.nr, height);
				for (size_t i = 0; i < o->page.nr; i++)
					assert_true(columns_of(line(o, i)) <=
						    (size_t)width);
			}
}

static void screen_80x24(void **state)
{
	struct world *o = *state;

	usual(o, 0);
	usual(o, 1);
	draw(o, 80, 24);
	assert_int_equal(o->page.nr, 24);
	assert_string_equal(line(o, 0),
			    "exitstat top: source patched, svm, every 1 s");
	assert_string_equal(line(o, 1),
			    "2 VMs, 2,232 exits/s, 2,116 exits; groups: count");
	for (const char *const *t = (const char *const[]) { "NAME", "PID",
	     "VCPUS", "EXITS/Sv", "DELTA", "TOTAL", "TIME%", "TREND", NULL };
	     *t; t++)
		assert_non_null(strstr(line(o, 3), *t));
	assert_non_null(strstr(line(o, 5), "db"));
	assert_non_null(strstr(line(o, 6), "web"));
	assert_non_null(strstr(line(o, 23), "q quit"));
	key(o, TOP_KEY_DOWN);
	key(o, TOP_KEY_DOWN);
	key(o, TOP_KEY_ENTER);
	draw(o, 80, 24);
	assert_string_equal(line(o, 2),
			    "VMs > web   pid 700, uuid aaaa-bbbb");
}

static void many(struct world *o, uint64_t n)
{
	char text[16];

	at(o, (5 + n) * S, 0x1f);
	for (uint32_t i = 1; i <= 100; i++) {
		snprintf(text, sizeof(text), "vm%u", i);
		vm(o, i, 1000 + i, text);
		vcpu(o, 0);
		/* the order of rates turns round */
		exits(o, IOIO, (n > 1 ? 100000 - i : i) * n, 0);
	}
	take(o);
}

static const char *under_cursor(struct world *o)
{
	for (size_t i = 0; i < o->page.nr; i++)
		if (o->page.lines[i].attr == TOP_CURSOR)
			return line(o, i);
	return "none";
}

static void scrolling(void **state)
{
	struct world *o = *state;

	many(o, 0);
	many(o, 1);
	draw(o, 80, 24);
	assert_memory_equal(under_cursor(o), "(all) ", 6);
	key(o, TOP_KEY_PAGE_DOWN);
	draw(o, 80, 24);
	assert_memory_equal(under_cursor(o), "vm82 ", 5);
	key(o, TOP_KEY_END);
	draw(o, 80, 24);
	assert_memory_equal(under_cursor(o), "vm1 ", 4);
	assert_memory_equal(line(o, 22), "vm1 ", 4);
	/* the cursor stays on its row, wherever the row goes */
	key(o, TOP_KEY_UP);
	many(o, 2);
	draw(o, 80, 24);
	assert_memory_equal(under_cursor(o), "vm2 ", 4);
	draw(o, 80, 8);
	assert_memory_equal(under_cursor(o), "vm2 ", 4);
	/* and when the row is gone, near where it was */
	usual(o, 10);
	draw(o, 80, 24);
	assert_string_not_equal(under_cursor(o), "none");
}

static void help(void **state)
{
	struct world *o = *state;
	struct buf b = { 0 };
	size_t first;

	usual(o, 0);
	show(o);
	top_help_text(&b);
	for (size_t i = 0; i < top_nr_bindings; i++)
		assert_non_null(strstr(b.data, top_bindings[i].names));
	for (size_t i = 0; i < top_nr_columns; i++)
		assert_non_null(strstr(b.data, top_columns[i].name));
	buf_free(&b);
	key(o, '?');
	draw(o, 80, 24);
	assert_string_equal(line(o, 0), "Keys:");
	for (int i = 0; i < 100; i++)
		key(o, TOP_KEY_DOWN);
	draw(o, 80, 24);
	first = o->view.help_first;
	assert_true(first > 0 && first < 100);
	assert_true(*line(o, 22));
	key(o, TOP_KEY_UP);
	draw(o, 80, 24);
	assert_int_equal(o->view.help_first, first - 1);
	key(o, 'x');
	assert_int_equal(o->view.mode, TOP_TABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FTEST(drill), FTEST(gone), FTEST(ended), FTEST(order), FTEST(filter),
		FTEST(interval), FTEST(effects), FTEST(bindings), FTEST(sizes),
		FTEST(screen_80x24), FTEST(scrolling), FTEST(help),
	};

	return cmocka_run_group_tests_name("top-view", tests, NULL, NULL);
}
