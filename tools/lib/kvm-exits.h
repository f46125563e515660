/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what KVM_RUN returns to user space for: KVM_EXIT_*. */
#ifndef EXITSTAT_KVM_EXITS_H
#define EXITSTAT_KVM_EXITS_H

#include <stddef.h>
#include <stdint.h>

/* Without KVM_EXIT_; NULL when there is no such name. */
const char *kvm_exit_name(uint32_t reason);

/* All names by number, with NULL where there is none; returns the table. */
const char *const *kvm_exit_names(size_t *nr);

#endif
