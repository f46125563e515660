/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Where a patched kernel has it; the engine's files are the same for both. */
#include "../../../uapi/kvm_exit_stats.h"
