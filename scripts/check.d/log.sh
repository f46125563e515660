# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel says when something is wrong with it. Sourced by the checks.

# The L1 that ran the job must not have complained itself.
kernel_log_clean()
{
	local complaints='WARNING:|BUG:|Oops|general protection|UBSAN|KASAN:'
	complaints+='|possible recursive locking|circular locking|inconsistent'
	complaints+='|suspicious RCU|INFO: task|stall|sleeping function'
	complaints+='|scheduling while atomic|kmemleak: [0-9]+ new|refcount_t'
	! grep -E "$complaints" "$RUN/dmesg.txt"
}
