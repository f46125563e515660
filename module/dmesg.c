// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: the table in the kernel log.
 *
 * Printed on demand (sysfs: dmesg), or every N exits (module parameter
 * exit_stats_dmesg_every). The hot path must not print, so a work item checks
 * the total ten times a second and prints the table when the total has passed
 * the next multiple of N, at most five times a second. The table starts with
 * the exact total at that time.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/workqueue.h>

#include "dmesg.h"
#include "engine.h"
#include "read.h"
#include "table.h"

#define KES_POLL	(HZ / 10)

static DEFINE_RATELIMIT_STATE(kes_dmesg_limit, HZ, 5);
static unsigned long kes_every;
/* The work may be queued; changed and tested with the parameters' lock */
static bool kes_dmesg_ready;
/* The total at which the table is printed next; 0: not known yet */
static u64 kes_next;

static void kes_poll(struct work_struct *work);
static DECLARE_DELAYED_WORK(kes_poll_work, kes_poll);

static void kes_print_table(struct kes_table *table)
{
	unsigned int i;
	char line[80];

	kes_table_sort(table);
	pr_info("kvm_exit_stats: %llu exits since %s\n", table->total,
		READ_ONCE(kes.generation) ? "the last reset" : "loading");
	for (i = 0; i < table->nr_rows; i++) {
		kes_table_line(table, i, line, sizeof(line));
		pr_info("kvm_exit_stats: %s\n", line);
	}
}

int kes_dmesg_print(void)
{
	struct kes_table *table;

	if (!__ratelimit(&kes_dmesg_limit))
		return -EAGAIN;
	table = kes_table_alloc_all();
	if (!table)
		return -ENOMEM;
	kes_print_table(table);
	kes_table_free(table);
	return 0;
}

static void kes_poll_total(struct kes_table *table, unsigned long every)
{
	u64 total = kes_total(&table->sum);
	u64 next = (div64_u64(total, every) + 1) * every;

	/* After a reset, the total is lower than kes_next. */
	if (!kes_next || kes_next > next)
		kes_next = next;
	if (total < kes_next || !__ratelimit(&kes_dmesg_limit))
		return;
	kes_print_table(table);
	kes_next = next;
}

static void kes_poll(struct work_struct *work)
{
	unsigned long every = READ_ONCE(kes_every);
	struct kes_table *table;

	if (!every) {
		kes_next = 0;
		return;
	}
	table = kes_table_alloc_all();
	if (table) {
		kes_poll_total(table, every);
		kes_table_free(table);
	}
	schedule_delayed_work(&kes_poll_work, KES_POLL);
}

/*
 * The parameter may be set before work queues are available, and until the
 * module is freed. Called with the lock of the module's parameters.
 */
static int kes_every_set(const char *val, const struct kernel_param *kp)
{
	unsigned long every;
	int ret = kstrtoul(val, 0, &every);

	if (ret)
		return ret;
	WRITE_ONCE(kes_every, every);
	if (kes_dmesg_ready)
		mod_delayed_work(system_wq, &kes_poll_work, 0);
	return 0;
}

static const struct kernel_param_ops kes_every_ops = {
	.set = kes_every_set,
	.get = param_get_ulong,
};

module_param_cb(exit_stats_dmesg_every, &kes_every_ops, &kes_every, 0600);
MODULE_PARM_DESC(exit_stats_dmesg_every,
		 "Print the table of VM exits every N exits, at most five times a second; 0: never (default)");

static void kes_dmesg_set_ready(bool ready)
{
	kernel_param_lock(THIS_MODULE);
	kes_dmesg_ready = ready;
	if (!ready)
		WRITE_ONCE(kes_every, 0);
	kernel_param_unlock(THIS_MODULE);
}

void __init kes_dmesg_init(void)
{
	kes_dmesg_set_ready(true);
	schedule_delayed_work(&kes_poll_work, 0);
}

/* Once the flag is cleared, nothing but the work itself queues the work. */
void kes_dmesg_exit(void)
{
	kes_dmesg_set_ready(false);
	cancel_delayed_work_sync(&kes_poll_work);
}
