/* SPDX-License-Identifier: GPL-2.0-only */
/* The version, the compiler and the libraries that exitstat was built with. */
#ifndef EXITSTAT_VERSION_H
#define EXITSTAT_VERSION_H

#include <stdio.h>

void version_print(FILE *out);

#endif
