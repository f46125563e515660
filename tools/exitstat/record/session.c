// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements session.h: the recorder's loop.
 *
 * When a boot phase begins an extra sample is taken at once, so that phases
 * end exactly where samples do and no exit is attributed to the wrong one.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exits/fields.h"
#include "exits/groups.h"
#include "exits/reasons.h"
#include "record/session.h"

/* How long the command may take to end after a signal, before SIGKILL. */
#define GRACE_NS	(10 * NSEC_PER_SEC)
/* The least time over which the TSC is compared with the clock. */
#define MIN_CLOCK_NS	(NSEC_PER_SEC / 2)

/* Cycles per millisecond by the clock; what the kernel says may be wrong. */
static uint64_t seen_khz(const struct session *s)
{
	const struct kes_header *h = &s->snap.hdr;

	return (uint64_t)((unsigned __int128)(h->now_cyc - s->first.now_cyc) *
			  1000000 / (h->end_ns - s->first.end_ns));
}

int session_describe(struct session *s, struct errbuf *err)
{
	const struct kes_header *h = &s->snap.hdr;
	char text[GROUPS_TEXT_LEN];
	int rc;

	fields_text(h->fields, text, sizeof(text));
	rc = rec_meta_text(s->w, "fields", text, err);
	if (!rc)
		rc = rec_meta_text(s->w, "isa", reason_isa_name(h->isa), err);
	if (!rc)
		rc = rec_meta_text(s->w, "groups", groups_text(h->groups, text),
				   err);
	if (!rc)
		rc = rec_meta_text(s->w, "groups_known",
				   groups_text(h->groups_known, text), err);
	if (!rc && h->lost > s->first.lost)
		rc = rec_meta_u64(s->w, "lost", h->lost - s->first.lost, err);
	if (!rc && h->tsc_khz)
		rc = rec_meta_u64(s->w, "tsc_khz", h->tsc_khz, err);
	if (!rc)
		rc = rec_meta_u64(s->w, "switches",
				  h->switches - s->first.switches, err);
	if (!rc && h->tsc_khz &&
	    h->end_ns - s->first.end_ns >= MIN_CLOCK_NS)
		rc = rec_meta_u64(s->w, "tsc_seen_khz", seen_khz(s), err);
	return rc;
}

int session_store(struct session *s, uint64_t begin_ns, uint64_t end_ns,
		  uint64_t missed)
{
	int rc = rec_begin(s->w, &s->err);

	if (!s->nr_samples++)
		s->first = s->snap.hdr;
	if (!rc)
		rc = rec_sample(s->w, s->nr_samples, begin_ns, end_ns, missed,
				&s->err);
	if (!rc)
		rc = track_sample(s->track, &s->snap, s->nr_samples, s->w,
				  &s->err);
	if (!rc && s->nr_samples == 1)
		rc = session_describe(s, &s->err);
	return rc ? rc : rec_commit(s->w, &s->err);
}

/* One read of the source, stamped before and after, as one transaction. */
static int take_sample(struct session *s, uint64_t missed)
{
	uint64_t begin_ns, end_ns;
	int rc;

	if (s->write_rc)
		return s->write_rc;
	s->bytes.len = 0;
	begin_ns = loop_now_ns(&s->loop);
	rc = s->cfg->source->read(s->cfg->root, &s->bytes, &s->err);
	end_ns = loop_now_ns(&s->loop);
	if (!rc)
		rc = snapshot_parse_in_place(&s->snap, s->bytes.data,
					     s->bytes.len, &s->err);
	if (!rc)
		rc = session_store(s, begin_ns, end_ns, missed);
	s->missed += missed;
	s->write_rc = rc;
	return rc;
}

static void end_phase(struct session *s, uint64_t at_ns)
{
	if (s->nr_phases && !s->write_rc)
		s->write_rc = rec_phase_end(s->w, s->nr_phases, at_ns, &s->err);
}

static void begin_phase(void *arg, const char *name, const char *line)
{
	struct session *s = arg;
	uint64_t at_ns = loop_now_ns(&s->loop);

	end_phase(s, at_ns);
	s->nr_phases++;
	s->phase_changed = true;
	if (!s->write_rc)
		s->write_rc = rec_phase(s->w, s->nr_phases, name, at_ns, line,
					&s->err);
}

/* Passes output on; a reader that went away must not end the recording. */
static void tee(struct session *s, const char *data, size_t len)
{
	while (len && !s->tee_rc) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			s->tee_rc = -errno;
			break;
		}
		data += n;
		len -= (size_t)n;
	}
}

