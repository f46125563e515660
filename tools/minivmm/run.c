// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop of a vCPU: call KVM_RUN and handle the reason of its return. A table
 * has the supported reasons. Any other reason ends the vCPU with a message.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "arch.h"
#include "clock.h"
#include "kvm-exits.h"
#include "ports.h"
#include "run.h"

#define INSTRUCTION	15	/* bytes, at most */

static int call(struct vcpu *v, enum call call, void *arg)
{
	return call_kvm(&v->vmm->times, v->fd, call, arg, &v->err);
}

/* Format the bytes at a linear address in hexadecimal, up to the end of memory. */
static void bytes_text(struct vcpu *v, uint64_t linear, char *text, size_t size)
{
	struct kvm_translation at = { .linear_address = linear };
	size_t len = 0;

	text[0] = '\0';
	if (call(v, CALL_TRANSLATE, &at) < 0 || !at.valid)
		return;
	for (uint64_t i = 0; i < INSTRUCTION && len + 4 < size; i++) {
		uint64_t address = at.physical_address + i;
		uint64_t in_rom = address - (FOUR_GIB - v->vmm->rom.size);
		const uint8_t *byte = memory_at(&v->vmm->ram, address, 1);

		if (!byte)
			byte = memory_at(&v->vmm->rom, in_rom, 1);
		if (!byte)
			return;
		len += (size_t)snprintf(text + len, size - len, " %02x", *byte);
	}
}

/* Format the current address of the vCPU and the bytes there. */
static void place_text(struct vcpu *v, char *text, size_t size)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	char bytes[3 * INSTRUCTION + 4];
	uint64_t linear;

	snprintf(text, size, "at an unknown address");
	if (call(v, CALL_GET_REGS, &regs) < 0 ||
	    call(v, CALL_GET_SREGS, &sregs) < 0)
		return;
	linear = regs.rip + (sregs.cs.l ? 0 : sregs.cs.base);
	bytes_text(v, linear, bytes, sizeof(bytes));
	snprintf(text, size, "at 0x%llx, bytes%s", (unsigned long long)linear,
		 bytes[0] ? bytes : " not in memory");
}

/* End the vCPU with a message that includes its current address. */
static int end_here(struct vcpu *v, enum end end, const char *what)
{
	char place[128], reason[256];

	snprintf(reason, sizeof(reason), "%s", what);
	place_text(v, place, sizeof(place));
	err_set(&v->err, 0, "%s %s", reason, place);
	return end;
}

static int end_with(enum end end, struct vcpu *v, const char *what)
{
	err_set(&v->err, 0, "%s", what);
	return end;
}

static int on_hlt(struct vcpu *v)
{
	v->err.text[0] = '\0';
	return END_WELL;
}

static int on_shutdown(struct vcpu *v)
{
	if (v->boot.kind->os)
		return end_with(END_WELL, v, "reset by a triple fault");
	return end_here(v, END_FAILED, "triple fault (KVM_EXIT_SHUTDOWN)");
}

static int on_fail_entry(struct vcpu *v)
{
	char what[128];

	snprintf(what, sizeof(what),
		 "the CPU refused the VM entry (KVM_EXIT_FAIL_ENTRY, reason 0x%llx)",
		 (unsigned long long)v->run->fail_entry.hardware_entry_failure_reason);
	return end_here(v, END_FAILED, what);
}

static int on_internal_error(struct vcpu *v)
{
	static const char *const names[] = {
		[KVM_INTERNAL_ERROR_EMULATION] = "cannot emulate this instruction",
		[KVM_INTERNAL_ERROR_SIMUL_EX] = "simultaneous exceptions",
		[KVM_INTERNAL_ERROR_DELIVERY_EV] = "exit while delivering an event",
		[KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON] = "unexpected exit",
	};
	uint32_t error = v->run->internal.suberror;
	char what[128];

	snprintf(what, sizeof(what), "KVM_EXIT_INTERNAL_ERROR, suberror %u: %s",
		 error, error < ARRAY_LEN(names) && names[error] ?
		 names[error] : "unknown");
	return end_here(v, END_FAILED, what);
}

