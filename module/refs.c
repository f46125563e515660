// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the references that keep a VM and its vCPUs, see refs.h.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "engine.h"
#include "groups.h"
#include "refs.h"

static void kes_free_vcpu(struct kref *ref)
{
	struct kes_vcpu *vcpu = container_of(ref, struct kes_vcpu, ref);

	kes_groups_free_vcpu(vcpu);
	kvfree(vcpu->base);
	kfree(vcpu->l2);
	kfree(vcpu);
}

static void kes_free_vm(struct kref *ref)
{
	struct kes_vm *vm = container_of(ref, struct kes_vm, ref);
	struct kes_vcpu *vcpu, *next;

	list_for_each_entry_safe(vcpu, next, &vm->vcpus, node)
		kref_put(&vcpu->ref, kes_free_vcpu);
	kfree(vm);
}

void kes_vcpu_drop(struct kes_vcpu *vcpu)
{
	kref_put(&vcpu->ref, kes_free_vcpu);
}

void kes_vm_put(struct kes_vm *vm)
{
	kref_put(&vm->ref, kes_free_vm);
}

void kes_vcpu_get(struct kes_vcpu *vcpu)
{
	kref_get(&vcpu->vm->ref);
	kref_get(&vcpu->ref);
}

void kes_vcpu_put(struct kes_vcpu *vcpu)
{
	struct kes_vm *vm = vcpu->vm;

	kref_put(&vcpu->ref, kes_free_vcpu);
	kes_vm_put(vm);
}
