# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# KCSAN's reports in L1's kernel log. Sourced by scripts/check/checks/stress.

# The accesses are known by their functions and these functions' callers: hooks are
# inlined into KVM's functions, and the engine calls functions of the kernel's library.
ENGINE_FUNCTIONS='kes_|kvm_exit_stats'

# Print a line per report: its title (BUG: KCSAN: data-race in A / B), and the last two
# functions of each of its stacks.
reported_races()
{
	sed 's/^\[[^]]*\] *//' "$RUN/dmesg.txt" | awk '
	/^BUG: KCSAN:/ { title = $0; frames = ""; next }
	/^=====/ { if (title) print title " |" frames; title = "" }
	/ 0x[0-9a-f]+ of [0-9]+ bytes by / { depth = 0 }
	title && /\+0x/ && depth++ < 2 { frames = frames " " $1 }'
}

no_races_here()
{
	! reported_races | grep -E "$ENGINE_FUNCTIONS" | sort | uniq -c
}

# As comments of TAP: they are KVM's and the kernel's own.
list_other_races()
{
	reported_races | sed 's/ |.*//' | grep -vE "$ENGINE_FUNCTIONS" | sort |
		uniq -c | sort -rn | sed 's/^ */# other race: /'
}
