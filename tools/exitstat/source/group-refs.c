// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements group-refs.h, with two locks (flock) in /run/exitstat.
 *
 * Each recorder holds "users" shared while it runs; the one that can lock it
 * exclusively is the last. "switch" is held while groups are switched or "users" is
 * locked or unlocked, so that no recorder starts while another one decides that it is
 * the last. Its text is the list of groups that recorders have switched on. Locks are
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

/* The groups that recorders switched on, which are to be switched off. */
static uint32_t read_switched(int fd)
{
	char text[16] = "";
	uint64_t groups;

	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return parse_u64(text, 0, UINT32_MAX, &groups) ? 0 : (uint32_t)groups;
}

static int write_switched(int fd, uint32_t groups)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u\n", groups);

	if (fd < 0)
		return 0;
	if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len))
		return -EIO;
	return 0;
}

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

int group_refs_get(struct source *s, uint32_t groups, struct errbuf *note,
		   struct errbuf *err)
{
	uint32_t on = 0, known = 0;
	int gate = -1, rc;

	note->text[0] = '\0';
	if (s->ops->shared) {
		gate = enter(s->root);
		join(s, gate, note);
	}
	rc = source_get_groups(s, &on, &known, err);
	if (rc)
		goto leave_gate;
	rc = source_switch(s, groups, true, &s->switched, err);
	/* groups that are off need not be switched off: kvm was reloaded */
	if (write_switched(gate, (read_switched(gate) & on) | s->switched) &&
	    !rc)
		rc = err_set(err, -EIO, "%s" DIR "/switch: cannot write",
			     s->root);
leave_gate:
	leave(gate);
	return rc;
}

static bool is_last(const struct source *s)
{
	return s->users < 0 || !lock(s->users, LOCK_EX | LOCK_NB);
}

int group_refs_put(struct source *s, struct errbuf *note, struct errbuf *err)
{
	int gate = s->users < 0 ? -1 : enter(s->root);
	uint32_t groups = gate < 0 ? s->switched : read_switched(gate);
	char text[GROUPS_TEXT_LEN];
	uint32_t undone = 0;
	int rc = 0;

	note->text[0] = '\0';
	if (is_last(s)) {
		rc = source_switch(s, groups, false, &undone, err);
		write_switched(gate, rc ? groups & ~undone : 0);
	} else if (s->switched) {
		err_set(note, 0,
			"left on for another exitstat that is recording, which will switch them off: %s",
			groups_text(s->switched, text));
	}
	if (s->users >= 0)
		close(s->users);
	s->users = -1;
	s->switched = 0;
	leave(gate);
	return rc;
}

uint32_t group_refs_switched(const struct source *s)
{
	return s->ops->shared ? s->switched : 0;
}

void group_refs_forget(struct source *s, uint32_t groups)
{
	int gate = s->ops->shared ? enter(s->root) : -1;

	write_switched(gate, read_switched(gate) & ~groups);
	leave(gate);
}
