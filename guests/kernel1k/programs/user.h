/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of kernel1k's programs, and their names. A program is a function
 * in a file of its own and an entry of PROGRAMS(), of which the menu in main.c
 * is made. It runs in ring 3 and can use what is declared here and nothing else;
 * it keeps nothing from one run to the next.
 *
 * Port IO exits: 2 per character printed, 5 per character read (serial.c).
 */
#ifndef USER_H
#define USER_H

#include <stdint.h>

/* Where each begins: runs the program, then leaves ring 3. */
void user_start(void (*program)(void));

void print_text(const char *s);
void print_number(int32_t n);

/* A line without its end, cut where it does not fit; returns its length. */
uint32_t read_line(char *line, uint32_t size);

/* Sleep for so many ticks of 10 ms. */
void sleep_ticks(uint32_t ticks);

/* The programs, with their keys in the menu. */
#define PROGRAMS(X) \
	X("1", multiplication) X("2", counter) X("3", fibonacci) \
	X("4", primes) X("5", factorial) X("6", gcd) \
	X("7", calculator) X("8", echo) X("9", trespass)

#define PROGRAM_IS_FUNCTION(key, name) void name(void);
PROGRAMS(PROGRAM_IS_FUNCTION)

#endif
