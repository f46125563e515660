/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine: its memory, vCPUs and devices, and how each vCPU ended.
 * life.c creates it, run.c runs a vCPU, watch.c waits for all of them.
 */
#ifndef MINIVMM_VMM_H
#define MINIVMM_VMM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "boot.h"
#include "call.h"
#include "memory.h"
#include "options.h"
#include "serial.h"

#define NR_EXITS	64	/* KVM_EXIT reasons that are counted separately */

/* How a vCPU ended. */
enum end {
	END_NOT,	/* still running */
	END_WELL,	/* HLT, status 0, power-off, reset */
	END_STATUS,	/* exit port, with another status */
	END_FAILED,	/* an error of KVM or of the guest, see err */
	END_STOPPED,	/* by minivmm: time limit or signal */
};

/* Requests to a vCPU; bits. */
enum request {
	REQUEST_STOP = 1,
	REQUEST_ASLEEP = 2,	/* end if halted for ever */
};

struct vcpu {
	struct vmm *vmm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	struct boot boot;
	struct memory slice;	/* memory of its program */
	pthread_t thread;
	bool started;
	atomic_int requests;

	/* Used by its thread only, until the thread sets end as its last step. */
	atomic_int end;
	uint32_t status;
	struct errbuf err;	/* details of how it ended, or empty */
	struct buf line;	/* partial line of output */
	uint64_t exits[NR_EXITS];
	uint64_t run_ns;

	uint64_t cpu_ns;	/* watch.c: its thread's CPU time at the last check */
};

struct vmm {
	const struct options *options;
	struct call_times times;
	uint64_t start_ns, setup_ns;
	int kvm, vm;
	size_t run_bytes;	/* of each vCPU's struct kvm_run */
	uint32_t wants;		/* union over all programs */
	struct memory ram, rom;
	struct vcpu vcpus[MAX_VCPUS];
	unsigned int nr_vcpus;

	int input;		/* source for the input port and the serial port */
	int wake_fd;		/* wakes watch.c */
	int stop_fd;		/* readable once all vCPUs must stop */
	pthread_mutex_t output_lock;
	pthread_mutex_t device_lock;
	struct serial serial;	/* this and the next two: under device_lock */
	unsigned int serial_level;
	uint8_t cmos_index;
	atomic_int output_errno;
	atomic_bool input_ended;
	atomic_bool quit;	/* requested at the terminal */
	bool timed_out, over;	/* watch.c: the reason to stop all vCPUs */
};

/* Make an eventfd readable. Safe in signal handlers. */
void vmm_raise(int fd);
/* Wake watch_all(). */
void vmm_wake(struct vmm *vmm);

#endif
