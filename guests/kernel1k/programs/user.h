/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of kernel1k's programs, and their names. A program is a function
 * in a file of its own, declared here, and a line of the menu in main.c. It
 * runs in ring 3 and can use what is declared here and nothing else; it keeps
 * nothing from one run to the next.
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

/* The programs. */
void multiplication(void);
void counter(void);
void fibonacci(void);
void primes(void);
void factorial(void);
void gcd(void);
void calculator(void);
void echo(void);
void trespass(void);

#endif
