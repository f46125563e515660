// SPDX-License-Identifier: GPL-2.0-only
/* Implements vmm.h: functions that all parts of the machine use. */
#include <unistd.h>

#include "vmm.h"

void vmm_raise(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0)
		return;	/* the counter is full, so the eventfd is readable */
}

void vmm_wake(struct vmm *vmm)
{
	vmm_raise(vmm->wake_fd);
}
