/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of the system calls, for the kernel and its programs.
 */
#ifndef KERNEL1K_SYSCALL_H
#define KERNEL1K_SYSCALL_H

enum {
	CALL_EXIT,	/* status; does not return */
	CALL_WRITE,	/* address, length; writes to the console */
	CALL_READ,	/* waits for a byte from the console */
	CALL_SLEEP,	/* number of timer ticks, 10 ms each */
	NR_CALLS
};

#endif
