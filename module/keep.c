// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: which destroyed VMs are kept.
 *
 * The counts of a destroyed VM stay readable until it is evicted: they are then
 * added to a sum, so that totals never decrease. All destroyed VMs together
 * take at most KES_MAX_BYTES. Those of one user (the uid of the creator) take
 * at most a quarter of that and are at most KES_MAX_DESTROYED, so that no user
 * can evict the VMs of others by creating and destroying many.
 */
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/uidgid.h>

#include "final.h"
#include "keep.h"
#include "read.h"

#define KES_MAX_BYTES		SZ_16M
#define KES_MAX_USER_BYTES	(KES_MAX_BYTES / 4)
#define KES_MAX_DESTROYED	64U

/* Its debugfs directory and files, approximately */
#define KES_DIR_BYTES		SZ_2K

struct kes_user *kes_user_get(kuid_t uid, struct kes_user *spare)
{
	struct kes_user *user;

	lockdep_assert_held(&kes_lock);
	list_for_each_entry(user, &kes.users, node) {
		if (uid_eq(user->uid, uid)) {
			kfree(spare);
			goto found;
		}
	}
	user = spare;
	user->uid = uid;
	list_add_tail(&user->node, &kes.users);
found:
	user->nr_vms++;
	return user;
}

void kes_user_put(struct kes_user *user)
{
	lockdep_assert_held(&kes_lock);
	if (--user->nr_vms)
		return;
	list_del(&user->node);
	kfree(user);
}

static size_t kes_vm_bytes(const struct kes_vm *vm)
{
	return sizeof(*vm) + KES_DIR_BYTES + sizeof(*vm->final) +
	       vm->final->size;
}

static void kes_account(struct kes_vm *vm)
{
	vm->kept = true;
	vm->user->nr_destroyed++;
	vm->user->bytes += kes_vm_bytes(vm);
	kes.bytes += kes_vm_bytes(vm);
}

static void kes_evict(struct kes_vm *vm)
{
	vm->user->nr_destroyed--;
	vm->user->bytes -= kes_vm_bytes(vm);
	kes.bytes -= kes_vm_bytes(vm);
	kes_final_add(vm->final, &kes.evicted, &kes.evicted_base);
	WRITE_ONCE(vm->gone, true);
}

/* No visitor may have added up the sum of evicted VMs already. */
void kes_evict_live(struct kes_vm *vm)
{
	const struct kes_hot *hot;

	lockdep_assert_held(&kes_walk_lock);
	lockdep_assert_held(&kes_lock);
	list_for_each_entry(hot, &vm->vcpus, node) {
		kes_copy_vcpu(&kes.leaving, hot);
		kes_add_counts(&kes.evicted, &kes.leaving);
		if (hot->vcpu && hot->vcpu->base)
			kes_add_counts(&kes.evicted_base, hot->vcpu->base);
	}
}

void kes_keep(struct kes_vm *vm)
{
	lockdep_assert_held(&kes_lock);
	if (vm->final)
		kes_account(vm);
	else
		WRITE_ONCE(vm->gone, true);
}

static struct kes_vm *kes_oldest_of(const struct kes_user *user)
{
	struct kes_vm *vm, *oldest = NULL;

	list_for_each_entry(vm, &kes.vms, node)
		if (vm->user == user && vm->kept && !vm->gone &&
		    (!oldest || vm->destroyed_ns < oldest->destroyed_ns))
			oldest = vm;
	return oldest;
}

/* Return a user beyond its limits; if all take too much, the one with most. */
static struct kes_user *kes_user_in_excess(void)
{
	struct kes_user *user, *most = NULL;

	list_for_each_entry(user, &kes.users, node) {
		if (user->bytes > KES_MAX_USER_BYTES ||
		    user->nr_destroyed > KES_MAX_DESTROYED)
			return user;
		if (!most || user->bytes > most->bytes)
			most = user;
	}
	return kes.bytes > KES_MAX_BYTES ? most : NULL;
}

void kes_evict_excess(void)
{
	struct kes_user *user;

	lockdep_assert_held(&kes_lock);
	while ((user = kes_user_in_excess()))
		kes_evict(kes_oldest_of(user));
}

void kes_evict_all(void)
{
	struct kes_vm *vm;

	lockdep_assert_held(&kes_lock);
	list_for_each_entry(vm, &kes.vms, node)
		if (vm->kept && !vm->gone)
			kes_evict(vm);
}
