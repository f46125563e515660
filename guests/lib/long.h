/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the 64-bit guests: ELF programs for minivmm, in ring 0 or,
 * with --mode user, in ring 3.
 */
#ifndef GUEST_LONG_H
#define GUEST_LONG_H

/*
 * Defined by each guest. @cmdline: the text of --append. The return value is
 * written to the exit port: one exit.
 */
int guest_main(const char *cmdline);

#endif
