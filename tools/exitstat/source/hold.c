// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements hold.h, with two locks (flock) in /run/exitstat.
 *
 * "users" is held shared by each recorder for as long as it runs; whoever can
 * have it alone is the last. "switch" is held while groups are switched or
 * "users" is taken or left, so that nobody begins while another one decides
 * that it is the last; its text is the groups that recorders have switched on.
 * Locks go when their process does, so that one that was killed holds nobody
 * up, and what it left on is switched off by the next that ends.
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
#include "source/hold.h"

#define DIR	"/run/exitstat"

/* -errno when there is no place for locks. */
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

/* The lock "switch"; closing it is leaving it. */
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

/* What recorders switched on, and is to be switched off. */
static uint32_t get_owed(int fd)
{
	char text[16] = "";
	uint64_t groups;

	if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return parse_u64(text, 0, UINT32_MAX, &groups) ? 0 : (uint32_t)groups;
}

static int set_owed(int fd, uint32_t groups)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u\n", groups);

	if (fd < 0)
		return 0;
	if (pwrite(fd, text, (size_t)len, 0) != len || ftruncate(fd, len))
		return -EIO;
	return 0;
}

/* Our share of "users". Without it we go on, and say what that means. */
static void join(struct hold *h, int gate, struct errbuf *note)
{
	int rc = gate;

	if (gate >= 0) {
		h->users = open_lock(h->root, "users");
		rc = h->users < 0 ? h->users : lock(h->users, LOCK_SH);
	}
	if (rc >= 0)
		return;
	if (h->users >= 0)
		close(h->users);
	h->users = -1;
	err_set(note, 0,
		"%s" DIR ": %s (another exitstat that ends first may switch groups off meanwhile)",
		h->root, strerror(-rc));
}

int hold_begin(struct hold *h, const struct source_ops *source,
	       const char *root, uint32_t groups, struct errbuf *note,
	       struct errbuf *err)
{
	uint32_t on = 0, known = 0;
	int gate = -1, rc;

	*h = (struct hold) { .source = source, .root = root, .users = -1 };
	note->text[0] = '\0';
	if (source->shared) {
		gate = enter(root);
		join(h, gate, note);
	}
	rc = source->get_groups(root, &on, &known, err);
	if (rc)
		goto leave_gate;
	rc = source_switch(source, root, groups, true, &h->own, err);
	/* what was off is owed no more: somebody has reloaded kvm */
	if (set_owed(gate, (get_owed(gate) & on) | h->own) && !rc)
		rc = err_set(err, -EIO, "%s" DIR "/switch: cannot write", root);
leave_gate:
	leave(gate);
	return rc;
}

static bool is_last(const struct hold *h)
{
	return h->users < 0 || !lock(h->users, LOCK_EX | LOCK_NB);
}

int hold_end(struct hold *h, struct errbuf *note, struct errbuf *err)
{
	int gate = h->users < 0 ? -1 : enter(h->root);
	uint32_t owed = gate < 0 ? h->own : get_owed(gate);
	char text[GROUPS_TEXT_LEN];
	uint32_t undone = 0;
	int rc = 0;

	note->text[0] = '\0';
	if (is_last(h)) {
		rc = source_switch(h->source, h->root, owed, false, &undone,
				   err);
		set_owed(gate, rc ? owed & ~undone : 0);
	} else if (h->own) {
		err_set(note, 0,
			"left on for another exitstat that is recording, which switches them off: %s",
			groups_text(h->own, text));
	}
	if (h->users >= 0)
		close(h->users);
	h->users = -1;
	leave(gate);
	return rc;
}

void hold_forget(const struct source_ops *source, const char *root,
		 uint32_t groups)
{
	int gate = source->shared ? enter(root) : -1;

	set_owed(gate, get_owed(gate) & ~groups);
	leave(gate);
}
