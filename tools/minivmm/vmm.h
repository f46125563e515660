/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine: its memory, vCPUs and devices, and what is known of
 * each vCPU when it has ended. life.c makes it, run.c runs a vCPU, watch.c
 * waits for all of them.
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

#define NR_EXITS	64	/* KVM_EXIT reasons that are told apart */

/* Why a vCPU runs no longer. */
enum end {
	END_NOT,
	END_WELL,	/* HLT, status 0, power-off, reset */
	END_STATUS,	/* by the exit port, with another status */
	END_FAILED,	/* by KVM, or by what the guest did; err says it */
	END_STOPPED,	/* by us: time is over, or a signal */
};

/* What a vCPU is asked when it is called out of KVM_RUN; bits. */
enum request {
	REQUEST_STOP = 1,
	REQUEST_ASLEEP = 2,	/* does anything wake you? */
};

struct vcpu {
	struct vmm *vmm;
	unsigned int index;
	int fd;
	struct kvm_run *run;
	struct boot boot;
	struct memory slice;	/* its program's memory */
	pthread_t thread;
	bool started;
	atomic_int requests;

	/* Its thread's until it has ended, which is the last thing it sets. */
	atomic_int end;
	uint32_t status;
	struct errbuf err;	/* how it ended, when there is more to say */
	struct buf line;	/* what it has written of a line */
	uint64_t exits[NR_EXITS];
	uint64_t run_ns;

	uint64_t cpu_ns;	/* watch.c: its thread's, when last looked at */
};

struct vmm {
	const struct options *options;
	struct call_times times;
	uint64_t start_ns, setup_ns;
	int kvm, vm;
	size_t run_bytes;	/* of each vCPU's struct kvm_run */
	uint32_t wants;		/* of all programs */
	struct memory ram, rom;
	struct vcpu vcpus[MAX_VCPUS];
	unsigned int nr_vcpus;

	int input;		/* what INPUT and the serial port read */
	int wake_fd;		/* wakes watch.c */
	int stop_fd;		/* readable for ever when all must stop */
	pthread_mutex_t output_lock;
	pthread_mutex_t device_lock;
	struct serial serial;	/* and below: under device_lock */
	unsigned int serial_level;
	uint8_t cmos_index;
	atomic_int output_errno;
	atomic_bool input_ended;
	atomic_bool quit;	/* asked for at the terminal */
	bool timed_out, over;	/* watch.c: why all have to stop */
};

/* Makes an eventfd readable; also for a signal's handler. */
void vmm_raise(int fd);
/* Wakes watch_all(). */
void vmm_wake(struct vmm *vmm);

#endif
