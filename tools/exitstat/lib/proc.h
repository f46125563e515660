/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arguments, parents and start times of processes, from /proc below a root that
 * tests can replace.
 */
#ifndef EXITSTAT_PROC_H
#define EXITSTAT_PROC_H

#include "util.h"

/* The arguments of a process; none if it has ended. */
struct proc_args {
	char **v;
	size_t nr;
	struct buf text;
};

struct proc_args proc_args(const char *root, uint32_t pid);
void proc_args_free(struct proc_args *a);

/* The arguments of a process, joined by blanks; "" if it has ended. */
void proc_cmdline(const char *root, uint32_t pid, char *out, size_t size);

/* 1: @pid is @ancestor or descends from it; 0: no; -ESRCH: @pid has ended. */
int proc_descends(const char *root, uint32_t pid, uint32_t ancestor);

bool proc_is_alive(const char *root, uint32_t pid);
/* Its state as a letter, see proc(5); '\0' if it is unknown. */
char proc_state(const char *root, uint32_t pid);
/* Its start time (CLOCK_MONOTONIC), or @now_ns if that is unknown. */
uint64_t proc_start_ns(const char *root, uint32_t pid, uint64_t now_ns);

/*
 * 1 if the process with this pid started before @at_ns (CLOCK_MONOTONIC); 0 if
 * the pid has been reused since; -ESRCH if the process has ended or its start time
 * is unknown.
 */
int proc_started_before(const char *root, uint32_t pid, uint64_t at_ns);

#endif
