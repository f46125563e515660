/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of the system calls, for both sides.
 */
#ifndef KERNEL1K_SYSCALL_H
#define KERNEL1K_SYSCALL_H

enum {
	CALL_EXIT,	/* status: does not return */
	CALL_WRITE,	/* address, length: to the console */
	CALL_READ,	/* a byte of the console, waits for it */
	CALL_SLEEP,	/* ticks of the timer, 10 ms each */
	NR_CALLS
};

#endif
