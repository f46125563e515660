// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print how often each letter occurs in a string of 1 KiB, one letter per line
 * ("e 70"), after counting @iterations times.
 *
 * The string is a sentence of 44 characters, 23 times, followed by its first 12
 * characters: 23 * 44 + 12 = 1024. Every letter occurs in the sentence, at most
 * four times ("o", which is not in the first 12), so all counts are between 23
 * and 92.
 *
 * Exits: 26 lines with a letter, a space, two digits and a newline:
 *	26 * 5 = 130 OUT, then 1 HLT: 131 in total.
 * The reference has no number for this guest.
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
