// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements run.h: the recorder's loop.
 *
 * When a boot phase begins, an extra sample is taken at once, so that phases end at
 * samples and no exit is attributed to the wrong phase.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "lib/loop.h"
#include "record/run.h"
#include "source/group-refs.h"

/* The time between a signal to the command and SIGKILL. */
#define GRACE_NS	(10 * NSEC_PER_SEC)

struct run {
	const struct record_config *cfg;
	struct session session;
	struct loop loop;
	struct child child;
	struct buf bytes;
	struct snapshot snap;
	uint64_t stop_ns;	/* end of the duration, or of the time to exit */
	bool others;		/* VMs that are not recorded have been running */
	bool phase_changed;
	bool stopping;
	int tee_rc;
	int rc;			/* the first error of the recording */
	bool warned;		/* it was reported */
	struct errbuf *err;	/* its message */
};

/*
 * Groups are switched on for all VMs, so that those of the command are counted from
 * their first exit. The others need not be slowed for longer.
 */
static void limit_groups(struct run *r)
{
	struct errbuf err;
	const uint64_t *vms;
	bool others;
	size_t nr;

	vms = recorder_running(r->session.recorder, &nr, &others);
	r->others |= others;
	if (r->others && group_refs_limit(r->cfg->source, vms, nr, &err))
		r->cfg->warn(err.text);
}

/* Read the source once, with timestamps before and after, in one transaction. */
static int take_sample(struct run *r, uint64_t missed)
{
	const struct record_config *cfg = r->cfg;
	uint64_t begin_ns, end_ns;

	if (r->rc)
		return r->rc;
	r->bytes.len = 0;
	begin_ns = loop_now_ns(&r->loop);
	r->rc = source_read_changes(cfg->source, &r->bytes, r->err);
	end_ns = loop_now_ns(&r->loop);
	if (!r->rc)
		r->rc = snapshot_parse_in_place(&r->snap, r->bytes.data,
						r->bytes.len, r->err);
	if (!r->rc)
		r->rc = session_store(&r->session, &r->snap, begin_ns, end_ns,
				      missed, r->err);
	if (!r->rc && cfg->limit_groups)
		limit_groups(r);
	return r->rc;
}

static void begin_phase(void *arg, const char *name, const char *line)
{
	struct run *r = arg;

	r->phase_changed = true;
	if (!r->rc)
		r->rc = session_phase(&r->session, name, line,
				      loop_now_ns(&r->loop), r->err);
}

/* Pass on output; a closed pipe must not end the recording. */
static void tee(struct run *r, const char *data, size_t len)
{
	while (len && !r->tee_rc) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			r->tee_rc = -errno;
			break;
		}
		data += n;
		len -= (size_t)n;
	}
}

/* Returns false if there is nothing more to read for now. */
static bool read_output(struct run *r)
{
	char data[65536];
	ssize_t n = read(r->child.out, data, sizeof(data));

	if (n < 0)
		return errno == EINTR;
	if (!n) {
		loop_remove(&r->loop, r->child.out);
		close(r->child.out);
		r->child.out = -1;
		return false;
	}
	phases_feed(r->cfg->phases, data, (size_t)n, begin_phase, r);
	if (r->phase_changed)
		take_sample(r, 0);
	r->phase_changed = false;
	tee(r, data, (size_t)n);
	return true;
}

static void on_output(void *arg, short events)
{
	(void)events;
	read_output(arg);
}

static void handle_signal(struct run *r, int sig, bool from_tty)
{
	if (!r->cfg->command || r->child.ended) {
		r->stopping = true;
		return;
	}
	if (r->stopping)	/* second signal: kill it */
		kill(r->child.pid, SIGKILL);
	else if (!from_tty)	/* a terminal has already sent it to the command */
		kill(r->child.pid, sig);
	r->stopping = true;
	r->stop_ns = loop_now_ns(&r->loop) + GRACE_NS;
}

static void handle_timeout(struct run *r)
{
	if (r->cfg->command && !r->child.ended) {
		kill(r->child.pid, r->stopping ? SIGKILL : SIGTERM);
		r->stop_ns = loop_now_ns(&r->loop) + GRACE_NS;
	}
	r->stopping = true;
}

