// SPDX-License-Identifier: GPL-2.0-only
/* Implements vmm.h: what all parts of the machine may call. */
#include <unistd.h>

#include "vmm.h"

void vmm_raise(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return;	/* full: it is readable */
}

void vmm_wake(struct vmm *vmm)
{
	vmm_raise(vmm->wake_fd);
}
