/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The accounting check, and the comparison with the kernel's own
 * histogram of kvm_exit. Prints nothing.
 */
#ifndef EXITSTAT_CHECK_H
#define EXITSTAT_CHECK_H

#include <stdbool.h>

#include "snapshot/snapshot.h"
#include "check/trace-hist.h"
#include "util.h"

/* The result: right, wrong, or impossible to check. */
enum verdict { RIGHT, WRONG, CANNOT };

struct check_vcpu {
	uint64_t vm_id;
	uint64_t vcpu_id;
	uint64_t attempts;
	uint64_t exits;
	uint64_t failed;
	uint64_t emulated;
	int64_t unaccounted;
	char comm[17];
	bool wrong;		/* more unaccounted attempts than tolerated */
};

struct check_accounting {
	enum verdict verdict;
	const char *source;	/* a source that does not count attempts: CANNOT */
	struct check_vcpu *vcpus;
	size_t nr, cap;
	size_t wrong;		/* vCPUs with more unaccounted attempts than tolerated */
	size_t inexact;		/* vCPUs with tolerated unaccounted attempts */
	uint64_t attempts;
	int64_t unaccounted;
};

/* One reason of one vCPU number over all VMs, as counted by both sides. */
struct check_pair {
	uint64_t key;		/* low 32 bits of the code, or KES_CODE_UNKNOWN */
	uint32_t vcpu_id;
	bool wrong;
	uint64_t ours;
	uint64_t before;	/* ftrace's count, before and after our read */
	uint64_t after;
};

struct check_pairs {
	struct check_pair *p;
	size_t nr, cap;
};

struct check_trace {
	enum verdict verdict;
	struct errbuf why;	/* the reason for CANNOT */
	bool compared;		/* the following fields are valid */
	struct check_pairs pairs;
	uint64_t exits;
	size_t wrong;		/* pairs that differ */
};

void check_accounting(const struct snapshot *s, struct check_accounting *c);
void check_accounting_free(struct check_accounting *c);

/*
 * @before and @after: the histogram before and after the read of @s. @live: @s was
 * read from the source, not from a copy.
 */
void check_trace(const struct snapshot *s, bool live,
		 const struct trace_hist *before,
		 const struct trace_hist *after, struct check_trace *t);
void check_trace_free(struct check_trace *t);

/* The histogram's count that is closest to ours. */
uint64_t check_theirs(const struct check_pair *p);
void check_pair_name(uint32_t isa, const struct check_pair *p, char *out,
		     size_t size);

#endif
