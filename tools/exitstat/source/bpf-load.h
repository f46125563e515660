/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and attaches the BPF programs and maps their arrays. Only the files that
 * implement this header and bpf-kernel.h use libbpf.
 */
#ifndef EXITSTAT_SOURCE_BPF_LOAD_H
#define EXITSTAT_SOURCE_BPF_LOAD_H

#include "source/bpf-vms.h"

struct bpf_load;

/*
 * Loads the programs for @groups (KES_GROUP_*) and, with @attach, starts counting.
 * Returns 0, -EAGAIN if KVM or its vendor module is not loaded yet, or another
 * -errno; with a message in @err.
 */
int bpf_load_open(struct bpf_load **out, uint32_t groups, bool attach,
		  struct errbuf *err);
void bpf_load_close(struct bpf_load *load);

const struct bpf_arrays *bpf_load_arrays(const struct bpf_load *load);
/* KES_ISA_* if KVM's modules determine it, otherwise NONE. */
uint32_t bpf_load_isa(const struct bpf_load *load);
/* Exits and returns that were not counted. */
uint64_t bpf_load_lost(const struct bpf_load *load);
/* Whether the kernel reports the destruction of vCPUs. */
bool bpf_load_sees_ends(const struct bpf_load *load);
/* Zeroes places and frees them for new vCPUs. Waits for running programs. */
void bpf_load_recycle(struct bpf_load *load, const uint32_t *places, size_t nr);

#endif
