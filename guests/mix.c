// SPDX-License-Identifier: GPL-2.0-only
/*
 * Execute CPUID, OUT and IN as often as the command line specifies.
 *
 *   minivmm [--mode user] [--vcpus N] --append 'CPUIDS OUTS INS [ROUNDS]' mix
 *
 * Exits of each vCPU, derived from the code below: ROUNDS (default 1) times
 * CPUIDS exits for CPUID and OUTS + INS exits for port I/O, and one more exit
 * for port I/O at the end. All port I/O returns to the VMM; there are no exits
 * for HLT or MSRs. With ROUNDS 0 the guest does not end. Status 1: unexpected
 * result of an IN; 2: invalid command line.
 *
 * It runs in 64-bit mode, in ring 0 or 3: a KVM without VMX and SVM (PVM) only
 * executes ring 3, and emulates everything else without an exit.
 */
#include "lib/abi.h"
#include "lib/instructions.h"
#include "lib/long.h"

#define STATUS_NO_ANSWER	1
#define STATUS_USAGE		2

enum { CPUIDS, OUTS, INS, ROUNDS, NR_NUMBERS };

/* Return the text after the number and its trailing spaces, or 0. */
static const char *parse(const char *s, uint32_t *n)
{
	if (*s < '0' || *s > '9')
		return 0;
	for (*n = 0; *s >= '0' && *s <= '9'; s++)
		*n = *n * 10 + (uint32_t)(*s - '0');
	while (*s == ' ')
		s++;
	return s;
}

static int parse_all(const char *s, uint32_t numbers[NR_NUMBERS])
{
	int i;

	for (i = 0; i < NR_NUMBERS && (i <= INS || *s); i++) {
		s = parse(s, &numbers[i]);
		if (!s)
			return -1;
	}
	return *s ? -1 : 0;
}

static int one_round(const uint32_t numbers[NR_NUMBERS])
{
	uint32_t i;

	for (i = 0; i < numbers[CPUIDS]; i++)
		cpuid(0);
	for (i = 0; i < numbers[OUTS]; i++)
		outb(PORT_POST, (uint8_t)i);
	for (i = 0; i < numbers[INS]; i++)
		if (inl(MINIVMM_PORT_ABI) >> 16 != MINIVMM_ABI_MAGIC >> 16)
			return -1;
	return 0;
}

int guest_main(const char *cmdline)
{
	uint32_t numbers[NR_NUMBERS] = { [ROUNDS] = 1 }, round = 0;

	if (parse_all(cmdline, numbers))
		return STATUS_USAGE;
	do {
		if (one_round(numbers))
			return STATUS_NO_ANSWER;
	} while (!numbers[ROUNDS] || ++round < numbers[ROUNDS]);
	return 0;
}
