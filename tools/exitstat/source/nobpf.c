// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stands in for bpf.c where the build had no clang, bpftool or libbpf:
 * says so.
 */
#include <errno.h>

#include "exits/sources.h"
#include "exits/groups.h"
#include "source/source.h"

static int missing(struct errbuf *err)
{
	return err_set(err, -EOPNOTSUPP,
		       "this exitstat was built without BPF: %s",
		       BPF_MISSING);
}

static int nobpf_probe(const char *root, struct errbuf *why)
{
	(void)root;
	return missing(why);
}

static int nobpf_read(const char *root, struct buf *out, struct errbuf *err)
{
	(void)root;
	(void)out;
	return missing(err);
}

static int nobpf_get(const char *root, uint32_t *on, uint32_t *known,
		     struct errbuf *err)
{
	(void)root;
	*on = 0;
	*known = 0;
	return missing(err);
}

static int nobpf_set(const char *root, uint32_t group, bool on,
		     struct errbuf *err)
{
	(void)root;
	(void)group;
	(void)on;
	return missing(err);
}

static int nobpf_reset(const char *root, struct errbuf *err)
{
	(void)root;
	return missing(err);
}

const struct source_ops source_bpf = {
	.name = SOURCE_NAME_BPF,
	.help = "BPF programs at KVM's tracepoints",
	.in_process = true,
	.probe = nobpf_probe,
	.read = nobpf_read,
	.get_groups = nobpf_get,
	.set_group = nobpf_set,
	.reset = nobpf_reset,
};
