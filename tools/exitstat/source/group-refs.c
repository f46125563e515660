// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements group-refs.h, with two locks (flock) in /run/exitstat.
 *
 * Each recorder holds "users" shared while it runs; the one that can lock it
 * exclusively is the last. "switch" is held while groups are switched or "users" is
 * locked or unlocked, so that no recorder starts while another one decides that it is
 * the last. Its text is what recorders have switched on. Locks are
 * released when their process ends, so a killed recorder blocks no other, and the next
 * one to end switches off its groups.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exits/groups.h"
#include "source/group-refs.h"
#include "source/ops.h"
#include "source/source.h"

#define DIR	"/run/exitstat"

/* Returns -errno if locks cannot be created. */
static int open_lock(const char *root, const char *name)
{
	char *run = xasprintf("%s/run", root);
	char *dir = xasprintf("%s" DIR, root);
	char *path = xasprintf("%s/%s", dir, name);
	int fd = -1;

	mkdir(run, 0755);	/* an initramfs may have none */
	if (!mkdir(dir, 0700) || errno == EEXIST)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			  0600);
	if (fd < 0)
		fd = -errno;
	free(path);
	free(dir);
	free(run);
	return fd;
}

static int lock(int fd, int how)
{
	int rc;

	do {
		rc = flock(fd, how);
	} while (rc && errno == EINTR);
	return rc ? -errno : 0;
}

/* Take the lock "switch"; closing it releases it. */
static int enter(const char *root)
{
	int fd = open_lock(root, "switch");
	int rc = fd < 0 ? fd : lock(fd, LOCK_EX);

	if (!rc)
		return fd;
	if (fd >= 0)
		close(fd);
	return rc;
}

static void leave(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* ---- what recorders switched on, and the last one switches off ---- */

static struct source_vm *find_vm(const struct source_switched *w, uint64_t vm_id)
{
	for (size_t i = 0; i < w->nr; i++)
		if (w->vms[i].vm_id == vm_id)
			return &w->vms[i];
	return NULL;
}

static void add_vm(struct source_switched *w, uint64_t vm_id, uint32_t groups)
{
	struct source_vm *vm = find_vm(w, vm_id);

	if (!vm) {
		w->vms = vec_room(w->vms, w->nr, &w->cap, sizeof(*vm));
		vm = &w->vms[w->nr++];
		*vm = (struct source_vm) { .vm_id = vm_id };
	}
	vm->groups |= groups;
}

/* The text of "switch": a line with groups, and a line "VM GROUPS" for each VM. */
static void parse_switched(const char *text, struct source_switched *w)
{
	unsigned long long vm_id;
	uint32_t groups;

	if (sscanf(text, "%u", &w->groups) != 1)
		w->groups = 0;
	while ((text = strchr(text, '\n'))) {
		text++;
		if (sscanf(text, "%llu %u", &vm_id, &groups) == 2)
			add_vm(w, vm_id, groups);
	}
}

/* Without the lock, only those of this recorder are known. */
static void read_switched(const struct source *s, int fd,
			  struct source_switched *w)
{
	struct buf b = { 0 };
	struct stat st;

	*w = (struct source_switched) { 0 };
	if (fd < 0) {
		w->groups = s->switched.groups;
		for (size_t i = 0; i < s->switched.nr; i++)
			add_vm(w, s->switched.vms[i].vm_id,
			       s->switched.vms[i].groups);
	} else if (!fstat(fd, &st) && st.st_size > 0) {
		ssize_t n = pread(fd, buf_room(&b, (size_t)st.st_size),
				  (size_t)st.st_size, 0);

		b.len = n > 0 ? (size_t)n : 0;
		buf_append(&b, "", 0);
		parse_switched(b.data, w);
	}
	buf_free(&b);
}

static int write_switched(struct source *s, int fd,
			  const struct source_switched *w, struct errbuf *err)
{
	struct buf b = { 0 };
	int rc = 0;

	if (fd < 0)
		return 0;
	buf_printf(&b, "%u\n", w->groups);
	for (size_t i = 0; i < w->nr; i++)
		if (w->vms[i].groups)
			buf_printf(&b, "%llu %u\n",
				   (unsigned long long)w->vms[i].vm_id,
				   w->vms[i].groups);
	if (pwrite(fd, b.data, b.len, 0) != (ssize_t)b.len ||
	    ftruncate(fd, (off_t)b.len))
		rc = err_set(err, -EIO, "%s" DIR "/switch: cannot write",
			     s->root);
	buf_free(&b);
	return rc;
}

/* ---- recorders ---- */

/* Take "users" shared. Without it, continue and report the consequence. */
static void join(struct source *s, int gate, struct errbuf *note)
{
	int rc = gate;

	if (gate >= 0) {
		s->users = open_lock(s->root, "users");
		rc = s->users < 0 ? s->users : lock(s->users, LOCK_SH);
	}
	if (rc >= 0)
		return;
	if (s->users >= 0)
		close(s->users);
	s->users = -1;
	err_set(note, 0,
		"%s" DIR ": %s (another exitstat that ends first may switch groups off)",
		s->root, strerror(-rc));
}

/* Switch on for one VM; @all has those of all recorders. */
static int switch_vm(struct source *s, struct source_switched *all,
		     uint64_t vm_id, uint32_t groups, struct errbuf *err)
{
	uint32_t done;
	int rc = source_switch_vm(s, vm_id, groups, true, &done, err);

	add_vm(&s->switched, vm_id, done);
	add_vm(all, vm_id, done);
	return rc;
}

int group_refs_get(struct source *s, uint32_t groups, uint64_t vm_id,
		   struct errbuf *note, struct errbuf *err)
{
	uint32_t on = 0, known = 0, own = 0, for_vm = 0;
	struct source_switched all;
	int gate = -1, rc, rc2;

	note->text[0] = '\0';
	if (s->ops->shared) {
		gate = enter(s->root);
		join(s, gate, note);
	}
	read_switched(s, gate, &all);
	rc = source_get_groups(s, &on, &known, err);
	if (!rc)
		rc = source_get_vm_groups(s, vm_id, &own, &for_vm, err);
	if (rc)
		goto leave_gate;
	s->limitable = vm_id ? 0 : groups & for_vm;
	s->limited = vm_id ? groups & for_vm : 0;
	rc = source_switch(s, groups & ~s->limited, true, &s->switched.groups,
			   err);
	/* groups that are off need not be switched off: kvm was reloaded */
	all.groups = (all.groups & on) | s->switched.groups;
	if (!rc && s->limited)
		rc = switch_vm(s, &all, vm_id, s->limited, err);
	rc2 = write_switched(s, gate, &all, rc ? note : err);
	rc = rc ? rc : rc2;
leave_gate:
	free(all.vms);
	leave(gate);
	return rc;
}

/* With the gate locked. The lock stays shared, because a conversion may lose it. */
static bool is_only(const struct source *s)
{
	bool only = s->users < 0 || !lock(s->users, LOCK_EX | LOCK_NB);

	if (s->users >= 0)
		lock(s->users, LOCK_SH);
	return only;
}

static bool has_new(const struct source *s, const uint64_t *vms, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!find_vm(&s->switched, vms[i]))
			return true;
	return false;
}

