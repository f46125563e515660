// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest VMM that makes VM exits: vCPUs in real mode that execute CPUID,
 * write to a port and read from it, each a number of times, and then write to
 * another port, where they end.
 *
 *   tinyvmm [--vcpus N] [--for-ever] CPUIDS OUTS INS
 *
 * Exits of each vCPU, by reading the code below: CPUIDS of CPUID; OUTS + INS
 * + 1 of port IO, each of which KVM hands to this program; none by HLT or by
 * an MSR. Status 0 when it has seen exactly these OUTS and INS of each vCPU.
 * With --for-ever the vCPUs begin again at their end, until killed.
 *
 * Static, one file, no memory but one page: it runs where QEMU is too large,
 * as in a guest of the guest, or too slow, as in a stress test.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CODE_ADDRESS	0x1000
#define PAGE_BYTES	0x1000
#define MAX_VCPUS	64
#define PORT_END	0xf4

/* ESI, EDI and EBP have the numbers; CPUID overwrites the others. */
__asm__(
"	.pushsection .rodata\n"
"	.code16\n"
"tiny_start:\n"
"1:	testl	%esi, %esi\n"
"	jz	2f\n"
"	xorl	%eax, %eax\n"
"	cpuid\n"
"	decl	%esi\n"
"	jmp	1b\n"
"2:	testl	%edi, %edi\n"
"	jz	3f\n"
"	outb	%al, $0x80\n"
"	decl	%edi\n"
"	jmp	2b\n"
"3:	testl	%ebp, %ebp\n"
"	jz	4f\n"
"	inb	$0x80, %al\n"
"	decl	%ebp\n"
"	jmp	3b\n"
"4:	outb	%al, $0xf4\n"
"	jmp	4b\n"
"tiny_end:\n"
"	.code64\n"
"	.popsection\n"
);

/* The ports: 0x80 is counted, PORT_END ends. */
extern const char tiny_start[], tiny_end[];

struct work {
	unsigned long cpuids, outs, ins;
};

struct vcpu {
	pthread_t thread;
	int fd;
	struct kvm_run *run;
	size_t run_bytes;
	unsigned long outs, ins;
};

static struct work work;
static int for_ever;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "tinyvmm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int need(int ret, const char *what)
{
	if (ret < 0)
		die(what);
	return ret;
}

static void *map(size_t bytes, int flags, int fd)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (at == MAP_FAILED)
		die("mmap");
	return at;
}

static int make_vm(int kvm)
{
	int vm = need(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	void *page = map(PAGE_BYTES, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct kvm_userspace_memory_region memory = {
		.guest_phys_addr = CODE_ADDRESS,
		.memory_size = PAGE_BYTES,
		.userspace_addr = (unsigned long)page,
	};

	memcpy(page, tiny_start, (size_t)(tiny_end - tiny_start));
	/* Intel without "unrestricted guest" keeps its real mode there. */
	need(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL), "KVM_SET_TSS_ADDR");
	need(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &memory),
	     "KVM_SET_USER_MEMORY_REGION");
	return vm;
}

static void make_vcpu(struct vcpu *vcpu, int kvm, int vm, unsigned long id)
{
	struct kvm_sregs sregs;

	vcpu->fd = need(ioctl(vm, KVM_CREATE_VCPU, id), "KVM_CREATE_VCPU");
	vcpu->run_bytes = (size_t)need(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
				       "KVM_GET_VCPU_MMAP_SIZE");
	vcpu->run = map(vcpu->run_bytes, MAP_SHARED, vcpu->fd);
	need(ioctl(vcpu->fd, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	need(ioctl(vcpu->fd, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
}

static void start_over(struct vcpu *vcpu)
{
	struct kvm_regs regs = {
		.rip = CODE_ADDRESS,
		.rflags = 2,
		.rsi = work.cpuids,
		.rdi = work.outs,
		.rbp = work.ins,
	};

	need(ioctl(vcpu->fd, KVM_SET_REGS, &regs), "KVM_SET_REGS");
	vcpu->outs = 0;
	vcpu->ins = 0;
}

/* One return of KVM_RUN; 1 at the end. */
static int handle(struct vcpu *vcpu)
{
	if (vcpu->run->exit_reason != KVM_EXIT_IO) {
		fprintf(stderr, "tinyvmm: unexpected KVM_EXIT %u\n",
			vcpu->run->exit_reason);
		exit(1);
	}
	if (vcpu->run->io.port == PORT_END)
		return 1;
	if (vcpu->run->io.direction == KVM_EXIT_IO_OUT)
		vcpu->outs++;
	else
		vcpu->ins++;
	return 0;
}

static void *run_vcpu(void *data)
{
	struct vcpu *vcpu = data;

	do {
		start_over(vcpu);
		do
			need(ioctl(vcpu->fd, KVM_RUN, 0), "KVM_RUN");
		while (!handle(vcpu));
	} while (for_ever);
	return NULL;
}

static int run_all(struct vcpu *vcpus, unsigned long nr)
{
	int wrong = 0;

	for (unsigned long i = 0; i < nr; i++) {
		errno = pthread_create(&vcpus[i].thread, NULL, run_vcpu,
				       &vcpus[i]);
		if (errno)
			die("pthread_create");
	}
	for (unsigned long i = 0; i < nr; i++) {
		pthread_join(vcpus[i].thread, NULL);
		if (vcpus[i].outs != work.outs || vcpus[i].ins != work.ins) {
			fprintf(stderr, "tinyvmm: vCPU %lu: %lu OUT, %lu IN\n",
				i, vcpus[i].outs, vcpus[i].ins);
			wrong = 1;
		}
	}
	return wrong;
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > max) {
		fprintf(stderr, "tinyvmm: %s: not a number up to %lu\n", text,
			max);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	static struct vcpu vcpus[MAX_VCPUS];
	unsigned long nr = 1;
	int kvm, vm, at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (!strcmp(argv[at], "--for-ever"))
			for_ever = 1;
		else if (!strcmp(argv[at], "--vcpus") && at + 1 < argc)
			nr = number(argv[++at], MAX_VCPUS);
		else
			break;
	}
	if (argc - at != 3) {
		fputs("usage: tinyvmm [--vcpus N] [--for-ever] "
		      "CPUIDS OUTS INS\n", stderr);
		return 2;
	}
	work.cpuids = number(argv[at], 1UL << 31);
	work.outs = number(argv[at + 1], 1UL << 31);
	work.ins = number(argv[at + 2], 1UL << 31);
	kvm = need(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	vm = make_vm(kvm);
	for (unsigned long i = 0; i < nr; i++)
		make_vcpu(&vcpus[i], kvm, vm, i);
	return run_all(vcpus, nr);
}
