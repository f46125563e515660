// SPDX-License-Identifier: GPL-2.0-only
/*
 * mksnap PATH: write a snapshot from lines on standard input, for shell tests.
 *
 *	isa svm|vmx|pvm|kvm	fields HEX		version N
 *	source N		lost N			known GROUPS
 *	flags N
 *	vm ID PID CREATED_NS|now DIED_NS|now COMM
 *	vcpu ID ATTEMPTS
 *	exit CODE L1 [L2 REFLECTED FASTPATH USERSPACE]
 *	entries ENTRY_FAILED EMULATION		for the last vCPU
 *	modifiers BUS_LOCK ENCLAVE FORCED	for the last vCPU
 *	groups GROUPS				for the last VM
 *	clock TSC_KHZ NOW_CYC GROUPS		switches N
 *	stamp NS (time of the snapshot instead of now)
 *	part userspace|time|histogram|detail|nested	for the last vCPU, followed by:
 *	user REASON COUNT			head FIRST LAST GUEST STATE
 *	time CODE HANDLER USER POLL BLOCK PREEMPTED [SLEEPING] MAX
 *	bucket CODE BUCKET COUNT		value CODE VALUE COUNT [FLAGS]
 *	received CODE COUNT			backwards N
 *
 * Lines that set the header must be first. Blank lines are ignored.
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
		.reflected = n[2], .fastpath = n[3], .userspace = n[4],
	});
	return 0;
}

/* Index of @name in @names, searched from @first; KES_ISA_NONE: not found. */
static uint32_t find(const char *const *names, uint32_t first, uint32_t last,
		     const char *name)
{
	for (uint32_t i = first; i <= last; i++)
		if (!strcmp(names[i], name))
			return i;
	return KES_ISA_NONE;
}

static int add_part(struct snapwrite *s, const char *name)
{
	static const char *const names[] = {
		[KES_REC_USERSPACE] = "userspace", [KES_REC_TIME] = "time",
		[KES_REC_HISTOGRAM] = "histogram", [KES_REC_DETAIL] = "detail",
		[KES_REC_NESTED] = "nested",
	};
	uint32_t type = find(names, KES_REC_USERSPACE, KES_REC_NESTED, name);

	if (type)
		snapwrite_part(s, type);
	return type ? 0 : -1;
}

/* Parse up to 9 numbers after the first word. */
static int numbers(const char *line, uint64_t n[9])
{
	char *end = strchr(line, ' ');
	int nr = 0;

	for (; end && *end && nr < 9; nr++)
		n[nr] = strtoull(end, &end, 0);
	return nr;
}

static int add_element(struct snapwrite *s, const char *line)
{
	uint64_t n[9] = { 0 };
	int nr = numbers(line, n);

	if (!strncmp(line, "user ", 5) && nr == 2) {
		snapwrite_element(s, &(struct kes_userspace) {
			.reason = (uint32_t)n[0], .count = n[1] });
	} else if (!strncmp(line, "head ", 5) && nr == 4) {
		snapwrite_time(s, n[0], n[1], n[2], (uint32_t)n[3]);
	} else if (!strncmp(line, "time ", 5) && (nr == 7 || nr == 8)) {
		struct kes_time_exit t = { .code = n[0], .max_cyc = n[nr - 1] };

		/* without the state "sleeping" if there are 7 */
		memcpy(t.cyc, n + 1, (nr - 2) * sizeof(t.cyc[0]));
		snapwrite_element(s, &t);
	} else if (!strncmp(line, "bucket ", 7) && nr == 3 &&
		   n[1] < KES_NR_BUCKETS) {
		struct kes_histogram_exit h = { .code = n[0] };

		h.bucket[n[1]] = n[2];
		snapwrite_element(s, &h);
	} else if (!strncmp(line, "received ", 9) && nr == 2) {
		snapwrite_element(s, &(struct kes_nested) {
			.code = n[0], .count = n[1] });
	} else if (!strncmp(line, "backwards ", 10) && nr == 1) {
		snapwrite_last_time(s)->backwards = n[0];
	} else if (!strncmp(line, "value ", 6) && nr >= 3) {
		snapwrite_detail(s, n[0], n[1], n[2], (uint32_t)n[3]);
	} else {
		return -1;
	}
	return 0;
}

static int add_entries(struct snapwrite *s, const char *line)
{
	struct kes_vcpu_record *v = snapwrite_last_vcpu(s);
	uint64_t n[9];

	if (numbers(line, n) != 2)
		return -1;
	v->entry_failed = n[0];
	v->entry_emulated = n[1];
	return 0;
}

static int add_modifiers(struct snapwrite *s, const char *line)
{
	struct kes_vcpu_record *v = snapwrite_last_vcpu(s);
	uint64_t n[9];

	if (numbers(line, n) != 3)
		return -1;
	v->bus_lock = n[0];
	v->enclave = n[1];
	v->forced = n[2];
	return 0;
}

static int add_clock(struct snapwrite *s, const char *line)
{
	uint64_t n[9];

	if (numbers(line, n) != 3)
		return -1;
	snapwrite_clock(s, n[0], n[1], (uint32_t)n[2]);
	return 0;
}

static uint32_t isa_of(const char *name)
{
	static const char *const names[] = {
		[KES_ISA_VMX] = "vmx", [KES_ISA_SVM] = "svm",
		[KES_ISA_PVM] = "pvm", [KES_ISA_KVM] = "kvm",
	};

	return find(names, KES_ISA_VMX, KES_ISA_KVM, name);
}

static int add_line(struct snapwrite *s, const char *line)
{
	struct kes_header *h = snapwrite_header(s);
	unsigned int version;
	uint64_t switches;

	if (!strncmp(line, "isa ", 4))
		h->isa = isa_of(line + 4);
	else if (sscanf(line, "source %u", &h->source) == 1 ||
		 sscanf(line, "known %u", &h->groups_known) == 1)
		return 0;
	else if (!strncmp(line, "stamp ", 6))
		snapwrite_at(s, strtoull(line + 6, NULL, 0));
	else if (!strncmp(line, "flags ", 6))
		h->flags = strtoull(line + 6, NULL, 0);
	else if (!strncmp(line, "lost ", 5))
		h->lost = strtoull(line + 5, NULL, 0);
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
	else if (sscanf(line, "switches %" SCNu64, &switches) == 1)
		h->switches = switches;
	else if (!strncmp(line, "clock ", 6))
		return add_clock(s, line);
	else if (!strncmp(line, "entries ", 8))
		return add_entries(s, line);
	else if (!strncmp(line, "modifiers ", 10))
		return add_modifiers(s, line);
	else if (!strncmp(line, "groups ", 7))
		snapwrite_last_vm(s)->groups = (uint32_t)strtoul(line + 7, NULL, 0);
	else if (!strncmp(line, "part ", 5))
		return add_part(s, line + 5);
	else if (*line)
		return add_element(s, line);
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
