/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks with BTF whether the running kernel has everything that the BPF programs
 * need, and explains why it may refuse them.
 */
#ifndef EXITSTAT_SOURCE_BPF_KERNEL_H
#define EXITSTAT_SOURCE_BPF_KERNEL_H

#include "util.h"

struct bpf_kernel {
	bool has_vmx, has_svm, has_pvm;	/* vendors whose vCPUs it has */
	bool may_be_silent;		/* PVM, which may never fire its events */
	bool has_destroy;		/* a function that destroys vCPUs, to attach to */
	bool has_cast;			/* bpf_rdonly_cast(), since Linux 6.2 */
	/* events, with the expected arguments */
	bool has_prev_state;		/* sched_switch, with the state of prev */
	bool has_page_fault;		/* kvm_page_fault */
	bool has_inject;		/* kvm_nested_vmexit_inject */
};

/*
 * Reads the BTF below @root ("" except in tests). Returns 0, -EAGAIN if KVM or its
 * vendor module is not loaded, or another -errno if it can never work; with a
 * message in @err.
 */
int bpf_kernel_look(struct bpf_kernel *kernel, const char *root,
		    struct errbuf *err);

/* Explains the error @rc from loading; @log: the verifier's last line, or "". */
int bpf_kernel_refused(int rc, const char *log, struct errbuf *err);

#endif
