// SPDX-License-Identifier: GPL-2.0-only
/*
 * mksnap PATH: a snapshot from lines on standard input, for shell tests.
 *
 *	isa svm|vmx		fields HEX		version N
 *	vm ID PID CREATED_NS|now DIED_NS|now COMM
 *	vcpu ID ATTEMPTS
 *	exit CODE L1 [L2 REFLECTED FASTPATH USERSPACE]
 *
 * Lines that set the header come first. Blank lines are skipped.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapwrite.h"

static uint64_t time_of(const char *text)
{
	return strcmp(text, "now") ? strtoull(text, NULL, 0) :
				     snapwrite_now_ns();
}

static int add_vm(struct snapwrite *s, const char *line)
{
	char created[32], died[32], comm[32];
	unsigned int pid;
	uint64_t id;

	if (sscanf(line, "vm %" SCNu64 " %u %31s %31s %31s", &id, &pid,
		   created, died, comm) != 5)
		return -1;
	snapwrite_vm(s, id, pid, time_of(created), time_of(died), comm);
	return 0;
}

static int add_vcpu(struct snapwrite *s, const char *line)
{
	uint64_t attempts;
	unsigned int id;

	if (sscanf(line, "vcpu %u %" SCNu64, &id, &attempts) != 2)
		return -1;
	snapwrite_vcpu(s, KES_REC_VCPU, id, attempts);
	return 0;
}

static int add_exit(struct snapwrite *s, const char *line)
{
	uint64_t n[5] = { 0 };
	int64_t code;

	if (sscanf(line, "exit %" SCNi64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64, &code, &n[0], &n[1], &n[2], &n[3],
		   &n[4]) < 2)
		return -1;
	snapwrite_exit(s, &(struct kes_exit) {
		.code = (uint64_t)code, .l1 = n[0], .l2 = n[1],
		.l2_reflected = n[2], .fastpath = n[3], .userspace = n[4],
	});
	return 0;
}

static int add_line(struct snapwrite *s, const char *line)
{
	struct kes_header *h = snapwrite_header(s);
	unsigned int version;

	if (!strcmp(line, "isa vmx"))
		h->isa = KES_ISA_VMX;
	else if (!strcmp(line, "isa svm"))
		h->isa = KES_ISA_SVM;
	else if (!strncmp(line, "fields ", 7))
		h->fields = strtoull(line + 7, NULL, 16);
	else if (sscanf(line, "version %u", &version) == 1)
		h->version = version;
	else if (!strncmp(line, "vm ", 3))
		return add_vm(s, line);
	else if (!strncmp(line, "vcpu ", 5))
		return add_vcpu(s, line);
	else if (!strncmp(line, "exit ", 5))
		return add_exit(s, line);
	else if (*line)
		return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct snapwrite s;
	char line[256];

	if (argc != 2)
		return 2;
	snapwrite_begin(&s, KES_ISA_SVM, 0x1f);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (add_line(&s, line)) {
			fprintf(stderr, "mksnap: cannot read: %s\n", line);
			return 1;
		}
	}
	snapwrite_end(&s);
	if (snapwrite_store(&s, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	snapwrite_free(&s);
	return 0;
}
