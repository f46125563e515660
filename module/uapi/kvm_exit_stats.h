/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The binary snapshot of the KVM exit statistics, shared with user space.
 *
 * One read of /sys/kernel/debug/kvm_exit_stats/snapshot returns one struct
 * kes_header and then nr_records records, each starting with a struct
 * kes_record. All integers are little endian (x86). All counters are u64,
 * monotonic for the life of what they belong to, and never reset: a reset
 * takes a baseline (KES_REC_BASELINE) and bumps the generation.
 *
 * Compatibility: a reader requires the magic, a known version, and skips what
 * it does not know: records by their type, the tail of a longer header by
 * header_size, and the tail of a longer struct kes_exit by exit_size.
 *
 * This file does not know how the counters are made; see exits.def for the
 * list of exit codes, and Documentation/ABI/testing/debugfs-kvm-exit-stats
 * (kernel) or docs/abi.md (kit) for permissions and errors.
 */
#ifndef _UAPI_ASM_X86_KVM_EXIT_STATS_H
#define _UAPI_ASM_X86_KVM_EXIT_STATS_H

#include <linux/types.h>

/* "KEXITST1" read as a little-endian u64 */
#define KES_MAGIC		0x315453544958454bULL
#define KES_VERSION		1

/* Exits whose code is in no table; kes_vcpu_record.unknown_last has one. */
#define KES_CODE_UNKNOWN	0x7fffffffffffffffULL

/* kes_header.isa: whose exit codes these are. NONE: no vendor module yet. */
#define KES_ISA_NONE		0
#define KES_ISA_VMX		1	/* basic exit reason, SDM 3D appendix C */
#define KES_ISA_SVM		2	/* VMCB EXITCODE, APM 2 appendix C */

/* kes_header.source: who counted */
#define KES_SOURCE_PATCHED	1	/* inline hooks in a patched KVM */
#define KES_SOURCE_MODULE	2	/* module on KVM's tracepoints */
#define KES_SOURCE_BPF		3
#define KES_SOURCE_KVM_STATS	4

/* kes_header.groups and groups_known */
#define KES_GROUP_COUNT		0x01U
#define KES_GROUP_TIME		0x02U
#define KES_GROUP_HISTOGRAM	0x04U
#define KES_GROUP_DETAIL	0x08U

/*
 * kes_header.fields: what this source fills. A field that is not named here
 * is zero because nobody counted it, not because it did not happen.
 */
#define KES_FIELD_CONTEXT	0x01ULL	/* l2 is apart from l1 */
#define KES_FIELD_REFLECTED	0x02ULL	/* l2_reflected */
#define KES_FIELD_FASTPATH	0x04ULL	/* fastpath */
#define KES_FIELD_USERSPACE	0x08ULL	/* userspace */
#define KES_FIELD_CLOSURE	0x10ULL	/* attempts and its buckets */
#define KES_FIELD_SUB		0x20ULL	/* sub-reasons */

struct kes_header {
	__u64 magic;		/* KES_MAGIC */
	__u32 version;		/* KES_VERSION */
	__u32 header_size;	/* bytes before the first record */
	__u64 size;		/* bytes of the whole snapshot */
	__u64 begin_ns;		/* CLOCK_MONOTONIC before the first counter */
	__u64 end_ns;		/* CLOCK_MONOTONIC after the last counter */
	__u64 generation;	/* number of resets so far */
	__u64 reset_ns;		/* CLOCK_MONOTONIC of the last one, 0: never */
	__u32 isa;		/* KES_ISA_* */
	__u32 source;		/* KES_SOURCE_* */
	__u32 groups;		/* KES_GROUP_*: switched on now */
	__u32 groups_known;	/* KES_GROUP_*: can be switched on here */
	__u64 fields;		/* KES_FIELD_* */
	__u32 nr_records;
	__u32 nr_vms;		/* records of type KES_REC_VM */
	__u64 reserved[4];	/* 0 */
};

/* Every record starts with this. size counts it in and is a multiple of 8. */
struct kes_record {
	__u32 type;		/* KES_REC_* */
	__u32 size;
};

/*
 * Order: KES_REC_RETIRED once, then per VM one KES_REC_VM and for each of its
 * vCPUs one KES_REC_VCPU, followed by its KES_REC_BASELINE if there has been
 * a reset since the vCPU was made. After the first reset, KES_REC_RETIRED has
 * a baseline as well, with vm_id 0.
 */
#define KES_REC_VM		1	/* struct kes_vm_record */
#define KES_REC_VCPU		2	/* struct kes_vcpu_record */
#define KES_REC_BASELINE	3	/* struct kes_vcpu_record, at the reset */
#define KES_REC_RETIRED		4	/* struct kes_vcpu_record: sum of dead
					 * VMs that left the ring
					 */

#define KES_VM_DEAD		0x01U	/* counters are final */

struct kes_vm_record {
	struct kes_record rec;
	__u64 vm_id;		/* from 1, never used twice while loaded */
	__u64 created_ns;	/* CLOCK_MONOTONIC */
	__u64 died_ns;		/* CLOCK_MONOTONIC, 0 while it lives */
	__u32 pid;		/* of the creating process, initial namespace */
	__u32 flags;		/* KES_VM_* */
	__u32 nr_vcpus;		/* KES_REC_VCPU records that follow */
	__u32 reserved;
	char comm[16];		/* of the creating process, NUL terminated */
};

/* One exit reason of one vCPU. Only reasons seen at least once are listed. */
struct kes_exit {
	__u64 code;		/* raw code, or KES_CODE_UNKNOWN */
	__u32 sub;		/* sub-reason, 0 without KES_FIELD_SUB */
	__u32 reserved;
	__u64 l1;		/* exits of this KVM's guest */
	__u64 l2;		/* exits of that guest's guest (nested) */
	__u64 l2_reflected;	/* of l2: handed to L1 as its own VM exit */
	__u64 fastpath;		/* of l1 + l2: re-entered by a fastpath */
	__u64 userspace;	/* of l1 + l2: returned to user space */
};

struct kes_vcpu_record {
	struct kes_record rec;
	__u64 vm_id;		/* 0 in KES_REC_RETIRED */
	__u32 vcpu_id;		/* as given to KVM_CREATE_VCPU */
	__u32 nr_exits;		/* struct kes_exit that follow */
	__u32 exit_size;	/* bytes of each */
	__u32 reserved0;
	__u64 unknown_last;	/* last raw code counted as unknown, or 0 */
	__u64 attempts;		/* VM-entry attempts */
	__u64 entry_failed;	/* of them: VMLAUNCH/VMRESUME failed */
	__u64 emulation;	/* of them: emulation_required, no entry */
	__u64 reserved[4];	/* 0 */
	/* struct kes_exit exits[nr_exits]; */
};

#endif /* _UAPI_ASM_X86_KVM_EXIT_STATS_H */
