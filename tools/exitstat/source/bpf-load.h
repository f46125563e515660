/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF programs in the kernel: loading, attaching, mapping their arrays.
 * The only users of libbpf are the files that implement this and
 * bpf-kernel.h.
 */
#ifndef EXITSTAT_SOURCE_BPF_LOAD_H
#define EXITSTAT_SOURCE_BPF_LOAD_H

#include "source/bpf-vms.h"

struct bpf_load;

/*
 * Loads what @groups (KES_GROUP_*) need and, with @attach, begins to count.
 * -EAGAIN: KVM or its vendor's module is not there yet; else -errno. All with
 * one line in @err.
 */
int bpf_load_open(struct bpf_load **out, uint32_t groups, bool attach,
		  struct errbuf *err);
void bpf_load_close(struct bpf_load *load);

const struct bpf_arrays *bpf_load_arrays(const struct bpf_load *load);
/* KES_ISA_* if KVM's modules leave no choice, else NONE. */
uint32_t bpf_load_isa(const struct bpf_load *load);
uint64_t bpf_load_lost(const struct bpf_load *load);
/* Does the kernel tell when a vCPU is destroyed? */
bool bpf_load_sees_ends(const struct bpf_load *load);
/* Zeroes places and gives them to new vCPUs. Waits for running programs. */
void bpf_load_recycle(struct bpf_load *load, const uint32_t *places, size_t nr);

#endif
