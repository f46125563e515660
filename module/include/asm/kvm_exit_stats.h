/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a patched kernel has hot.h; the engine's files are the same for both. */
#include "../../hot.h"
