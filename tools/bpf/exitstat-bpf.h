/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs count and exitstat reads: the layout of the maps.
 *
 * A vCPU has a place, which is its index in all arrays. It is filled by the
 * vCPU's own thread only, so that counters need no atomics, and read through
 * a mapping of the arrays. Slots are those of the engine (module/slots.h).
 * Times are nanoseconds of CLOCK_MONOTONIC, which BPF can read; the TSC it
 * cannot.
 */
#ifndef EXITSTAT_BPF_H
#define EXITSTAT_BPF_H

#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#include "kvm_exit_stats.h"
#include "slots.h"

/* Columns of counters: whose exit it was. */
#define EB_L1		0
#define EB_L2		1
#define EB_NR_CONTEXTS	2

/* KVM_EXIT_* below the last are told apart, the others share it. */
#define EB_NR_RETURNS	44

/* No exit that a return to user space could be blamed on. */
#define EB_NO_EXIT	0xffffffffU

/* Codes of a vCPU under PVM that are told apart. */
#define EB_NR_PVM_CODES	32

/**
 * struct eb_vcpu - one life of a vCPU and its counts
 * @vcpu: the address of KVM's vCPU, written last; 0: this place is free
 * @kvm: of its VM
 * @first_ns: when it was first seen
 * @ended_ns: when KVM let go of it, 0 before
 * @seq: odd while a program writes to this place, in any of the arrays
 * @tgid: the process that runs it
 * @tid: the thread that ran it last
 * @isa: KES_ISA_*, NONE before the first exit
 * @last: slot + context * KES_NR_SLOTS of the exit that nothing became of yet
 * @waiting: slot + 1 of an exit whose detail a later event brings, or 0
 * @returned: KVM_RUN has returned since the last exit
 * @settled: since KVM_RUN returned, @tid was seen to run this vCPU again
 * @exits_before, @exits_returned: KVM's own number of exits, at the last exit and
 *	at the last return; to notice a new life, where that is needed
 * @exits_silent: the same, as far as it was counted where no event tells of
 *	exits
 * @saw_exit: there was an event of an exit
 * @unknown_last: the last code that was counted in KES_SLOT_UNKNOWN
 * @comm: of the process
 * @pvm_codes: PVM: the code + 1 that a slot stands for, 0: none yet
 */
struct eb_vcpu {
	u64 vcpu;
	u64 kvm;
	u64 first_ns;
	u64 ended_ns;
	u32 seq;
	u32 vcpu_id;
	u32 tgid;
	u32 tid;
	u32 isa;
	u32 last;
	u32 waiting;
	u8 returned;
	u8 settled;
	u8 saw_exit;
	u8 reserved;
	u64 exits_before;
	u64 exits_returned;
	u64 exits_silent;
	u64 unknown_last;
	char comm[16];
	u32 pvm_codes[EB_NR_PVM_CODES];
	u64 exits[EB_NR_CONTEXTS][KES_NR_SLOTS];
	u64 userspace[EB_NR_CONTEXTS][KES_NR_SLOTS];
	u64 returns[EB_NR_RETURNS];
};

/**
 * struct eb_time - where its thread's time goes
 * @first_ns: first change of state, 0: none yet
 * @last_ns: until then, all time is in one of the sums
 * @handling_ns: when the handler would have begun to deal with the last exit,
 *	had nothing but it run since
 * @off_ns: since when the thread has had no CPU, 0: it has one
 * @preempted_ns, @slept_ns: without a CPU since @last_ns, against its will or
 *	of its own; what the latter was for turns out later
 * @state: KES_STATE_*; those of a halt are not entered, only charged
 * @slot: the reason that is charged, KES_NO_SLOT before the first exit
 * @sums_ns: non-guest time by reason and state, KES_STATE_HANDLER first
 * @max_ns: longest handler time of one exit
 */
struct eb_time {
	u64 first_ns;
	u64 last_ns;
	u64 handling_ns;
	u64 off_ns;
	u64 preempted_ns;
	u64 slept_ns;
	u32 off_asleep;
	u32 state;
	u32 slot;
	u32 reserved;
	u64 guest_ns;
	u64 sums_ns[KES_NR_SLOTS + 1][KES_NR_STATES - 1];
	u64 max_ns[KES_NR_SLOTS + 1];
};

/* Handler time of one exit, by its power of two in nanoseconds. */
struct eb_histogram {
	u64 n[KES_NR_SLOTS + 1][KES_NR_BUCKETS];
};

/* The same tables as in module/detail.h, which explains them. */
#define EB_VALUE_BITS	9
#define EB_PAGE_BITS	8
#define EB_STEPS	16
#define EB_VALUE_MASK	((1ULL << 56) - 1)

struct eb_pair {
	u64 key;		/* slot + 1 in the upper 8 bits, 0: free */
	u64 count;
};

struct eb_detail {
	struct eb_pair values[1 << EB_VALUE_BITS];
	struct eb_pair pages[1 << EB_PAGE_BITS];
	u64 other[KES_NR_SLOTS];
};

/* SVM's codes beyond the table of small ones. */
struct eb_far_code {
	u32 code;
	u32 slot;
};

#define EB_MAX_FAR	64

#endif
