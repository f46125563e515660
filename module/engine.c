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

/* Guards everything in kes, the lists and the baselines. */
DEFINE_MUTEX(kes_lock);

void kes_sync(void)
{
	if (kes.feed->sync)
		kes.feed->sync();
}

/* Before @vcpu can run a guest of its own. */
int kes_vcpu_enable_l2(struct kes_vcpu *vcpu, gfp_t gfp)
{
	u64 (*l2)[KES_NR_SLOTS];

	if (vcpu->l2)
		return 0;
	l2 = kcalloc(KES_NR_L2_COLUMNS, sizeof(*l2), gfp);
	if (!l2)
		return -ENOMEM;
	/* Readers look at it at any time. */
	smp_store_release(&vcpu->l2, l2);
	return 0;
}
EXPORT_SYMBOL_GPL(kes_vcpu_enable_l2);
