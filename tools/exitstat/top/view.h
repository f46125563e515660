/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screen of exitstat top as a model: the view with its cursor, the actions
 * of keys (keys.c), and the lines of the screen (draw.c). Pure: it does not use
 * the terminal, so tests need none.
 */
#ifndef EXITSTAT_TOP_VIEW_H
#define EXITSTAT_TOP_VIEW_H

#include "top/columns.h"

/* Keys that are not characters. */
enum {
	TOP_KEY_NONE = -1, TOP_KEY_UP = 0x1000, TOP_KEY_DOWN, TOP_KEY_LEFT,
	TOP_KEY_RIGHT, TOP_KEY_PAGE_UP, TOP_KEY_PAGE_DOWN, TOP_KEY_HOME,
	TOP_KEY_END, TOP_KEY_ENTER, TOP_KEY_BACKSPACE, TOP_KEY_ESCAPE,
	TOP_KEY_HELP, TOP_KEY_RESIZE, TOP_KEY_GONE /* no terminal */
};

enum top_mode {
	TOP_TABLE, TOP_HELP, TOP_ASK_FILTER, TOP_ASK_INTERVAL
};

#define TOP_FILTER_LEN	32

struct top_view {
	enum top_mode mode;
	struct top_path path;
	struct top_key cursor[TOP_NR_LEVELS];
	size_t place[TOP_NR_LEVELS];	/* of the cursor, if its row is no longer there */
	size_t first[TOP_NR_LEVELS];	/* first row on the screen */
	size_t sort[TOP_NR_LEVELS];	/* column */
	bool reverse[TOP_NR_LEVELS];
	char filter[TOP_NR_LEVELS][TOP_FILTER_LEN];
	size_t help_first;
	char input[TOP_FILTER_LEN];	/* answer to a question */
	bool paused;
	bool destroyed;			/* destroyed VMs are shown */
	uint64_t interval_ns;
	size_t page;			/* rows that fit, from the last drawing */
	char message[256];
	bool alarm;			/* the message is an error */
};

/* An action for the program; all others only change the view. */
enum top_effect {
	TOP_NO_EFFECT, TOP_QUIT, TOP_RECORD, TOP_NEW_INTERVAL
};

#define TOP_MIN_INTERVAL_NS	(10 * NSEC_PER_MSEC)
#define TOP_MAX_INTERVAL_NS	(3600 * NSEC_PER_SEC)

void top_view_init(struct top_view *v, uint64_t interval_ns);
/* Handle a key; @t has the rows on the screen. */
enum top_effect top_view_key(struct top_view *v, const struct top_table *t,
			     int key);
/* Index of the cursor's row, or of its last place if the row is gone. */
size_t top_view_cursor(const struct top_view *v, const struct top_table *t);
void top_view_say(struct top_view *v, bool alarm, const char *text);
/* Parse "10s" or "10" (seconds). Returns 0, -EINVAL or -ERANGE. */
int top_parse_interval(const char *text, uint64_t *ns);

/* The table of keys. */
struct top_binding {
	const char *names;	/* for the help: "Enter, Right, l" */
	int keys[5];		/* terminated by 0 */
	const char *help;
	const char *hint;	/* in the last line of the screen, or NULL */
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
	struct buf text;	/* UTF-8 only in trends */
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
	const char *remark;	/* remark of the source, or NULL */
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
/* The reason why there are no details, or NULL. */
const char *top_no_detail(const struct top_data *d);

/* The tables of keys and columns as a help text, and in mdoc(7). */
void top_help_text(struct buf *out);
void top_help_mdoc(struct buf *out);

#endif
