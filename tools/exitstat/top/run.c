// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements run.h. The loop has one exit, at which the terminal is restored and
 * the recording finished.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/loop.h"
#include "lib/outfile.h"
#include "source/vm-name.h"
#include "top/batch.h"
#include "top/record.h"
#include "top/run.h"
#include "top/screen.h"
#include "top/start.h"

/* A terminal that polls readable this often without a key is gone. */
#define EMPTY_READS	16

struct run {
	const struct top_config *cfg;
	struct loop loop;
	struct buf bytes;
	struct snapshot snap;
	struct top_data data;
	struct top_table table;
	struct top_view view;
	struct top_page page;
	struct top_recorder recorder;
	struct buf remarks;
	uint64_t shown;		/* samples */
	short events;		/* of the terminal, in this round */
	int empty_reads;
	bool fresh;		/* the last snapshot was new */
	bool failing;		/* the last read failed */
	bool behind;		/* changes were read, but not shown */
	bool over;
	struct errbuf *err;
};

static void name_vm(void *root, const struct snap_vm *from, struct top_vm *vm)
{
	vm_name(from, root, vm->name, sizeof(vm->name));
	vm_uuid(from, root, vm->uuid, sizeof(vm->uuid));
}

/* ---- samples ---- */

static void take_remarks(struct run *r)
{
	r->remarks.len = 0;
	buf_append(&r->remarks, "", 0);
	source_remarks(r->cfg->source, &r->remarks);
	r->remarks.data[strcspn(r->remarks.data, "\n")] = '\0';
}

static int read_snapshot(struct run *r, uint64_t missed)
{
	const struct top_config *cfg = r->cfg;
	uint64_t begin_ns = loop_now_ns(&r->loop), end_ns;
	struct errbuf err;
	int rc;

	r->bytes.len = 0;
	if (r->behind && !r->view.paused)
		source_forget_changes(cfg->source);
	rc = source_read_changes(cfg->source, &r->bytes, r->err);
	if (rc)
		return rc;
	end_ns = loop_now_ns(&r->loop);
	rc = snapshot_parse(&r->snap, r->bytes.data, r->bytes.len, r->err);
	r->behind = rc || r->view.paused;
	if (rc ? top_record_fail(&r->recorder, rc, r->err->text, &err) :
		 top_record_sample(&r->recorder, &r->snap, begin_ns, end_ns,
				   missed, &err))
		top_view_say(&r->view, true, err.text);
	return rc;
}

/* While paused, samples are taken only for a recording. */
static int take_sample(struct run *r, uint64_t missed)
{
	int rc;

	r->fresh = false;
	if (r->view.paused && !r->recorder.on)
		return 0;
	rc = read_snapshot(r, missed);
	if (rc || r->view.paused)
		return rc;
	r->fresh = top_data_update(&r->data, &r->snap);
	take_remarks(r);
	return 0;
}

static void make_table(struct run *r)
{
	enum top_level level = r->view.path.level;

	top_rows(&r->data, &r->view.path, r->view.filter[level], r->view.destroyed,
		 &r->table);
	top_sort(&r->table, r->view.sort[level], r->view.reverse[level]);
}

static struct top_scene scene(const struct run *r)
{
	return (struct top_scene) {
		.data = &r->data, .table = &r->table,
		.source = source_name(r->cfg->source),
		.recording = r->recorder.on ? r->recorder.file : NULL,
		.remark = *r->remarks.data ? r->remarks.data : NULL,
		.ascii = r->cfg->ascii,
	};
}

/* ---- the screen ---- */

static void draw(struct run *r)
{
	const struct top_scene s = scene(r);
	int width, height;

	make_table(r);
	top_screen_size(&width, &height);
	top_draw(&s, &r->view, width, height, &r->page);
	top_screen_show(&r->page);
}

static void switch_recording(struct run *r)
{
	struct top_recorder *rec = &r->recorder;
	const struct top_path *path = &r->view.path;
	struct errbuf err;
	char text[300];
	int rc;

	if (rec->on) {
		rc = top_record_end(rec, &err);
		snprintf(text, sizeof(text), "recorded: %s", rec->file);
		top_view_say(&r->view, rc, rc ? err.text : text);
		return;
	}
	rc = top_record_begin(rec, r->cfg, r->view.interval_ns,
			      path->has_vm ? path->key.vm_id : 0, &err);
	if (rc)
		top_view_say(&r->view, true, err.text);
	else if (take_sample(r, 0))
		top_view_say(&r->view, true, r->err->text);
}

static void change_interval(struct run *r)
{
	if (r->recorder.on) {
		r->view.interval_ns = r->loop.ticker.interval_ns;
		top_view_say(&r->view, true,
			     "the interval cannot change while recording (w stops the recording)");
		return;
	}
	loop_every(&r->loop, r->view.interval_ns);
}

