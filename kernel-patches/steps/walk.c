count    |// SPDX-License-Identifier: GPL-2.0-only
count    |/*
count    | * KVM exit statistics: visiting all VMs, see walk.h.
count    | */
count    |#include <linux/workqueue.h>
count    |
count    |#include "engine.h"
count    |#include "walk.h"
count    |
count    |void kes_walk_begin(void)
count    |{
count    |	kes_sync();
count    |	mutex_lock(&kes_walk_lock);
count    |	mutex_lock(&kes_lock);
count    |	kes.walking = true;
count    |	mutex_unlock(&kes_lock);
count    |}
count    |
count    |void kes_walk_end(void)
count    |{
count    |	mutex_lock(&kes_lock);
count    |	kes.walking = false;
count    |	if (kes.deferred)
count    |		schedule_work(&kes.reap);
count    |	mutex_unlock(&kes_lock);
count    |	mutex_unlock(&kes_walk_lock);
count    |}
