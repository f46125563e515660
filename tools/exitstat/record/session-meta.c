// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rest of session.h: what a recording says about itself at its beginning
 * and at its end.
 */
#include <stdlib.h>
#include <time.h>

#include "lib/fsroot.h"
#include "record/session.h"

int session_head(struct rec_writer *w, const struct session_config *cfg,
		 const struct session_origin *from, struct errbuf *err)
{
	const char *root = cfg->root, *lab = getenv("EXITSTAT_LAB");
	char kernel[128], cpu[128];
	const struct {
		const char *key, *text;
	} texts[] = {
		{ "version", EXITSTAT_VERSION },
		{ "kernel", kernel },
		{ "cpu", cpu },
		{ "lab", lab },
		{ "command", from->command },
		{ "source", cfg->source->name },
		{ "source_why", from->source_why },
		{ "phases", from->phases },
	};
	int rc = rec_begin(w, err);

	fsroot_line(root, "/proc/sys/kernel/osrelease", kernel, sizeof(kernel));
	fsroot_cpu_model(root, cpu, sizeof(cpu));
	for (size_t i = 0; !rc && i < ARRAY_LEN(texts); i++)
		if (texts[i].text && *texts[i].text)
			rc = rec_meta_text(w, texts[i].key, texts[i].text, err);
	if (!rc)
		rc = rec_meta_u64(w, "interval_ns", cfg->interval_ns, err);
	if (!rc)
		rc = rec_meta_u64(w, "start_wall_ns",
				  clock_wall_ns(cfg->clock), err);
	if (!rc)
		rc = rec_meta_u64(w, "start_mono_ns",
				  clock_mono_ns(cfg->clock), err);
	return rc ? rc : rec_commit(w, err);
}

int session_tail(struct session *s, const char *machine, struct errbuf *err)
{
	char text[128];
	int rc = rec_begin(s->w, err);

	if (!rc)
		rc = session_describe(s, err);
	if (!rc && machine)
		rc = rec_meta_text(s->w, "machine", machine, err);
	if (!rc && s->child.ended) {
		child_describe(&s->child, text, sizeof(text));
		rc = rec_meta_text(s->w, "command_end", text, err);
	}
	if (!rc)
		rc = track_finish(s->track, &s->snap, s->w, err);
	if (!rc)
		rc = rec_meta_u64(s->w, "missed", s->missed, err);
	if (!rc)
		rc = rec_meta_u64(s->w, "complete", 1, err);
	return rc ? rc : rec_commit(s->w, err);
}

void session_source_why(const struct source_choice *c, struct buf *out)
{
	buf_printf(out, "%s", c->why.text);
	for (size_t i = 0; i < c->nr_refused; i++)
		buf_printf(out, "; not %s: %s", c->refused[i].ops->name,
			   c->refused[i].why.text);
}

void session_default_name(char *out, size_t size)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(out, size, "exits-%Y%m%d-%H%M%S.exitstat", &tm);
}
