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
 * The file changes beside it has the same layout, but only what changed since
 * the last read of the same open file (KES_FLAG_CHANGES).
 *
 * Compatibility: a reader checks the magic and the version, and skips what it
 * does not know: records of an unknown type, the tail of a longer header (by
 * header_size) and the tail of a longer struct kes_exit (by exit_size).
 *
 * exits.def lists the exit codes. Permissions and errors are described in
 * Documentation/ABI/testing/debugfs-kvm-exit-stats in the kernel, and in
 * docs/abi.md in the exitstat repository.
 */
#ifndef _UAPI_ASM_X86_KVM_EXIT_STATS_H
#define _UAPI_ASM_X86_KVM_EXIT_STATS_H

#include <linux/types.h>

/* "KEXITST1" read as a little-endian u64 */
#define KES_MAGIC		0x315453544958454bULL
#define KES_VERSION		2

/* Exits with an unlisted code; kes_vcpu_record.unknown_last is the last one. */
#define KES_CODE_UNKNOWN	0x7fffffffffffffffULL

/* kes_header.isa: the meaning of the exit codes */
#define KES_ISA_NONE		0	/* no vendor module loaded yet */
#define KES_ISA_VMX		1	/* basic exit reason, SDM 3D appendix C */
#define KES_ISA_SVM		2	/* VMCB EXITCODE, APM 2 appendix C */
#define KES_ISA_PVM		3	/* vcpu_pvm.exit_reason: undocumented,
					 * shown as numbers
					 */
#define KES_ISA_KVM		4	/* no exit codes: KVM's own statistics,
					 * by their index in the source's list
					 */

/* kes_header.source: where the counts come from */
#define KES_SOURCE_PATCHED	1	/* inline hooks in a patched KVM */
#define KES_SOURCE_MODULE	2	/* module on KVM's tracepoints */
#define KES_SOURCE_BPF		3	/* BPF programs on KVM's tracepoints */
#define KES_SOURCE_KVM_STATS	4	/* KVM's own statistics */

/* kes_header.groups and groups_known */
#define KES_GROUP_COUNT		0x01U
#define KES_GROUP_TIME		0x02U
#define KES_GROUP_HISTOGRAM	0x04U
#define KES_GROUP_DETAIL	0x08U

/*
 * kes_header.fields: the fields that this source fills. A field whose bit is
 * clear is zero because it is not counted, not because nothing happened.
 */
#define KES_FIELD_CONTEXT	0x01ULL	/* l2 is counted apart from l1 */
#define KES_FIELD_REFLECTED	0x02ULL	/* reflected */
#define KES_FIELD_FASTPATH	0x04ULL	/* fastpath */
#define KES_FIELD_USERSPACE	0x08ULL	/* userspace */
#define KES_FIELD_ACCOUNTING	0x10ULL	/* attempts, entry_* */
/* 0x20 is reserved: written as 0, ignored by readers */
#define KES_FIELD_NESTED	0x40ULL	/* KES_REC_NESTED */
#define KES_FIELD_MODIFIERS	0x80ULL	/* bus_lock, enclave, forced */

/* kes_header.flags */
#define KES_FLAG_TSC_UNSTABLE	0x01ULL	/* *_cyc are not reliable */
#define KES_FLAG_CHANGES	0x02ULL	/* only what changed since "since" */

struct kes_header {
	__u64 magic;		/* KES_MAGIC */
	__u32 version;		/* KES_VERSION */
	__u32 header_size;	/* bytes before the first record */
	__u64 size;		/* bytes of the whole snapshot */
	__u64 begin_ns;		/* CLOCK_MONOTONIC before the first counter */
	__u64 end_ns;		/* CLOCK_MONOTONIC after the last counter */
	__u64 generation;	/* number of resets so far */
	__u64 reset_ns;		/* CLOCK_MONOTONIC of the last reset, 0: none */
	__u32 isa;		/* KES_ISA_* */
	__u32 source;		/* KES_SOURCE_* */
	__u32 groups;		/* KES_GROUP_*: switched on */
	__u32 groups_known;	/* KES_GROUP_*: supported by this source */
	__u64 fields;		/* KES_FIELD_* */
	__u32 nr_records;
	__u32 nr_vms;		/* records of type KES_REC_VM */
	__u64 switches;		/* how often counting was switched on or off */
	__u64 now_cyc;		/* TSC at end_ns */
	__u64 tsc_khz;		/* TSC cycles per millisecond, for *_cyc */
	__u64 lost;		/* exits seen but not counted: out of memory */
	__u64 flags;		/* KES_FLAG_* */
	__u64 since;		/* end_ns of the previous read of this open file,
				 * 0: none, or not KES_FLAG_CHANGES
				 */
};

/* Every record starts with this. */
struct kes_record {
	__u32 type;		/* KES_REC_* */
	__u32 size;		/* of the whole record, a multiple of 8 */
};

