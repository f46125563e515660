// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "patched": a KVM that carries the kernel patches of this kit.
 *
 * Reads the snapshot from debugfs and switches counting through sysfs. Its
 * job beyond that is to say what to do when a file cannot be read: a missing
 * mount, missing rights and a missing patch look alike to a user.
 */
#include <errno.h>
#include <string.h>

#include "fsroot.h"
#include "source.h"

#define DEBUGFS		"/sys/kernel/debug"
#define SNAPSHOT	DEBUGFS "/kvm_exit_stats/snapshot"
#define SYSFS		"/sys/kernel/kvm_exit_stats"
#define COUNT		SYSFS "/count"

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

static int patched_get(const char *root, bool *on, struct errbuf *err)
{
	struct buf b = { 0 };
	int rc = fsroot_read(root, COUNT, &b);

	if (!rc && (!b.len || (b.data[0] != '0' && b.data[0] != '1')))
		rc = -EPROTO;
	if (!rc)
		*on = b.data[0] == '1';
	buf_free(&b);
	if (!rc)
		return 0;
	return err_set(err, rc, "%s%s: %s (%s)", root, COUNT, strerror(-rc),
		       rc == -EACCES ? "run as root" :
		       "is the patched kvm loaded?");
}

static int patched_set(const char *root, bool on, struct errbuf *err)
{
	int rc = fsroot_write(root, COUNT, on ? "1\n" : "0\n");

	if (!rc)
		return 0;
	return err_set(err, rc, "%s%s: cannot switch counting %s: %s%s", root,
		       COUNT, on ? "on" : "off", strerror(-rc),
		       rc == -EACCES ? " (run as root)" : "");
}

const struct source_ops source_patched = {
	.name = "patched",
	.help = "a KVM with this kit's kernel patches",
	.probe = patched_probe,
	.read = patched_read,
	.get_counting = patched_get,
	.set_counting = patched_set,
};