static void take_key(struct run *r, int key)
{
	switch (top_view_key(&r->view, &r->table, key)) {
	case TOP_QUIT:
		r->over = true;
		break;
	case TOP_RECORD:
		switch_recording(r);
		break;
	case TOP_NEW_INTERVAL:
		change_interval(r);
		break;
	default:
		break;
	}
	make_table(r);
}

static void take_keys(struct run *r, short events)
{
	int key = top_screen_key(), nr = 0;

	for (; key != TOP_KEY_NONE && !r->over; key = top_screen_key()) {
		if (key == TOP_KEY_GONE)
			r->over = true;
		else if (key != TOP_KEY_RESIZE)
			take_key(r, key);
		nr++;
	}
	r->empty_reads = nr || !events ? 0 : r->empty_reads + 1;
	if (events & (POLLHUP | POLLERR | POLLNVAL) ||
	    r->empty_reads > EMPTY_READS)
		r->over = true;
}

/* ---- printing ---- */

static int print(struct run *r)
{
	const struct top_scene s = scene(r);
	struct buf out = { 0 };
	int rc = 0;

	make_table(r);
	if (r->cfg->total)
		top_total(&r->table);
	if (r->cfg->output == TOP_JSON_OUT)
		top_batch_json(&s, &r->view, &out);
	else if (r->cfg->total)
		top_batch_line(&s, &r->view, r->cfg->width, &out);
	else
		top_batch_text(&s, &r->view, r->cfg->width, &out);
	if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout)) {
		rc = err_set(r->err, -errno, "standard output: %s",
			     strerror(errno));
		outfile_drop_stdout();
	}
	buf_free(&out);
	return rc;
}

/* ---- the loop ---- */

static int show(struct run *r)
{
	if (r->cfg->output != TOP_SCREEN)
		return print(r);
	draw(r);
	return 0;
}

/* On a screen, a failed read is reported and retried at the next tick. */
static int serve_timer(struct run *r)
{
	int rc;

	if (!loop_tick_due(&r->loop))
		return 0;
	rc = take_sample(r, loop_next_tick(&r->loop));
	if (rc && r->cfg->output != TOP_SCREEN)
		return rc;
	if (rc)
		top_view_say(&r->view, true, r->err->text);
	else if (r->failing)
		top_view_say(&r->view, false, "");
	r->failing = rc;
	r->shown += r->fresh;
	rc = r->fresh || r->cfg->output == TOP_SCREEN ? show(r) : 0;
	if (r->cfg->count && r->shown >= r->cfg->count)
		r->over = true;
	return rc;
}

static void on_terminal(void *arg, short events)
{
	((struct run *)arg)->events = events;
}

/* A signal wakes the loop like a key, because the size may have changed. */
static int loop(struct run *r)
{
	bool screen = r->cfg->output == TOP_SCREEN;
	int rc = show(r);

	r->shown = 1;
	r->over = r->cfg->count == 1;
	loop_every(&r->loop, r->view.interval_ns);
	while (!rc && !r->over && !loop_stopped(NULL)) {
		r->events = 0;
		rc = loop_wait(&r->loop, LOOP_NEVER);
		if (rc)
			return err_set(r->err, rc, "waiting: %s", strerror(-rc));
		if (screen) {
			take_keys(r, r->events);
			if (!r->over)
				draw(r);
		}
		if (!r->over)
			rc = serve_timer(r);
	}
	return rc;
}

static int run_screen(struct run *r)
{
	int rc;

	/* curses handles SIGWINCH */
	loop_woken_by(&r->loop, SIGWINCH);
	loop_add(&r->loop, STDIN_FILENO, on_terminal, r);
	rc = top_screen_open(r->err);
	if (!rc)
		rc = loop(r);
	top_screen_close();
	return rc;
}

static int run_with(struct run *r)
{
	int rc = take_sample(r, 0);

	if (!rc)
		rc = top_view_start(&r->view, r->cfg, &r->data, r->err);
	if (rc)
		return rc;
	return r->cfg->output == TOP_SCREEN ? run_screen(r) : loop(r);
}

int top_run(const struct top_config *cfg, struct errbuf *note,
	    struct errbuf *err)
{
	struct run r = { .cfg = cfg, .err = err };
	int rc, end;

	note->text[0] = '\0';
	rc = loop_open(&r.loop, cfg->clock, err);
	if (rc)
		return rc;
	loop_stop_by(&r.loop, SIGQUIT);
	r.data.name = name_vm;
	r.data.arg = (void *)source_root(cfg->source);
	r.view.interval_ns = cfg->interval_ns;
	rc = run_with(&r);
	loop_close(&r.loop);
	if (r.recorder.on) {
		err_set(note, 0, "recorded: %s", r.recorder.file);
		end = top_record_end(&r.recorder, err);
		if (end)
			note->text[0] = '\0';
		rc = rc ? rc : end;
	}
	top_page_free(&r.page);
	top_table_free(&r.table);
	top_data_free(&r.data);
	snapshot_free(&r.snap);
	buf_free(&r.remarks);
	buf_free(&r.bytes);
	return rc;
}
