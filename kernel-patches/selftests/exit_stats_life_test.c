// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_life_test
 *
 * Test what the VM exit statistics of KVM keep of destroyed VMs: their exact
 * counts.
 */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test_util.h"

#include "kvm_util.h"
#include "processor.h"

#include "exit_stats_guest.h"

#define NR_ROUNDS	2

static const struct isa *isa;

/* Return a copy of the records of vCPU 0, which must not change. */
static struct kes_vcpu_record *copy_record(const struct snapshot *s)
{
	const struct kes_vcpu_record *rec = find_record(s, KES_REC_VCPU, 0);
	struct kes_vcpu_record *copy;

	TEST_ASSERT(rec, "No record for the vCPU");
	copy = malloc(rec->rec.size);
	TEST_ASSERT(copy, "Out of memory");
	return memcpy(copy, rec, rec->rec.size);
}

/* Run a VM and destroy it; return its id. Count must be on. */
static u64 run_and_destroy(void)
{
	struct kes_vcpu_record *before, *after;
	const struct kes_vm_record *vm_rec;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct snapshot s;
	unsigned int i;
	u64 id;

	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	for (i = 0; i < NR_ROUNDS; i++)
		run_round(vcpu);
	s = take_snapshot();
	id = s.vm_id;
	before = copy_record(&s);
	free(s.buf);
	kvm_vm_free(vm);

	s = take_snapshot_of(id);
	vm_rec = vm_record(&s);
	TEST_ASSERT(vm_rec && vm_rec->flags & KES_VM_DESTROYED &&
		    vm_rec->destroyed_ns && vm_rec->nr_vcpus == 1,
		    "The destroyed VM is not listed as such");
	after = copy_record(&s);
	check_rounds(isa, after, NR_ROUNDS);
	check_accounting(after);
	TEST_ASSERT(before->rec.size == after->rec.size &&
		    !memcmp(before, after, before->rec.size),
		    "The record of the vCPU changed when it was destroyed");
	free(s.buf);
	free(before);
	free(after);
	return id;
}

static void test_exact_counts(void)
{
	expect_write(SYSFS "count", "1", 0);
	run_and_destroy();
}

static const struct named_test tests[] = {
	{ "a destroyed VM keeps its exact counts", test_exact_counts },
};

int main(int argc, char *argv[])
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	setbuf(stdout, NULL);
	require_exit_stats();
	vm = vm_create_with_one_vcpu(&vcpu, guest_rounds);
	isa = find_isa();
	kvm_vm_free(vm);
	run_tests(tests, ARRAY_SIZE(tests));
	ksft_exit_pass();
}