/* Unmapped memory reads as ones, as on a PC's bus, and ignores writes. */
static int on_mmio(struct vcpu *v)
{
	if (!v->run->mmio.is_write)
		memset(v->run->mmio.data, 0xff, sizeof(v->run->mmio.data));
	return END_NOT;
}

static int on_nothing(struct vcpu *v)
{
	(void)v;
	return END_NOT;
}

static int on_unknown(struct vcpu *v)
{
	const char *name = kvm_exit_name(v->run->exit_reason);
	char what[128];

	snprintf(what, sizeof(what), "KVM_EXIT_%s (%u): not supported",
		 name ? name : "?", v->run->exit_reason);
	return end_here(v, END_FAILED, what);
}

static int (*const handlers[])(struct vcpu *v) = {
	[KVM_EXIT_IO] = ports_io,
	[KVM_EXIT_HLT] = on_hlt,
	[KVM_EXIT_MMIO] = on_mmio,
	[KVM_EXIT_IRQ_WINDOW_OPEN] = on_nothing,
	[KVM_EXIT_SHUTDOWN] = on_shutdown,
	[KVM_EXIT_FAIL_ENTRY] = on_fail_entry,
	[KVM_EXIT_INTR] = on_nothing,
	[KVM_EXIT_INTERNAL_ERROR] = on_internal_error,
};

/* Return true if the vCPU is halted with interrupts off: nothing can wake it. */
static bool is_halted_for_ever(struct vcpu *v)
{
	struct kvm_mp_state state;
	struct kvm_regs regs;

	return call(v, CALL_GET_MP_STATE, &state) >= 0 &&
	       state.mp_state == KVM_MP_STATE_HALTED &&
	       call(v, CALL_GET_REGS, &regs) >= 0 && !(regs.rflags & RFLAGS_IF);
}

/*
 * Called when KVM_RUN was interrupted. immediate_exit is cleared before
 * requests are read, and set after they are written, so that no request is
 * lost.
 */
static int answer_requests(struct vcpu *v)
{
	int requests;

	__atomic_store_n(&v->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
	requests = atomic_exchange(&v->requests, 0);
	if (requests & REQUEST_STOP)
		return end_here(v, END_STOPPED, "timed out (increase --timeout)");
	if (requests & REQUEST_ASLEEP && is_halted_for_ever(v))
		return end_with(END_WELL, v, "halted with interrupts off");
	return END_NOT;
}

void vcpu_request(struct vcpu *v, enum request request)
{
	atomic_fetch_or(&v->requests, (int)request);
	__atomic_store_n(&v->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	pthread_kill(v->thread, SIGUSR1);
}

static int run_once(struct vcpu *v)
{
	int rc = call(v, CALL_RUN, NULL);
	uint32_t reason = v->run->exit_reason;

	if (rc == -EINTR) {
		v->exits[KVM_EXIT_INTR]++;
		return answer_requests(v);
	}
	if (rc == -EAGAIN)	/* another vCPU started this one */
		return END_NOT;
	if (rc < 0) {
		struct errbuf why = v->err;

		return end_here(v, END_FAILED, why.text);
	}
	v->exits[reason < NR_EXITS ? reason : 0]++;
	if (reason < ARRAY_LEN(handlers) && handlers[reason])
		return handlers[reason](v);
	return on_unknown(v);
}

void *vcpu_run(void *data)
{
	struct vcpu *v = data;
	uint64_t start_ns = mono_ns();
	int end;

	do
		end = run_once(v);
	while (end == END_NOT);
	v->run_ns = mono_ns() - start_ns;
	ports_flush(v, true);
	atomic_store(&v->end, end);
	vmm_wake(v->vmm);
	return NULL;
}
