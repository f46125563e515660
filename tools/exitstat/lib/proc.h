/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes, by /proc below a root that tests can replace: their arguments,
 * their parents, and when they began.
 */
#ifndef EXITSTAT_PROC_H
#define EXITSTAT_PROC_H

#include "util.h"

/* The arguments of a process; none when it is gone. */
struct proc_args {
	char **v;
	size_t nr;
	struct buf text;
};

struct proc_args proc_args(const char *root, uint32_t pid);
void proc_args_free(struct proc_args *a);

/* The process's arguments joined by blanks; "" when it is gone. */
void proc_cmdline(const char *root, uint32_t pid, char *out, size_t size);

/* 1: @pid is @ancestor or descends from it; 0: no; -ESRCH: @pid is gone. */
int proc_descends(const char *root, uint32_t pid, uint32_t ancestor);

bool proc_is_alive(const char *root, uint32_t pid);
/* Its state as a letter ("S": sleeps), see proc(5); 0: cannot tell. */
char proc_state(const char *root, uint32_t pid);
/* When it began (CLOCK_MONOTONIC), or @now_ns if that cannot be told. */
uint64_t proc_began_ns(const char *root, uint32_t pid, uint64_t now_ns);

/*
 * Had the process of this number begun at @at_ns (CLOCK_MONOTONIC)? If not, it
 * is another one than that which had the number then. 1 or 0; -ESRCH: it is
 * gone, or does not say.
 */
int proc_had_begun(const char *root, uint32_t pid, uint64_t at_ns);

#endif
