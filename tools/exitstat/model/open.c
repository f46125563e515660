// SPDX-License-Identifier: GPL-2.0-only
/* Implements open.h. */
#include <errno.h>

#include "model/load.h"
#include "exits/groups.h"
#include "model/open.h"

/* Data missing from an interrupted recording could be mistaken for zeros. */
static int need_complete(const struct model *m, struct errbuf *err)
{
	if (!m->rec->interrupted)
		return 0;
	return err_set(err, -ENODATA,
		       "%.300s: the recording was interrupted; exits may be missing (record again)",
		       m->rec->path);
}

static int need_exits(const struct model *m, const char *to,
		      struct errbuf *err)
{
	if (m->total)
		return 0;
	return err_set(err, -ENODATA, "%.300s: no exits%s%s",
		       m->rec->path, to ? ", nothing to " : "", to ? to : "");
}

/* Whether the group was on and has data. */
static int need_group(const struct model *m, uint32_t group, const char *to,
		      struct errbuf *err)
{
	bool any = group == KES_GROUP_TIME ? m->groups.has_time :
					     m->groups.has_histogram;
	int rc = rec_need_group(m->rec, group, err);

	if (rc || any)
		return rc;
	return err_set(err, -ENODATA,
		       "%.300s: the group was on, but no times were recorded%s%s",
		       m->rec->path, to ? ": nothing to " : "", to ? to : "");
}

static int need_all(const struct model *m, const struct model_need *need,
		    struct errbuf *err)
{
	int rc = need->complete ? need_complete(m, err) : 0;

	if (!rc && need->exits)
		rc = need_exits(m, need->to, err);
	if (!rc && need->group)
		rc = need_group(m, need->group, need->to, err);
	return rc;
}

int model_open(struct model *m, struct recording *rec, const char *path,
	       const struct model_need *need, struct errbuf *err)
{
	int rc = rec_open_summary(rec, path, err);

	if (rc)
		return rc;
	rc = model_load_latency(m, rec, need->latency_cols, err);
	if (rc) {
		rec_close(rec);
		return rc;
	}
	rc = need_all(m, need, err);
	if (rc)
		model_close(m);
	return rc;
}

void model_close(struct model *m)
{
	struct recording *rec = m->rec;

	model_free(m);
	rec_close(rec);
}
