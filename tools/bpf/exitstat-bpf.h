/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of the maps that the BPF programs write and exitstat reads.
 *
 * A vCPU has a place, its index in all arrays. Only the vCPU's own thread
 * writes to it, so counters need no atomics; exitstat reads the arrays through
 * a mapping. Slots are the same as in the engine (module/slots.h). Times are
 * nanoseconds of CLOCK_MONOTONIC, because BPF cannot read the TSC.
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

/* Contexts: the guest that exited */
#define EB_L1		0
#define EB_L2		1
#define EB_NR_CONTEXTS	2

/* KVM_EXIT_* with a counter of their own, plus one for all higher values */
#define EB_NR_RETURNS	44

/* Errors of KVM_RUN with a counter of their own, and one for all others */
#define EB_ERROR_OTHER		0
#define EB_ERROR_AGAIN		1
#define EB_ERROR_FAULT		2
#define EB_ERROR_HWPOISON	3
#define EB_NR_ERRORS		4

/* There is no exit to which a return to user space can be charged. */
#define EB_NO_EXIT	0xffffffffU

/* Codes per vCPU under PVM that are counted separately */
#define EB_NR_PVM_CODES	32

/**
 * struct eb_vcpu - a vCPU, from its creation to its destruction, and its counts
 * @vcpu: the address of KVM's vCPU, written last; 0: this place is free
 * @kvm: the address of KVM's VM
 * @first_ns: when it was first seen
 * @ended_ns: when KVM destroyed it, 0 before
 * @pid: KVM's vcpu->pid, which changes with the thread that runs it; 0: unknown
 * @vmcb: SVM: the address of L1's VMCB
 * @place: its index
 * @seq: odd while a program of the vCPU's own thread writes to this place, in any
 *	of the arrays
 * @tgid: the process that runs it
 * @tid: the thread that last ran it
 * @isa: KES_ISA_*, NONE before the first exit
 * @last: slot + context * KES_NR_SLOTS of the last exit while its disposition is
 *	not known, or EB_NO_EXIT
 * @waiting: slot + 1 of an exit whose detail a later event provides, or 0
 * @returned: KVM_RUN has returned since the last exit
 * @settled: @tid was seen to run this vCPU since KVM_RUN last returned
 * @exits_before, @exits_returned: KVM's own count of exits, at the last exit and
 *	at the last return; used to detect a new vCPU at the same address
 * @exits_silent: KVM's own count of exits up to which exits without an event were
 *	counted
 * @saw_exit: at least one exit had an event
 * @is_td: a TDX guest, whose registers KVM does not see
 * @unknown_last: the last code that was counted in KES_SLOT_UNKNOWN
 * @comm: name of the process
 * @pvm_codes: PVM: the code + 1 of each slot, 0: not used yet
 */
struct eb_vcpu {
	u64 vcpu;
	u64 kvm;
	u64 first_ns;
	u64 ended_ns;
	u64 pid;
	u64 vmcb;
	u32 place;
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
	u8 is_td;
	u32 reserved;
	u64 exits_before;
	u64 exits_returned;
	u64 exits_silent;
	u64 unknown_last;
	char comm[16];
	u32 pvm_codes[EB_NR_PVM_CODES];
	u64 exits[EB_NR_CONTEXTS][KES_NR_SLOTS];
	u64 userspace[EB_NR_CONTEXTS][KES_NR_SLOTS];
	u64 returns[EB_NR_RETURNS];
	u64 errors[EB_NR_ERRORS];
};

/* Why a thread in KVM_RUN has no CPU */
#define EB_OFF_PREEMPTED	0	/* it is runnable */
#define EB_OFF_SLEEPING		1	/* in the handler of an exit */
#define EB_OFF_BLOCKED		2	/* its vCPU is halted, or waits for INIT */
#define EB_NR_OFF		3

/**
 * struct eb_time - the time of a vCPU's thread by state
 * @first_ns: first change of state, 0: none yet
 * @last_ns: end of the time that is charged in the sums
 * @handling_ns: start of the current handling interval, moved forward by the time
 *	spent outside the handler
 * @off_since_ns: when the thread was scheduled out, 0: it has a CPU. Only on_switch
 *	writes this and the next three: it may interrupt a program that charges time.
 * @off_why: EB_OFF_* of the current or last time without a CPU
 * @offs: how often the thread was scheduled in again
 * @off_ns: time without a CPU by EB_OFF_*
 * @offs_charged: @offs when all of @off_ns was charged
 * @off_charged_ns: part of @off_ns that is charged in the sums
 * @state: KES_STATE_*; polling and blocked are never current, only charged
 * @slot: the reason that is charged, KES_NO_SLOT before the first exit
 * @guest_ns: guest time
 * @sums_ns: non-guest time by reason and state, KES_STATE_HANDLER first
 * @max_ns: longest handler time of one exit
 */
struct eb_time {
	u64 first_ns;
	u64 last_ns;
	u64 handling_ns;
	u64 off_since_ns;
	u32 off_why;
	u32 offs;
	u64 off_ns[EB_NR_OFF];
	u64 off_charged_ns[EB_NR_OFF];
	u32 offs_charged;
	u32 state;
	u32 slot;
	u32 reserved;
	u64 guest_ns;
	u64 sums_ns[KES_NR_SLOTS + 1][KES_NR_STATES - 1];
	u64 max_ns[KES_NR_SLOTS + 1];
};

/* Handler time per exit, in powers of two nanoseconds */
struct eb_histogram {
	u64 n[KES_NR_SLOTS + 1][KES_NR_BUCKETS];
};

/* The same tables as in module/detail.h, where they are described */
#define EB_VALUE_BITS	9
#define EB_PAGE_BITS	8
#define EB_STEPS	16
#define EB_VALUE_MASK	((1ULL << 56) - 1)

struct eb_pair {
	u64 key;		/* slot + 1 in the upper 8 bits, 0: free */
	u64 count;		/* since it entered the table */
	u64 error;		/* at most so many before, which are in "other" */
};

struct eb_detail {
	struct eb_pair values[1 << EB_VALUE_BITS];
	struct eb_pair pages[1 << EB_PAGE_BITS];
	u64 other[KES_NR_SLOTS];
};

/* SVM's codes that are not in the table of small codes */
struct eb_far_code {
	u32 code;
	u32 slot;
};

#define EB_MAX_FAR	64

#endif
