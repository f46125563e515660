// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sources "patched" and "module": the engine in a patched KVM, or in
 * kvm-exit-stats.ko at KVM's tracepoints.
 *
 * Both create the same files, and a file in sysfs has the kind. Reads the snapshot
 * from debugfs and switches the groups through sysfs. If a file cannot be read, the
 * message says what to do: a missing mount, missing permissions, a missing patch and
 * a missing module look alike to the user.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvm_exit_stats.h"
#include "exits/sources.h"
#include "lib/sysroot.h"
#include "exits/groups.h"
#include "source/ops.h"

#define DEBUGFS		"/sys/kernel/debug"
#define SNAPSHOT	DEBUGFS "/kvm_exit_stats/snapshot"
#define CHANGES		DEBUGFS "/kvm_exit_stats/changes"
#define SYSFS		"/sys/kernel/kvm_exit_stats"

/* Room for a larger answer than the last one, which is read with one call. */
#define CHUNK		(256 * 1024)

struct engine {
	struct source source;
	bool is_open;
	int changes;		/* the file, if is_open */
	uint64_t end_ns;	/* of the last read from it */
	size_t len;		/* its size */
};

/* Whether an engine is loaded: it creates its directory in sysfs. */
static bool has_sysfs(const char *root)
{
	struct buf b = { 0 };
	int rc = sysroot_read(root, SYSFS "/version", &b);

	buf_free(&b);
	return rc != -ENOENT && rc != -ENOTDIR;
}

/* Engines without this file are older ones, of patched kernels. */
static bool is_module(const char *root)
{
	char text[16];

	sysroot_line(root, SYSFS "/source", text, sizeof(text));
	return !strcmp(text, "module");
}

/* Report that debugfs is not mounted, or cannot be. */
static const char *mount_advice(const char *root)
{
	struct buf b = { 0 };
	int rc = sysroot_read(root, "/proc/filesystems", &b);
	bool known = rc || !b.len || strstr(b.data, "\tdebugfs\n");

	buf_free(&b);
	return known ? "mount -t debugfs debugfs " DEBUGFS :
		       "this kernel has no debugfs, or was booted with debugfs=off: use --source bpf";
}

static const char *advice(const char *root, int rc)
{
	char level[32];

	switch (rc) {
	case -EACCES:
		return "run as root";
	case -EPERM:
		return sysroot_lockdown(root, level, sizeof(level)) ?
		       "kernel lockdown forbids it" : "run as root";
	case -ENOENT:
	case -ENOTDIR:
		return mount_advice(root);
	default:
		return "is this the right debugfs?";
	}
}

static int engine_read(struct source *s, struct buf *out, struct errbuf *err)
{
	const char *root = s->root;
	int rc = sysroot_read(root, SNAPSHOT, out);

	if (!rc)
		return 0;
	return err_set(err, rc, "%s%s: %s (%s)", root, SNAPSHOT, strerror(-rc),
		       advice(root, rc));
}

/* ---- what changed since the last read ---- */

static void close_changes(struct engine *e)
{
	if (e->is_open)
		close(e->changes);
	e->is_open = false;
}

/* Check that the answer continues the last one. */
static int check_since(struct engine *e, const char *data, size_t len,
		       struct errbuf *err)
{
	struct kes_header h = { 0 };
	uint64_t before = e->end_ns;

	memcpy(&h, data, len < sizeof(h) ? len : sizeof(h));
	e->end_ns = h.end_ns;
	e->len = len;
	if (!(h.flags & KES_FLAG_CHANGES) || !h.since || h.since == before)
		return 0;
	return err_set(err, -EPROTO,
		       "%s%s: has changes since %llu ns, but was read at %llu ns (is another file there?)",
		       e->source.root, CHANGES, (unsigned long long)h.since,
		       (unsigned long long)before);
}

static int read_open_changes(struct engine *e, struct buf *out,
			     struct errbuf *err)
{
	size_t begin = out->len;
	int rc = sysroot_read_fd(e->changes, e->len + CHUNK, out);

	if (rc)
		err_set(err, rc, "%s%s: %s", e->source.root, CHANGES,
			strerror(-rc));
	else
		rc = check_since(e, out->data + begin, out->len - begin, err);
	if (!rc)
		return 0;
	out->len = begin;
	close_changes(e);
	return rc;
}

