snapshot |// SPDX-License-Identifier: GPL-2.0-only
snapshot |/*
snapshot | * KVM exit statistics: /sys/kernel/debug/kvm_exit_stats/
snapshot | *
snapshot | * snapshot		all counters, binary, see <asm/kvm_exit_stats.h>
changes  | * changes		the same, but only what changed since the last read
text     | * summary		text: sum of all VMs
text     | * vms/<id>-<pid>/	one VM, running or destroyed
text     | *	total		text: sum of its vCPUs
text     | *	vcpus		text: each of its vCPUs
snapshot | *
snapshot | * All files have mode 0400 and neither ioctl nor mmap: lockdown refuses access
snapshot | * to any other debugfs file, even for root. Each read needs CAP_PERFMON or
snapshot-text| * CAP_SYS_ADMIN.
text     | * CAP_SYS_ADMIN. The texts show the counts since the last reset.
text     | *
text     | * The data of a file exists while the file is read: removing a debugfs file
text     | * waits for its readers, and later reads of an open file return -EIO.
snapshot | */
snapshot |#include <linux/capability.h>
snapshot |#include <linux/debugfs.h>
text     |#include <linux/err.h>
snapshot |#include <linux/fs.h>
snapshot |#include <linux/mm.h>
snapshot |#include <linux/module.h>
text     |#include <linux/seq_file.h>
snapshot |#include <linux/slab.h>
snapshot |#include <linux/uaccess.h>
snapshot |
changes  |#include "changes.h"
snapshot |#include "debugfs.h"
text     |#include "engine.h"
text     |#include "read.h"
snapshot |#include "snapshot.h"
text     |#include "sums.h"
text     |#include "table.h"
text     |#include "walk.h"
snapshot |
snapshot |static struct dentry *kes_root;
text     |static struct dentry *kes_vms_dir;
snapshot |
snapshot-changes|/* An open file of the snapshot */
changes  |/**
changes  | * struct kes_reader - an open file of the snapshot, or of changes
changes  | * @lock: two threads may share the file
changes  | * @snapshot: the last one
changes  | * @copied: its bytes that were copied to user space, from the first on
changes  | * @only_changes: the file is changes
changes  | * @changes: what the reader has seen
changes  | */
snapshot |struct kes_reader {
snapshot |	struct mutex lock;	/* two threads may share the file */
snapshot |	struct kes_snapshot snapshot;
changes  |	loff_t copied;
changes  |	bool only_changes;
changes  |	struct kes_changes changes;
snapshot |};
snapshot |
snapshot-changes|static int kes_snapshot_open(struct inode *inode, struct file *file)
changes  |static int kes_reader_open(struct file *file, bool only_changes)
snapshot |{
snapshot-changes|	struct kes_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
changes  |	struct kes_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);
snapshot |
snapshot |	if (!reader)
snapshot |		return -ENOMEM;
snapshot |	mutex_init(&reader->lock);
snapshot |	kes_snapshot_init(&reader->snapshot);
changes  |	kes_changes_init(&reader->changes);
changes  |	reader->only_changes = only_changes;
snapshot |	file->private_data = reader;
snapshot |	return 0;
changes  |}
changes  |
changes  |static int kes_snapshot_open(struct inode *inode, struct file *file)
changes  |{
changes  |	return kes_reader_open(file, false);
changes  |}
changes  |
changes  |static int kes_changes_open(struct inode *inode, struct file *file)
changes  |{
changes  |	return kes_reader_open(file, true);
changes  |}
changes  |
changes  |/* What was not copied was not seen: the next read has everything. */
changes  |static int kes_reader_take(struct kes_reader *reader)
changes  |{
changes  |	if (reader->copied < reader->snapshot.size)
changes  |		kes_changes_forget(&reader->changes);
changes  |	reader->copied = 0;
changes  |	return kes_snapshot_take(&reader->snapshot, reader->only_changes ?
changes  |				 &reader->changes : NULL);
snapshot |}
snapshot |
snapshot |/* A read at offset 0 takes a new snapshot; others continue the last one. */
snapshot |static ssize_t kes_snapshot_read(struct file *file, char __user *to,
snapshot |				 size_t size, loff_t *pos)
snapshot |{
snapshot |	struct kes_reader *reader = file->private_data;
changes  |	loff_t begin = *pos;
snapshot |	ssize_t ret = 0;
snapshot |
snapshot |	if (!perfmon_capable())
snapshot |		return -EPERM;
snapshot |	mutex_lock(&reader->lock);
snapshot-changes|	if (*pos == 0)
snapshot-changes|		ret = kes_snapshot_take(&reader->snapshot);
changes  |	if (begin == 0)
changes  |		ret = kes_reader_take(reader);
snapshot |	if (!ret)
snapshot |		ret = kes_snapshot_copy(&reader->snapshot, to, size, pos);
changes  |	if (ret > 0 && begin <= reader->copied)
changes  |		reader->copied = max(reader->copied, *pos);
snapshot |	mutex_unlock(&reader->lock);
snapshot |	return ret;
snapshot |}
snapshot |
snapshot |static int kes_snapshot_release(struct inode *inode, struct file *file)
snapshot |{
snapshot |	struct kes_reader *reader = file->private_data;
snapshot |
snapshot |	kes_snapshot_free(&reader->snapshot);
changes  |	kes_changes_forget(&reader->changes);
snapshot |	kfree(reader);
snapshot |	return 0;
snapshot |}
snapshot |
snapshot |static const struct file_operations kes_snapshot_fops = {
snapshot |	.owner = THIS_MODULE,
snapshot |	.open = kes_snapshot_open,
changes  |	.read = kes_snapshot_read,
changes  |	.release = kes_snapshot_release,
changes  |	.llseek = default_llseek,
changes  |};
changes  |
changes  |static const struct file_operations kes_changes_fops = {
changes  |	.owner = THIS_MODULE,
changes  |	.open = kes_changes_open,
snapshot |	.read = kes_snapshot_read,
snapshot |	.release = kes_snapshot_release,
snapshot |	.llseek = default_llseek,
snapshot |};
text     |
text     |static void kes_show_rows(struct seq_file *m, struct kes_table *table)
text     |{
text     |	const struct kes_entries *entries = &table->sum.entries;
text     |	unsigned int i;
text     |	char line[80];
text     |
text     |	kes_table_sort(table);
text     |	seq_printf(m, "%12s %7s  %s\n", "exits", "share", "reason");
text     |	for (i = 0; i < table->nr_rows; i++) {
text     |		kes_table_line(table, i, line, sizeof(line));
text     |		seq_printf(m, "%s\n", line);
text     |	}
text     |	seq_printf(m, "%12llu %7s  total\n", table->total,
text     |		   table->total ? "100.00%" : "-");
text     |	if (!(kes.feed->fields & KES_FIELD_ACCOUNTING))
text     |		return;
text     |	seq_printf(m, "\n%12llu VM-entry attempts, %llu failed, %llu emulated, %lld unaccounted\n",
text     |		   entries->attempts, entries->failed, entries->emulated,
text     |		   kes_unaccounted(&table->sum));
text     |}
text     |
text     |static void kes_show_vm_line(struct seq_file *m, const struct kes_vm *vm)
text     |{
text     |	seq_printf(m, "vm %llu  pid %u  %s  %u vCPUs  %s\n", vm->id, vm->pid,
text     |		   vm->comm, vm->nr_vcpus,
text     |		   vm->destroyed_ns ? "destroyed" : "running");
text     |}
text     |
text     |static void kes_show_switch(struct seq_file *m)
text     |{
text     |	seq_printf(m, "counting is %s; exits since %s (generation %llu)\n\n",
text     |		   kes_groups() & KES_GROUP_COUNT ? "on" : "off",
text     |		   kes.generation ? "the last reset" : "loading",
text     |		   kes.generation);
text     |}
text     |
text     |/* Return a table, or an ERR_PTR. */
text     |static struct kes_table *kes_text_begin(void)
text     |{
text     |	struct kes_table *table;
text     |
text     |	if (!perfmon_capable())
text     |		return ERR_PTR(-EPERM);
text     |	table = kes_table_alloc();
text     |	if (!table)
text     |		return ERR_PTR(-ENOMEM);
text     |	kes_walk_begin();
text     |	return table;
text     |}
text     |
text     |static void kes_text_end(struct kes_table *table)
text     |{
text     |	kes_walk_end();
text     |	kes_table_free(table);
text     |}
text     |
text     |static int kes_summary_show(struct seq_file *m, void *unused)
text     |{
text     |	struct kes_table *table = kes_text_begin();
text     |	const struct kes_vm *vm;
text     |
text     |	if (IS_ERR(table))
text     |		return PTR_ERR(table);
text     |	for (vm = kes_next_vm(NULL); vm; vm = kes_next_vm(vm))
text     |		kes_show_vm_line(m, vm);
text     |	kes_show_switch(m);
values   |	kes_add_all(&table->sum);
text     |	kes_show_rows(m, table);
text     |	kes_text_end(table);
text     |	return 0;
text     |}
text     |DEFINE_SHOW_ATTRIBUTE(kes_summary);
text     |
text     |static int kes_vm_total_show(struct seq_file *m, void *unused)
text     |{
text     |	struct kes_table *table = kes_text_begin();
text     |	struct kes_vm *vm = m->private;
text     |
text     |	if (IS_ERR(table))
text     |		return PTR_ERR(table);
text     |	kes_show_vm_line(m, vm);
text     |	kes_show_switch(m);
text     |	kes_add_vm(&table->sum, vm);
text     |	kes_show_rows(m, table);
text     |	kes_text_end(table);
text     |	return 0;
text     |}
text     |DEFINE_SHOW_ATTRIBUTE(kes_vm_total);
text     |
text     |struct kes_vcpus_text {
text     |	struct seq_file *m;
text     |	struct kes_table *table;
text     |};
text     |
text     |static void kes_show_vcpu(void *arg, u32 vcpu_id,
text     |			  const struct kes_counts *counts)
text     |{
text     |	struct kes_vcpus_text *text = arg;
text     |
text     |	seq_printf(text->m, "\nvcpu %u\n", vcpu_id);
text     |	text->table->sum = *counts;
text     |	kes_show_rows(text->m, text->table);
text     |}
text     |
text     |static int kes_vm_vcpus_show(struct seq_file *m, void *unused)
text     |{
text     |	struct kes_vcpus_text text = { .m = m, .table = kes_text_begin() };
text     |	struct kes_vm *vm = m->private;
text     |
text     |	if (IS_ERR(text.table))
text     |		return PTR_ERR(text.table);
text     |	kes_show_vm_line(m, vm);
text     |	kes_show_switch(m);
text     |	kes_visit_vcpus(vm, kes_show_vcpu, &text);
text     |	kes_text_end(text.table);
text     |	return 0;
text     |}
text     |DEFINE_SHOW_ATTRIBUTE(kes_vm_vcpus);
text     |
text     |void kes_debugfs_add_vm(struct kes_vm *vm)
text     |{
text     |	char name[32];
text     |
text     |	snprintf(name, sizeof(name), "%llu-%u", vm->id, vm->pid);
text     |	vm->dir = debugfs_create_dir(name, kes_vms_dir);
text     |	debugfs_create_file("total", 0400, vm->dir, vm, &kes_vm_total_fops);
text     |	debugfs_create_file("vcpus", 0400, vm->dir, vm, &kes_vm_vcpus_fops);
text     |}
text     |
text     |/* Waits for the readers of the files. */
text     |void kes_debugfs_remove_vm(struct kes_vm *vm)
text     |{
text     |	debugfs_remove(vm->dir);
text     |}
snapshot |
snapshot |void kes_debugfs_init(void)
snapshot |{
snapshot |	kes_root = debugfs_create_dir("kvm_exit_stats", NULL);
text     |	kes_vms_dir = debugfs_create_dir("vms", kes_root);
snapshot |	debugfs_create_file("snapshot", 0400, kes_root, NULL,
snapshot |			    &kes_snapshot_fops);
changes  |	debugfs_create_file("changes", 0400, kes_root, NULL, &kes_changes_fops);
text     |	debugfs_create_file("summary", 0400, kes_root, NULL,
text     |			    &kes_summary_fops);
snapshot |}
snapshot |
snapshot |void kes_debugfs_exit(void)
snapshot |{
snapshot |	debugfs_remove(kes_root);
snapshot |}