/*
 * Order: one KES_REC_EVICTED; then per VM one KES_REC_VM and, for each of its
 * vCPUs, one KES_REC_VCPU, followed by its KES_REC_BASELINE if there was a
 * reset since the vCPU was created, and by the records of the groups that have
 * data for this vCPU. Each of these repeats the ids of the VM and the vCPU.
 * After the first reset, KES_REC_EVICTED has a baseline as well, with vm_id 0.
 */
#define KES_REC_VM		1	/* struct kes_vm_record */
#define KES_REC_VCPU		2	/* struct kes_vcpu_record */
#define KES_REC_BASELINE	3	/* struct kes_vcpu_record, at the reset */
#define KES_REC_EVICTED		4	/* struct kes_vcpu_record: sum of the
					 * destroyed VMs that were evicted
					 */
#define KES_REC_USERSPACE	5	/* struct kes_userspace_record */
#define KES_REC_TIME		6	/* struct kes_time_record */
#define KES_REC_HISTOGRAM	7	/* struct kes_histogram_record */
#define KES_REC_DETAIL		8	/* struct kes_detail_record */
#define KES_REC_NESTED		9	/* struct kes_nested_record */

#define KES_VM_DESTROYED	0x01U	/* counters are final */
#define KES_VM_EVICTED		0x02U	/* with KES_FLAG_CHANGES: no longer listed,
					 * added to KES_REC_EVICTED
					 */

struct kes_vm_record {
	struct kes_record rec;
	__u64 vm_id;		/* from 1, not reused while kvm is loaded */
	__u64 created_ns;	/* CLOCK_MONOTONIC */
	__u64 destroyed_ns;	/* CLOCK_MONOTONIC, 0 while the VM exists */
	__u32 pid;		/* of the creating process, initial namespace */
	__u32 flags;		/* KES_VM_* */
	__u32 nr_vcpus;		/* KES_REC_VCPU records that follow */
	__u32 groups;		/* KES_GROUP_* that are on for this VM */
	char comm[16];		/* of the creating process, NUL terminated */
};

/* One exit reason of one vCPU. Only reasons seen at least once are listed. */
struct kes_exit {
	__u64 code;		/* raw code, or KES_CODE_UNKNOWN */
	__u64 reserved;		/* 0, ignored by readers */
	__u64 l1;		/* exits from L1, the guest of this KVM */
	__u64 l2;		/* exits from L2, a guest of that guest */
	__u64 reflected;	/* part of l2: reflected to L1 as a VM exit */
	__u64 fastpath;		/* part of l1 + l2: handled by a fastpath */
	__u64 userspace;	/* part of l1 + l2: returned to user space */
};

struct kes_vcpu_record {
	struct kes_record rec;
	__u64 vm_id;		/* 0 in KES_REC_EVICTED */
	__u32 vcpu_id;		/* as given to KVM_CREATE_VCPU */
	__u32 nr_exits;		/* number of struct kes_exit that follow */
	__u32 exit_size;	/* bytes of each of them */
	__u32 reserved0;
	__u64 unknown_last;	/* last raw code counted as unknown, or 0 */
	/*
	 * Accounting check, with KES_FIELD_ACCOUNTING: attempts equals the sum
	 * of entry_failed, entry_emulated, and l1 + l2 of all exits. A vCPU that
	 * is read between the end of an attempt and the count of its exit is off
	 * by 1 at that moment. A vCPU for which counting is switched at that
	 * point stays off by 1 (see kes_header.switches).
	 */
	__u64 attempts;		/* completed VM-entry attempts */
	__u64 entry_failed;	/* of these: VMLAUNCH/VMRESUME failed */
	__u64 entry_emulated;	/* of these: emulation_required, no VM entry */
	/* With KES_FIELD_MODIFIERS: */
	__u64 bus_lock;		/* exits for another reason with a bus lock */
	__u64 enclave;		/* exits in an SGX enclave */
	__u64 forced;		/* PREEMPTION_TIMER exits that KVM forced */
	__u64 reserved;		/* 0 */
	/* struct kes_exit exits[nr_exits]; */
};

/*
 * Returns of KVM_RUN to user space, per vCPU. A KVM_RUN that failed has the
 * reason KES_USERSPACE_ERRNO | errno, or KES_USERSPACE_ERRNO for all errors
 * that are not counted separately. Exceptions: EINTR is KVM_EXIT_INTR, and a
 * KVM_EXIT_MEMORY_FAULT, which always comes with an error, is counted as such.
 */
#define KES_USERSPACE_ERRNO	0x80000000U

struct kes_userspace {
	__u32 reason;		/* KVM_EXIT_*; the last includes higher ones */
	__u32 reserved;
	__u64 count;
};

