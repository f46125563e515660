// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: /sys/kernel/debug/kvm_exit_stats/
 *
 * snapshot		all counters, binary, see <asm/kvm_exit_stats.h>
 * changes		the same, but only what changed since the last read
 * summary		text: sum of all VMs
 * vms/<id>-<pid>/	one VM, running or destroyed
 *	total		text: sum of its vCPUs
 *	vcpus		text: each of its vCPUs
 *
 * All files have mode 0400 and neither ioctl nor mmap: lockdown refuses access
 * to any other debugfs file, even for root. Each read needs CAP_PERFMON or
 * CAP_SYS_ADMIN. The texts show the counts since the last reset.
 *
 * The data of a file exists while the file is read: removing a debugfs file
 * waits for its readers, and later reads of an open file return -EIO.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "changes.h"
#include "debugfs.h"
#include "engine.h"
#include "read.h"
#include "snapshot.h"
#include "sums.h"
#include "table.h"
#include "walk.h"

static struct dentry *kes_root;
static struct dentry *kes_vms_dir;

/**
 * struct kes_reader - an open file of the snapshot, or of changes
 * @lock: two threads may share the file
 * @snapshot: the last one
 * @copied: its bytes that were copied to user space, from the first on
 * @only_changes: the file is changes
 * @changes: what the reader has seen
 */
struct kes_reader {
	struct mutex lock;	/* two threads may share the file */
	struct kes_snapshot snapshot;
	loff_t copied;
	bool only_changes;
	struct kes_changes changes;
};

static int kes_reader_open(struct file *file, bool only_changes)
{
	struct kes_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);

	if (!reader)
		return -ENOMEM;
	mutex_init(&reader->lock);
	kes_snapshot_init(&reader->snapshot);
	kes_changes_init(&reader->changes);
	reader->only_changes = only_changes;
	file->private_data = reader;
	return 0;
}

static int kes_snapshot_open(struct inode *inode, struct file *file)
{
	return kes_reader_open(file, false);
}

static int kes_changes_open(struct inode *inode, struct file *file)
{
	return kes_reader_open(file, true);
}

/* What was not copied was not seen: the next read has everything. */
static int kes_reader_take(struct kes_reader *reader)
{
	if (reader->copied < reader->snapshot.size)
		kes_changes_forget(&reader->changes);
	reader->copied = 0;
	return kes_snapshot_take(&reader->snapshot, reader->only_changes ?
				 &reader->changes : NULL);
}

/* A read at offset 0 takes a new snapshot; others continue the last one. */
static ssize_t kes_snapshot_read(struct file *file, char __user *to,
				 size_t size, loff_t *pos)
{
	struct kes_reader *reader = file->private_data;
	loff_t begin = *pos;
	ssize_t ret = 0;

	if (!perfmon_capable())
		return -EPERM;
	mutex_lock(&reader->lock);
	if (begin == 0)
		ret = kes_reader_take(reader);
	if (!ret)
		ret = kes_snapshot_copy(&reader->snapshot, to, size, pos);
	if (ret > 0 && begin <= reader->copied)
		reader->copied = max(reader->copied, *pos);
	mutex_unlock(&reader->lock);
	return ret;
}

static int kes_snapshot_release(struct inode *inode, struct file *file)
{
	struct kes_reader *reader = file->private_data;

	kes_snapshot_free(&reader->snapshot);
	kes_changes_forget(&reader->changes);
	kfree(reader);
	return 0;
}

static const struct file_operations kes_snapshot_fops = {
	.owner = THIS_MODULE,
	.open = kes_snapshot_open,
	.read = kes_snapshot_read,
	.release = kes_snapshot_release,
	.llseek = default_llseek,
};

static const struct file_operations kes_changes_fops = {
	.owner = THIS_MODULE,
	.open = kes_changes_open,
	.read = kes_snapshot_read,
	.release = kes_snapshot_release,
	.llseek = default_llseek,
};

static void kes_show_rows(struct seq_file *m, struct kes_table *table)
{
	const struct kes_entries *entries = &table->sum.entries;
	unsigned int i;
	char line[80];

	kes_table_sort(table);
	seq_printf(m, "%12s %7s  %s\n", "exits", "share", "reason");
	for (i = 0; i < table->nr_rows; i++) {
		kes_table_line(table, i, line, sizeof(line));
		seq_printf(m, "%s\n", line);
	}
	seq_printf(m, "%12llu %7s  total\n", table->total,
		   table->total ? "100.00%" : "-");
	if (!(kes.feed->fields & KES_FIELD_ACCOUNTING))
		return;
	seq_printf(m, "\n%12llu VM-entry attempts, %llu failed, %llu emulated, %lld unaccounted\n",
		   entries->attempts, entries->failed, entries->emulated,
		   kes_unaccounted(&table->sum));
}

