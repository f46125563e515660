// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the engine's data, see engine.h.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include "engine.h"

struct kes_state kes = {
	.vms = LIST_HEAD_INIT(kes.vms),
};

/* Guards all of kes except the atomic counters, see engine.h. */
DEFINE_MUTEX(kes_lock);

void kes_sync(void)
{
	if (kes.feed->sync)
		kes.feed->sync();
}

/* Allocate the counters for L2, before @vcpu can run a nested guest. */
int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp)
{
	u64 (*l2)[KES_NR_SLOTS];

	if (vcpu->l2)
		return 0;
	l2 = kcalloc(KES_NR_L2_COLUMNS, sizeof(*l2), gfp);
	if (!l2)
		return -ENOMEM;
	/* Zeroed before readers can see it; pairs with kes_copy_vcpu(). */
	smp_store_release(&vcpu->l2, l2);
	return 0;
}
EXPORT_SYMBOL_GPL(kes_vcpu_enable_l2);
