/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screen of exitstat top as a model: what is shown, where the cursor is,
 * what a key does (keys.c), and the lines of the screen (draw.c). Pure:
 * it knows of no terminal, and tests need none.
 */
#ifndef EXITSTAT_TOP_VIEW_H
#define EXITSTAT_TOP_VIEW_H

#include "top/columns.h"

/* Keys that are no character. */
enum {
	TOP_KEY_NONE = -1, TOP_KEY_UP = 0x1000, TOP_KEY_DOWN, TOP_KEY_LEFT,
	TOP_KEY_RIGHT, TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN, TOP_KEY_HOME,
	TOP_KEY_END, TOP_KEY_ENTER, TOP_KEY_BACKSPACE, TOP_KEY_ESCAPE,
	TOP_KEY_HELP, TOP_KEY_RESIZE, TOP_KEY_GONE /* the terminal is */
};

enum top_mode {
	TOP_TABLE, TOP_HELP, TOP_ASK_FILTER, TOP_ASK_INTERVAL
};

#define TOP_FILTER_LEN	32

struct top_view {
	enum top_mode mode;
	struct top_path path;
	struct top_key cursor[TOP_NR_LEVELS];
	size_t place[TOP_NR_LEVELS];	/* of the cursor, if its row is gone */
	size_t first[TOP_NR_LEVELS];	/* row on the screen */
	size_t sort[TOP_NR_LEVELS];	/* column */
	bool reverse[TOP_NR_LEVELS];
	char filter[TOP_NR_LEVELS][TOP_FILTER_LEN];
	size_t help_first;
	char input[TOP_FILTER_LEN];	/* of a question */
	bool paused;
	bool dead;			/* VMs that ended are shown */
	uint64_t interval_ns;
	size_t page;			/* rows that fit, since the last draw */
	char message[256];
	bool alarm;			/* the message is an error */
};

/* What a key asks the program for; all else is done to the view. */
enum top_effect {
	TOP_NO_EFFECT, TOP_QUIT, TOP_RECORD, TOP_NEW_INTERVAL
};

#define TOP_MIN_INTERVAL_NS	(10 * NSEC_PER_MSEC)
#define TOP_MAX_INTERVAL_NS	(3600 * NSEC_PER_SEC)

void top_view_init(struct top_view *v, uint64_t interval_ns);
/* @t has the rows that are shown. */
enum top_effect top_view_key(struct top_view *v, const struct top_table *t,
			     int key);
/* The cursor's row: where its row is now, or else where it was. */
size_t top_view_cursor(const struct top_view *v, const struct top_table *t);
void top_view_say(struct top_view *v, bool alarm, const char *text);
/* "10s", or just seconds; 0, -EINVAL or -ERANGE. */
int top_parse_interval(const char *text, uint64_t *ns);

/* The table of keys. */
struct top_binding {
	const char *names;	/* for people: "Enter, Right, l" */
	int keys[5];		/* up to the first 0 */
	const char *help;
	const char *hint;	/* for the last line of the screen, or NULL */
	enum top_effect (*act)(struct top_view *v, const struct top_table *t,
			       int arg);
	int arg;
};

extern const struct top_binding top_bindings[];
extern const size_t top_nr_bindings;

/* ---- drawing ---- */

enum top_attr {
	TOP_PLAIN, TOP_TITLE, TOP_HEADER, TOP_CURSOR, TOP_DIM, TOP_WARN,
	TOP_NR_ATTRS
};

struct top_line {
	struct buf text;	/* UTF-8 only where trends are */
	enum top_attr attr;
};

struct top_page {
	struct top_line *lines;
	size_t nr;		/* lines of the screen */
	size_t cap;
	size_t used;
};

struct top_scene {
	const struct top_data *data;
	const struct top_table *table;
	const char *source;
	const char *recording;	/* file, or NULL */
	const char *remark;	/* a VM that could not be read, or NULL */
	bool ascii;
};

#define TOP_MIN_WIDTH	40
#define TOP_MIN_HEIGHT	8

/* Exactly @height lines of at most @width columns. */
void top_draw(const struct top_scene *s, struct top_view *v, int width,
	      int height, struct top_page *out);
void top_page_free(struct top_page *p);

/* "VMs > web > vCPU 0 > IOIO" */
void top_path_text(const struct top_data *d, const struct top_path *path,
		   struct buf *out);
/* Why there are no values of a reason, or NULL. */
const char *top_no_detail(const struct top_data *d);

/* The tables of columns and keys as a help text, and as a part of mdoc(7). */
void top_help_text(struct buf *out);
void top_help_mdoc(struct buf *out);

#endif
