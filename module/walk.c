// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: visiting all VMs, see walk.h.
 */
#include <linux/workqueue.h>

#include "engine.h"
#include "walk.h"

void kes_walk_begin(void)
{
	kes_sync();
	mutex_lock(&kes_walk_lock);
	mutex_lock(&kes_lock);
	kes.walking = true;
	mutex_unlock(&kes_lock);
}

void kes_walk_end(void)
{
	mutex_lock(&kes_lock);
	kes.walking = false;
	if (kes.deferred)
		schedule_work(&kes.reap);
	mutex_unlock(&kes_lock);
	mutex_unlock(&kes_walk_lock);
}
