// SPDX-License-Identifier: GPL-2.0-only
/*
 * many-vcpus VCPUS ROUNDS [hold]: in each round, create a VM with so many vCPUs, run each
 * of them in this thread until its HLT, and destroy the VM.
 *
 * Prints "created" when the vCPUs of the first round exist, and waits for a line or
 * the end of stdin before it runs them. With hold, prints "ran" when those of the last
 * round ran, and waits again before it destroys them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvm-calls.h"

#define PAGE	4096
#define HLT	0xf4

struct vcpu {
	int fd;
	struct kvm_run *run;
};

static void wait_for_line(const char *state)
{
	puts(state);
	fflush(stdout);
	getchar();
}

static void one_round(int kvm, void *memory, unsigned long nr, int first, int hold)
{
	size_t size = call_kvm(kvm, KVM_GET_VCPU_MMAP_SIZE, 0, "mmap size");
	int vm = call_kvm(kvm, KVM_CREATE_VM, 0, "KVM_CREATE_VM");
	struct vcpu *vcpus = calloc(nr, sizeof(*vcpus));
	unsigned long i;

	if (!vcpus)
		err(1, "calloc");
	set_memory(vm, memory, PAGE);
	for (i = 0; i < nr; i++) {
		vcpus[i].fd = create_vcpu(vm, i);
		vcpus[i].run = map_memory(size, MAP_SHARED, vcpus[i].fd);
	}
	if (first)
		wait_for_line("created");
	for (i = 0; i < nr; i++)
		run_until_hlt(vcpus[i].fd, vcpus[i].run);
	if (hold)
		wait_for_line("ran");
	for (i = 0; i < nr; i++) {
		munmap(vcpus[i].run, size);
		close(vcpus[i].fd);
	}
	close(vm);
	free(vcpus);
}

int main(int argc, char **argv)
{
	void *memory = map_memory(PAGE, MAP_SHARED | MAP_ANONYMOUS, -1);
	int kvm = open_kvm(), rounds, i;

	if (argc < 3)
		errx(2, "usage: many-vcpus VCPUS ROUNDS [hold]");
	memset(memory, HLT, PAGE);
	rounds = atoi(argv[2]);
	for (i = 0; i < rounds; i++)
		one_round(kvm, memory, strtoul(argv[1], NULL, 10), i == 0,
			  argc > 3 && i == rounds - 1);
	return 0;
}
