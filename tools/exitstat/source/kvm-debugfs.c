// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements kvm-debugfs.h: KVM's directory in debugfs has a directory for each VM,
 * named after its process and descriptor, with one file per statistic.
 *
 * Most of these files can be written, to reset them to 0. So a kernel in lockdown
 * refuses to open them even for reading.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/sysroot.h"
#include "source/kvm-debugfs.h"

static int fail(const char *root, const char *path, int rc, struct errbuf *err)
{
	char level[32];
	const char *advice = "is this KVM's debugfs?";

	if (rc == -EPERM && sysroot_lockdown(root, level, sizeof(level)))
		return err_set(err, rc,
			       "%s%s: %s (kernel lockdown, %s, refuses files with mode 0644; use QEMU's QMP)",
			       root, path, strerror(-rc), level);
	if (rc == -EPERM && !geteuid())
		advice = "probably kernel lockdown, which refuses files with mode 0644; use QEMU's QMP";
	else if (rc == -EACCES || rc == -EPERM)
		advice = "run as root";
	else if (rc == -ENOENT || rc == -ENOTDIR)
		advice = "is kvm loaded, and debugfs mounted?";
	return err_set(err, rc, "%s%s: %s (%s)", root, path, strerror(-rc),
		       advice);
}

/* Whether the name is exactly "PID-FD". */
static bool is_vm(const char *name, uint32_t *pid)
{
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	if (end == name || *end != '-' || !n || n > UINT32_MAX)
		return false;
	*pid = (uint32_t)n;
	name = end + 1;
	return *name && !name[strspn(name, "0123456789")];
}

static int is_vm_dir(const struct dirent *e)
{
	uint32_t pid;

	return is_vm(e->d_name, &pid);
}

int kvm_debugfs_list(const char *root,
		     void (*fn)(void *arg, uint32_t pid, const char *dir),
		     void *arg, struct errbuf *err)
{
	char *path = xasprintf("%s" KVM_DEBUGFS, root);
	struct dirent **list;
	int nr = scandir(path, &list, is_vm_dir, versionsort);
	uint32_t pid;

	free(path);
	if (nr < 0)
		return fail(root, KVM_DEBUGFS, -errno, err);
	for (int i = 0; i < nr; i++) {
		if (is_vm(list[i]->d_name, &pid))
			fn(arg, pid, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return 0;
}

/* A statistic that this kernel lacks stays 0, unless @must. */
static int read_one(const char *root, const char *dir, const char *name,
		    bool must, uint64_t *out, struct errbuf *err)
{
	char *path = xasprintf(KVM_DEBUGFS "/%s%s%s", dir, *dir ? "/" : "",
			       name);
	struct buf b = { 0 };
	int rc = sysroot_read(root, path, &b);

	*out = 0;
	if (!rc && b.len)
		b.data[strcspn(b.data, "\n")] = '\0';
	if (!rc && (!b.len || parse_u64(b.data, 0, UINT64_MAX, out)))
		rc = err_set(err, -EPROTO, "%s%s: not a number", root, path);
	else if (rc == -ENOENT && !must)
		rc = 0;
	else if (rc)
		fail(root, path, rc, err);
	buf_free(&b);
	free(path);
	return rc;
}

/* Read exits first, so that no row has an exit that is not yet in it. */
int kvm_debugfs_read(const char *root, const char *dir,
		     struct kvm_stat_values *v, struct errbuf *err)
{
	int rc = read_one(root, dir, "exits", true, &v->exits, err);

	for (size_t i = 0; !rc && i < NR_KVM_COUNTED; i++)
		rc = read_one(root, dir, kvm_stat_names[i], false, &v->n[i],
			      err);
	return rc;
}
