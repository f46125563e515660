// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main thread's loop while vCPUs run: signals, the time limit, input for
 * the serial port, and vCPUs that are halted for ever. Ends when all vCPUs have
 * ended.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "abi.h"
#include "clock.h"
#include "input.h"
#include "ports.h"
#include "run.h"
#include "watch.h"

#define LOOK_MS	250	/* interval of checks for halted vCPUs */

static volatile sig_atomic_t got_signal;
static int signal_wake_fd;

static void on_signal(int nr)
{
	int saved_errno = errno;

	got_signal = nr;
	vmm_raise(signal_wake_fd);
	errno = saved_errno;
}

static void on_request(int nr)
{
	(void)nr;	/* only interrupts KVM_RUN */
}

static void catch_signals(struct vmm *vmm)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };

	signal_wake_fd = vmm->wake_fd;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], &action, NULL);
	action.sa_handler = on_request;
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

/* The threads of vCPUs block all signals except SIGUSR1; this one handles them. */
static int start_vcpus(struct vmm *vmm, struct errbuf *err)
{
	sigset_t ends, before;
	int rc = 0;

	sigfillset(&ends);
	sigdelset(&ends, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &ends, &before);
	for (unsigned int i = 0; i < vmm->nr_vcpus && !rc; i++) {
		struct vcpu *v = &vmm->vcpus[i];

		rc = pthread_create(&v->thread, NULL, vcpu_run, v);
		v->started = !rc;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc ? err_set(err, -rc, "cannot create a vCPU thread: %s", strerror(rc)) : 0;
}

static bool runs(const struct vcpu *v)
{
	return v->started && atomic_load(&v->end) == END_NOT;
}

static void stop_all(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++)
		if (runs(&vmm->vcpus[i]))
			vcpu_request(&vmm->vcpus[i], REQUEST_STOP);
	/* Also wake vCPUs that wait for input, so that they see the request. */
	vmm_raise(vmm->stop_fd);
}

/* A machine with a single program is over when its first vCPU ends. */
static bool all_ended(struct vmm *vmm)
{
	bool ended = true;

	for (unsigned int i = 0; i < vmm->nr_vcpus; i++) {
		if (runs(&vmm->vcpus[i]))
			ended = false;
		else if (vmm->vcpus[i].boot.kind->alone)
			vmm->over = true;
	}
	return ended;
}

/*
 * Check vCPUs that have used no CPU time since the last call: with interrupt
 * chips, KVM_RUN does not return while a vCPU is halted.
 */
static void look_for_sleepers(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++) {
		struct vcpu *v = &vmm->vcpus[i];
		struct timespec t;
		clockid_t clock;
		uint64_t cpu_ns;

		if (!runs(v) || pthread_getcpuclockid(v->thread, &clock) ||
		    clock_gettime(clock, &t))
			continue;
		cpu_ns = (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
		if (cpu_ns == v->cpu_ns)
			vcpu_request(v, REQUEST_ASLEEP);
		v->cpu_ns = cpu_ns;
	}
}

/*
 * Always read from a raw terminal, so that ^A x works. Input is lost if the
 * guest does not receive it yet.
 */
static bool input_wanted(struct vmm *vmm)
{
	bool wanted;

	pthread_mutex_lock(&vmm->device_lock);
	wanted = !vmm->input_ended &&
		 (input_is_raw() || serial_wants(&vmm->serial));
	pthread_mutex_unlock(&vmm->device_lock);
	return wanted;
}

/* Return the time to wait in ms; 0 after the time limit, -1 for ever. */
static int wait_ms(const struct vmm *vmm, uint64_t end_ns)
{
	uint64_t now = mono_ns(), left_ms;

	if (vmm->wants & MINIVMM_WANTS_IRQCHIP && now + LOOK_MS * NSEC_PER_MSEC < end_ns)
		return LOOK_MS;
	if (end_ns == UINT64_MAX)
		return -1;
	left_ms = end_ns > now ? (end_ns - now) / NSEC_PER_MSEC + 1 : 0;
	return left_ms < 60000 ? (int)left_ms : 60000;
}

static void wait_once(struct vmm *vmm, int ms)
{
	struct pollfd fds[] = {
		{ .fd = vmm->wake_fd, .events = POLLIN },
		{ .fd = vmm->input, .events = POLLIN },
	};
	uint64_t drained;
	int nr = poll(fds, input_wanted(vmm) ? 2 : 1, ms);
	char byte;

	if (nr > 0 && fds[0].revents &&
	    read(vmm->wake_fd, &drained, sizeof(drained)) < 0)
		return;	/* nothing to read */
	if (nr > 0 && fds[1].revents && input_take(vmm, &byte))
		ports_receive(vmm, (uint8_t)byte);
	if (!nr)
		look_for_sleepers(vmm);
}

static void watch(struct vmm *vmm)
{
	uint64_t limit_ns = vmm->options->timeout_ns;
	uint64_t end_ns = limit_ns ? mono_ns() + limit_ns : UINT64_MAX;

	while (!all_ended(vmm)) {
		vmm->timed_out |= mono_ns() >= end_ns;
		if (vmm->timed_out || vmm->over || vmm->quit || got_signal ||
		    vmm->output_errno) {
			stop_all(vmm);
			end_ns = UINT64_MAX;
		}
		wait_once(vmm, wait_ms(vmm, end_ns));
	}
}

int watch_all(struct vmm *vmm, struct errbuf *err)
{
	int rc;

	catch_signals(vmm);
	rc = start_vcpus(vmm, err);
	if (rc)
		vmm->over = true;
	watch(vmm);
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++)
		if (vmm->vcpus[i].started)
			pthread_join(vmm->vcpus[i].thread, NULL);
	return rc ? rc : got_signal;
}
