/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of kernel1k's programs, and their declarations. A program is a
 * function in its own file, declared here, and a row of the menu in main.c. It
 * runs in ring 3 and can only use the functions declared here. It keeps no
 * state between runs.
 *
 * Port I/O exits: 2 per character printed, 5 per character read (serial.c).
 */
#ifndef USER_H
#define USER_H

#include <stdint.h>

/* Entry point in ring 3: run the program, then leave ring 3. */
void user_start(void (*program)(void));

void print_text(const char *s);
void print_number(int32_t n);

/* Read a line without its newline, truncated to fit; return its length. */
uint32_t read_line(char *line, uint32_t size);

/* Sleep for a number of ticks of 10 ms. */
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
