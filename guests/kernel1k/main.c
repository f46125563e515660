// SPDX-License-Identifier: GPL-2.0-only
/*
 * Initialise the kernel, then run the menu: read the key of a program and run
 * it in ring 3. kernel1k.cfg has the exits of each program.
 */
#include "kernel.h"
#include "programs/user.h"

#define STACK_WORDS	1024

/* The stack of the programs, from kernel.lds */
extern uint32_t user_stack[STACK_WORDS];

struct program {
	const char *key, *name;
	void (*run)(void);
};

static const struct program programs[] = {
	{ "1", "multiplication", multiplication },
	{ "2", "counter", counter },
	{ "3", "fibonacci", fibonacci },
	{ "4", "primes", primes },
	{ "5", "factorial", factorial },
	{ "6", "gcd", gcd },
	{ "7", "calculator", calculator },
	{ "8", "echo", echo },
	{ "9", "trespass", trespass },
};

#define NR_PROGRAMS	(sizeof(programs) / sizeof(programs[0]))

static void show_menu(void)
{
	uint32_t i;

	for (i = 0; i < NR_PROGRAMS; i++) {
		print(programs[i].key);
		print(" ");
		print(programs[i].name);
		print("\n");
	}
	print("q quit\n");
}

/* Return the key if the line has one character, or 0. */
static char choose(void)
{
	char c, key = 0;
	int length = 0;

	print("> ");
	while ((c = serial_read()) != '\n') {
		key = c;
		length++;
	}
	return length == 1 ? key : 0;
}

static void run(char key)
{
	uint32_t *stack = user_stack + STACK_WORDS;
	uint32_t i;

	for (i = 0; i < NR_PROGRAMS; i++) {
		if (programs[i].key[0] == key)
			break;
	}
	if (i == NR_PROGRAMS) {
		print("no such program\n");
		return;
	}
	*--stack = (uint32_t)programs[i].run;
	*--stack = 0;	/* return address of user_start(), not used */
	user_run(user_start, (uint32_t)stack);
}

void kernel_main(void)
{
	char key;

	gdt_init();
	idt_init();
	paging_init();
	serial_init();
	pic_init();
	timer_init();
	print("kernel1k\n");
	show_menu();
	while ((key = choose()) != 'q')
		run(key);
	kernel_exit(0);
}