/* Switch on for each VM that is new. A VM that has just ended needs nothing. */
static int switch_vms(struct source *s, struct source_switched *all,
		      const uint64_t *vms, size_t nr, uint32_t groups,
		      struct errbuf *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < nr; i++) {
		if (find_vm(&s->switched, vms[i]))
			continue;
		rc = switch_vm(s, all, vms[i], groups, err);
		if (rc == -ENOENT)
			rc = 0;
	}
	return rc;
}

int group_refs_limit(struct source *s, const uint64_t *vms, size_t nr,
		     struct errbuf *err)
{
	uint32_t groups = s->limited ? s->limited :
			  s->switched.groups & s->limitable, undone;
	struct source_switched all;
	int gate, rc;

	if (!groups || !has_new(s, vms, nr))
		return 0;
	gate = s->users < 0 ? -1 : enter(s->root);
	read_switched(s, gate, &all);
	if (!s->limited && !is_only(s)) {
		rc = 0;
		goto leave_gate;
	}
	rc = switch_vms(s, &all, vms, nr, groups, err);
	if (!rc && !s->limited)
		rc = source_switch(s, groups, false, &undone, err);
	if (!rc && !s->limited) {
		s->switched.groups &= ~groups;
		all.groups &= ~groups;
		s->limited = groups;
	}
	if (!rc)
		rc = write_switched(s, gate, &all, err);
	if (rc)
		s->limitable = 0;	/* once is enough */
leave_gate:
	free(all.vms);
	leave(gate);
	return rc;
}

static bool is_last(const struct source *s)
{
	return s->users < 0 || !lock(s->users, LOCK_EX | LOCK_NB);
}

/* Switch all of @w off; *w becomes what is left. */
static int undo(struct source *s, struct source_switched *w, struct errbuf *err)
{
	uint32_t undone;
	int rc;

	for (size_t i = 0; i < w->nr; i++) {
		rc = source_switch_vm(s, w->vms[i].vm_id, w->vms[i].groups,
				      false, &undone, err);
		if (rc && rc != -ENOENT)	/* the VM may have ended */
			return rc;
		w->vms[i].groups = 0;
	}
	rc = source_switch(s, w->groups, false, &undone, err);
	w->groups = rc ? w->groups & ~undone : 0;
	return rc;
}

int group_refs_put(struct source *s, struct errbuf *note, struct errbuf *err)
{
	int gate = s->users < 0 ? -1 : enter(s->root), rc = 0;
	uint32_t groups = group_refs_switched(s);
	char text[GROUPS_TEXT_LEN];
	struct source_switched all;

	note->text[0] = '\0';
	read_switched(s, gate, &all);
	if (is_last(s)) {
		rc = undo(s, &all, err);
		write_switched(s, gate, &all, note);
	} else if (groups) {
		err_set(note, 0,
			"left on for another exitstat that is recording, which will switch them off: %s",
			groups_text(groups, text));
	}
	if (s->users >= 0)
		close(s->users);
	s->users = -1;
	s->switched.groups = 0;
	s->switched.nr = 0;
	s->limited = 0;
	free(all.vms);
	leave(gate);
	return rc;
}

uint32_t group_refs_switched(const struct source *s)
{
	uint32_t groups = s->switched.groups;

	for (size_t i = 0; i < s->switched.nr; i++)
		groups |= s->switched.vms[i].groups;
	return s->ops->shared ? groups : 0;
}

void group_refs_forget(struct source *s, uint32_t groups, uint64_t vm_id)
{
	int gate = s->ops->shared ? enter(s->root) : -1;
	struct source_switched all;
	struct source_vm *vm;
	struct errbuf ignored;

	read_switched(s, gate, &all);
	vm = find_vm(&all, vm_id);
	if (vm)
		vm->groups &= ~groups;
	else if (!vm_id)
		all.groups &= ~groups;
	write_switched(s, gate, &all, &ignored);
	free(all.vms);
	leave(gate);
}
