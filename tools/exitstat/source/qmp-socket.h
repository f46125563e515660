/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a QEMU listens for QMP, by its arguments. */
#ifndef EXITSTAT_SOURCE_QMP_SOCKET_H
#define EXITSTAT_SOURCE_QMP_SOCKET_H

#include <stddef.h>

#define QMP_PATH_MAX	108	/* sun_path of unix(7) */

/*
 * The path of the socket that QEMU listens on for QMP, by its arguments.
 * -ENOENT: it has none; -EBUSY: one that has no path, as libvirt makes it.
 */
int qmp_find_socket(char *const *args, size_t n, char path[QMP_PATH_MAX]);

#endif
