// SPDX-License-Identifier: GPL-2.0-only
/* Implements proc.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "lib/sysroot.h"
#include "lib/proc.h"

/* Fields of /proc/PID/stat, numbered as in proc(5). */
#define STAT_STATE	3
#define STAT_PPID	4
#define STAT_STARTTIME	22	/* in ticks since boot */

struct proc_args proc_args(const char *root, uint32_t pid)
{
	struct proc_args a = { 0 };
	size_t cap = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	if (sysroot_read(root, path, &a.text))
		return a;
	for (size_t off = 0; off < a.text.len;
	     off += strlen(a.text.data + off) + 1) {
		a.v = vec_room(a.v, a.nr, &cap, sizeof(*a.v));
		a.v[a.nr++] = a.text.data + off;
	}
	return a;
}

void proc_args_free(struct proc_args *a)
{
	free(a->v);
	buf_free(&a->text);
}

void proc_cmdline(const char *root, uint32_t pid, char *out, size_t size)
{
	struct proc_args a = proc_args(root, pid);
	struct buf line = { 0 };

	for (size_t i = 0; i < a.nr; i++)
		buf_printf(&line, "%s%s", i ? " " : "", a.v[i]);
	copy_printable(out, size, line.data ? line.data : "");
	proc_args_free(&a);
	buf_free(&line);
}

bool proc_is_alive(const char *root, uint32_t pid)
{
	char *path = xasprintf("%s/proc/%u", root, pid);
	bool alive = !access(path, F_OK);

	free(path);
	return alive;
}

/* A field of stat as text. The second one, comm, may contain any text. */
static int stat_field(const char *root, uint32_t pid, int field, char out[24])
{
	struct buf b = { 0 };
	char path[64], *at = NULL;
	int rc = -ESRCH;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (!sysroot_read(root, path, &b) && b.len)
		at = strrchr(b.data, ')');
	for (int i = 2; at && i < field; i++)
		at = strchr(at + 1, ' ');
	if (at && sscanf(at, " %23s", out) == 1)
		rc = 0;
	buf_free(&b);
	return rc;
}

static int stat_number(const char *root, uint32_t pid, int field, uint64_t *out)
{
	char text[24];
	int rc = stat_field(root, pid, field, text);

	return rc ? rc : parse_u64(text, 0, UINT64_MAX, out);
}

char proc_state(const char *root, uint32_t pid)
{
	char text[24];

	return stat_field(root, pid, STAT_STATE, text) ? '\0' : text[0];
}

int proc_descends(const char *root, uint32_t pid, uint32_t ancestor)
{
	uint64_t at = pid;
	int rc = pid ? 0 : -ESRCH;

	/* the limit ends a cycle, which a fake /proc could have */
	for (int depth = 0; !rc && depth < 4096; depth++) {
		if (at == ancestor)
			return 1;
		if (at <= 1)
			return 0;
		rc = stat_number(root, (uint32_t)at, STAT_PPID, &at);
	}
	return rc;
}

/* Rounded up to a tick: rounded down, it could start before its parent. */
uint64_t proc_start_ns(const char *root, uint32_t pid, uint64_t now_ns)
{
	uint64_t ticks, hz = (uint64_t)sysconf(_SC_CLK_TCK), boot, start;

	if (stat_number(root, pid, STAT_STARTTIME, &ticks))
		return now_ns;
	boot = clock_ns(CLOCK_BOOTTIME);
	start = (ticks + 1) * (NSEC_PER_SEC / hz);
	if (start >= boot || boot - start > now_ns)
		return now_ns;
	return now_ns - (boot - start);
}

int proc_started_before(const char *root, uint32_t pid, uint64_t at_ns)
{
	uint64_t tick_ns = NSEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t now_ns = mono_ns();
	uint64_t start_ns = proc_start_ns(root, pid, now_ns);

	if (start_ns >= now_ns)
		return -ESRCH;
	return start_ns <= at_ns + 2 * tick_ns;
}
