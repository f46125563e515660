/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the 64-bit guests: ELF programs for minivmm, in ring 0 or, with
 * --mode user, in ring 3.
 */
#ifndef GUEST_LONG_H
#define GUEST_LONG_H

/*
 * Written by each guest; gets the text of --append. What it returns is the status
 * that the exit port gets, one exit.
 */
int guest_main(const char *cmdline);

#endif
