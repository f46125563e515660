/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the QMP socket of a QEMU in its arguments. */
#ifndef EXITSTAT_SOURCE_QMP_SOCKET_H
#define EXITSTAT_SOURCE_QMP_SOCKET_H

#include <stddef.h>

#define QMP_PATH_MAX	108	/* sun_path of unix(7) */

/*
 * Finds the path of QEMU's listening QMP socket in its arguments. Returns 0,
 * -ENOENT if there is none, or -EBUSY if it has no path (as created by libvirt).
 */
int qmp_find_socket(char *const *args, size_t n, char path[QMP_PATH_MAX]);

#endif
