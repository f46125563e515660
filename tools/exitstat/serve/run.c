// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements the loop of serve.h: one ppoll() for clients, the time of the next
 * read, and signals, which are blocked outside of it and only set a flag.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "lib/outfile.h"
#include "serve/http.h"

static volatile sig_atomic_t got_signal;

static void on_signal(int sig)
{
	got_signal = sig;
}

static void catch_signals(sigset_t *while_waiting)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block;

	/* a client or a disk that went away is an error, not our end */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&block);
	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		sigaction(stops[i], &sa, NULL);
		sigaddset(&block, stops[i]);
	}
	sigprocmask(SIG_BLOCK, &block, while_waiting);
	for (size_t i = 0; i < ARRAY_LEN(stops); i++)
		sigdelset(while_waiting, stops[i]);
}

static int write_textfile(struct serve_data *d, struct errbuf *err)
{
	struct buf text = { 0 };
	struct outfile out;
	int rc = outfile_open(&out, d->cfg->textfile, err);

	if (rc)
		return rc;
	serve_data_text(d, OM_PROMETHEUS, &text);
	fwrite(text.data, 1, text.len, out.f);
	buf_free(&text);
	return outfile_commit(&out, err);
}

static uint64_t now_ns(const struct serve_config *cfg)
{
	return clock_mono_ns(cfg->clock);
}

/* Until a client, a signal or a deadline comes. */
static int wait_for(const struct serve_config *cfg, const struct ticker *t,
		    const struct serve_http *h, const sigset_t *mask)
{
	struct pollfd fds[SERVE_MAX_LISTEN];
	size_t nr = h ? serve_http_fds(h, fds) : 0;
	uint64_t now = now_ns(cfg), ns = t->next_ns > now ? t->next_ns - now : 0;
	uint64_t most = h ? serve_http_wait_ns(h) : UINT64_MAX;
	struct timespec ts;

	if (most < ns)
		ns = most;
	ts.tv_sec = (time_t)(ns / NSEC_PER_SEC);
	ts.tv_nsec = (long)(ns % NSEC_PER_SEC);
	if (ppoll(fds, nr, &ts, mask) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

/* A file that cannot be written once may be the next time: told, not fatal. */
static void tick(struct serve_data *d)
{
	struct errbuf err;

	if (!d->cfg->textfile) {
		serve_data_refresh(d);
		return;
	}
	serve_data_read(d);
	if (write_textfile(d, &err))
		warnx("%s", err.text);
}

static int loop(struct serve_data *d, struct serve_http *h,
		const sigset_t *mask, struct errbuf *err)
{
	struct ticker ticker;
	int rc;

	ticker_start(&ticker, now_ns(d->cfg), d->cfg->interval_ns);
	while (!got_signal) {
		rc = wait_for(d->cfg, &ticker, h, mask);
		if (rc)
			return err_set(err, rc, "waiting: %s", strerror(-rc));
		if (h)
			serve_http_run(h);
		if (now_ns(d->cfg) < ticker.next_ns)
			continue;
		tick(d);
		ticker_advance(&ticker, now_ns(d->cfg));
	}
	return 0;
}

int serve_run(const struct serve_config *cfg, struct errbuf *err)
{
	struct serve_http *h = NULL;
	struct serve_data d;
	sigset_t mask;
	int rc;

	catch_signals(&mask);
	serve_data_open(&d, cfg);
	rc = cfg->textfile ? 0 : serve_http_open(&h, &d, err);
	if (rc)
		goto close_data;
	serve_data_read(&d);
	if (cfg->textfile)
		rc = write_textfile(&d, err);
	if (!rc && cfg->once && !d.self.up)
		rc = err_set(err, -EIO, "%s: written, with exitstat_up 0",
			     cfg->textfile);
	else if (!rc && !cfg->once)
		rc = loop(&d, h, &mask, err);
	if (h)
		serve_http_close(h);
close_data:
	serve_data_close(&d);
	return rc;
}
