/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of returns of KVM_RUN to user space: KVM_EXIT_*, and errors. */
#ifndef EXITSTAT_RETURNS_H
#define EXITSTAT_RETURNS_H

#include <stddef.h>
#include <stdint.h>

#define RETURN_NAME_LEN	32

/*
 * Formats struct kes_userspace.reason: "IO", "error EAGAIN", "error" for errors that
 * are not counted separately, or a number as text. Returns @out.
 */
const char *return_name(uint32_t reason, char out[RETURN_NAME_LEN]);

#endif
