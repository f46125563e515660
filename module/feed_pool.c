// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: memory that probes take in atomic context, see
 * feed_pool.h.
 */
#include <linux/cpumask.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "engine.h"
#include "feed_pool.h"
#include "life.h"
#include "memory.h"

/* Guards @items, @nr and @extra of all pools. */
static DEFINE_RAW_SPINLOCK(kes_pool_lock);

/* Serializes all code that adds items. Taken after kes_lock. */
static DEFINE_MUTEX(kes_pools_mutex);
static u32 kes_pool_groups;	/* the groups whose memory items have */

/*
 * vCPUs that are created while the probes are attached take their item then,
 * one after the other. At most one vCPU per CPU can exit at the same time.
 */
#define KES_POOL_MIN	16

void *kes_pool_take(struct kes_pool *pool)
{
	unsigned long flags = kes_lock_in_probe(&kes_pool_lock);
	struct list_head *node = NULL;

	if (pool->nr) {
		node = pool->items.next;
		list_del_init(node);
		WRITE_ONCE(pool->nr, pool->nr - 1);
	}
	raw_spin_unlock_irqrestore(&kes_pool_lock, flags);
	return node ? (void *)node - pool->node : NULL;
}

void kes_pool_put(struct kes_pool *pool, void *item)
{
	unsigned long flags = kes_lock_in_probe(&kes_pool_lock);

	list_add_tail(item + pool->node, &pool->items);
	WRITE_ONCE(pool->nr, pool->nr + 1);
	raw_spin_unlock_irqrestore(&kes_pool_lock, flags);
}

void kes_pool_extra_used(struct kes_pool *pool)
{
	unsigned long flags = kes_lock_in_probe(&kes_pool_lock);

	if (pool->extra)
		WRITE_ONCE(pool->extra, pool->extra - 1);
	raw_spin_unlock_irqrestore(&kes_pool_lock, flags);
}

static void *kes_make_vcpu(gfp_t gfp)
{
	struct kes_probed_vcpu *probed = kzalloc(sizeof(*probed), gfp);

	if (!probed)
		return NULL;
	if (kes_vcpu_alloc(0, &probed->hot, gfp)) {
		kfree(probed);
		return NULL;
	}
	return probed;
}

/* Probes do not use items of the pool, so their memory can be freed. */
static int kes_fit_vcpu(void *item, u32 groups, gfp_t gfp)
{
	struct kes_probed_vcpu *probed = item;

	return kes_memory_fit_vcpu(probed->hot.vcpu, groups, gfp);
}

/* Free a vCPU that is not registered and that no probe can find. */
void kes_probed_vcpu_free(struct kes_probed_vcpu *probed)
{
	kes_vcpu_free(&probed->hot);
	kfree(probed);
}

static void kes_free_vcpu_item(void *item)
{
	kes_probed_vcpu_free(item);
}

static void *kes_make_vm(gfp_t gfp)
{
	return kzalloc(sizeof(struct kes_probed_vm), gfp);
}

static void *kes_make_l2(gfp_t gfp)
{
	return kes_l2_alloc(gfp);
}

static void kes_free_item(void *item)
{
	kfree(item);
}

struct kes_pool kes_spare_vcpus = {
	.items = LIST_HEAD_INIT(kes_spare_vcpus.items),
	.node = offsetof(struct kes_probed_vcpu, node),
	.make = kes_make_vcpu,
	.fit = kes_fit_vcpu,
	.free = kes_free_vcpu_item,
};

struct kes_pool kes_spare_vms = {
	.items = LIST_HEAD_INIT(kes_spare_vms.items),
	.node = offsetof(struct kes_probed_vm, node),
	.make = kes_make_vm,
	.free = kes_free_item,
};

struct kes_pool kes_spare_l2 = {
	.items = LIST_HEAD_INIT(kes_spare_l2.items),
	.make = kes_make_l2,
	.free = kes_free_item,
};

static struct kes_pool *const kes_pools[] = {
	&kes_spare_vcpus, &kes_spare_vms, &kes_spare_l2,
};

/* Give @item its memory and add it, or free it. */
static int kes_pool_add(struct kes_pool *pool, void *item, gfp_t gfp)
{
	int ret;

	if (!item)
		return -ENOMEM;
	ret = pool->fit ? pool->fit(item, kes_pool_groups, gfp) : 0;
	if (ret)
		pool->free(item);
	else
		kes_pool_put(pool, item);
	return ret;
}

