// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of exitstat top without a terminal: the effects of keys and the lines of
 * the screen.
 */

#include "top-fixture.h"

/* ---- keys ---- */

static void enter_and_left_change_the_level(void **state UNUSED)
{
	static const struct {
		int keys[5];
		const char *path;
		size_t rows;
	} steps[] = {
		{ { 0 }, "VMs", 3 },
		/* from (all) to the busiest VM */
		{ { TOP_KEY_DOWN, TOP_KEY_DOWN, TOP_KEY_ENTER }, "VMs > web", 3 },
		{ { TOP_KEY_END, TOP_KEY_RIGHT }, "VMs > web > vCPU 10", 1 },
		{ { 'l' }, "VMs > web > vCPU 10 > IOIO", 0 },
		/* the last level: the cursor does not move */
		{ { 'l', TOP_KEY_LEFT, TOP_KEY_ESCAPE, TOP_KEY_ENTER },
		  "VMs > web > vCPU 10", 1 },
		{ { TOP_KEY_BACKSPACE, TOP_KEY_BACKSPACE, TOP_KEY_BACKSPACE },
		  "VMs", 3 },
		{ { 'g', TOP_KEY_ENTER }, "VMs > (all)", 3 },
	};

	usual_rows(0, 1);
	each_row(step, steps) {
		keys(step->keys);
		path_is(step->path);
		assert_int_equal(world.table.nr, step->rows);
	}
	assert_int_equal(number("IOIO", "delta"), 112);
}

static void evicted_vms_have_no_level_below(void **state UNUSED)
{
	usual_rows(0, 0);
	key('G', TOP_KEY_ENTER);
	at(9 * S, 0x1f);
	take();
	line_is(2, "VMs > (evicted)");
	/* there is no level below */
	key(TOP_KEY_ENTER, TOP_KEY_LEFT);
	line_is(4, "no VM is running");
}

static void destroyed_vms_are_hidden_until_shown(void **state UNUSED)
{
	at(5 * S, 0x1f);
	snapwrite_vm(&world.w, 1, 700, 10, 20, "old");
	vcpu(0);
	exits(IOIO, 5, 0);
	take();
	line_has(1, "0 VMs");
	line_has(1, "; 1 destroyed");
	assert_int_equal(world.table.nr, 0);
	key('e');
	assert_int_equal(number("old", "total"), 5);
	draw(80, 24);
	assert_int_equal(world.page.lines[4].attr, TOP_CURSOR);
}

/* Check the first two rows. */
static void rows_are(const char *first,
		     const char *second)
{
	assert_string_equal(world.table.rows[0].name, first);
	assert_string_equal(world.table.rows[1].name, second);
}

static void each_level_has_its_own_order(void **state UNUSED)
{
	usual_rows(0, 1);
	rows_are("(all)", "db");
	key('i');
	rows_are("(all)", "web");
	key('<');		/* the column to the left of the rate is the state, a text */
	assert_string_equal(top_columns[world.view.sort[TOP_VMS]].name, "state");
	world.view.sort[TOP_VMS] = top_column_by_name("name", TOP_VMS);
	world.view.reverse[TOP_VMS] = false;
	show();
	rows_are("(all)", "db");
	/* each level has its own order; there, 10 sorts after 0 */
	key('G', TOP_KEY_ENTER);
	assert_string_equal(world.table.rows[2].name, "vCPU 10");
	for (size_t i = 0; i < 2 * top_nr_columns; i++) {
		key('>');
		draw(200, 24);
	}
}

/* Type @text; a line feed is the key Enter. */
static enum top_effect type(const char *text)
{
	enum top_effect effect = TOP_NO_EFFECT;

	for (; *text; text++)
		effect = key(*text == '\n' ? TOP_KEY_ENTER : *text);
	return effect;
}

static void filter_selects_rows(void **state UNUSED)
{
	usual_rows(1, 1);
	type("/WEx");
	key(TOP_KEY_BACKSPACE);
	line_is(23, "filter: WE_");
	type("\n");
	assert_int_equal(world.table.nr, 1);
	assert_string_equal(world.table.rows[0].name, "web");
	key('/', TOP_KEY_ESCAPE);	/* Escape restores the filter */
	assert_int_equal(world.table.nr, 1);
	key(TOP_KEY_ESCAPE);
	assert_int_equal(world.table.nr, 3);
	type("/bbbb\n");	/* a part of the uuid */
	assert_int_equal(world.table.nr, 1);
	key(TOP_KEY_ESCAPE);
	type("/none of these, and longer than there is room for\n");
	line_has(4, "no row matches the filter");
}

static void interval_is_edited(void **state UNUSED)
{
	static const struct {
		const char *text;
		enum top_effect effect;
		uint64_t interval_ns;
	} steps[] = {
		{ "+", TOP_NEW_INTERVAL, 2 * S },
		{ "--", TOP_NEW_INTERVAL, S / 2 },
		{ "s250ms\n", TOP_NEW_INTERVAL, S / 4 },
		{ "s1ms\n", TOP_NO_EFFECT, S / 4 },
		{ "s3\n", TOP_NEW_INTERVAL, 3 * S },
	};

	usual_rows(0, 0);
	each_row(step, steps) {
		assert_int_equal(type(step->text), step->effect);
		assert_int_equal(world.view.interval_ns, step->interval_ns);
		if (step->effect != TOP_NO_EFFECT)
			continue;
		assert_true(world.view.alarm);
		line_has(23, "interval: not in 10ms");
	}
}

