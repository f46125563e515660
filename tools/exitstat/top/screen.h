/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of exitstat top: what curses is for, and nothing else. There is
 * one implementation with ncurses (curses.c) and one that says it is
 * missing (nocurses.c).
 */
#ifndef EXITSTAT_TOP_SCREEN_H
#define EXITSTAT_TOP_SCREEN_H

#include "top/view.h"

/*
 * Takes the terminal, which top_screen_close() or the end of the process gives
 * back. -errno with a line in @err.
 */
int top_screen_open(struct errbuf *err);
void top_screen_close(void);
void top_screen_size(int *width, int *height);
void top_screen_show(const struct top_page *page);
/* A character or TOP_KEY_*; TOP_KEY_NONE when none has been pressed. */
int top_screen_key(void);

#endif
