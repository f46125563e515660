// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitloop: measure the cost of a round trip through a VM exit, in TSC ticks.
 *
 *   exitloop KIND EXITS RUNS
 *
 * Run a guest of a few instructions (loops.S), which causes EXITS exits of one kind
 * between two readings of the TSC, RUNS times, and print
 *
 *   KIND EXITS RUNS MINIMUM MEDIAN SAME
 *
 * in ticks for the whole loop; SAME is the number of runs with the minimum. If the
 * TSC counts instructions, the minimum is a run without an interrupt of the host.
 * "exitloop --list" prints the kinds, "exitloop --tsc" the ticks per millisecond.
 *
 * This is a separate VMM because the VMM's own code is part of a round trip to user
 * space: this one does no work there. It does not read KVM's statistics.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define EXIT_SKIPPED	77

/* The guest's memory. */
#define GUEST_BASE	0x10000
#define GUEST_SIZE	0x1000
/* Three pages that KVM needs on Intel for guests without paging. */
#define TSS_ADDRESS	0xfffbd000

/* Offsets in it: descriptors, interrupt gates, end of the stack. */
#define GDT_AT		0x800
#define IDT_AT		0x900
#define STACK_AT	GUEST_SIZE
#define CODE_SELECTOR	8
#define VECTOR		0x40	/* of loops.S, too */

#define PORT_DONE	0xf4

#define LAPIC_SPURIOUS	0x0f0
#define LAPIC_LVT_TIMER	0x320
#define APIC_ENABLE	0x1ff
#define TSC_DEADLINE	(2 << 17 | 0xe0)

extern const char guest_start[], guest_end[];
extern const char loop_cpuid[], loop_io_user[], loop_io_kernel[];
extern const char loop_msr_write[], loop_fastpath[];
extern const char loop_self_ipi[], loop_halt[], loop_hlt_user[],
		  loop_interrupt[];

struct kind {
	const char *name;
	const char *loop;
	int without_irqchip;	/* HLT then returns to the VMM */
};

static const struct kind kinds[] = {
	{ .name = "cpuid", .loop = loop_cpuid },
	{ .name = "io-user", .loop = loop_io_user },
	{ .name = "hlt-user", .loop = loop_hlt_user, .without_irqchip = 1 },
	{ .name = "io-kernel", .loop = loop_io_kernel },
	{ .name = "msr-write", .loop = loop_msr_write },
	{ .name = "fastpath", .loop = loop_fastpath },
	{ .name = "self-ipi", .loop = loop_self_ipi },
	{ .name = "self-ipi+hlt", .loop = loop_halt },
};

struct machine {
	int kvm, vm, vcpu;
	struct kvm_run *run;
	char *memory;
};

static int xioctl(int fd, const char *name, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		err(EXIT_FAILURE, "%s", name);
	return ret;
}

#define IOCTL(fd, request, arg) \
	xioctl((fd), #request, (request), (void *)(uintptr_t)(arg))

static void *map(size_t size, int flags, int fd, const char *what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		err(EXIT_FAILURE, "%s: mmap", what);
	return p;
}

static void create_vm(struct machine *m, const struct kind *kind)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = GUEST_BASE,
		.memory_size = GUEST_SIZE,
	};
	struct kvm_pit_config pit = { 0 };

	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (m->kvm < 0) {
		warn("/dev/kvm");
		exit(EXIT_SKIPPED);
	}
	m->vm = IOCTL(m->kvm, KVM_CREATE_VM, 0);
	IOCTL(m->vm, KVM_SET_TSS_ADDR, TSS_ADDRESS);
	if (!kind->without_irqchip) {
		IOCTL(m->vm, KVM_CREATE_IRQCHIP, 0);
		IOCTL(m->vm, KVM_CREATE_PIT2, &pit);
	}
	m->memory = map(GUEST_SIZE, MAP_SHARED | MAP_ANONYMOUS, -1, "guest");
	memcpy(m->memory, guest_start, (size_t)(guest_end - guest_start));
	region.userspace_addr = (uintptr_t)m->memory;
	IOCTL(m->vm, KVM_SET_USER_MEMORY_REGION, &region);
}

