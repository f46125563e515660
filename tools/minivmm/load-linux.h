/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux bzImages. */
#ifndef MINIVMM_LOAD_LINUX_H
#define MINIVMM_LOAD_LINUX_H

#include "boot.h"

extern const struct image_kind kind_linux;

#endif
