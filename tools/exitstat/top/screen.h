/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of exitstat top. Implemented with ncurses (curses.c); a build
 * without it uses nocurses.c, which reports that there is no screen.
 */
#ifndef EXITSTAT_TOP_SCREEN_H
#define EXITSTAT_TOP_SCREEN_H

#include "top/view.h"

/*
 * Set up the terminal; top_screen_close() or the end of the process restores it.
 * Returns -errno with a line in @err.
 */
int top_screen_open(struct errbuf *err);
void top_screen_close(void);
void top_screen_size(int *width, int *height);
void top_screen_show(const struct top_page *page);
/* A character or TOP_KEY_*; TOP_KEY_NONE: no key was pressed. */
int top_screen_key(void);

#endif