static bool kes_pool_lacks(const struct kes_pool *pool)
{
	return READ_ONCE(pool->nr) < pool->spare + READ_ONCE(pool->extra);
}

static int kes_pool_fill(struct kes_pool *pool, bool (*postpone)(void))
{
	int ret = 0;

	lockdep_assert_held(&kes_pools_mutex);
	while (!ret && kes_pool_lacks(pool) && !(postpone && postpone())) {
		ret = kes_pool_add(pool, pool->make(GFP_KERNEL), GFP_KERNEL);
		cond_resched();
	}
	return ret;
}

/*
 * Replace the item that a vCPU took, if it is not replaced yet. The caller has
 * set the cgroup to charge, and not its OOM killer but kes_pools_refill()
 * solves that it has reached its limit.
 */
void kes_pools_replace_vcpu(void)
{
	struct kes_pool *pool = &kes_spare_vcpus;
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NORETRY | __GFP_NOWARN;

	mutex_lock(&kes_pools_mutex);
	if (kes_pool_lacks(pool))
		kes_pool_add(pool, pool->make(gfp), gfp);
	mutex_unlock(&kes_pools_mutex);
}

/*
 * @postpone: stop as soon as it returns true
 *
 * If there is no memory, the next call tries again.
 */
void kes_pools_refill(bool (*postpone)(void))
{
	size_t i;

	mutex_lock(&kes_pools_mutex);
	for (i = 0; i < ARRAY_SIZE(kes_pools); i++)
		kes_pool_fill(kes_pools[i], postpone);
	mutex_unlock(&kes_pools_mutex);
}

/*
 * Change the memory of all items, one at a time, so that probes find the
 * others. Probes take items from the other end.
 */
static int kes_pool_refit(struct kes_pool *pool)
{
	unsigned int nr = READ_ONCE(pool->nr);
	int ret = 0;
	void *item;

	while (!ret && nr--) {
		item = kes_pool_take(pool);
		if (!item)
			break;
		ret = kes_pool_add(pool, item, GFP_KERNEL);
		cond_resched();
	}
	return ret;
}

static int kes_pools_set_groups(u32 groups)
{
	int ret = 0;
	size_t i;

	kes_pool_groups = groups;
	for (i = 0; i < ARRAY_SIZE(kes_pools) && !ret; i++)
		if (kes_pools[i]->fit)
			ret = kes_pool_refit(kes_pools[i]);
	for (i = 0; i < ARRAY_SIZE(kes_pools) && !ret; i++)
		ret = kes_pool_fill(kes_pools[i], NULL);
	return ret;
}

/* The groups that are on change to @groups. Called while counting is on. */
int kes_pools_fit(u32 groups)
{
	int ret = 0;

	mutex_lock(&kes_pools_mutex);
	if (kes_spare_vcpus.spare)
		ret = kes_pools_set_groups(groups);
	mutex_unlock(&kes_pools_mutex);
	return ret;
}

/*
 * Counting is switched on. @existing: number of vCPUs that exist and have not
 * taken an item yet
 */
int kes_pools_open(u32 groups, unsigned int existing)
{
	unsigned int spare = KES_POOL_MIN + num_possible_cpus();
	int ret;

	mutex_lock(&kes_pools_mutex);
	kes_spare_vcpus.spare = spare;
	kes_spare_vms.spare = spare;
	kes_spare_l2.spare = spare;
	WRITE_ONCE(kes_spare_vcpus.extra, existing);
	WRITE_ONCE(kes_spare_vms.extra, existing);
	ret = kes_pools_set_groups(groups);
	mutex_unlock(&kes_pools_mutex);
	if (ret)
		kes_pools_close();
	return ret;
}

/* Counting is off. */
void kes_pools_close(void)
{
	struct kes_pool *pool;
	void *item;
	size_t i;

	mutex_lock(&kes_pools_mutex);
	for (i = 0; i < ARRAY_SIZE(kes_pools); i++) {
		pool = kes_pools[i];
		pool->spare = 0;
		WRITE_ONCE(pool->extra, 0);
		while ((item = kes_pool_take(pool)))
			pool->free(item);
	}
	mutex_unlock(&kes_pools_mutex);
}
