// SPDX-License-Identifier: GPL-2.0-only
/* Implements kvm-procs.h. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc.h"
#include "source/kvm-procs.h"

/* Whether one of its descriptors is a VM; assumed if they cannot be read. */
static bool has_vm(const char *root, uint32_t pid)
{
	char *path = xasprintf("%s/proc/%u/fd", root, pid);
	DIR *dir = opendir(path);
	bool found = !dir && errno == EACCES;
	struct dirent *e;
	char target[64];
	ssize_t n;

	free(path);
	while (dir && !found && (e = readdir(dir))) {
		n = readlinkat(dirfd(dir), e->d_name, target,
			       sizeof(target) - 1);
		target[n > 0 ? n : 0] = '\0';
		found = !strcmp(target, "anon_inode:kvm-vm");
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool is_qemu(const char *root, uint32_t pid)
{
	struct proc_args a = proc_args(root, pid);
	const char *name = a.nr ? strrchr(a.v[0], '/') : NULL;
	bool yes;

	name = name ? name + 1 : a.nr ? a.v[0] : "";
	yes = strstr(name, "qemu") || !strcmp(name, "kvm");
	proc_args_free(&a);
	return yes;
}

void kvm_procs_qemus(const char *root, void (*fn)(void *arg, uint32_t pid),
		     void *arg)
{
	char *path = xasprintf("%s/proc", root);
	DIR *dir = opendir(path);
	struct dirent *e;
	uint64_t pid;

	free(path);
	while (dir && (e = readdir(dir)))
		if (!parse_u64(e->d_name, 1, UINT32_MAX, &pid) &&
		    is_qemu(root, (uint32_t)pid) &&
		    has_vm(root, (uint32_t)pid))
			fn(arg, (uint32_t)pid);
	if (dir)
		closedir(dir);
}

/*
 * Resolve a path as seen by the process, which may have another root directory
 * (container) or use a relative path. Without permission, use it unchanged.
 */
static void reach(const char *root, uint32_t pid, char path[QMP_PATH_MAX])
{
	char *full = xasprintf("%s/proc/%u/%s%s%s", root, pid,
			       path[0] == '/' ? "root" : "cwd",
			       path[0] == '/' ? "" : "/", path);

	if (strlen(full) < QMP_PATH_MAX && !access(full, F_OK))
		strcpy(path, full);
	free(full);
}

int kvm_procs_socket(const char *root, uint32_t pid, char path[QMP_PATH_MAX])
{
	struct proc_args a = proc_args(root, pid);
	int rc = a.nr ? qmp_find_socket(a.v, a.nr, path) : -ENOENT;

	if (!rc)
		reach(root, pid, path);
	proc_args_free(&a);
	return rc;
}
