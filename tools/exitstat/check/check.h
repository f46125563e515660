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

/* Can it be checked at all, and is it right? */
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
	const char *source;	/* that does not count attempts: CANNOT */
	struct check_vcpu *vcpus;
	size_t nr, cap;
	size_t wrong;		/* vCPUs with more unaccounted attempts than tolerated */
	size_t inexact;		/* with some, tolerated */
	uint64_t attempts;
	int64_t unaccounted;
};

/* One reason of one vCPU number, over all VMs, as both sides count it. */
struct check_pair {
	uint64_t key;		/* low 32 bits of the code, or KES_CODE_UNKNOWN */
	uint32_t vcpu_id;
	bool wrong;
	uint64_t ours;
	uint64_t before;	/* theirs, before and after we were read */
	uint64_t after;
};

struct check_pairs {
	struct check_pair *p;
	size_t nr, cap;
};

struct check_trace {
	enum verdict verdict;
	struct errbuf why;	/* CANNOT, in a line */
	bool compared;		/* so that what follows is known */
	struct check_pairs pairs;
	uint64_t exits;
	size_t wrong;		/* pairs that differ */
};

void check_accounting(const struct snapshot *s, struct check_accounting *c);
void check_accounting_free(struct check_accounting *c);

/*
 * @before and @after: the histogram around the read of @s. @live: it was read
 * from the source and is no copy.
 */
void check_trace(const struct snapshot *s, bool live,
		 const struct trace_hist *before,
		 const struct trace_hist *after, struct check_trace *t);
void check_trace_free(struct check_trace *t);

/* What the histogram counted, as near to ours as it can be. */
uint64_t check_theirs(const struct check_pair *p);
void check_pair_name(uint32_t isa, const struct check_pair *p, char *out,
		     size_t size);

#endif
