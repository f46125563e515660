// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generators: interrupts, windows, timers, HLT. Each access to the local APIC
 * in xAPIC mode is an exit (lib/apic.h); their number is given as A. Interrupts
 * are off except after STI.
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
 * n HLT, each ended by a tick. A is at least n + 6: one EOI each, and more if a
 * late tick is taken before HLT (lib/apic.c).
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
 * n HLT with a pending self-IPI: HLT does not wait, and VMX handles it in the
 * fastpath. Also n windows in which the interrupt is delivered: VMX
 * INTERRUPT_WINDOW, SVM VINTR. A = 2n + 2: ICR and EOI.
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
 * A one-shot timer; wait for it without exits and with interrupts on. A = 2:
 * initial count, EOI.
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
 * The host's timer tick, while the guest spins for two of them, n times: at
 * least n, depending on the host. VMX: n PREEMPTION_TIMER. A = 2n + 3.
 */
void exit_interrupt(uint32_t n)
{
	apic_enable();
	apic_write(APIC_LVT_TIMER, TIMER_VECTOR);
	while (n--)
		spin(LONG_CLOCKS);
}

/*
 * VMX uses the preemption timer for the guest's timer: n PREEMPTION_TIMER. The
 * fastpath handles them, but without APICv their interrupt makes KVM leave its
 * inner loop. On SVM, KVM uses a timer of the host, which exits as an interrupt
 * of the host. A = 2n + 3.
 */
void exit_timer(uint32_t n)
{
	apic_enable();
	apic_write(APIC_LVT_TIMER, TIMER_VECTOR);
	while (n--)
		spin(SHORT_CLOCKS);
}

/*
 * An interrupt that arrives while interrupts are off, and then STI: n
 * INTERRUPT_WINDOW or VINTR. A = 2n + 2: ICR and EOI.
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
 * An NMI whose handler sends another NMI, which is blocked until IRET. VMX: n
 * NMI_WINDOW. SVM: IRET is intercepted after each NMI: 2n; KVM then
 * single-steps over it if another NMI is pending: n EXCP_DB. A = 2n + 2.
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
 * Set a deadline that is never reached, and finally clear it: n MSR_WRITE, all
 * in the fastpath. A = 3.
 */
void exit_tsc_deadline(uint32_t n)
{
	apic_enable();
	apic_write(APIC_LVT_TIMER, TIMER_DEADLINE | TIMER_VECTOR);
	while (n--)
		wrmsr(MSR_DEADLINE, n ? ~0ull >> 8 : 0);
}

/*
 * Self-IPIs that are never taken: n MSR_WRITE, which the fastpath handles
 * without re-entering, as for the timer, and two others to enable x2APIC mode
 * and the APIC.
 */
void exit_x2apic_icr(uint32_t n)
{
	wrmsr(MSR_APIC_BASE, APIC_BASE_X2);
	wrmsr(MSR_X2_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
	while (n--)
		wrmsr(MSR_X2_ICR, TIMER_VECTOR);
}

/*
 * In 64-bit mode, does not return (long.S). An interrupt is pending below the
 * task priority, which is then lowered: n TPR_BELOW_THRESHOLD. A = n + 2: ICR.
 */
void exit_tpr_threshold(uint32_t n)
{
	apic_enable();
	long_mode(long_tpr, n);
}

/*
 * The same on SVM: KVM intercepts CR8 while an interrupt is blocked by it. n
 * WRITE_CR8, because the task priority always stays above the interrupt's, and
 * the one of exit_cr8(). A = 3.
 */
void exit_cr8_pending(uint32_t n)
{
	apic_enable();
	long_mode(long_cr8_pending, n);
}
