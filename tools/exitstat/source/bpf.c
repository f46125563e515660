// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "bpf": BPF programs at KVM's tracepoints, for kernels that accept neither
 * patches nor modules.
 *
 * Counts belong to the open source and start at its first read; the groups are chosen
 * before that. KVM's modules can be loaded later.
 */
#include <errno.h>
#include <signal.h>

#include "clock.h"
#include "exits/groups.h"
#include "exits/sources.h"
#include "lib/proc.h"
#include "source/bpf-load.h"
#include "source/bpf-snap.h"
#include "source/ops.h"

#define ALL_GROUPS	(KES_GROUP_COUNT | KES_GROUP_TIME | \
			 KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL)

struct bpf_source {
	struct source source;
	struct bpf_load *load;		/* NULL before the first read */
	struct bpf_vms vms;
	uint32_t loaded;		/* KES_GROUP_* with programs and maps */
	uint32_t groups;		/* KES_GROUP_* that are shown */
};

static struct bpf_source *bpf_of(struct source *s)
{
	return (struct bpf_source *)s;
}

/* A zombie has closed its files. */
static bool runs(void *arg, uint32_t tgid)
{
	char state = proc_state("", tgid);

	(void)arg;
	return state ? state != 'Z' && state != 'X' : !kill((pid_t)tgid, 0);
}

static int bpf_open(struct source *s, struct errbuf *why)
{
	struct bpf_source *b = bpf_of(s);
	struct bpf_load *load;
	int rc;

	b->groups = KES_GROUP_COUNT;
	if (*s->root)
		return err_set(why, -EINVAL,
			       "BPF counts in the running kernel, not below %s (omit --root)",
			       s->root);
	rc = bpf_load_open(&load, b->groups, false, why);
	if (rc)
		return rc;
	bpf_load_close(load);
	err_set(why, 0, "BPF programs can be attached to KVM's tracepoints");
	return 0;
}

static int start(struct bpf_source *b, struct errbuf *err)
{
	int rc = bpf_load_open(&b->load, b->groups, true, err);

	if (rc)
		return rc;
	b->loaded = b->groups;
	bpf_vms_init(&b->vms, bpf_load_arrays(b->load));
	if (!bpf_load_sees_ends(b->load))
		b->vms.runs = runs;
	return 0;
}

static void stop(struct bpf_source *b)
{
	bpf_vms_free(&b->vms);
	bpf_load_close(b->load);
	b->load = NULL;
	b->loaded = 0;
}

static void bpf_close(struct source *s)
{
	if (bpf_of(s)->load)
		stop(bpf_of(s));
}

/* This takes a grace period, so it is not done for every vCPU that ends. */
static void recycle(struct bpf_source *b)
{
	struct bpf_vms *vms = &b->vms;

	if (vms->nr_done < vms->arrays.nr / 8)
		return;
	bpf_load_recycle(b->load, vms->done, vms->nr_done);
	bpf_vms_recycled(vms);
}

static int bpf_read(struct source *s, struct buf *out, struct errbuf *err)
{
	struct bpf_source *b = bpf_of(s);
	struct bpf_head head = { .groups = b->groups, .now_ns = mono_ns };
	int rc = b->load ? 0 : start(b, err);

	if (rc && rc != -EAGAIN)
		return rc;
	head.begin_ns = mono_ns();
	if (b->load) {
		bpf_vms_update(&b->vms, head.begin_ns);
		head.isa = bpf_load_isa(b->load);
		head.lost = bpf_load_lost(b->load);
	}
	bpf_vms_snapshot(&b->vms, &head, out);
	if (b->load)
		recycle(b);
	return 0;
}

static int bpf_get(struct source *s, uint32_t *on, uint32_t *known,
		   struct errbuf *err)
{
	(void)err;
	*on = bpf_of(s)->groups;
	*known = ALL_GROUPS;
	return 0;
}

static int bpf_set(struct source *s, uint32_t bit, bool on, struct errbuf *err)
{
	struct bpf_source *b = bpf_of(s);

	if (on && b->load && !(b->loaded & bit))
		return err_set(err, -EBUSY,
			       "BPF groups are chosen before counting starts (exitstat record --groups)");
	if (on)
		b->groups |= bit;
	else
		b->groups &= ~bit;
	if (!b->groups)
		bpf_close(s);
	return 0;
}

static int bpf_reset(struct source *s, struct errbuf *err)
{
	(void)s;
	return err_set(err, -EOPNOTSUPP,
		       "counts by BPF belong to one exitstat and start with it: nothing to reset");
}

static void bpf_remarks(struct source *s, struct buf *out)
{
	bpf_vms_remarks(&bpf_of(s)->vms, out);
}

const struct source_ops source_bpf = {
	.name = SOURCE_NAME_BPF,
	.in_process = true,
	.size = sizeof(struct bpf_source),
	.open = bpf_open,
	.close = bpf_close,
	.read = bpf_read,
	.get_groups = bpf_get,
	.set_group = bpf_set,
	.reset = bpf_reset,
	.remarks = bpf_remarks,
};
