/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: the references that keep a VM and its vCPUs.
 *
 * A vCPU is made with one reference, which is its VM's once it is on the list.
 * KVM's vCPU and every open file hold one more, and with it one of the VM, whose
 * name and id the text of the file has.
 */
#ifndef KES_REFS_H
#define KES_REFS_H

struct kes_vcpu;
struct kes_vm;

void kes_vm_put(struct kes_vm *vm);
void kes_vcpu_get(struct kes_vcpu *vcpu);
void kes_vcpu_put(struct kes_vcpu *vcpu);

/* Only the reference that @vcpu was made with. */
void kes_vcpu_drop(struct kes_vcpu *vcpu);

#endif /* KES_REFS_H */
