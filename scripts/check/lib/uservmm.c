// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM of one file whose guest is a user-mode program in long mode from its
 * first instruction: vCPUs that execute CPUID, write to a port and read from
 * it, each a number of times, and then write to another port, where they end.
 *
 *   uservmm [--vcpus N] [--vms N] CPUIDS OUTS INS
 *
 * For the KVM of whatever machine this is: one without VMX and SVM (PVM)
 * emulates all other modes and makes no exits there, and executes CPUID in
 * this one. KVM hands all OUTS + INS + 1 to this program. With --vms the guest
 * runs that many times, in one VM after the other. Status 0 when the numbers of
 * OUTS and INS are right for each vCPU.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MEMORY_BYTES	0x10000
#define CODE_ADDRESS	0x1000
#define TABLES_ADDRESS	0x2000
#define MAX_VCPUS	16
#define PORT_END	0xf4

#define PTE_USER	0x07	/* present, writable, of user mode too */
#define PTE_LARGE	0x80
#define RFLAGS_IOPL3	0x3002	/* user mode may use ports */
#define EFER_LONG	0x500	/* long mode is on and active */
#define CR0_LONG	0x80050033
#define CR4_PAE		0x20

/* R12 to R14 have the numbers; CPUID overwrites others. */
__asm__(
"	.pushsection .rodata\n"
"user_start:\n"
"1:	testq	%r12, %r12\n"
"	jz	2f\n"
"	xorl	%eax, %eax\n"
"	cpuid\n"
"	decq	%r12\n"
"	jmp	1b\n"
"2:	testq	%r13, %r13\n"
"	jz	3f\n"
"	outb	%al, $0x80\n"
"	decq	%r13\n"
"	jmp	2b\n"
"3:	testq	%r14, %r14\n"
"	jz	4f\n"
"	inb	$0x80, %al\n"
"	decq	%r14\n"
"	jmp	3b\n"
"4:	outb	%al, $0xf4\n"
"	jmp	4b\n"
"user_end:\n"
"	.popsection\n"
);

extern const char user_start[], user_end[];

struct vcpu {
	pthread_t thread;
	int fd;
	struct kvm_run *run;
	size_t run_bytes;
	unsigned long outs, ins;
};

static unsigned long cpuids, outs, ins;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "uservmm: %s: %s\n", what, strerror(errno));
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

/* Identity for the first 2 MiB: one entry in each of three tables. */
static void fill_memory(char *memory)
{
	uint64_t *tables = (uint64_t *)(memory + TABLES_ADDRESS);

	memcpy(memory + CODE_ADDRESS, user_start,
	       (size_t)(user_end - user_start));
	tables[0] = (TABLES_ADDRESS + 0x1000) | PTE_USER;
	tables[512] = (TABLES_ADDRESS + 0x2000) | PTE_USER;
	tables[1024] = PTE_LARGE | PTE_USER;
}

static int make_vm(int kvm, char **memory)
{
	int vm = need(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	struct kvm_userspace_memory_region region = {
		.memory_size = MEMORY_BYTES,
	};

	*memory = map(MEMORY_BYTES, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	region.userspace_addr = (unsigned long)*memory;
	fill_memory(*memory);
	need(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL), "KVM_SET_TSS_ADDR");
	need(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region),
	     "KVM_SET_USER_MEMORY_REGION");
	return vm;
}

static struct kvm_segment segment(unsigned int type, unsigned int selector,
				  unsigned int l)
{
	return (struct kvm_segment) {
		.limit = 0xffffffff, .selector = (uint16_t)selector,
		.type = (uint8_t)type, .present = 1, .dpl = 3, .s = 1, .g = 1,
		.l = (uint8_t)l, .db = !l,
	};
}

static void set_user_mode(int fd)
{
	struct kvm_sregs s;

	need(ioctl(fd, KVM_GET_SREGS, &s), "KVM_GET_SREGS");
	s.cs = segment(11, 0x0b, 1);
	s.ds = s.es = s.fs = s.gs = s.ss = segment(3, 0x13, 0);
	s.cr3 = TABLES_ADDRESS;
	s.cr4 = CR4_PAE;
	s.cr0 = CR0_LONG;
	s.efer = EFER_LONG;
	need(ioctl(fd, KVM_SET_SREGS, &s), "KVM_SET_SREGS");
}

static void make_vcpu(struct vcpu *vcpu, int kvm, int vm, unsigned long id)
{
	struct kvm_regs regs = {
		.rip = CODE_ADDRESS, .rflags = RFLAGS_IOPL3, .rsp = MEMORY_BYTES,
		.r12 = cpuids, .r13 = outs, .r14 = ins,
	};

	memset(vcpu, 0, sizeof(*vcpu));
	vcpu->fd = need(ioctl(vm, KVM_CREATE_VCPU, id), "KVM_CREATE_VCPU");
	vcpu->run_bytes = (size_t)need(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
				       "KVM_GET_VCPU_MMAP_SIZE");
	vcpu->run = map(vcpu->run_bytes, MAP_SHARED, vcpu->fd);
	set_user_mode(vcpu->fd);
	need(ioctl(vcpu->fd, KVM_SET_REGS, &regs), "KVM_SET_REGS");
}

/* One return of KVM_RUN; 1 at the end. */
static int handle(struct vcpu *vcpu)
{
	if (vcpu->run->exit_reason != KVM_EXIT_IO) {
		fprintf(stderr, "uservmm: unexpected KVM_EXIT %u\n",
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

	do
		need(ioctl(vcpu->fd, KVM_RUN, 0), "KVM_RUN");
	while (!handle(vcpu));
	return NULL;
}

static int run_vm(int kvm, unsigned long nr)
{
	static struct vcpu vcpus[MAX_VCPUS];
	char *memory;
	int vm = make_vm(kvm, &memory), wrong = 0;

	for (unsigned long i = 0; i < nr; i++)
		make_vcpu(&vcpus[i], kvm, vm, i);
	for (unsigned long i = 0; i < nr; i++) {
		errno = pthread_create(&vcpus[i].thread, NULL, run_vcpu,
				       &vcpus[i]);
		if (errno)
			die("pthread_create");
	}
	for (unsigned long i = 0; i < nr; i++) {
		pthread_join(vcpus[i].thread, NULL);
		wrong |= vcpus[i].outs != outs || vcpus[i].ins != ins;
		munmap(vcpus[i].run, vcpus[i].run_bytes);
		close(vcpus[i].fd);
	}
	close(vm);
	munmap(memory, MEMORY_BYTES);
	return wrong;
}

static unsigned long number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > max) {
		fprintf(stderr, "uservmm: %s: not a number up to %lu\n", text,
			max);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	unsigned long nr = 1, vms = 1;
	int kvm, at = 1, wrong = 0;

	for (; at + 1 < argc && argv[at][0] == '-'; at += 2) {
		if (!strcmp(argv[at], "--vcpus"))
			nr = number(argv[at + 1], MAX_VCPUS);
		else if (!strcmp(argv[at], "--vms"))
			vms = number(argv[at + 1], 100000);
		else
			break;
	}
	if (argc - at != 3) {
		fputs("usage: uservmm [--vcpus N] [--vms N] CPUIDS OUTS INS\n",
		      stderr);
		return 2;
	}
	cpuids = number(argv[at], 1UL << 31);
	outs = number(argv[at + 1], 1UL << 31);
	ins = number(argv[at + 2], 1UL << 31);
	kvm = need(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	while (vms--)
		wrong |= run_vm(kvm, nr);
	return wrong;
}
