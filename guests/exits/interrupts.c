// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: interrupts, windows, timers, HLT. The local APIC in xAPIC mode
 * costs an exit for each access (lib/apic.h); they are stated as A. Interrupts
 * are off but where something says STI.
 */
#include "../lib/apic.h"
#include "exits.h"

#define TICK_CLOCKS	1000000u	/* ns in KVM */
#define LONG_CLOCKS	20000000u	/* two ticks of a host with HZ=100 */
#define SHORT_CLOCKS	1000000u
#define APIC_BASE_X2	0xfee00d00ull
#define MSR_DEADLINE	0x6e0
#define MSR_X2_SPURIOUS	0x80f
#define MSR_X2_ICR	0x830

/*
 * n HLT, each ended by a tick. A = n + 6: one EOI each, and at least that, as
 * a tick that comes late may be taken before HLT (lib/apic.c).
 */
void exit_hlt(uint32_t n)
{
	apic_enable();
	apic_start_ticks(TICK_CLOCKS);
	while (n--)
		sleep_until_interrupt();
	apic_stop_ticks();
}

/*
 * n HLT with an interrupt that is pending already, sent by ourselves: nothing
 * is waited for, and VMX has it done in the fastpath. Besides n windows, in
 * which the interrupt comes in: VMX INTERRUPT_WINDOW, SVM VINTR. A = 2n + 2:
 * ICR and EOI.
 */
void exit_hlt_pending(uint32_t n)
{
	apic_enable();
	while (n--) {
		apic_write(APIC_ICR, ICR_SELF | TIMER_VECTOR);
		sleep_until_interrupt();
	}
}

/*
 * One timer, in one shot, waited for without exits and with interrupts on.
 * A = 2: initial count, EOI.
 */
static void spin(uint32_t clocks)
{
	const uint32_t before = irqs_seen;

	apic_write(APIC_INITIAL, clocks);
	__asm__ volatile("sti" : : : "memory");
	while (irqs_seen == before)
		;
	__asm__ volatile("cli" : : : "memory");
}

/*
 * The host's own tick, while the guest spins for two of them, n times: at least
 * n, how many is the host's affair. VMX: n PREEMPTION_TIMER. A = 2n + 3.
 */
void exit_interrupt(uint32_t n)
{
	apic_enable();
	apic_write(APIC_LVT_TIMER, TIMER_VECTOR);
	while (n--)
		spin(LONG_CLOCKS);
}

/*
 * VMX counts down to the guest's timer itself: n PREEMPTION_TIMER, in the
 * fastpath. SVM has a timer of the host's, which is one of its interrupts: no
 * exits of its own. A = 2n + 3.
 */
void exit_timer(uint32_t n)
{
	apic_enable();
	apic_write(APIC_LVT_TIMER, TIMER_VECTOR);
	while (n--)
		spin(SHORT_CLOCKS);
}

/*
 * An interrupt that comes while they are off, and then STI: n INTERRUPT_WINDOW
 * or VINTR. A = 2n + 2: ICR and EOI.
 */
void exit_window(uint32_t n)
{
	apic_enable();
	while (n--) {
		apic_write(APIC_ICR, ICR_SELF | TIMER_VECTOR);
		__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	}
}

/*
 * An NMI whose handler sends another one, which has to wait for its IRET. VMX:
 * n NMI_WINDOW. SVM: IRET is intercepted after each NMI, 2n; KVM then does one
 * step to get behind it if another NMI waits: n EXCP_DB. A = 2n + 2.
 */
void exit_nmi_window(uint32_t n)
{
	apic_enable();
	while (n--) {
		nmi_again = 1;
		apic_write(APIC_ICR, ICR_NMI);
	}
}

/*
 * A deadline that never comes, and in the end none: n MSR_WRITE, all in the
 * fastpath. A = 3.
 */
void exit_tsc_deadline(uint32_t n)
{
	apic_enable();
	apic_write(APIC_LVT_TIMER, TIMER_DEADLINE | TIMER_VECTOR);
	while (n--)
		wrmsr(MSR_DEADLINE, n ? ~0ull >> 8 : 0);
}

/*
 * Sent to ourselves, and never taken: n MSR_WRITE in the fastpath, and two that
 * are not, to switch x2APIC mode and the APIC on.
 */
void exit_x2apic_icr(uint32_t n)
{
	wrmsr(MSR_APIC_BASE, APIC_BASE_X2);
	wrmsr(MSR_X2_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
	while (n--)
		wrmsr(MSR_X2_ICR, TIMER_VECTOR);
}

/*
 * In 64-bit mode, and it does not come back (long.S). An interrupt waits below
 * the task priority, which then goes down: n TPR_BELOW_THRESHOLD. A = n + 2: ICR.
 */
void exit_tpr_threshold(uint32_t n)
{
	apic_enable();
	long_mode(long_tpr, n);
}

/*
 * The same on SVM: KVM intercepts CR8 as long as an interrupt waits for it. n
 * WRITE_CR8, as the task priority stays above it all the time, and the one of
 * exit_cr8(). A = 3.
 */
void exit_cr8_pending(uint32_t n)
{
	apic_enable();
	long_mode(long_cr8_pending, n);
}
