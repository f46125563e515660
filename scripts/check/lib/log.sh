# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel says when something is wrong with it. Sourced by the checks.

# From init on, L1's kernel has not complained. What it says before is about
# the emulated CPU: Bochs has an odd topology.
kernel_log_clean()
{
	local complaints='WARNING:|BUG:|Oops|general protection|UBSAN|KASAN:'
	complaints+='|possible recursive locking|circular locking|inconsistent'
	complaints+='|suspicious RCU|INFO: task|stall|sleeping function'
	complaints+='|scheduling while atomic|kmemleak: [0-9]+ new|refcount_t'
	grep -q 'Run /init as init process' "$RUN/dmesg.txt" || return 1
	! sed '1,/Run \/init as init process/d' "$RUN/dmesg.txt" |
		grep -E "$complaints"
}
