// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: files in /sys and open files that the module looks at.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "feed_files.h"

/* KVM names the file of a vCPU so; no other file system can be mounted here. */
#define KES_VCPU_FILE	"kvm-vcpu:"

struct kes_file_count {
	unsigned int *nr;
};

static int kes_count_file(const void *arg, struct file *file, unsigned int fd)
{
	const struct kes_file_count *count = arg;

	if (file_inode(file)->i_sb->s_magic == ANON_INODE_FS_MAGIC &&
	    !strncmp(file->f_path.dentry->d_name.name, KES_VCPU_FILE,
		     strlen(KES_VCPU_FILE)))
		++*count->nr;
	return 0;
}

/*
 * Return an upper bound of the number of vCPUs that run. A process cannot run
 * more vCPUs than it has threads, however often it duplicates their files.
 */
unsigned int kes_count_vcpu_files(void)
{
	struct task_struct *task;
	unsigned int all = 0, nr;
	struct kes_file_count count = { &nr };

	rcu_read_lock();
	for_each_process(task) {
		nr = 0;
		task_lock(task);
		if (task->files)
			iterate_fd(task->files, 0, kes_count_file, &count);
		task_unlock(task);
		all += min_t(unsigned int, nr, get_nr_threads(task));
	}
	rcu_read_unlock();
	return all;
}

int kes_read_switch(const char *path)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t got;
	char c;

	if (IS_ERR(file))
		return PTR_ERR(file);
	got = kernel_read(file, &c, sizeof(c), &pos);
	filp_close(file, NULL);
	if (got != sizeof(c))
		return got < 0 ? got : -EIO;
	return c == 'Y' || c == '1';
}