/*
 * The file fails after kvm or the module was loaded again. A newly opened one starts
 * with a whole snapshot.
 */
static int engine_read_changes(struct source *s, struct buf *out,
			       struct errbuf *err)
{
	struct engine *e = (struct engine *)s;

	if (e->is_open && !read_open_changes(e, out, err))
		return 0;
	e->end_ns = 0;
	e->changes = sysroot_open(s->root, CHANGES);
	if (e->changes < 0)
		return engine_read(s, out, err);
	e->is_open = true;
	return read_open_changes(e, out, err);
}

static void engine_forget(struct source *s)
{
	close_changes((struct engine *)s);
}

static int readable(struct source *s, struct errbuf *why)
{
	struct buf b = { 0 };
	int rc = engine_read(s, &b, why);

	buf_free(&b);
	if (!rc)
		err_set(why, 0, "%s%s is readable", s->root, SNAPSHOT);
	return rc;
}

static int patched_open(struct source *s, struct errbuf *why)
{
	if (!has_sysfs(s->root))
		return err_set(why, -ENODEV,
			       "this kernel's KVM has no exit statistics, or kvm is not loaded (boot the patched kernel, or load the patched kvm modules)");
	if (is_module(s->root))
		return err_set(why, -ENODEV,
			       "this kernel's KVM is not patched; kvm-exit-stats.ko is loaded (--source module)");
	return readable(s, why);
}

/* The module is not loaded: report whether it could be. */
static int module_absent(const char *root, struct errbuf *why)
{
	char level[32], enforce[4], state[8];

	sysroot_line(root, "/sys/module/kvm_exit_stats/initstate", state,
		     sizeof(state));
	if (!strcmp(state, "live"))
		return err_set(why, -ENODEV,
			       "kvm-exit-stats.ko is loaded but rejected the KVM module loaded after it (see dmesg)");
	if (sysroot_lockdown(root, level, sizeof(level)))
		return err_set(why, -EPERM,
			       "kvm-exit-stats.ko is not loaded: kernel lockdown (%s) refuses unsigned modules: sign it (docs/sources.md) or use --source bpf",
			       level);
	sysroot_line(root, "/sys/module/module/parameters/sig_enforce", enforce,
		     sizeof(enforce));
	if (!strcmp(enforce, "Y"))
		return err_set(why, -EPERM,
			       "kvm-exit-stats.ko is not loaded: this kernel accepts only signed modules (module.sig_enforce): sign it (docs/sources.md) or use --source bpf");
	return err_set(why, -ENODEV,
		       "kvm-exit-stats.ko is not loaded (modprobe kvm-exit-stats, or make load; see dmesg if it refused)");
}

static int module_open(struct source *s, struct errbuf *why)
{
	if (!has_sysfs(s->root))
		return module_absent(s->root, why);
	if (!is_module(s->root))
		return err_set(why, -EBUSY,
			       "this kernel's KVM is patched, which provides more (--source patched)");
	return readable(s, why);
}

static char *group_path(const struct group *g)
{
	return xasprintf(SYSFS "/%s", g->name);
}

/* Returns 0 or 1, or -errno. */
static int read_switch(const char *root, const struct group *g)
{
	char *path = group_path(g);
	struct buf b = { 0 };
	int rc = sysroot_read(root, path, &b);

	if (!rc && (!b.len || (b.data[0] != '0' && b.data[0] != '1')))
		rc = -EPROTO;
	if (!rc)
		rc = b.data[0] == '1';
	buf_free(&b);
	free(path);
	return rc;
}

static int sysfs_error(const char *root, const char *name, int rc,
		       struct errbuf *err)
{
	return err_set(err, rc, "%s" SYSFS "/%s: %s (%s)", root, name,
		       strerror(-rc), rc == -EACCES ? "run as root" :
		       "is the engine still loaded?");
}

/* Older engines have fewer switches; all have "count". */
static int engine_get(struct source *s, uint32_t *on, uint32_t *known,
		      struct errbuf *err)
{
	const char *root = s->root;

