// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calculate lines like "12 * 34": + - * or / between two numbers of at most
 * four digits (so that no product overflows). An empty line ends the program.
 * kernel1k.cfg derives the exits from the input.
 */
#include "user.h"

#define MAX_DIGITS	4

static const char *skip_spaces(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

/* Return the text after the number and its trailing spaces, or 0. */
static const char *parse_number(const char *s, int *n)
{
	int digits = 0;

	*n = 0;
	s = skip_spaces(s);
	while (*s >= '0' && *s <= '9' && digits < MAX_DIGITS) {
		*n = *n * 10 + (*s++ - '0');
		digits++;
	}
	return digits ? skip_spaces(s) : 0;
}

static void answer(int a, char operation, int b)
{
	switch (operation) {
	case '+':
		print_number(a + b);
		break;
	case '-':
		print_number(a - b);
		break;
	case '*':
		print_number(a * b);
		break;
	default:
		print_number(a / b);
		break;
	}
	print_text("\n");
}

static void calculate(const char *line)
{
	char operation = 0;
	int a, b;

	line = parse_number(line, &a);
	if (line && (*line == '+' || *line == '-' || *line == '*' ||
		     *line == '/')) {
		operation = *line;
		line = parse_number(line + 1, &b);
	}
	if (!line || !operation || *line)
		print_text("not a calculation\n");
	else if (operation == '/' && !b)
		print_text("division by zero\n");
	else
		answer(a, operation, b);
}

void calculator(void)
{
	char line[32];

	while (read_line(line, sizeof(line)))
		calculate(line);
}