/* KVM's supported features, and the TSC deadline, which KVM has as a capability. */
static void set_cpuid(struct machine *m)
{
	enum { MOST = 256 };
	struct kvm_cpuid2 *cpuid;
	uint32_t i;

	cpuid = calloc(1, sizeof(*cpuid) + MOST * sizeof(cpuid->entries[0]));
	if (!cpuid)
		err(EXIT_FAILURE, "CPUID");
	cpuid->nent = MOST;
	IOCTL(m->kvm, KVM_GET_SUPPORTED_CPUID, cpuid);
	for (i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			cpuid->entries[i].ecx |= 1u << 24;
	IOCTL(m->vcpu, KVM_SET_CPUID2, cpuid);
	free(cpuid);
}

/* One gate, for the loops' handler. */
static void set_interrupts(struct machine *m, struct kvm_sregs *sregs)
{
	const uint32_t handler = (uint32_t)(GUEST_BASE +
					    (loop_interrupt - guest_start));
	const uint64_t code = 0x00cf9b000000ffffull;
	const uint64_t gate = (handler & 0xffff) | CODE_SELECTOR << 16 |
			      0x8e00ull << 32 |
			      (uint64_t)(handler >> 16) << 48;

	memcpy(m->memory + GDT_AT + CODE_SELECTOR, &code, sizeof(code));
	memcpy(m->memory + IDT_AT + VECTOR * sizeof(gate), &gate, sizeof(gate));
	sregs->gdt.base = GUEST_BASE + GDT_AT;
	sregs->gdt.limit = CODE_SELECTOR + sizeof(code) - 1;
	sregs->idt.base = GUEST_BASE + IDT_AT;
	sregs->idt.limit = (VECTOR + 1) * sizeof(gate) - 1;
}

static void set_flat_mode(struct machine *m)
{
	const struct kvm_segment code = {
		.limit = 0xffffffff, .selector = CODE_SELECTOR, .type = 11, .present = 1,
		.db = 1, .s = 1, .g = 1,
	};
	struct kvm_segment data = code;
	struct kvm_sregs sregs;

	IOCTL(m->vcpu, KVM_GET_SREGS, &sregs);
	data.selector = 16;
	data.type = 3;
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cr0 |= 1;
	set_interrupts(m, &sregs);
	IOCTL(m->vcpu, KVM_SET_SREGS, &sregs);
}

static void set_lapic(struct machine *m, uint32_t reg, uint32_t value)
{
	struct kvm_lapic_state state;

	IOCTL(m->vcpu, KVM_GET_LAPIC, &state);
	memcpy(state.regs + reg, &value, sizeof(value));
	IOCTL(m->vcpu, KVM_SET_LAPIC, &state);
}

static void create_vcpu(struct machine *m, const struct kind *kind)
{
	int size = IOCTL(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	m->vcpu = IOCTL(m->vm, KVM_CREATE_VCPU, 0);
	m->run = map((size_t)size, MAP_SHARED, m->vcpu, "vCPU");
	set_cpuid(m);
	set_flat_mode(m);
	if (kind->without_irqchip)
		return;
	set_lapic(m, LAPIC_SPURIOUS, APIC_ENABLE);
	set_lapic(m, LAPIC_LVT_TIMER, TSC_DEADLINE);
}

/* Run until the guest writes to PORT_DONE; ignore other ports. */
static void run_guest(struct machine *m)
{
	do {
		if (ioctl(m->vcpu, KVM_RUN, 0) < 0)
			err(EXIT_FAILURE, "KVM_RUN");
		if (m->run->exit_reason != KVM_EXIT_IO &&
		    m->run->exit_reason != KVM_EXIT_HLT)
			errx(EXIT_FAILURE, "KVM_RUN: unexpected exit reason %u",
			     m->run->exit_reason);
	} while (m->run->exit_reason != KVM_EXIT_IO ||
		 m->run->io.port != PORT_DONE);
}

static uint64_t run_loop(struct machine *m, const char *loop, uint32_t exits)
{
	struct kvm_regs regs = {
		.rip = GUEST_BASE + (uint64_t)(loop - guest_start),
		.rdi = GUEST_BASE,
		.rsi = exits,
		.rsp = GUEST_BASE + STACK_AT,
		.rflags = 2,
	};

	IOCTL(m->vcpu, KVM_SET_REGS, &regs);
	run_guest(m);
	IOCTL(m->vcpu, KVM_GET_REGS, &regs);
	return regs.rdx << 32 | (uint32_t)regs.rax;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void measure(const struct kind *kind, uint32_t exits, uint32_t runs)
{
	uint64_t *ticks = calloc(runs, sizeof(*ticks));
	struct machine m;
	uint32_t i, same = 0;

	if (!ticks)
		err(EXIT_FAILURE, "%u runs", runs);
	create_vm(&m, kind);
	create_vcpu(&m, kind);
	for (i = 0; i < runs; i++)
		ticks[i] = run_loop(&m, kind->loop, exits);
	qsort(ticks, runs, sizeof(*ticks), compare);
	while (same < runs && ticks[same] == ticks[0])
		same++;
	printf("%s %u %u %llu %llu %u\n", kind->name, exits, runs,
	       (unsigned long long)ticks[0],
	       (unsigned long long)ticks[runs / 2], same);
	free(ticks);
}

static uint32_t number(const char *text, const char *what)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || !n || n > 1000000)
		errx(2, "%s: not a number of %s (1 to 1000000)", text, what);
	return (uint32_t)n;
}

/* Measure the TSC in kHz, against the clock, for a tenth of a second. */
static uint64_t tsc_khz(void)
{
	struct timespec begin, end;
	uint64_t tsc, ns;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	tsc = __builtin_ia32_rdtsc();
	do {
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (uint64_t)(end.tv_sec - begin.tv_sec) * 1000000000 +
		     (uint64_t)end.tv_nsec - (uint64_t)begin.tv_nsec;
	} while (ns < 100000000);
	return (__builtin_ia32_rdtsc() - tsc) * 1000000 / ns;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (i = 0; i < ARRAY_SIZE(kinds); i++)
			puts(kinds[i].name);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--tsc")) {
		printf("%llu\n", (unsigned long long)tsc_khz());
		return 0;
	}
	if (argc != 4)
		errx(2, "usage: exitloop KIND EXITS RUNS | --list | --tsc");
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(argv[1], kinds[i].name)) {
			measure(&kinds[i], number(argv[2], "exits"),
				number(argv[3], "runs"));
			return 0;
		}
	}
	errx(2, "%s: no such kind (try --list)", argv[1]);
}