	*on = 0;
	*known = 0;
	for (size_t i = 0; i < NR_GROUPS; i++) {
		const struct group *g = &group_table[i];
		int rc = read_switch(root, g);

		if (rc == -ENOENT && g->bit != KES_GROUP_COUNT)
			continue;
		if (rc < 0)
			return sysfs_error(root, g->name, rc, err);
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
		return " (a required group is off)";
	case -EBUSY:
		return " (a group that requires it is on)";
	case -ENOENT:
		return " (not supported by this kernel's exit statistics)";
	case -EOPNOTSUPP:
		return " (the module rejected this KVM, see dmesg: use --source bpf)";
	case -ENODEV:
		return " (load kvm_intel or kvm_amd)";
	default:
		return "";
	}
}

static int engine_set(struct source *s, uint32_t bit, bool on,
		      struct errbuf *err)
{
	const struct group *g = group_of(bit);
	char *path = group_path(g);
	int rc = sysroot_write(s->root, path, on ? "1\n" : "0\n");

	if (rc)
		err_set(err, rc, "%s%s: cannot switch %s: %s%s", s->root, path,
			on ? "on" : "off", strerror(-rc), switch_advice(rc));
	free(path);
	return rc;
}

/* ---- switches for one VM ---- */

static char *vms_path(const struct group *g)
{
	return xasprintf(SYSFS "/%s_vms", g->name);
}

/* Whether a list of numbers has @vm_id. */
static bool lists(const char *text, uint64_t vm_id)
{
	char *end = NULL;

	for (; text && *text; text = end) {
		uint64_t id = strtoull(text, &end, 10);

		if (end == text)
			return false;
		if (id == vm_id)
			return true;
	}
	return false;
}

/* Older engines lack these files; count has none. */
static int engine_get_vm(struct source *s, uint64_t vm_id, uint32_t *on,
			 uint32_t *known, struct errbuf *err)
{
	*on = 0;
	*known = 0;
	for (size_t i = 0; i < NR_GROUPS; i++) {
		const struct group *g = &group_table[i];
		char *path = vms_path(g);
		struct buf b = { 0 };
		int rc = sysroot_read(s->root, path, &b);

		if (!rc)
			*known |= g->bit;
		if (!rc && lists(b.data, vm_id))
			*on |= g->bit;
		if (rc && rc != -ENOENT)
			sysfs_error(s->root, path + strlen(SYSFS "/"), rc, err);
		buf_free(&b);
		free(path);
		if (rc && rc != -ENOENT)
			return rc;
	}
	return 0;
}

static int engine_set_vm(struct source *s, uint32_t bit, uint64_t vm_id, bool on,
			 struct errbuf *err)
{
	char *path = vms_path(group_of(bit));
	char text[24];
	int rc;

	snprintf(text, sizeof(text), "%c%llu\n", on ? '+' : '-',
		 (unsigned long long)vm_id);
	rc = sysroot_write(s->root, path, text);
	if (rc)
		err_set(err, rc, "%s%s: cannot switch %s for VM %llu: %s%s",
			s->root, path, on ? "on" : "off",
			(unsigned long long)vm_id, strerror(-rc),
			rc == -ENOENT ? " (no such VM)" : switch_advice(rc));
	free(path);
	return rc;
}

static int engine_reset(struct source *s, struct errbuf *err)
{
	int rc = sysroot_write(s->root, SYSFS "/reset", "1\n");

	return rc ? sysfs_error(s->root, "reset", rc, err) : 0;
}

#define ENGINE \
	.shared = true, \
	.size = sizeof(struct engine), \
	.close = engine_forget, \
	.read = engine_read, \
	.read_changes = engine_read_changes, \
	.forget_changes = engine_forget, \
	.get_groups = engine_get, \
	.set_group = engine_set, \
	.get_vm_groups = engine_get_vm, \
	.set_vm_group = engine_set_vm, \
	.reset = engine_reset

const struct source_ops source_patched = {
	.name = SOURCE_NAME_PATCHED,
	.open = patched_open,
	ENGINE,
};

const struct source_ops source_module = {
	.name = SOURCE_NAME_MODULE,
	.open = module_open,
	ENGINE,
};
