// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recording what exitstat top shows: the same bytes that the screen is made
 * of, as counts of BPF live in this process and a second reader of QMP would
 * find the monitor taken.
 */
#include <string.h>

#include "top/run.h"

static void drop(struct top_recorder *r)
{
	session_free(&r->session);
	r->on = false;
}

int top_record_begin(struct top_recorder *r, const struct top_config *cfg,
		     uint64_t interval_ns, uint64_t vm_id, struct errbuf *err)
{
	const struct session_origin origin = { .source_why = cfg->source_why };
	int rc;

	memset(r, 0, sizeof(*r));
	if (cfg->record_file)
		snprintf(r->file, sizeof(r->file), "%s", cfg->record_file);
	else
		session_default_name(r->file, sizeof(r->file));
	r->cfg = (struct session_config) {
		.root = cfg->root, .source = cfg->source, .clock = cfg->clock,
		.interval_ns = interval_ns, .all = true,
	};
	r->session.cfg = &r->cfg;
	r->session.child.out = -1;
	rc = rec_create(&r->session.w, r->file, false, err);
	if (rc)
		return rc;
	rc = session_head(r->session.w, &r->cfg, &origin, err);
	if (rc) {
		rec_discard(r->session.w);
		return rc;
	}
	r->session.track = track_new(&(struct track_config) {
		.root = cfg->root, .all = true, .vm_id = vm_id });
	r->on = true;
	return 0;
}

int top_record_sample(struct top_recorder *r, const struct buf *bytes,
		      uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		      struct errbuf *err)
{
	struct session *s = &r->session;
	int rc;

	if (!r->on)
		return 0;
	rc = snapshot_parse(&s->snap, bytes->data, bytes->len, &s->err);
	if (!rc)
		rc = session_store(s, begin_ns, end_ns, missed);
	s->missed += missed;
	if (!rc)
		return 0;
	rec_leave(s->w);	/* what there is stays readable */
	err_set(err, rc, "recording stopped: %.480s", s->err.text);
	drop(r);
	return rc;
}

int top_record_end(struct top_recorder *r, struct errbuf *err)
{
	int rc;

	if (!r->on)
		return 0;
	rc = session_tail(&r->session, NULL, err);
	if (rc)
		rec_leave(r->session.w);
	else
		rc = rec_finish(r->session.w, err);
	drop(r);
	return rc;
}