struct kes_userspace_record {
	struct kes_record rec;
	__u64 vm_id;
	__u32 vcpu_id;
	__u32 nr;
	/* struct kes_userspace reasons[nr]; */
};

/* States of a vCPU's thread; kes_time_exit.cyc has all except the first. */
#define KES_STATE_GUEST		0	/* VM entry to VM exit */
#define KES_STATE_HANDLER	1	/* in KVM, host interrupts included */
#define KES_STATE_USERSPACE	2	/* outside KVM_RUN */
#define KES_STATE_POLLING	3	/* halted, spinning */
#define KES_STATE_BLOCKED	4	/* halted, asleep */
#define KES_STATE_PREEMPTED	5	/* in KVM, runnable, but without a CPU */
#define KES_STATE_SLEEPING	6	/* in KVM, asleep, but not halted */
#define KES_NR_STATES		7

/* Non-guest time that has no exit's code */
#define KES_CODE_NONE		0x7ffffffffffffffeULL	/* before the first exit */
#define KES_CODE_EMULATED	0x7ffffffffffffffdULL	/* after an emulated entry */
#define KES_CODE_ENTRY_FAILED	0x7ffffffffffffffcULL	/* after a failed entry */

/* Non-guest time, charged to the exit that preceded it */
struct kes_time_exit {
	__u64 code;
	__u64 cyc[KES_NR_STATES - 1];	/* from KES_STATE_HANDLER on */
	__u64 max_cyc;		/* longest handler time of one exit */
};

/*
 * guest_cyc and all cyc add up to last_cyc - first_cyc. From last_cyc to
 * kes_header.now_cyc the thread was in state.
 */
struct kes_time_record {
	struct kes_record rec;
	__u64 vm_id;
	__u32 vcpu_id;
	__u32 nr;
	__u64 first_cyc;	/* first change of state, 0: none yet */
	__u64 last_cyc;		/* last change of state */
	__u64 state_code;	/* exit code that state is charged to */
	__u32 state;		/* KES_STATE_* */
	__u32 reserved;
	__u64 guest_cyc;
	__u64 backwards;	/* times that the TSC went backwards: not charged */
	/* struct kes_time_exit exits[nr]; */
};

/*
 * Handler time per exit: bucket[b] counts exits that took 2^(b-1) to 2^b - 1
 * cycles, bucket[0] those that took 0. The last bucket includes longer ones.
 */
#define KES_NR_BUCKETS		40

struct kes_histogram_exit {
	__u64 code;
	__u64 bucket[KES_NR_BUCKETS];
};

struct kes_histogram_record {
	struct kes_record rec;
	__u64 vm_id;
	__u32 vcpu_id;
	__u32 nr;
	/* struct kes_histogram_exit exits[nr]; */
};

/*
 * Exits of a reason by value. The meaning of value depends on the reason:
 *   IO_INSTRUCTION, IOIO	port; KES_DETAIL_READ for IN and INS
 *   MSR_READ, MSR_WRITE, MSR	index; KES_DETAIL_READ for RDMSR
 *   CPUID			leaf (EAX)
 *   VMCALL, VMMCALL		number (RAX, its low 56 bits)
 *   EXCEPTION_NMI		vector
 *   EXTERNAL_INTERRUPT		vector
 *   CR_ACCESS			register, bits 3:0; access type, bits 5:4: 0
 *				write, 1 read, 2 CLTS, 3 LMSW
 *   EPT_VIOLATION, EPT_MISCONFIG, NPF
 *				guest frame number (4 KiB pages)
 *   APIC_ACCESS, APIC_WRITE	offset in the APIC page
 *   EOI_INDUCED		vector
 */
#define KES_DETAIL_READ		0x100000000ULL
/* kes_detail_value.flags */
#define KES_DETAIL_OTHER	1	/* values that are not listed */
#define KES_DETAIL_AT_LEAST	2	/* "other" may have exits of this value,
					 * which entered the table late
					 */

struct kes_detail_value {
	__u64 code;
	__u64 value;
	__u64 count;
	__u32 flags;		/* KES_DETAIL_* */
	__u32 reserved;
};

struct kes_detail_record {
	struct kes_record rec;
	__u64 vm_id;
	__u32 vcpu_id;
	__u32 nr;
	/* struct kes_detail_value values[nr]; */
};

/*
 * VM exits that L1 received from L2, by the reason that L1 sees. It differs
 * from the reason of the hardware exit in kes_exit.reflected if KVM handled
 * that exit by injecting another one, and there may be no hardware exit.
 */
struct kes_nested {
	__u64 code;
	__u64 count;
};

struct kes_nested_record {
	struct kes_record rec;
	__u64 vm_id;
	__u32 vcpu_id;
	__u32 nr;
	/* struct kes_nested exits[nr]; */
};

#endif /* _UAPI_ASM_X86_KVM_EXIT_STATS_H */
