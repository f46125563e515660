// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements screen.h; the only file that uses ncurses.
 *
 * Colours are used if the terminal has them and NO_COLOR is not set. The screen
 * is readable without them.
 */
#include <errno.h>
#include <locale.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "top/screen.h"

static const struct {
	attr_t plain;		/* on any terminal */
	attr_t with_colour;	/* instead of plain, if it has colours */
	short colour;		/* 0: none */
} attrs[TOP_NR_ATTRS] = {
	[TOP_PLAIN] = { A_NORMAL, A_NORMAL, 0 },
	[TOP_TITLE] = { A_BOLD, A_BOLD, COLOR_CYAN },
	[TOP_HEADER] = { A_UNDERLINE, A_BOLD | A_UNDERLINE, 0 },
	[TOP_CURSOR] = { A_REVERSE, A_REVERSE, 0 },
	[TOP_DIM] = { A_DIM, A_DIM, 0 },
	[TOP_WARN] = { A_BOLD, A_BOLD, COLOR_RED },
};

static const struct {
	int from, to;
} keys[] = {
	{ KEY_UP, TOP_KEY_UP }, { KEY_DOWN, TOP_KEY_DOWN },
	{ KEY_LEFT, TOP_KEY_LEFT }, { KEY_RIGHT, TOP_KEY_RIGHT },
	{ KEY_PPAGE, TOP_KEY_PAGE_UP }, { KEY_NPAGE, TOP_KEY_PAGE_DOWN },
	{ KEY_HOME, TOP_KEY_HOME }, { KEY_END, TOP_KEY_END },
	{ KEY_ENTER, TOP_KEY_ENTER }, { '\n', TOP_KEY_ENTER },
	{ '\r', TOP_KEY_ENTER }, { KEY_BACKSPACE, TOP_KEY_BACKSPACE },
	{ '\b', TOP_KEY_BACKSPACE }, { 0x7f, TOP_KEY_BACKSPACE },
	{ 0x1b, TOP_KEY_ESCAPE }, { KEY_F(1), TOP_KEY_HELP },
	{ KEY_RESIZE, TOP_KEY_RESIZE }, { ERR, TOP_KEY_NONE },
};

/* Static, because the handler of atexit() needs it. */
static SCREEN *screen;
static bool coloured;

void top_screen_close(void)
{
	if (!screen)
		return;
	/* without an alternate screen, the shell continues in the last line */
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
	delscreen(screen);
	screen = NULL;
}

static void choose_colours(void)
{
	const char *no = getenv("NO_COLOR");

	coloured = has_colors() && !(no && *no);
	if (!coloured)
		return;
	start_color();
	use_default_colors();
	for (short i = 0; i < TOP_NR_ATTRS; i++)
		if (attrs[i].colour)
			init_pair((short)(i + 1), attrs[i].colour, -1);
}

int top_screen_open(struct errbuf *err)
{
	const char *term = getenv("TERM");
	static bool registered;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(err, -ENOTTY,
			       "standard input or output is not a terminal (use --batch)");
	setlocale(LC_CTYPE, "");
	if (!registered && atexit(top_screen_close))
		return err_set(err, -ENOMEM, "atexit: %s", strerror(ENOMEM));
	registered = true;
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return err_set(err, -ENOTTY,
			       "TERM=%s: unknown terminal (set TERM, or use --batch)",
			       term ? term : "");
	set_term(screen);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	choose_colours();
	return 0;
}

void top_screen_size(int *width, int *height)
{
	getmaxyx(stdscr, *height, *width);
}

static void set_attr(enum top_attr a)
{
	if (!coloured)
		attr_set(attrs[a].plain, 0, NULL);
	else
		attr_set(attrs[a].with_colour,
			 attrs[a].colour ? (short)(a + 1) : 0, NULL);
}

/* The cursor line and headers span the whole width. */
static void put_line(const struct top_line *l, int y, int width)
{
	int x;

	set_attr(l->attr);
	mvaddstr(y, 0, l->text.data);
	getyx(stdscr, y, x);
	if (l->attr == TOP_CURSOR || l->attr == TOP_HEADER)
		while (x++ < width - 1)
			addch(' ');
	set_attr(TOP_PLAIN);
}

void top_screen_show(const struct top_page *page)
{
	int width, height;

	top_screen_size(&width, &height);
	erase();
	for (int y = 0; y < height && y < (int)page->nr; y++)
		put_line(&page->lines[y], y, width);
	refresh();
}

int top_screen_key(void)
{
	int key = getch();

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].from == key)
			return keys[i].to;
	return key;
}