/* False when there is nothing more to read for now. */
static bool read_output(struct session *s)
{
	char data[65536];
	ssize_t n = read(s->child.out, data, sizeof(data));

	if (n < 0)
		return errno == EINTR;
	if (!n) {
		loop_remove(&s->loop, s->child.out);
		close(s->child.out);
		s->child.out = -1;
		return false;
	}
	phases_feed(s->phases, data, (size_t)n, begin_phase, s);
	if (s->phase_changed)
		take_sample(s, 0);
	s->phase_changed = false;
	tee(s, data, (size_t)n);
	return true;
}

static void on_output(void *arg, short events)
{
	(void)events;
	read_output(arg);
}

static void handle_signal(struct session *s, int sig, bool from_tty)
{
	if (!s->cfg->command || s->child.ended) {
		s->stopping = true;
		return;
	}
	if (s->stopping)	/* asked twice: no more patience */
		kill(s->child.pid, SIGKILL);
	else if (!from_tty)	/* the terminal has sent it to the command too */
		kill(s->child.pid, sig);
	s->stopping = true;
	s->stop_ns = loop_now_ns(&s->loop) + GRACE_NS;
}

static void handle_timeout(struct session *s)
{
	if (s->cfg->command && !s->child.ended) {
		kill(s->child.pid, s->stopping ? SIGKILL : SIGTERM);
		s->stop_ns = loop_now_ns(&s->loop) + GRACE_NS;
	}
	s->stopping = true;
}

static bool is_over(const struct session *s)
{
	if (s->cfg->command)
		return s->child.ended;
	return s->stopping || s->write_rc;
}

static void serve_timer(struct session *s)
{
	if (loop_tick_due(&s->loop))
		take_sample(s, loop_next_tick(&s->loop));
	if (loop_now_ns(&s->loop) >= s->stop_ns)
		handle_timeout(s);
}

/* The first error is told when it happens, not when the guest has ended. */
static void tell_once(struct session *s, bool *told,
		      void (*warn)(const char *line))
{
	if (!s->write_rc || *told)
		return;
	*told = true;
	warn(s->err.text);
	if (s->cfg->command && !s->child.ended)
		warn("recording stopped; the command goes on");
}

static void loop(struct session *s, void (*warn)(const char *line))
{
	bool told = false, from_tty;
	int sig;

	while (!is_over(s)) {
		tell_once(s, &told, warn);
		/* if it cannot wait, deadlines still hold */
		loop_wait(&s->loop, s->stop_ns);
		if (loop_child_ended())
			child_reap(&s->child);
		sig = loop_stopped(&from_tty);
		if (sig)
			handle_signal(s, sig, from_tty);
		serve_timer(s);
	}
	while (s->child.out >= 0 && read_output(s))
		;
	tell_once(s, &told, warn);
}

static int start_command(struct session *s)
{
	uint64_t since_ns;
	int rc;

	if (!s->cfg->command)
		return 0;
	since_ns = loop_now_ns(&s->loop);
	phases_start(s->phases, begin_phase, s);
	s->phase_changed = false;
	rc = child_start(&s->child, s->cfg->command, &s->err);
	if (rc)
		return rc;
	loop_add(&s->loop, s->child.out, on_output, s);
	track_set_command(s->track, (uint32_t)s->child.pid, since_ns);
	return 0;
}

int session_run(struct session *s, void (*warn)(const char *line))
{
	uint64_t begin_ns;
	int rc;

	s->child.out = -1;
	rc = loop_open(&s->loop, s->cfg->clock, &s->err);
	if (rc)
		return rc;
	loop_watch_children(&s->loop);
	rc = take_sample(s, 0);
	if (rc)
		goto close_loop;
	begin_ns = loop_every(&s->loop, s->cfg->interval_ns);
	s->stop_ns = s->cfg->duration_ns ? begin_ns + s->cfg->duration_ns :
					   LOOP_NEVER;
	rc = start_command(s);
	if (rc)
		goto close_loop;
	loop(s, warn);
	take_sample(s, 0);
	end_phase(s, loop_now_ns(&s->loop));
	rc = s->write_rc;
close_loop:
	loop_close(&s->loop);
	return rc;
}

void session_free(struct session *s)
{
	if (s->child.out >= 0)
		close(s->child.out);
	track_free(s->track);
	snapshot_free(&s->snap);
	buf_free(&s->bytes);
}
