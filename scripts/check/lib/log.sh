# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Search L1's kernel log for errors. Sourced by the checks.

# L1's kernel log has no errors after init starts. Earlier messages are about the
# emulated CPU: Bochs has an odd topology. Reports of KCSAN are judged by races.sh.
kernel_log_clean()
{
	local complaints='WARNING:|BUG:|Oops|general protection|UBSAN|KASAN:'
	complaints+='|possible recursive locking|circular locking|inconsistent'
	complaints+='|suspicious RCU|INFO: task|stall|sleeping function'
	complaints+='|scheduling while atomic|kmemleak: [0-9]+ new|refcount_t'
	complaints+='|memory leak detector disabled'
	grep -q 'Run /init as init process' "$RUN/dmesg.txt" || return 1
	! sed '1,/Run \/init as init process/d' "$RUN/dmesg.txt" |
		grep -v 'BUG: KCSAN:' | grep -E "$complaints"
}
