/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual machine: its memory, vCPUs and devices, and what is known of
 * each vCPU when it has ended. vmm.c makes it, run.c runs a vCPU, watch.c
 * waits for all of them.
 */
#ifndef MINIVMM_VMM_H
#define MINIVMM_VMM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "call.h"
#include "load.h"
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

/*
 * Makes the machine with all vCPUs at their programs' start. -ENODEV when
 * /dev/kvm cannot be used here; other errors are failures.
 */
int vmm_create(struct vmm *vmm, struct errbuf *err);
/* One vCPU's registers and tables at its program's start; arch.c. */
int arch_boot(struct vcpu *vcpu, struct errbuf *err);
/* PIC and PIT as a PC's firmware leaves them; arch.c. */
int arch_interrupts(struct vmm *vmm, struct errbuf *err);
/* A vCPU's life; for pthread_create(). */
void *vcpu_run(void *vcpu);
/* Has vCPU @v return from KVM_RUN to see to @request. */
void vcpu_request(struct vcpu *v, enum request request);
/* Wakes watch_all(). */
void vmm_wake(struct vmm *vmm);
/* Starts all vCPUs and waits for all. The signal that ended it, 0, -errno. */
int watch_all(struct vmm *vmm, struct errbuf *err);

/* Answers KVM_EXIT_IO. */
int ports_io(struct vcpu *vcpu);
/* Writes what there is of a line; @last: its program has ended. */
void ports_flush(struct vcpu *vcpu, bool last);
/* Takes the serial port's interrupt line where it belongs; device_lock held. */
void ports_serial_line(struct vmm *vmm);

/* Opens what guests read; a terminal becomes raw when the guest is a Linux. */
int input_open(struct vmm *vmm, struct errbuf *err);
void input_close(void);
bool input_is_raw(void);
bool input_ready(struct vmm *vmm);
/* The next byte, for which it waits; false at the end. */
bool input_take(struct vmm *vmm, char *byte);

void stats_text(const struct vmm *vmm);
void stats_json(const struct vmm *vmm);

#endif
