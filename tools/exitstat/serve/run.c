// SPDX-License-Identifier: GPL-2.0-only
/* Implements run.h. */
#include <err.h>
#include <errno.h>
#include <string.h>

#include "lib/loop.h"
#include "lib/outfile.h"
#include "serve/http.h"
#include "serve/run.h"

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

/* A failed write is reported and retried at the next tick. */
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

static int loop(struct serve_data *d, struct serve_http *h, struct loop *l,
		struct errbuf *err)
{
	int rc;

	loop_every(l, d->cfg->interval_ns);
	while (!loop_stopped(NULL)) {
		rc = loop_wait(l, h ? serve_http_wait_until_ns(h) : LOOP_NEVER);
		if (rc)
			return err_set(err, rc, "waiting: %s", strerror(-rc));
		if (h)
			serve_http_run(h);
		if (!loop_tick_due(l))
			continue;
		tick(d);
		loop_next_tick(l);
	}
	return 0;
}

static int run_with(struct serve_data *d, struct loop *l, struct errbuf *err)
{
	const struct serve_config *cfg = d->cfg;
	struct serve_http *h = NULL;
	int rc = cfg->textfile ? 0 : serve_http_open(&h, d, l, err);

	if (rc)
		return rc;
	serve_data_read(d);
	if (cfg->textfile)
		rc = write_textfile(d, err);
	if (!rc && cfg->once && !d->self.up)
		rc = err_set(err, -EIO, "%s: written with exitstat_up 0",
			     cfg->textfile);
	else if (!rc && !cfg->once)
		rc = loop(d, h, l, err);
	if (h)
		serve_http_close(h);
	return rc;
}

int serve_run(const struct serve_config *cfg, struct errbuf *err)
{
	struct serve_data d;
	struct loop l;
	int rc = loop_open(&l, cfg->clock, err);

	if (rc)
		return rc;
	serve_data_open(&d, cfg);
	rc = run_with(&d, &l, err);
	serve_data_close(&d);
	loop_close(&l);
	return rc;
}
