/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF programs, as a multiboot loader starts them. */
#ifndef MINIVMM_LOAD_ELF_H
#define MINIVMM_LOAD_ELF_H

#include "boot.h"

extern const struct image_kind kind_elf;

#endif
