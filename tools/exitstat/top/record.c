// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records what exitstat top shows, from the same snapshots as the screen: the
 * counters of BPF belong to this process, and a QMP monitor has one client only.
 */
#include <stdio.h>
#include <string.h>

#include "top/record.h"

int top_record_begin(struct top_recorder *r, const struct top_config *cfg,
		     uint64_t interval_ns, uint64_t vm_id, struct errbuf *err)
{
	const struct session_config of = {
		.file = r->file,
		.clock = cfg->clock,
		.interval_ns = interval_ns,
		.vms = { .root = source_root(cfg->source), .all = true, .vm_id = vm_id },
		.source = source_name(cfg->source),
		.source_why = cfg->source_why,
	};
	int rc;

	if (cfg->record_file)
		snprintf(r->file, sizeof(r->file), "%s", cfg->record_file);
	else
		session_default_name(r->file, sizeof(r->file));
	rc = session_begin(&r->session, &of, err);
	r->on = !rc;
	source_forget_changes(cfg->source);
	return rc;
}

static void drop(struct top_recorder *r)
{
	session_free(&r->session);
	r->on = false;
}

int top_record_fail(struct top_recorder *r, int rc, const char *why,
		    struct errbuf *err)
{
	if (!r->on)
		return 0;
	session_leave(&r->session);
	drop(r);
	return err_set(err, rc, "recording stopped: %.480s", why);
}

int top_record_sample(struct top_recorder *r, const struct snapshot *snap,
		      uint64_t begin_ns, uint64_t end_ns, uint64_t missed,
		      struct errbuf *err)
{
	struct errbuf why;
	int rc;

	if (!r->on)
		return 0;
	rc = session_store(&r->session, snap, begin_ns, end_ns, missed, &why);
	return rc ? top_record_fail(r, rc, why.text, err) : 0;
}

int top_record_end(struct top_recorder *r, struct errbuf *err)
{
	int rc;

	if (!r->on)
		return 0;
	rc = session_finish(&r->session, 0, NULL, err);
	drop(r);
	return rc;
}
