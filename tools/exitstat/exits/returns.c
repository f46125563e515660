// SPDX-License-Identifier: GPL-2.0-only
/* Implements returns.h. */
#include <errno.h>
#include <linux/types.h>
#include <stdio.h>

#include "exits/returns.h"
#include "kvm-exits.h"
#include "kvm_exit_stats.h"
#include "util.h"

/* Errors of KVM_RUN; EINTR is KVM_EXIT_INTR. */
static const struct {
	uint32_t number;
	const char *name;
} errors[] = {
	{ EAGAIN, "EAGAIN" }, { EFAULT, "EFAULT" }, { EHWPOISON, "EHWPOISON" },
	{ EINVAL, "EINVAL" }, { EIO, "EIO" }, { ENOENT, "ENOENT" },
	{ ENOEXEC, "ENOEXEC" }, { ENOMEM, "ENOMEM" }, { ENOSYS, "ENOSYS" },
	{ EBUSY, "EBUSY" }, { EPERM, "EPERM" },
};

static void error_name(uint32_t number, char out[RETURN_NAME_LEN])
{
	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		if (errors[i].number == number) {
			snprintf(out, RETURN_NAME_LEN, "error %s",
				 errors[i].name);
			return;
		}
	if (number)
		snprintf(out, RETURN_NAME_LEN, "error %u", number);
	else
		snprintf(out, RETURN_NAME_LEN, "error");
}

const char *return_name(uint32_t reason, char out[RETURN_NAME_LEN])
{
	const char *known = kvm_exit_name(reason);

	if (reason & KES_USERSPACE_ERRNO)
		error_name(reason & ~KES_USERSPACE_ERRNO, out);
	else if (known)
		snprintf(out, RETURN_NAME_LEN, "%s", known);
	else
		snprintf(out, RETURN_NAME_LEN, "%u", reason);
	return out;
}
