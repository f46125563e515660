/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's binary snapshot (module/uapi/kvm_exit_stats.h), checked and
 * unpacked. The bytes are not trusted: they may come from another kernel, a
 * file or a fuzzer.
 */
#ifndef EXITSTAT_SNAPSHOT_H
#define EXITSTAT_SNAPSHOT_H

#include <linux/types.h>

#include "kvm_exit_stats.h"
#include "util.h"

struct snap_vm {
	uint64_t vm_id;
	uint64_t created_ns;
	uint64_t died_ns;	/* 0 while it lives */
	uint32_t pid;
	bool dead;
	uint32_t nr_vcpus;
	size_t first_vcpu;	/* index into snapshot.vcpus */
	char comm[17];
};

struct snap_vcpu {
	uint64_t vm_id;
	uint32_t vcpu_id;
	uint64_t unknown_last;
	uint64_t attempts;
	uint64_t entry_failed;
	uint64_t emulation;
	size_t first_exit;	/* index into snapshot.exits */
	size_t nr_exits;
};

struct snapshot {
	struct kes_header hdr;
	struct snap_vm *vms;
	size_t nr_vms;
	struct snap_vcpu *vcpus;
	size_t nr_vcpus;
	struct kes_exit *exits;
	size_t nr_exits;
	/* capacities, kept so that a reused snapshot does not allocate */
	size_t cap_vms, cap_vcpus, cap_exits;
};

/*
 * Fills @s (zeroed, or filled by an earlier call) from @len bytes. Returns 0,
 * or -EPROTO with one line in @err. Free with snapshot_free() either way.
 * Baselines of a reset are checked and skipped: counters never go back.
 */
int snapshot_parse(struct snapshot *s, const void *data, size_t len,
		   struct errbuf *err);
void snapshot_free(struct snapshot *s);

/* Exits of one VM, all its vCPUs, both contexts. */
uint64_t snapshot_vm_exits(const struct snapshot *s, const struct snap_vm *vm);

#endif
