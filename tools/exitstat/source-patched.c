// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "patched": a KVM that carries the kernel patches of this kit.
 *
 * Reads the snapshot from debugfs and switches the groups through sysfs. Its
 * job beyond that is to say what to do when a file cannot be read: a missing
 * mount, missing rights and a missing patch look alike to a user.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fsroot.h"
#include "groups.h"
#include "source.h"

#define DEBUGFS		"/sys/kernel/debug"
#define SNAPSHOT	DEBUGFS "/kvm_exit_stats/snapshot"
#define SYSFS		"/sys/kernel/kvm_exit_stats"

/* Patched at all? The sysfs directory is there as soon as kvm is loaded. */
static bool has_sysfs(const char *root)
{
	struct buf b = { 0 };
	int rc = fsroot_read(root, SYSFS "/version", &b);

	buf_free(&b);
	return rc != -ENOENT && rc != -ENOTDIR;
}

static const char *advice(const char *root, int rc)
{
	switch (rc) {
	case -EACCES:
		return "run as root";
	case -EPERM:
		return "kernel lockdown forbids it, or you are not root";
	case -ENOENT:
	case -ENOTDIR:
		if (has_sysfs(root))
			return "mount -t debugfs debugfs " DEBUGFS;
		return "this kernel's KVM does not carry the exit statistics, or kvm is not loaded: boot the patched kernel, or load the patched kvm modules";
	default:
		return "is this the patched kernel's debugfs?";
	}
}

static int patched_read(const char *root, struct buf *out, struct errbuf *err)
{
	int rc = fsroot_read(root, SNAPSHOT, out);

	if (!rc)
		return 0;
	return err_set(err, rc, "%s%s: %s (%s)", root, SNAPSHOT, strerror(-rc),
		       advice(root, rc));
}

static int patched_probe(const char *root, struct errbuf *why)
{
	struct buf b = { 0 };
	int rc = patched_read(root, &b, why);

	buf_free(&b);
	if (!rc)
		err_set(why, 0, "%s%s is readable", root, SNAPSHOT);
	return rc;
}

static char *group_path(const struct group *g)
{
	return xasprintf(SYSFS "/%s", g->name);
}

/* 0 or 1, or -errno. */
static int read_switch(const char *root, const struct group *g)
{
	char *path = group_path(g);
	struct buf b = { 0 };
	int rc = fsroot_read(root, path, &b);

	if (!rc && (!b.len || (b.data[0] != '0' && b.data[0] != '1')))
		rc = -EPROTO;
	if (!rc)
		rc = b.data[0] == '1';
	buf_free(&b);
	free(path);
	return rc;
}

/* A kernel with an older engine has fewer switches; all have "count". */
static int patched_get(const char *root, uint32_t *on, uint32_t *known,
		       struct errbuf *err)
{
	*on = 0;
	*known = 0;
	for (size_t i = 0; i < NR_GROUPS; i++) {
		const struct group *g = &group_table[i];
		int rc = read_switch(root, g);

		if (rc == -ENOENT && g->bit != KES_GROUP_COUNT)
			continue;
		if (rc < 0)
			return err_set(err, rc, "%s" SYSFS "/%s: %s (%s)", root,
				       g->name, strerror(-rc),
				       rc == -EACCES ? "run as root" :
				       "is the patched kvm loaded?");
		*known |= g->bit;
		if (rc)
			*on |= g->bit;
	}
	return 0;
}

static const struct group *group_of(uint32_t bit)
{
	for (size_t i = 0; i < NR_GROUPS; i++)
		if (group_table[i].bit == bit)
			return &group_table[i];
	return &group_table[0];
}

static const char *switch_advice(int rc)
{
	switch (rc) {
	case -EACCES:
	case -EPERM:
		return " (run as root)";
	case -EINVAL:
		return " (a group that it needs is off)";
	case -EBUSY:
		return " (a group that needs it is on)";
	case -ENOENT:
		return " (this kernel's exit statistics do not have it)";
	default:
		return "";
	}
}

static int patched_set(const char *root, uint32_t bit, bool on,
		       struct errbuf *err)
{
	const struct group *g = group_of(bit);
	char *path = group_path(g);
	int rc = fsroot_write(root, path, on ? "1\n" : "0\n");

	if (rc)
		err_set(err, rc, "%s%s: cannot switch %s: %s%s", root, path,
			on ? "on" : "off", strerror(-rc), switch_advice(rc));
	free(path);
	return rc;
}

static int patched_reset(const char *root, struct errbuf *err)
{
	int rc = fsroot_write(root, SYSFS "/reset", "1\n");

	if (!rc)
		return 0;
	return err_set(err, rc, "%s" SYSFS "/reset: %s (%s)", root,
		       strerror(-rc), rc == -EACCES ? "run as root" :
		       advice(root, rc));
}

const struct source_ops source_patched = {
	.name = "patched",
	.help = "a KVM with this kit's kernel patches",
	.probe = patched_probe,
	.read = patched_read,
	.get_groups = patched_get,
	.set_group = patched_set,
	.reset = patched_reset,
};
