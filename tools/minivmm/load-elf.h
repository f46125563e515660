/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF programs, started as by a multiboot loader. */
#ifndef MINIVMM_LOAD_ELF_H
#define MINIVMM_LOAD_ELF_H

#include "boot.h"

extern const struct image_kind kind_elf;

#endif
