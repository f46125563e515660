/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of KVM_EXIT_*, the reasons for returns of KVM_RUN to user space. */
#ifndef EXITSTAT_KVM_EXITS_H
#define EXITSTAT_KVM_EXITS_H

#include <stddef.h>
#include <stdint.h>

/* The name without KVM_EXIT_; NULL if there is none. */
const char *kvm_exit_name(uint32_t reason);

/* Returns the table of names by number, with NULL for missing ones. */
const char *const *kvm_exit_names(size_t *nr);

#endif
