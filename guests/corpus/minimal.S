/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The smallest guest: one byte, one exit.
 *
 * Exits: 1 HLT. The reference has the same number and the same size.
 */
#include "../lib/real.h"

	.code16
	.text
	.globl	start
start:
#ifdef GUEST_ROM
	guest_end
#else
	hlt
#endif