static void kes_show_vm_line(struct seq_file *m, const struct kes_vm *vm)
{
	seq_printf(m, "vm %llu  pid %u  %s  %u vCPUs  %s\n", vm->id, vm->pid,
		   vm->comm, vm->nr_vcpus,
		   vm->destroyed_ns ? "destroyed" : "running");
}

static void kes_show_switch(struct seq_file *m)
{
	seq_printf(m, "counting is %s; exits since %s (generation %llu)\n\n",
		   kes_groups() & KES_GROUP_COUNT ? "on" : "off",
		   kes.generation ? "the last reset" : "loading",
		   kes.generation);
}

/* Return a table, or an ERR_PTR. */
static struct kes_table *kes_text_begin(void)
{
	struct kes_table *table;

	if (!perfmon_capable())
		return ERR_PTR(-EPERM);
	table = kes_table_alloc();
	if (!table)
		return ERR_PTR(-ENOMEM);
	kes_walk_begin();
	return table;
}

static void kes_text_end(struct kes_table *table)
{
	kes_walk_end();
	kes_table_free(table);
}

static int kes_summary_show(struct seq_file *m, void *unused)
{
	struct kes_table *table = kes_text_begin();
	const struct kes_vm *vm;

	if (IS_ERR(table))
		return PTR_ERR(table);
	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
		kes_show_vm_line(m, vm);
	kes_show_switch(m);
	kes_add_all(&table->sum);
	kes_show_rows(m, table);
	kes_text_end(table);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kes_summary);

static int kes_vm_total_show(struct seq_file *m, void *unused)
{
	struct kes_table *table = kes_text_begin();
	struct kes_vm *vm = m->private;

	if (IS_ERR(table))
		return PTR_ERR(table);
	kes_show_vm_line(m, vm);
	kes_show_switch(m);
	kes_add_vm(&table->sum, vm);
	kes_show_rows(m, table);
	kes_text_end(table);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kes_vm_total);

struct kes_vcpus_text {
	struct seq_file *m;
	struct kes_table *table;
};

static void kes_show_vcpu(void *arg, u32 vcpu_id,
			  const struct kes_counts *counts)
{
	struct kes_vcpus_text *text = arg;

	seq_printf(text->m, "\nvcpu %u\n", vcpu_id);
	text->table->sum = *counts;
	kes_show_rows(text->m, text->table);
}

static int kes_vm_vcpus_show(struct seq_file *m, void *unused)
{
	struct kes_vcpus_text text = { .m = m, .table = kes_text_begin() };
	struct kes_vm *vm = m->private;

	if (IS_ERR(text.table))
		return PTR_ERR(text.table);
	kes_show_vm_line(m, vm);
	kes_show_switch(m);
	kes_visit_vcpus(vm, kes_show_vcpu, &text);
	kes_text_end(text.table);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kes_vm_vcpus);

void kes_debugfs_add_vm(struct kes_vm *vm)
{
	char name[32];

	snprintf(name, sizeof(name), "%llu-%u", vm->id, vm->pid);
	vm->dir = debugfs_create_dir(name, kes_vms_dir);
	debugfs_create_file("total", 0400, vm->dir, vm, &kes_vm_total_fops);
	debugfs_create_file("vcpus", 0400, vm->dir, vm, &kes_vm_vcpus_fops);
}

/* Waits for the readers of the files. */
void kes_debugfs_remove_vm(struct kes_vm *vm)
{
	debugfs_remove(vm->dir);
}

void kes_debugfs_init(void)
{
	kes_root = debugfs_create_dir("kvm_exit_stats", NULL);
	kes_vms_dir = debugfs_create_dir("vms", kes_root);
	debugfs_create_file("snapshot", 0400, kes_root, NULL,
			    &kes_snapshot_fops);
	debugfs_create_file("changes", 0400, kes_root, NULL, &kes_changes_fops);
	debugfs_create_file("summary", 0400, kes_root, NULL,
			    &kes_summary_fops);
}

void kes_debugfs_exit(void)
{
	debugfs_remove(kes_root);
}
