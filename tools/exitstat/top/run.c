// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the loop of run.h.
 *
 * One ppoll(): the timer's deadline, the keyboard and signals, which are
 * blocked outside of it and only set a flag, so that the loop's end is the one
 * way out, where the terminal and the recording are left in order.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/proc.h"
#include "lib/qemu-args.h"
#include "lib/outfile.h"
#include "top/run.h"
#include "top/screen.h"

/* A terminal that is ready to read and never has a key is gone. */
#define EMPTY_READS	16

struct run {
	const struct top_config *cfg;
	struct ticker ticker;
	struct buf bytes;
	struct snapshot snap;
	struct top_data data;
	struct top_table table;
	struct top_view view;
	struct top_page page;
	struct top_recorder recorder;
	struct buf remarks;
	uint64_t shown;		/* samples */
	int empty_reads;
	bool fresh;		/* the last read brought something new */
	bool failing;		/* the last read did not work */
	bool over;
	struct errbuf *err;
};

static volatile sig_atomic_t got_signal;

static void on_signal(int sig)
{
	got_signal = sig;
}

static void catch_signals(sigset_t *while_waiting)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block;

	/* a reader or a disk that went away is an error, not our end */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&block);
	/* curses has a handler; it is to interrupt ppoll() and nothing else */
	sigaddset(&block, SIGWINCH);
	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		sigaction(stops[i], &sa, NULL);
		sigaddset(&block, stops[i]);
	}
	sigprocmask(SIG_BLOCK, &block, while_waiting);
	for (size_t i = 0; i < ARRAY_LEN(stops); i++)
		sigdelset(while_waiting, stops[i]);
	sigdelset(while_waiting, SIGWINCH);
}

static uint64_t now_ns(const struct run *r)
{
	return clock_mono_ns(r->cfg->clock);
}

/* As QEMU is told; a dead VM's pid may belong to somebody else by now. */
static void name_vm(void *arg, const struct snap_vm *from, struct top_vm *vm)
{
	const struct top_config *cfg = arg;
	char comm[17];

	copy_printable(comm, sizeof(comm), from->comm);
	if (from->dead ||
	    proc_is_reused(cfg->root, from->pid, from->created_ns)) {
		copy_printable(vm->name, sizeof(vm->name), comm);
		return;
	}
	qemu_name(cfg->root, from->pid, comm, vm->name, sizeof(vm->name));
	qemu_uuid(cfg->root, from->pid, vm->uuid, sizeof(vm->uuid));
}

/* ---- samples ---- */

/* While paused, only a recording goes on. */
static int take_sample(struct run *r, uint64_t missed)
{
	const struct top_config *cfg = r->cfg;
	struct errbuf err;
	uint64_t begin_ns;
	int rc;

	r->fresh = false;
	if (r->view.paused && !r->recorder.on)
		return 0;
	r->bytes.len = 0;
	begin_ns = now_ns(r);
	rc = cfg->source->read(cfg->root, &r->bytes, r->err);
	if (rc)
		return rc;
	if (top_record_sample(&r->recorder, &r->bytes, begin_ns, now_ns(r),
			      missed, &err))
		top_view_say(&r->view, true, err.text);
	if (r->view.paused)
		return 0;
	rc = snapshot_parse(&r->snap, r->bytes.data, r->bytes.len, r->err);
	if (rc)
		return rc;
	r->fresh = top_data_update(&r->data, &r->snap);
	r->remarks.len = 0;
	buf_append(&r->remarks, "", 0);
	if (cfg->source->remarks)
		cfg->source->remarks(&r->remarks);
	r->remarks.data[strcspn(r->remarks.data, "\n")] = '\0';
	return 0;
}

static void make_table(struct run *r)
{
	enum top_level level = r->view.path.level;

	top_rows(&r->data, &r->view.path, r->view.filter[level], r->view.dead,
		 &r->table);
	top_sort(&r->table, r->view.sort[level], r->view.reverse[level]);
}

static struct top_scene scene(const struct run *r)
{
	return (struct top_scene) {
		.data = &r->data, .table = &r->table,
		.source = r->cfg->source->name,
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
		r->view.interval_ns = r->ticker.interval_ns;
		top_view_say(&r->view, true,
			     "a recording keeps its interval (w ends it)");
		return;
	}
	ticker_start(&r->ticker, now_ns(r), r->view.interval_ns);
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

static int arm(int timer, uint64_t at_ns)
{
	struct itimerspec its = {
		.it_value.tv_sec = (time_t)(at_ns / NSEC_PER_SEC),
		.it_value.tv_nsec = (long)(at_ns % NSEC_PER_SEC),
	};

	return timerfd_settime(timer, TFD_TIMER_ABSTIME, &its, NULL) ?
	       -errno : 0;
}

static int show(struct run *r)
{
	if (r->cfg->output != TOP_SCREEN)
		return print(r);
	draw(r);
	return 0;
}

/* On a screen, a read that fails is told, and tried again next time. */
static int serve_timer(struct run *r)
{
	uint64_t now = now_ns(r);
	int rc;

	if (now < r->ticker.next_ns)
		return 0;
	rc = take_sample(r, ticker_advance(&r->ticker, now));
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

static int loop(struct run *r, int timer, const sigset_t *while_waiting)
{
	bool screen = r->cfg->output == TOP_SCREEN;
	int rc = show(r);

	r->shown = 1;
	r->over = r->cfg->count == 1;
	ticker_start(&r->ticker, now_ns(r), r->view.interval_ns);
	while (!rc && !r->over && !got_signal) {
		struct pollfd fds[2] = {
			{ .fd = timer, .events = POLLIN },
			{ .fd = screen ? STDIN_FILENO : -1, .events = POLLIN },
		};

		arm(timer, r->ticker.next_ns);
		if (ppoll(fds, 2, NULL, while_waiting) < 0)
			fds[1].revents = 0;	/* a signal; maybe a new size */
		if (screen) {
			take_keys(r, fds[1].revents);
			if (!r->over)
				draw(r);
		}
		if (!r->over)
			rc = serve_timer(r);
	}
	return rc;
}

static int run_with(struct run *r)
{
	sigset_t while_waiting;
	int timer, rc;

	catch_signals(&while_waiting);
	rc = take_sample(r, 0);
	if (!rc)
		rc = top_view_start(&r->view, r->cfg, &r->data, r->err);
	if (rc)
		return rc;
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (timer < 0)
		return err_set(r->err, -errno, "timerfd: %s", strerror(errno));
	if (r->cfg->output == TOP_SCREEN)
		rc = top_screen_open(r->err);
	if (!rc)
		rc = loop(r, timer, &while_waiting);
	if (r->cfg->output == TOP_SCREEN)
		top_screen_close();
	close(timer);
	return rc;
}

int top_run(const struct top_config *cfg, struct errbuf *note,
	    struct errbuf *err)
{
	struct run r = { .cfg = cfg, .err = err };
	int rc, end;

	note->text[0] = '\0';
	r.data.name = name_vm;
	r.data.arg = (void *)cfg;
	r.view.interval_ns = cfg->interval_ns;
	rc = run_with(&r);
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
