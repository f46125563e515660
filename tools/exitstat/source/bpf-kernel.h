/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the running kernel has of what the BPF programs need, by its BTF, and
 * why it may refuse them.
 */
#ifndef EXITSTAT_SOURCE_BPF_KERNEL_H
#define EXITSTAT_SOURCE_BPF_KERNEL_H

#include "util.h"

struct bpf_kernel {
	bool has_vmx, has_svm, has_pvm;	/* which vendors' vCPUs it knows */
	bool may_be_silent;		/* PVM, which has events and may not use them */
	bool has_destroy;		/* a function that ends vCPUs, to attach to */
	bool has_page_fault;		/* kvm_page_fault, as it should be */
};

/*
 * Looks at the BTF below @root, "" but in tests. -EAGAIN: KVM or its vendor's
 * module is not loaded; else -errno, when it can never work. With one line in
 * @err.
 */
int bpf_kernel_look(struct bpf_kernel *kernel, const char *root,
		    struct errbuf *err);

/* What to do about @rc of loading; @log: the verifier's last word, or "". */
int bpf_kernel_refused(int rc, const char *log, struct errbuf *err);

#endif
