// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often each letter occurs in a string of 1 KiB, a letter per line
 * ("e 70"); counted @iterations times before it is printed.
 *
 * The string is a sentence of 44 characters, 23 times, and its first 12 once
 * more: 23 * 44 + 12 = 1024. Every letter is in the sentence, four times at
 * most ("o", which is not in those 12), so that each count is from 23 to 92.
 *
 * Exits: 26 lines of a letter, a space, two digits and an end:
 *	26 * 5 = 130 OUT, then 1 HLT, 131 in all.
 * The reference gives no figure.
 */
#include "../lib/real.h"

#define SENTENCE	"the quick brown fox jumps over the lazy dog "
#define BEGINNING	"the quick br"
#define TIMES_4(s)	s s s s
#define NR_LETTERS	26

static const char text[] = TIMES_4(TIMES_4(SENTENCE)) TIMES_4(SENTENCE)
	SENTENCE SENTENCE SENTENCE BEGINNING;
_Static_assert(sizeof(text) - 1 == 1024, "the string is not 1 KiB long");

static uint32_t counts[NR_LETTERS];

static void count(void)
{
	const char *s;
	int i;

	for (i = 0; i < NR_LETTERS; i++)
		counts[i] = 0;
	for (s = text; *s; s++) {
		if (*s >= 'a' && *s <= 'z')
			counts[*s - 'a']++;
	}
}

void guest_main(uint32_t iterations)
{
	int i;

	while (iterations--) {
		count();
		forget_memory();
	}
	for (i = 0; i < NR_LETTERS; i++) {
		put_char((char)('a' + i));
		put_char(' ');
		put_number(counts[i]);
		put_char('\n');
	}
}
