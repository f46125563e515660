// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "bpf": BPF programs at KVM's tracepoints, for kernels that take
 * neither patches nor modules.
 *
 * Counts are this process's own and begin with the first read; what is
 * recorded is decided before that. KVM's modules may come later.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "exits/sources.h"
#include "exits/groups.h"
#include "source/bpf-load.h"
#include "source/source.h"

#define ALL_GROUPS	(KES_GROUP_COUNT | KES_GROUP_TIME | \
			 KES_GROUP_HISTOGRAM | KES_GROUP_DETAIL)

/* What a process counts; there is no more than one such count in it. */
static struct {
	struct bpf_load *load;		/* NULL before the first read */
	struct bpf_vms vms;
	uint32_t loaded;		/* KES_GROUP_*: have programs and maps */
	uint32_t groups;		/* KES_GROUP_*: are shown */
} counting = { .groups = KES_GROUP_COUNT };

/* A zombie has closed its files. */
static bool runs(void *arg, uint32_t tgid)
{
	char path[32], state = 0;
	FILE *f;

	(void)arg;
	snprintf(path, sizeof(path), "/proc/%u/stat", tgid);
	f = fopen(path, "re");
	if (!f)
		return kill((pid_t)tgid, 0) == 0;
	/* the name may contain anything, also this */
	while (fscanf(f, "%*[^)]) %c", &state) == 1)
		;
	fclose(f);
	return state != 'Z' && state != 'X';
}

static int check_root(const char *root, struct errbuf *err)
{
	if (!*root)
		return 0;
	return err_set(err, -EINVAL,
		       "BPF counts in the kernel that runs, not below %s (leave out --root)",
		       root);
}

static int bpf_probe(const char *root, struct errbuf *why)
{
	struct bpf_load *load;
	int rc = check_root(root, why);

	if (rc || counting.load)
		return rc;
	rc = bpf_load_open(&load, counting.groups, false, why);
	if (rc)
		return rc;
	bpf_load_close(load);
	err_set(why, 0, "BPF programs can be attached to KVM's tracepoints");
	return 0;
}

static int start(struct errbuf *err)
{
	int rc = bpf_load_open(&counting.load, counting.groups, true, err);

	if (rc)
		return rc;
	counting.loaded = counting.groups;
	bpf_vms_init(&counting.vms, bpf_load_arrays(counting.load));
	if (!bpf_load_sees_ends(counting.load))
		counting.vms.runs = runs;
	return 0;
}

static void stop(void)
{
	bpf_vms_free(&counting.vms);
	bpf_load_close(counting.load);
	counting.load = NULL;
	counting.loaded = 0;
}

/* It costs a grace period, so not for every vCPU that ends. */
static void recycle(void)
{
	struct bpf_vms *vms = &counting.vms;

	if (vms->nr_done < vms->arrays.nr / 8)
		return;
	bpf_load_recycle(counting.load, vms->done, vms->nr_done);
	bpf_vms_recycled(vms);
}

static int bpf_read(const char *root, struct buf *out, struct errbuf *err)
{
	struct bpf_head head = {
		.groups = counting.groups, .now_ns = mono_ns,
	};
	int rc = check_root(root, err);

	if (!rc && !counting.load)
		rc = start(err);
	if (rc && rc != -EAGAIN)
		return rc;
	head.begin_ns = mono_ns();
	if (counting.load) {
		bpf_vms_update(&counting.vms, head.begin_ns);
		head.isa = bpf_load_isa(counting.load);
		head.lost = bpf_load_lost(counting.load);
	}
	bpf_vms_snapshot(&counting.vms, &head, out);
	if (counting.load)
		recycle();
	return 0;
}

static int bpf_get(const char *root, uint32_t *on, uint32_t *known,
		   struct errbuf *err)
{
	*on = counting.groups;
	*known = ALL_GROUPS;
	return check_root(root, err);
}

static int bpf_set(const char *root, uint32_t bit, bool on, struct errbuf *err)
{
	int rc = check_root(root, err);

	if (rc)
		return rc;
	if (on && counting.load && !(counting.loaded & bit))
		return err_set(err, -EBUSY,
			       "groups are chosen before counting by BPF begins (exitstat record --groups)");
	if (on)
		counting.groups |= bit;
	else
		counting.groups &= ~bit;
	if (!counting.groups && counting.load)
		stop();
	return 0;
}

static int bpf_reset(const char *root, struct errbuf *err)
{
	(void)root;
	return err_set(err, -EOPNOTSUPP,
		       "counts by BPF are of one exitstat and begin with it: there is nothing to reset");
}

static void bpf_remarks(struct buf *out)
{
	bpf_vms_remarks(&counting.vms, out);
}

const struct source_ops source_bpf = {
	.name = SOURCE_NAME_BPF,
	.help = "BPF programs at KVM's tracepoints",
	.in_process = true,
	.probe = bpf_probe,
	.read = bpf_read,
	.get_groups = bpf_get,
	.set_group = bpf_set,
	.reset = bpf_reset,
	.remarks = bpf_remarks,
};
