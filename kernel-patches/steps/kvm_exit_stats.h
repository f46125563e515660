reasons  |/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
snapshot |/*
snapshot | * The binary snapshot of the KVM exit statistics, shared with user space.
snapshot | *
snapshot | * One read of /sys/kernel/debug/kvm_exit_stats/snapshot returns one struct
snapshot | * kes_header and then nr_records records, each starting with a struct
snapshot | * kes_record. All integers are little endian (x86). All counters are u64,
snapshot | * monotonic for the life of what they belong to, and never reset: a reset
snapshot | * takes a baseline (KES_REC_BASELINE) and bumps the generation.
changes  | *
changes  | * The file changes beside it has the same layout, but only what changed since
changes  | * the last read of the same open file (KES_FLAG_CHANGES).
snapshot | *
snapshot | * Compatibility: a reader checks the magic and the version, and skips what it
snapshot | * does not know: records of an unknown type, the tail of a longer header (by
snapshot | * header_size) and the tail of a longer struct kes_exit (by exit_size).
snapshot | *
snapshot | * exits.def lists the exit codes. Permissions and errors are described in
snapshot | * Documentation/ABI/testing/debugfs-kvm-exit-stats in the kernel, and in
snapshot | * docs/abi.md in the exitstat repository.
snapshot | */
reasons  |#ifndef _UAPI_ASM_X86_KVM_EXIT_STATS_H
reasons  |#define _UAPI_ASM_X86_KVM_EXIT_STATS_H
reasons  |
reasons  |#include <linux/types.h>
snapshot |
snapshot |/* "KEXITST1" read as a little-endian u64 */
snapshot |#define KES_MAGIC		0x315453544958454bULL
snapshot |#define KES_VERSION		2
snapshot |
reasons  |/* Exits with an unlisted code; kes_vcpu_record.unknown_last is the last one. */
reasons  |#define KES_CODE_UNKNOWN	0x7fffffffffffffffULL
reasons  |
reasons  |/* kes_header.isa: the meaning of the exit codes */
reasons  |#define KES_ISA_NONE		0	/* no vendor module loaded yet */
reasons  |#define KES_ISA_VMX		1	/* basic exit reason, SDM 3D appendix C */
reasons  |#define KES_ISA_SVM		2	/* VMCB EXITCODE, APM 2 appendix C */
snapshot |#define KES_ISA_PVM		3	/* vcpu_pvm.exit_reason: undocumented,
snapshot |					 * shown as numbers
snapshot |					 */
snapshot |#define KES_ISA_KVM		4	/* no exit codes: KVM's own statistics,
snapshot |					 * by their index in the source's list
snapshot |					 */
snapshot |
snapshot |/* kes_header.source: where the counts come from */
snapshot |#define KES_SOURCE_PATCHED	1	/* inline hooks in a patched KVM */
snapshot |#define KES_SOURCE_MODULE	2	/* module on KVM's tracepoints */
snapshot |#define KES_SOURCE_BPF		3	/* BPF programs on KVM's tracepoints */
snapshot |#define KES_SOURCE_KVM_STATS	4	/* KVM's own statistics */
count    |
count    |/* kes_header.groups and groups_known */
count    |#define KES_GROUP_COUNT		0x01U
time     |#define KES_GROUP_TIME		0x02U
histogram|#define KES_GROUP_HISTOGRAM	0x04U
detail   |#define KES_GROUP_DETAIL	0x08U
snapshot |
snapshot |/*
snapshot | * kes_header.fields: the fields that this source fills. A field whose bit is
snapshot | * clear is zero because it is not counted, not because nothing happened.
snapshot | */
nested   |#define KES_FIELD_CONTEXT	0x01ULL	/* l2 is counted apart from l1 */
nested   |#define KES_FIELD_REFLECTED	0x02ULL	/* reflected */
disposition|#define KES_FIELD_FASTPATH	0x04ULL	/* fastpath */
disposition|#define KES_FIELD_USERSPACE	0x08ULL	/* userspace */
disposition|#define KES_FIELD_ACCOUNTING	0x10ULL	/* attempts, entry_* */
snapshot |/* 0x20 is reserved: written as 0, ignored by readers */
nested   |#define KES_FIELD_NESTED	0x40ULL	/* KES_REC_NESTED */
disposition|#define KES_FIELD_MODIFIERS	0x80ULL	/* bus_lock, enclave, forced */
snapshot |
snapshot |/* kes_header.flags */
snapshot |#define KES_FLAG_TSC_UNSTABLE	0x01ULL	/* *_cyc are not reliable */
changes  |#define KES_FLAG_CHANGES	0x02ULL	/* only what changed since "since" */
snapshot |
snapshot |struct kes_header {
snapshot |	__u64 magic;		/* KES_MAGIC */
snapshot |	__u32 version;		/* KES_VERSION */
snapshot |	__u32 header_size;	/* bytes before the first record */
snapshot |	__u64 size;		/* bytes of the whole snapshot */
snapshot |	__u64 begin_ns;		/* CLOCK_MONOTONIC before the first counter */
snapshot |	__u64 end_ns;		/* CLOCK_MONOTONIC after the last counter */
snapshot |	__u64 generation;	/* number of resets so far */
snapshot |	__u64 reset_ns;		/* CLOCK_MONOTONIC of the last reset, 0: none */
snapshot |	__u32 isa;		/* KES_ISA_* */
snapshot |	__u32 source;		/* KES_SOURCE_* */
snapshot |	__u32 groups;		/* KES_GROUP_*: switched on */
snapshot |	__u32 groups_known;	/* KES_GROUP_*: supported by this source */
snapshot |	__u64 fields;		/* KES_FIELD_* */
snapshot |	__u32 nr_records;
snapshot |	__u32 nr_vms;		/* records of type KES_REC_VM */
snapshot |	__u64 switches;		/* how often counting was switched on or off */
snapshot |	__u64 now_cyc;		/* TSC at end_ns */
snapshot |	__u64 tsc_khz;		/* TSC cycles per millisecond, for *_cyc */
snapshot |	__u64 lost;		/* exits seen but not counted: out of memory */
snapshot |	__u64 flags;		/* KES_FLAG_* */
snapshot |	__u64 since;		/* end_ns of the previous read of this open file,
snapshot |				 * 0: none, or not KES_FLAG_CHANGES
snapshot |				 */
snapshot |};
snapshot |
snapshot |/* Every record starts with this. */
snapshot |struct kes_record {
snapshot |	__u32 type;		/* KES_REC_* */
snapshot |	__u32 size;		/* of the whole record, a multiple of 8 */
snapshot |};
snapshot |
snapshot |/*
snapshot | * Order: one KES_REC_EVICTED; then per VM one KES_REC_VM and, for each of its
snapshot | * vCPUs, one KES_REC_VCPU, followed by its KES_REC_BASELINE if there was a
snapshot | * reset since the vCPU was created, and by the records of the groups that have
snapshot | * data for this vCPU. Each of these repeats the ids of the VM and the vCPU.
snapshot | * After the first reset, KES_REC_EVICTED has a baseline as well, with vm_id 0.
snapshot | */
snapshot |#define KES_REC_VM		1	/* struct kes_vm_record */
snapshot |#define KES_REC_VCPU		2	/* struct kes_vcpu_record */
reset    |#define KES_REC_BASELINE	3	/* struct kes_vcpu_record, at the reset */
snapshot |#define KES_REC_EVICTED		4	/* struct kes_vcpu_record: sum of the
snapshot |					 * destroyed VMs that were evicted
snapshot |					 */
disposition|#define KES_REC_USERSPACE	5	/* struct kes_userspace_record */
time     |#define KES_REC_TIME		6	/* struct kes_time_record */
histogram|#define KES_REC_HISTOGRAM	7	/* struct kes_histogram_record */
detail   |#define KES_REC_DETAIL		8	/* struct kes_detail_record */
nested   |#define KES_REC_NESTED		9	/* struct kes_nested_record */
snapshot |
snapshot |#define KES_VM_DESTROYED	0x01U	/* counters are final */
changes  |#define KES_VM_EVICTED		0x02U	/* with KES_FLAG_CHANGES: no longer listed,
changes  |					 * added to KES_REC_EVICTED
changes  |					 */
snapshot |
snapshot |struct kes_vm_record {
snapshot |	struct kes_record rec;
snapshot |	__u64 vm_id;		/* from 1, not reused while kvm is loaded */
snapshot |	__u64 created_ns;	/* CLOCK_MONOTONIC */
snapshot |	__u64 destroyed_ns;	/* CLOCK_MONOTONIC, 0 while the VM exists */
snapshot |	__u32 pid;		/* of the creating process, initial namespace */
snapshot |	__u32 flags;		/* KES_VM_* */
snapshot |	__u32 nr_vcpus;		/* KES_REC_VCPU records that follow */
snapshot |	__u32 groups;		/* KES_GROUP_* that are on for this VM */
snapshot |	char comm[16];		/* of the creating process, NUL terminated */
snapshot |};
snapshot |
snapshot |/* One exit reason of one vCPU. Only reasons seen at least once are listed. */
snapshot |struct kes_exit {
snapshot |	__u64 code;		/* raw code, or KES_CODE_UNKNOWN */
snapshot |	__u64 reserved;		/* 0, ignored by readers */
snapshot |	__u64 l1;		/* exits from L1, the guest of this KVM */
snapshot |	__u64 l2;		/* exits from L2, a guest of that guest */
snapshot |	__u64 reflected;	/* part of l2: reflected to L1 as a VM exit */
snapshot |	__u64 fastpath;		/* part of l1 + l2: handled by a fastpath */
snapshot |	__u64 userspace;	/* part of l1 + l2: returned to user space */
snapshot |};
snapshot |
snapshot |struct kes_vcpu_record {
snapshot |	struct kes_record rec;
snapshot |	__u64 vm_id;		/* 0 in KES_REC_EVICTED */
snapshot |	__u32 vcpu_id;		/* as given to KVM_CREATE_VCPU */
snapshot |	__u32 nr_exits;		/* number of struct kes_exit that follow */
snapshot |	__u32 exit_size;	/* bytes of each of them */
snapshot |	__u32 reserved0;
snapshot |	__u64 unknown_last;	/* last raw code counted as unknown, or 0 */
snapshot |	/*
snapshot |	 * Accounting check, with KES_FIELD_ACCOUNTING: attempts equals the sum
snapshot |	 * of entry_failed, entry_emulated, and l1 + l2 of all exits. A vCPU that
snapshot |	 * is read between the end of an attempt and the count of its exit is off
snapshot |	 * by 1 at that moment. A vCPU for which counting is switched at that
snapshot |	 * point stays off by 1 (see kes_header.switches).
snapshot |	 */
snapshot |	__u64 attempts;		/* completed VM-entry attempts */
snapshot |	__u64 entry_failed;	/* of these: VMLAUNCH/VMRESUME failed */
snapshot |	__u64 entry_emulated;	/* of these: emulation_required, no VM entry */
disposition|	/* With KES_FIELD_MODIFIERS: */
snapshot |	__u64 bus_lock;		/* exits for another reason with a bus lock */
snapshot |	__u64 enclave;		/* exits in an SGX enclave */
snapshot |	__u64 forced;		/* PREEMPTION_TIMER exits that KVM forced */
snapshot |	__u64 reserved;		/* 0 */
snapshot |	/* struct kes_exit exits[nr_exits]; */
snapshot |};
snapshot |
snapshot |/*
snapshot | * Returns of KVM_RUN to user space, per vCPU. A KVM_RUN that failed has the
snapshot | * reason KES_USERSPACE_ERRNO | errno, or KES_USERSPACE_ERRNO for all errors
snapshot | * that are not counted separately. Exceptions: EINTR is KVM_EXIT_INTR, and a
snapshot | * KVM_EXIT_MEMORY_FAULT, which always comes with an error, is counted as such.
snapshot | */
snapshot |#define KES_USERSPACE_ERRNO	0x80000000U
snapshot |
snapshot |struct kes_userspace {
snapshot |	__u32 reason;		/* KVM_EXIT_*; the last includes higher ones */
snapshot |	__u32 reserved;
snapshot |	__u64 count;
snapshot |};
snapshot |
snapshot |struct kes_userspace_record {
snapshot |	struct kes_record rec;
snapshot |	__u64 vm_id;
snapshot |	__u32 vcpu_id;
snapshot |	__u32 nr;
snapshot |	/* struct kes_userspace reasons[nr]; */
snapshot |};
time     |
time     |/* States of a vCPU's thread; kes_time_exit.cyc has all except the first. */
time     |#define KES_STATE_GUEST		0	/* VM entry to VM exit */
time     |#define KES_STATE_HANDLER	1	/* in KVM, host interrupts included */
time     |#define KES_STATE_USERSPACE	2	/* outside KVM_RUN */
time     |#define KES_STATE_POLLING	3	/* halted, spinning */
time     |#define KES_STATE_BLOCKED	4	/* halted, asleep */
time     |#define KES_STATE_PREEMPTED	5	/* in KVM, runnable, but without a CPU */
time     |#define KES_STATE_SLEEPING	6	/* in KVM, asleep, but not halted */
time     |#define KES_NR_STATES		7
time     |
time     |/* Non-guest time that has no exit's code */
time     |#define KES_CODE_NONE		0x7ffffffffffffffeULL	/* before the first exit */
time     |#define KES_CODE_EMULATED	0x7ffffffffffffffdULL	/* after an emulated entry */
time     |#define KES_CODE_ENTRY_FAILED	0x7ffffffffffffffcULL	/* after a failed entry */
time     |
time     |/* Non-guest time, charged to the exit that preceded it */
time     |struct kes_time_exit {
time     |	__u64 code;
time     |	__u64 cyc[KES_NR_STATES - 1];	/* from KES_STATE_HANDLER on */
time     |	__u64 max_cyc;		/* longest handler time of one exit */
time     |};
time     |
time     |/*
time     | * guest_cyc and all cyc add up to last_cyc - first_cyc. From last_cyc to
time     | * kes_header.now_cyc the thread was in state.
time     | */
time     |struct kes_time_record {
time     |	struct kes_record rec;
time     |	__u64 vm_id;
time     |	__u32 vcpu_id;
time     |	__u32 nr;
time     |	__u64 first_cyc;	/* first change of state, 0: none yet */
time     |	__u64 last_cyc;		/* last change of state */
time     |	__u64 state_code;	/* exit code that state is charged to */
time     |	__u32 state;		/* KES_STATE_* */
time     |	__u32 reserved;
time     |	__u64 guest_cyc;
time     |	__u64 backwards;	/* times that the TSC went backwards: not charged */
time     |	/* struct kes_time_exit exits[nr]; */
time     |};
histogram|
histogram|/*
histogram| * Handler time per exit: bucket[b] counts exits that took 2^(b-1) to 2^b - 1
histogram| * cycles, bucket[0] those that took 0. The last bucket includes longer ones.
histogram| */
histogram|#define KES_NR_BUCKETS		40
histogram|
histogram|struct kes_histogram_exit {
histogram|	__u64 code;
histogram|	__u64 bucket[KES_NR_BUCKETS];
histogram|};
histogram|
histogram|struct kes_histogram_record {
histogram|	struct kes_record rec;
histogram|	__u64 vm_id;
histogram|	__u32 vcpu_id;
histogram|	__u32 nr;
histogram|	/* struct kes_histogram_exit exits[nr]; */
histogram|};
detail   |
detail   |/*
detail   | * Exits of a reason by value. The meaning of value depends on the reason:
detail   | *   IO_INSTRUCTION, IOIO	port; KES_DETAIL_READ for IN and INS
detail   | *   MSR_READ, MSR_WRITE, MSR	index; KES_DETAIL_READ for RDMSR
detail   | *   CPUID			leaf (EAX)
detail   | *   VMCALL, VMMCALL		number (RAX, its low 56 bits)
detail   | *   EXCEPTION_NMI		vector
detail   | *   EXTERNAL_INTERRUPT		vector
detail   | *   CR_ACCESS			register, bits 3:0; access type, bits 5:4: 0
detail   | *				write, 1 read, 2 CLTS, 3 LMSW
detail   | *   EPT_VIOLATION, EPT_MISCONFIG, NPF
detail   | *				guest frame number (4 KiB pages)
detail   | *   APIC_ACCESS, APIC_WRITE	offset in the APIC page
detail   | *   EOI_INDUCED		vector
detail   | */
detail   |#define KES_DETAIL_READ		0x100000000ULL
detail   |/* kes_detail_value.flags */
detail   |#define KES_DETAIL_OTHER	1	/* values that are not listed */
detail   |#define KES_DETAIL_AT_LEAST	2	/* "other" may have exits of this value,
detail   |					 * which entered the table late
detail   |					 */
detail   |
detail   |struct kes_detail_value {
detail   |	__u64 code;
detail   |	__u64 value;
detail   |	__u64 count;
detail   |	__u32 flags;		/* KES_DETAIL_* */
detail   |	__u32 reserved;
detail   |};
detail   |
detail   |struct kes_detail_record {
detail   |	struct kes_record rec;
detail   |	__u64 vm_id;
detail   |	__u32 vcpu_id;
detail   |	__u32 nr;
detail   |	/* struct kes_detail_value values[nr]; */
detail   |};
nested   |
nested   |/*
nested   | * VM exits that L1 received from L2, by the reason that L1 sees. It differs
nested   | * from the reason of the hardware exit in kes_exit.reflected if KVM handled
nested   | * that exit by injecting another one, and there may be no hardware exit.
nested   | */
nested   |struct kes_nested {
nested   |	__u64 code;
nested   |	__u64 count;
nested   |};
nested   |
nested   |struct kes_nested_record {
nested   |	struct kes_record rec;
nested   |	__u64 vm_id;
nested   |	__u32 vcpu_id;
nested   |	__u32 nr;
nested   |	/* struct kes_nested exits[nr]; */
nested   |};
reasons  |
reasons  |#endif /* _UAPI_ASM_X86_KVM_EXIT_STATS_H */