static void keys_have_effects(void **state UNUSED)
{
	usual_rows(0, 0);
	assert_int_equal(key('w'), TOP_RECORD);
	assert_int_equal(key('q'), TOP_QUIT);
	key(' ');
	assert_true(world.view.paused);
	line_has(0, "PAUSED");
	key('p');
	assert_false(world.view.paused);
	/* no other key has an effect */
	for (int k = 0; k < 0x1100; k++) {
		bool bound = false;

		for (size_t i = 0; i < top_nr_bindings; i++)
			for (const int *b = top_bindings[i].keys; *b; b++)
				bound |= *b == k;
		if (!bound)
			assert_int_equal(top_view_key(&world.view, &world.table, k),
					 TOP_NO_EFFECT);
	}
	assert_int_equal(world.view.mode, TOP_TABLE);
}

/* No key is bound twice. */
static void keys_are_bound_once(void **state UNUSED)
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

static void screen_fits_any_size(void **state UNUSED)
{
	usual_rows(0, 39);
	for (int mode = TOP_TABLE; mode <= TOP_ASK_INTERVAL; mode++)
		for (int height = 1; height < 60; height += 3)
			for (int width = 1; width < 260; width += 7) {
				world.view.mode = (enum top_mode)mode;
				draw(width, height);
				assert_int_equal(world.page.nr, height);
				for (size_t i = 0; i < world.page.nr; i++)
					assert_true(columns_of(line(i)) <=
						    (size_t)width);
			}
}

static void screen_of_80x24_is_complete(void **state UNUSED)
{
	usual_rows(0, 1);
	line_is(0, "exitstat top: source patched, svm, every 1 s");
	line_is(1, "2 VMs, 2,232 exits/s, 2,116 exits; groups: count");
	assert_int_equal(world.page.nr, 24);
	for (const char *const *t = (const char *const[]) { "NAME", "PID",
	     "VCPUS", "EXITS/Sv", "DELTA", "TOTAL", "COST%", "TREND", NULL };
	     *t; t++)
		line_has(3, *t);
	line_has(5, "db");
	line_has(6, "web");
	line_has(23, "q quit");
	key(TOP_KEY_DOWN, TOP_KEY_DOWN, TOP_KEY_ENTER);
	line_is(2, "VMs > web   pid 700, uuid aaaa-bbbb");
}

static void many(uint64_t n)
{
	char text[16];

	at((5 + n) * S, 0x1f);
	for (uint32_t i = 1; i <= 100; i++) {
		snprintf(text, sizeof(text), "vm%u", i);
		vm(i, 1000 + i, text);
		vcpu(0);
		/* reverse the order of rates */
		exits(IOIO, (n > 1 ? 100000 - i : i) * n, 0);
	}
	take();
}

/* The line under the cursor begins with @want. */
static void cursor_is(int height, const char *want)
{
	size_t i = 0;

	draw(80, height);
	while (i < world.page.nr && world.page.lines[i].attr != TOP_CURSOR)
		i++;
	assert_memory_equal(line(i), want, strlen(want));
}

static void cursor_follows_its_row(void **state UNUSED)
{
	many(0);
	many(1);
	cursor_is(24, "(all) ");
	key(TOP_KEY_PAGE_DOWN);
	cursor_is(24, "vm82 ");
	key(TOP_KEY_END);
	cursor_is(24, "vm1 ");
	assert_memory_equal(line(22), "vm1 ", 4);
	/* the cursor follows its row */
	key(TOP_KEY_UP);
	many(2);
	cursor_is(24, "vm2 ");
	cursor_is(8, "vm2 ");
	/* if the row is gone, the cursor stays near its place */
	usual(10);
	cursor_is(24, "");
}

static void help_lists_keys_and_columns(void **state UNUSED)
{
	struct buf b = { 0 };
	size_t first;

	usual_rows(0, 0);
	top_help_text(&b);
	for (size_t i = 0; i < top_nr_bindings; i++)
		assert_non_null(strstr(b.data, top_bindings[i].names));
	for (size_t i = 0; i < top_nr_columns; i++)
		assert_non_null(strstr(b.data, top_columns[i].name));
	buf_free(&b);
	key('?');
	line_is(0, "Keys:");
	for (int i = 0; i < 100; i++)
		key(TOP_KEY_DOWN);
	draw(80, 24);
	first = world.view.help_first;
	assert_true(first > 0 && first < 100);
	assert_true(*line(22));
	key(TOP_KEY_UP);
	draw(80, 24);
	assert_int_equal(world.view.help_first, first - 1);
	key('x');
	assert_int_equal(world.view.mode, TOP_TABLE);
}

UNIT_TESTS("top-view",
	   FTEST(enter_and_left_change_the_level),
	   FTEST(evicted_vms_have_no_level_below),
	   FTEST(destroyed_vms_are_hidden_until_shown),
	   FTEST(each_level_has_its_own_order), FTEST(filter_selects_rows),
	   FTEST(interval_is_edited), FTEST(keys_have_effects),
	   FTEST(keys_are_bound_once), FTEST(screen_fits_any_size),
	   FTEST(screen_of_80x24_is_complete), FTEST(cursor_follows_its_row),
	   FTEST(help_lists_keys_and_columns))
