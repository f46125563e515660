snapshot |// SPDX-License-Identifier: GPL-2.0-only
snapshot |/*
snapshot | * KVM exit statistics: which destroyed VMs are kept.
snapshot | *
snapshot | * The counts of a destroyed VM stay readable until it is evicted: they are then
snapshot | * added to a sum, so that totals never decrease. All destroyed VMs together
snapshot | * take at most KES_MAX_BYTES. Those of one user (the uid of the creator) take
snapshot | * at most a quarter of that and are at most KES_MAX_DESTROYED, so that no user
snapshot | * can evict the VMs of others by creating and destroying many.
snapshot | */
snapshot |#include <linux/lockdep.h>
snapshot |#include <linux/mm.h>
snapshot |#include <linux/sizes.h>
snapshot |#include <linux/slab.h>
snapshot |#include <linux/uidgid.h>
snapshot |
snapshot |#include "final.h"
snapshot |#include "keep.h"
snapshot |#include "read.h"
snapshot |
snapshot |#define KES_MAX_BYTES		SZ_16M
snapshot |#define KES_MAX_USER_BYTES	(KES_MAX_BYTES / 4)
snapshot |#define KES_MAX_DESTROYED	64U
snapshot |
snapshot |/* Its debugfs directory and files, approximately */
snapshot |#define KES_DIR_BYTES		SZ_2K
snapshot |
snapshot |struct kes_user *kes_user_get(kuid_t uid, struct kes_user *spare)
snapshot |{
snapshot |	struct kes_user *user;
snapshot |
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	list_for_each_entry(user, &kes.users, node) {
snapshot |		if (uid_eq(user->uid, uid)) {
snapshot |			kfree(spare);
snapshot |			goto found;
snapshot |		}
snapshot |	}
snapshot |	user = spare;
snapshot |	user->uid = uid;
snapshot |	list_add_tail(&user->node, &kes.users);
snapshot |found:
snapshot |	user->nr_vms++;
snapshot |	return user;
snapshot |}
snapshot |
snapshot |void kes_user_put(struct kes_user *user)
snapshot |{
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	if (--user->nr_vms)
snapshot |		return;
snapshot |	list_del(&user->node);
snapshot |	kfree(user);
snapshot |}
snapshot |
snapshot |static size_t kes_vm_bytes(const struct kes_vm *vm)
snapshot |{
snapshot |	return sizeof(*vm) + KES_DIR_BYTES + sizeof(*vm->final) +
snapshot |	       vm->final->size;
snapshot |}
snapshot |
snapshot |static void kes_account(struct kes_vm *vm)
snapshot |{
snapshot |	vm->kept = true;
snapshot |	vm->user->nr_destroyed++;
snapshot |	vm->user->bytes += kes_vm_bytes(vm);
snapshot |	kes.bytes += kes_vm_bytes(vm);
snapshot |}
snapshot |
snapshot |static void kes_evict(struct kes_vm *vm)
snapshot |{
snapshot |	vm->user->nr_destroyed--;
snapshot |	vm->user->bytes -= kes_vm_bytes(vm);
snapshot |	kes.bytes -= kes_vm_bytes(vm);
snapshot |	kes_final_add(vm->final, &kes.evicted, &kes.evicted_base);
snapshot |	WRITE_ONCE(vm->gone, true);
snapshot |}
snapshot |
snapshot |/* No visitor may have added up the sum of evicted VMs already. */
snapshot |void kes_evict_live(struct kes_vm *vm)
snapshot |{
snapshot |	const struct kes_hot *hot;
snapshot |
snapshot |	lockdep_assert_held(&kes_walk_lock);
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	list_for_each_entry(hot, &vm->vcpus, node) {
snapshot |		kes_copy_vcpu(&kes.leaving, hot);
snapshot |		kes_add_counts(&kes.evicted, &kes.leaving);
reset    |		if (hot->vcpu && hot->vcpu->base)
reset    |			kes_add_counts(&kes.evicted_base, hot->vcpu->base);
snapshot |	}
snapshot |}
snapshot |
snapshot |void kes_keep(struct kes_vm *vm)
snapshot |{
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	if (vm->final)
snapshot |		kes_account(vm);
snapshot |	else
snapshot |		WRITE_ONCE(vm->gone, true);
snapshot |}
snapshot |
snapshot |static struct kes_vm *kes_oldest_of(const struct kes_user *user)
snapshot |{
snapshot |	struct kes_vm *vm, *oldest = NULL;
snapshot |
snapshot |	list_for_each_entry(vm, &kes.vms, node)
snapshot |		if (vm->user == user && vm->kept && !vm->gone &&
snapshot |		    (!oldest || vm->destroyed_ns < oldest->destroyed_ns))
snapshot |			oldest = vm;
snapshot |	return oldest;
snapshot |}
snapshot |
snapshot |/* Return a user beyond its limits; if all take too much, the one with most. */
snapshot |static struct kes_user *kes_user_in_excess(void)
snapshot |{
snapshot |	struct kes_user *user, *most = NULL;
snapshot |
snapshot |	list_for_each_entry(user, &kes.users, node) {
snapshot |		if (user->bytes > KES_MAX_USER_BYTES ||
snapshot |		    user->nr_destroyed > KES_MAX_DESTROYED)
snapshot |			return user;
snapshot |		if (!most || user->bytes > most->bytes)
snapshot |			most = user;
snapshot |	}
snapshot |	return kes.bytes > KES_MAX_BYTES ? most : NULL;
snapshot |}
snapshot |
snapshot |void kes_evict_excess(void)
snapshot |{
snapshot |	struct kes_user *user;
snapshot |
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	while ((user = kes_user_in_excess()))
snapshot |		kes_evict(kes_oldest_of(user));
snapshot |}
snapshot |
snapshot |void kes_evict_all(void)
snapshot |{
snapshot |	struct kes_vm *vm;
snapshot |
snapshot |	lockdep_assert_held(&kes_lock);
snapshot |	list_for_each_entry(vm, &kes.vms, node)
snapshot |		if (vm->kept && !vm->gone)
snapshot |			kes_evict(vm);
snapshot |}
