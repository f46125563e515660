// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces curses.c in a build without ncurses: reports that there is no screen.
 */
#include <errno.h>

#include "top/screen.h"

int top_screen_open(struct errbuf *err)
{
	return err_set(err, -ENOTSUP,
		       "this exitstat was built without ncursesw (install libncurses-dev and rebuild, or use --batch)");
}

void top_screen_close(void)
{
}

void top_screen_size(int *width, int *height)
{
	*width = 80;
	*height = 24;
}

void top_screen_show(const struct top_page *page)
{
	(void)page;
}

int top_screen_key(void)
{
	return TOP_KEY_GONE;
}