static bool is_over(const struct run *r)
{
	if (r->cfg->command)
		return r->child.ended;
	return r->stopping || r->rc;
}

static void serve_timer(struct run *r)
{
	if (loop_tick_due(&r->loop))
		take_sample(r, loop_next_tick(&r->loop));
	if (loop_now_ns(&r->loop) >= r->stop_ns)
		handle_timeout(r);
}

/* Report the first error when it occurs, not when the guest ends. */
static void warn_once(struct run *r)
{
	if (!r->rc || r->warned)
		return;
	r->warned = true;
	r->cfg->warn(r->err->text);
	if (r->cfg->command && !r->child.ended)
		r->cfg->warn("recording stopped; the command continues");
}

static void loop(struct run *r)
{
	bool from_tty;
	int sig;

	while (!is_over(r)) {
		warn_once(r);
		/* if polling fails, keep the deadlines */
		loop_wait(&r->loop, r->stop_ns);
		if (loop_child_ended())
			child_reap(&r->child);
		sig = loop_stopped(&from_tty);
		if (sig)
			handle_signal(r, sig, from_tty);
		serve_timer(r);
	}
	while (r->child.out >= 0 && read_output(r))
		;
}

static int start_command(struct run *r)
{
	uint64_t since_ns;
	int rc;

	if (!r->cfg->command)
		return 0;
	since_ns = loop_now_ns(&r->loop);
	phases_start(r->cfg->phases, begin_phase, r);
	r->phase_changed = false;
	rc = child_start(&r->child, r->cfg->command, r->err);
	if (rc)
		return rc;
	loop_add(&r->loop, r->child.out, on_output, r);
	recorder_set_command(r->session.recorder, (uint32_t)r->child.pid,
			     since_ns);
	return 0;
}

/* Run from the first sample to the last. */
static int take_samples(struct run *r)
{
	uint64_t duration_ns = r->cfg->duration_ns, begin_ns;
	int rc;

	rc = take_sample(r, 0);
	if (rc)
		return rc;
	begin_ns = loop_every(&r->loop, r->cfg->session.interval_ns);
	r->stop_ns = duration_ns ? begin_ns + duration_ns : LOOP_NEVER;
	rc = start_command(r);
	if (rc)
		return rc;
	loop(r);
	take_sample(r, 0);
	warn_once(r);
	return r->rc;
}

static int finish(struct run *r)
{
	char text[128];

	if (r->child.ended)
		child_describe(&r->child, text, sizeof(text));
	return session_finish(&r->session, loop_now_ns(&r->loop),
			      r->child.ended ? text : NULL, r->err);
}

static int run(struct run *r)
{
	int rc = loop_open(&r->loop, r->cfg->session.clock, r->err);

	if (rc) {
		session_discard(&r->session);
		return rc;
	}
	loop_watch_children(&r->loop);
	rc = take_samples(r);
	if (!rc)
		rc = finish(r);
	else if (r->session.nr_samples > 1)
		session_leave(&r->session);
	else
		session_discard(&r->session);
	loop_close(&r->loop);
	return rc;
}

/*
 * Samples of many vCPUs take megabytes, every time. Returning them to the kernel, which
 * clears them for the next sample, would take a tenth of the recorder's time.
 */
static void keep_memory(void)
{
#ifdef M_TRIM_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 1 << 28);
	mallopt(M_TRIM_THRESHOLD, 1 << 28);
#endif
}

int record_run(const struct record_config *cfg, struct record_result *result,
	       struct errbuf *err)
{
	struct run r = { .cfg = cfg, .child.out = -1, .err = err };
	int rc = session_begin(&r.session, &cfg->session, err);

	keep_memory();
	memset(result, 0, sizeof(*result));
	if (rc)
		return rc;
	rc = run(&r);
	*result = (struct record_result) {
		.sums = recorder_sums(r.session.recorder),
		.nr_samples = r.session.nr_samples,
		.missed = r.session.missed,
		.child = r.child,
		.tee_rc = r.tee_rc,
		.warned = r.warned,
	};
	if (r.child.out >= 0)
		close(r.child.out);
	session_free(&r.session);
	snapshot_free(&r.snap);
	buf_free(&r.bytes);
	return rc;
}
