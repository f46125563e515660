// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces bpf.c in a build without clang, bpftool or libbpf: opening it always fails
 * with the reason.
 */
#include <errno.h>

#include "exits/sources.h"
#include "source/ops.h"

static int nobpf_open(struct source *s, struct errbuf *why)
{
	(void)s;
	return err_set(why, -EOPNOTSUPP,
		       "this exitstat was built without BPF: %s",
		       BPF_MISSING);
}

const struct source_ops source_bpf = {
	.name = SOURCE_NAME_BPF,
	.in_process = true,
	.size = sizeof(struct source),
	.open = nobpf_open,
};
