/* SPDX-License-Identifier: GPL-2.0-only */
/* Flat binaries, and firmware. */
#ifndef MINIVMM_LOAD_FLAT_H
#define MINIVMM_LOAD_FLAT_H

#include "boot.h"

extern const struct image_kind kind_flat, kind_firmware;

#endif
